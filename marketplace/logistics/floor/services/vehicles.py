"""What kinds of lorries measure inside, and what their axles bear."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.logistics.floor.rules.measures import Measures, check_measures
from marketplace.logistics.models.network import VehicleType


def measure(
    session: Session, *, actor: Actor, vehicle_type_id: UUID, measures: Measures, source: str, now: datetime
) -> None:
    """Write down a lorry's inside and axles and who says so; plans drawn before keep the figures they were drawn by.

    NotFound for an unknown kind; Refused for measures that no lorry has.
    """
    check_measures(measures)
    found = session.scalars(
        sa.select(VehicleType).where(VehicleType.id == vehicle_type_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound("vehicle_type")
    for name, value in asdict(measures).items():
        setattr(found, name, value)
    found.source = source
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="vehicle_type.measured",
        subject="vehicle_type",
        subject_id=vehicle_type_id,
        facts={name: value for name, value in asdict(measures).items() if value is not None},
        now=now,
    )
