"""What may be stacked."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.logistics.floor import queries
from marketplace.logistics.models.cargo import HandlingUnit
from marketplace.logistics.rules.states import TAKES_CARGO
from marketplace.logistics.services.departures.acting import locked


def set_stackable(
    session: Session, *, actor: Actor, departure_id: UUID, sscc: str, stackable: bool, now: datetime
) -> None:
    """Say whether others may stand on a unit; the next plan takes it into account.

    NotFound for a unit that the hub does not have for this departure; Conflict ``floor_sealed`` once the doors are.
    """
    if locked(session, departure_id).state not in TAKES_CARGO:
        raise Conflict("floor_sealed")
    unit = next((one for one in queries.units_on(session, departure_id=departure_id) if one.sscc == sscc), None)
    if unit is None:
        raise NotFound("handling_unit")
    session.execute(sa.update(HandlingUnit).where(HandlingUnit.id == unit.id).values(stackable=stackable))
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="handling_unit.stackable",
        subject="handling_unit",
        subject_id=unit.id,
        facts={"stackable": stackable},
        now=now,
    )
