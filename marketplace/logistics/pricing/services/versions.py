"""Put tariff versions in: each begins on a day, by the clock of the line's hub, and ends the one before."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.logistics.models.network import BorderCrossing, Leg, Line, Tariff
from marketplace.logistics.rules.freight import Rates
from marketplace.logistics.services import freight
from marketplace.reference import queries as reference


def enter(
    session: Session,
    *,
    actor: Actor,
    line_id: UUID,
    to_place: str,
    rates: Rates,
    first_day: date,
    note: str,
    now: datetime,
) -> UUID:
    """Let a line charge these rates to a place from a day on - today: from now on - and return the version.

    Refused names the field: ``to`` for a place that the line does not bring goods to, ``valid_from`` for a day that is
    over or on which a version begins already, or after it, and whatever of the rates makes no sense. NotFound.
    """
    line = session.get(Line, line_id, with_for_update=True)
    if line is None:
        raise NotFound("line")
    zone = ZoneInfo(reference.get_place(session, line.hub_code).zone)
    places = _places(session, line_id)
    errors: list[FieldError] = []
    if to_place not in places:
        errors.append(FieldError("to", "choice", ", ".join(places)))
    today = now.astimezone(zone).date()
    # A day that is over may be none by another clock: the first of the calendar.
    starts = now if first_day <= today else datetime.combine(first_day, time(), zone).astimezone(UTC)
    last = session.scalar(
        sa.select(sa.func.max(Tariff.valid_from)).where(Tariff.line_id == line_id, Tariff.to_place == to_place)
    )
    if first_day < today:
        errors.append(FieldError("valid_from", "day_over", f"{today.isoformat()} or later"))
    elif last is not None and starts <= last:
        errors.append(FieldError("valid_from", "version_overlaps", f"{_next(last.astimezone(zone).date())} or later"))
    if errors:
        raise Refused.fields(*errors)
    return freight.set_tariff(
        session, actor=actor, line_id=line_id, to_place=to_place, rates=rates, valid_from=starts, note=note, now=now
    )


def _next(day: date) -> str:
    return (day + timedelta(days=1)).isoformat()


def _places(session: Session, line_id: UUID) -> list[str]:
    """Return where a line brings goods: the ends of its legs that are no sides of a border."""
    ends = session.scalars(sa.select(Leg.to_code).where(Leg.line_id == line_id).order_by(Leg.position))
    borders = _sides(session)
    return [code for code in ends if code not in borders]


def _sides(session: Session) -> set[str]:
    rows = session.execute(sa.select(BorderCrossing.one_side, BorderCrossing.other_side))
    return {side for row in rows for side in row}
