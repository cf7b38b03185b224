"""Report the borders of a lorry, as its carrier or its operator: it waits on the near side, is cleared and crosses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.logistics.road.services import access
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.services.departures import journey


def at_border(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    place_code: str | None,
    happened_at: datetime | None,
    now: datetime,
) -> None:
    """Note that a lorry waits at a border, the next on its way unless another is named.

    NotFound ``departure`` for anybody but its operator and its carrier; Refused ``place`` and ``happened_at``;
    Conflict ``state`` and ``no_border``.
    """
    access.must_be(session, Hat.OPERATOR, Hat.CARRIER, actor=actor, departure_id=departure_id)
    journey.at_border(
        session, actor=actor, departure_id=departure_id, place_code=place_code, happened_at=happened_at, now=now
    )


def clear(session: Session, *, actor: Actor, departure_id: UUID, happened_at: datetime | None, now: datetime) -> None:
    """Note that a lorry at a border is cleared and crosses; refused as ``at_border``."""
    access.must_be(session, Hat.OPERATOR, Hat.CARRIER, actor=actor, departure_id=departure_id)
    journey.clear(session, actor=actor, departure_id=departure_id, happened_at=happened_at, now=now)
