"""Lines as a picture draws them, and the lorries under way on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.boards.rules.placing import Point, along, share
from marketplace.logistics.borders.models import SeaTrack
from marketplace.logistics.borders.queries import forecasts
from marketplace.logistics.borders.queries.network import LegRow
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import Leg, Line
from marketplace.logistics.queries.departures import (
    DepartureRow,
    StopRow,
    departure_row,
    departure_rows,
    stops_of,
)
from marketplace.logistics.rules.states import DepartureState, Mode
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

# More lorries than this are under way on no corridor; the picture would show none of them apart.
AT_MOST: Final = 200
_STANDING: Final = (DepartureState.AT_BORDER, DepartureState.HELD)
_MOVING: Final = (DepartureState.DEPARTED, DepartureState.AT_BORDER, DepartureState.CLEARED)


@dataclass(frozen=True, slots=True)
class DrawnLeg:
    """A leg of a line with the points of its way as (longitude, latitude) in degrees: a straight one on land."""

    start: PlaceRow
    end: PlaceRow
    mode: Mode
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line with its legs, the hub's first."""

    code: str
    name: str
    names: Mapping[str, str]
    legs: tuple[DrawnLeg, ...]

    def called(self, locale: str) -> str:
        """Return the name in this language, the English one where there is none."""
        return self.names.get(locale, self.name)


@dataclass(frozen=True, slots=True)
class Lorry:
    """A lorry under way: the stop it passed last, the next one, when it is expected there, and its place by time."""

    departure: DepartureRow
    last: StopRow
    ahead: StopRow | None
    expected_at: datetime | None
    place: Point


@dataclass(frozen=True, slots=True)
class CorridorRow:
    """Lines by name and the lorries under way by departure."""

    lines: tuple[DrawnLine, ...]
    lorries: tuple[Lorry, ...]

    @property
    def places(self) -> tuple[PlaceRow, ...]:
        """Every place on a line once, in the order of lines."""
        ends = [place for line in self.lines for leg in line.legs for place in (leg.start, leg.end)]
        return tuple({place.code: place for place in ends}.values())


def lines(session: Session) -> tuple[DrawnLine, ...]:
    """Return every line that has a leg, by name."""
    places = {place.code: place for place in reference.places(session)}
    found: dict[str, tuple[str, Mapping[str, str], list[DrawnLeg]]] = {}
    for row in session.execute(_LEGS):
        start, end = places[row.from_code], places[row.to_code]
        track = tuple((east, north) for east, north in row.points or ())
        leg = DrawnLeg(start, end, row.mode, track or (_point(start), _point(end)))
        found.setdefault(row.code, (row.name, row.names, []))[2].append(leg)
    return tuple(DrawnLine(code, name, names, tuple(legs)) for code, (name, names, legs) in found.items())


def of_leg(row: LegRow) -> DrawnLine:
    """Return one leg as a picture draws it: the way of the ship where it is known, else straight."""
    points = row.track or (_point(row.start), _point(row.end))
    return DrawnLine("", "", {}, (DrawnLeg(row.start, row.end, row.figures.mode, points),))


def corridor(session: Session, *, now: datetime) -> CorridorRow:
    """Return lines and lorries under way, in as many questions for one as for many."""
    drawn = lines(session)
    under_way = sa.or_(
        Departure.state.in_(_MOVING),
        sa.and_(Departure.state == DepartureState.HELD, Departure.held_from.in_(_MOVING)),
    )
    wanted = departure_rows(now).where(under_way).order_by(Departure.departs_at, Departure.id).limit(AT_MOST)
    found = session.execute(wanted).all()
    ids = [row.id for row in found]
    stops, expected = stops_of(session, ids), forecasts.expected(session, departure_ids=ids)
    ways = {(line.code, leg.start.code, leg.end.code): leg.points for line in drawn for leg in line.legs}
    rows = [departure_row(row, stops) for row in found]
    return CorridorRow(drawn, tuple(_lorry(row, expected[row.id], ways, now) for row in rows))


def _lorry(
    row: DepartureRow,
    expected: Mapping[str, datetime],
    ways: Mapping[tuple[str, str, str], Sequence[Point]],
    now: datetime,
) -> Lorry:
    passed = [stop for stop in row.stops if stop.reached_at is not None]
    last = passed[-1] if passed else row.stops[0]
    ahead = next(iter(row.stops[row.stops.index(last) + 1 :]), None)
    if ahead is None:
        return Lorry(row, last, None, None, _point(last.place))
    until = expected.get(ahead.place.code, ahead.eta)
    way = ways.get((row.line_code, last.place.code, ahead.place.code), (_point(last.place), _point(ahead.place)))
    # A lorry that waits at a border or is held stays where it was seen last: when it goes on nobody knows.
    part = 0.0 if row.state in _STANDING else share(last.reached_at or row.departs_at, until, now)
    return Lorry(row, last, ahead, until, along(way, part))


def _point(place: PlaceRow) -> Point:
    return place.longitude_e6 / 1e6, place.latitude_e6 / 1e6


_LEGS: Final = (
    sa.select(Line.code, Line.name, Line.names, Leg.from_code, Leg.to_code, Leg.mode, SeaTrack.points)
    .join(Leg, Leg.line_id == Line.id)
    .outerjoin(SeaTrack, SeaTrack.leg_id == Leg.id)
    .order_by(Line.name, Line.code, Leg.position)
)
