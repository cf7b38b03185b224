"""Note an act on the network in the audit trail: ids and codes alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.logistics.models.network import BorderCrossing


def tell(
    session: Session, action: str, subject: str, subject_id: UUID, *, actor: Actor, now: datetime, **facts: Any
) -> None:
    """Note an act on a row of the network."""
    audit.record(session, actor=actor, action=action, subject=subject, subject_id=subject_id, facts=facts, now=now)


def crossing_of(session: Session, crossing_id: UUID) -> BorderCrossing:
    """Return a crossing; NotFound for an unknown one."""
    found = session.get(BorderCrossing, crossing_id)
    if found is None:
        raise NotFound("border_crossing")
    return found


def check_side(crossing: BorderCrossing, place_code: str) -> None:
    """Refuse a place that is no side of a crossing."""
    sides = (crossing.one_side, crossing.other_side)
    if place_code not in sides:
        raise Refused.field("place", "choice", ", ".join(sides))
