"""Put figures of what carriers emit."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.logistics.itineraries.models import EmissionFactor
from marketplace.logistics.itineraries.rules import emissions
from marketplace.logistics.rules.states import Mode


def set_factor(
    session: Session, *, actor: Actor, mode: Mode, mg_per_tkm: int, source: str, valid_from: datetime, now: datetime
) -> UUID:
    """Let a mode emit otherwise from an instant on, which is not before now: what was shown was so.

    Conflict ``factor_past`` for an earlier one, ``factor_taken`` where the mode has a figure from this instant on.
    """
    emissions.check_factor(mg_per_tkm, source)
    if valid_from < now:
        raise Conflict("factor_past")
    factor_id = new_id()
    values = {"mode": mode, "mg_per_tkm": mg_per_tkm, "source": source, "valid_from": valid_from}
    if not insert_if_new(session, EmissionFactor, id=factor_id, **values):
        raise Conflict("factor_taken")
    audit.record(
        session,
        actor=actor,
        action="emission_factor.set",
        subject="emission_factor",
        subject_id=factor_id,
        facts={"mode": mode.value, "mg_per_tkm": mg_per_tkm},
        now=now,
    )
    return factor_id
