"""When crossings are open: what the timetable and estimates go by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.borders.models import BorderClosure, BorderHours
from marketplace.logistics.borders.rules import hours
from marketplace.logistics.borders.rules.closing import ClosureState
from marketplace.logistics.borders.rules.hours import Hours, Side
from marketplace.logistics.models.network import BorderCrossing
from marketplace.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Calendars:
    """The sides of each crossing, by its code, and by the code of their place within it."""

    crossings: Mapping[str, Mapping[str, Side]]

    def opens(self, crossing: str, instant: datetime) -> datetime | None:
        """Return when a crossing lets through whoever is there at an instant, None where that is not known."""
        return hours.opening(self.sides(crossing), instant)

    def sides(self, crossing: str) -> tuple[Side, ...]:
        """Return the sides of a crossing that are ever closed."""
        return tuple(side for side in self.crossings[crossing].values() if side.hours or side.closures)


def calendars(session: Session) -> Calendars:
    """Return hours and closures of every crossing, in as many questions for one as for many."""
    places = {place.code: place for place in reference.places(session)}
    held: dict[tuple[str, str], list[Hours]] = {}
    crossings = {row.id: row for row in session.execute(sa.select(*BorderCrossing.__table__.c))}
    for row in session.scalars(sa.select(BorderHours).order_by(BorderHours.id)):
        span = Hours(row.weekdays, row.opens, row.closes, row.valid_from, row.valid_to)
        held.setdefault((crossings[row.crossing_id].code, row.place_code), []).append(span)
    closed: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    confirmed = sa.select(BorderClosure).where(BorderClosure.state == ClosureState.CONFIRMED)
    for row in session.scalars(confirmed.order_by(BorderClosure.starts_at)):
        crossing = crossings[row.crossing_id]
        for side in (crossing.one_side, crossing.other_side) if row.place_code is None else (row.place_code,):
            closed.setdefault((crossing.code, side), []).append((row.starts_at, row.ends_at))
    return Calendars(
        {
            row.code: {
                side: Side(
                    places[side].zone, tuple(held.get((row.code, side), ())), tuple(closed.get((row.code, side), ()))
                )
                for side in (row.one_side, row.other_side)
            }
            for row in crossings.values()
        }
    )
