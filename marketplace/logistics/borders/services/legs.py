"""Figures of legs: for departures planned from now on, with what they were kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.borders.models import LegHistory
from marketplace.logistics.borders.services import tracks
from marketplace.logistics.borders.services.telling import tell
from marketplace.logistics.models.network import Leg
from marketplace.logistics.rules.states import Carriage, Mode


@dataclass(frozen=True, slots=True)
class LegChange:
    """What a leg is from now on; without ``km`` a sea leg is as long as the way of a ship."""

    mode: Mode
    carriage: Carriage
    lane: str
    minutes: int
    km: int | None
    source: str
    is_assumed: bool


def change_leg(session: Session, *, actor: Actor, leg_id: UUID, change: LegChange, now: datetime) -> None:
    """Let a leg have other figures; what it had is kept, and departures that are planned already keep that.

    The same figures again change nothing.
    """
    leg = session.get(Leg, leg_id, with_for_update=True, populate_existing=True)
    if leg is None:
        raise NotFound("leg")
    if change.minutes < 0:
        raise Refused.field("minutes", "too_small", "0 or more")
    km = change.km
    if change.mode is Mode.SEA:
        length = tracks.draw(session, leg)
        km = length if km is None else km
    figures = (change.mode, change.carriage, change.lane, change.minutes, km, change.source, change.is_assumed)
    if figures == (leg.mode, leg.carriage, leg.lane, leg.minutes, leg.km, leg.source, leg.is_assumed):
        return
    session.add(
        LegHistory(
            id=new_id(),
            leg_id=leg_id,
            mode=leg.mode,
            carriage=leg.carriage,
            lane=leg.lane,
            minutes=leg.minutes,
            km=leg.km,
            source=leg.source,
            is_assumed=leg.is_assumed,
            until=now,
        )
    )
    leg.mode, leg.carriage, leg.lane, leg.minutes, leg.km, leg.source, leg.is_assumed = figures
    session.flush()
    tell(session, "leg.changed", "leg", leg_id, actor=actor, now=now, minutes=change.minutes, km=km)
