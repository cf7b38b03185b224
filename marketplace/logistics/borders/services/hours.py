"""Hours of the sides of crossings: for departures planned from now on."""

from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.borders.models import BorderHours
from marketplace.logistics.borders.queries.calendars import calendars
from marketplace.logistics.borders.rules.hours import Hours, check_hours
from marketplace.logistics.borders.services.telling import check_side, crossing_of, tell


def add_hours(
    session: Session,
    *,
    actor: Actor,
    crossing_id: UUID,
    place_code: str,
    hours: Hours,
    source: str,
    is_assumed: bool,
    replaces: bool,
    now: datetime,
) -> UUID:
    """Let a side be open at these hours; with ``replaces`` those that held on their first day end the day before.

    Refused ``opens`` where both sides would never be open at once.
    """
    check_hours(hours)
    crossing = crossing_of(session, crossing_id)
    check_side(crossing, place_code)
    if replaces:
        _end_before(session, crossing_id, place_code, hours.valid_from)
    row = BorderHours(
        id=new_id(),
        crossing_id=crossing_id,
        place_code=place_code,
        weekdays=hours.weekdays,
        opens=hours.opens,
        closes=hours.closes,
        valid_from=hours.valid_from,
        valid_to=hours.valid_to,
        source=source,
        is_assumed=is_assumed,
    )
    session.add(row)
    session.flush()
    if calendars(session).opens(crossing.code, now) is None:
        raise Refused.field("opens", "never_open", "hours at which the other side is open too")
    tell(session, "border.hours_set", "border_crossing", crossing_id, actor=actor, now=now, hours=row.id)
    return row.id


def end_hours(session: Session, *, actor: Actor, hours_id: UUID, last_day: date, now: datetime) -> UUID:
    """Let hours hold until a day, the last; return the crossing. Refused ``last_day`` before they begin."""
    row = session.get(BorderHours, hours_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("border_hours")
    if last_day < row.valid_from:
        raise Refused.field("last_day", "day_within", f"{row.valid_from} or later")
    row.valid_to = last_day
    session.flush()
    tell(session, "border.hours_ended", "border_crossing", row.crossing_id, actor=actor, now=now, hours=row.id)
    return row.crossing_id


def _end_before(session: Session, crossing_id: UUID, place_code: str, day: date) -> None:
    """End what holds on a day; hours of that very day's beginning are gone altogether."""
    held = session.scalars(
        sa.select(BorderHours)
        .where(
            BorderHours.crossing_id == crossing_id,
            BorderHours.place_code == place_code,
            BorderHours.valid_from <= day,
            sa.or_(BorderHours.valid_to.is_(None), BorderHours.valid_to >= day),
        )
        .order_by(BorderHours.id)
        .with_for_update()
    ).all()
    for row in held:
        if row.valid_from == day:
            session.delete(row)
        else:
            row.valid_to = day - timedelta(days=1)
    session.flush()
