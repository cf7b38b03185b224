"""Crossings with both clocks, hours, closures and rules of their lanes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.logistics.borders.models import BorderClosure, BorderHours, BorderLaneRule, ClosureDelay
from marketplace.logistics.borders.queries.calendars import calendars
from marketplace.logistics.borders.rules import hours as rules
from marketplace.logistics.borders.rules.closing import ClosureReason, ClosureState
from marketplace.logistics.borders.rules.estimates import crossings_on
from marketplace.logistics.borders.rules.hours import Hours, Opening
from marketplace.logistics.borders.rules.lanes import LaneRule
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import BorderCrossing, Leg
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Hours of a side, and who says so."""

    id: UUID
    place_code: str
    hours: Hours
    source: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A closure of a side, or of the whole crossing where ``place`` is None."""

    id: UUID
    crossing: str
    place: PlaceRow | None
    starts_at: datetime
    ends_at: datetime
    reason: ClosureReason
    source: str
    state: ClosureState
    # Clocks by which a reader of the crossing thinks: of the side, else of the first.
    zone: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of a lane, and who says so."""

    id: UUID
    lane: str
    rule: LaneRule
    valid_from: date
    valid_to: date | None
    source: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class SideRow:
    """A side of a crossing with the hours that hold there now or later."""

    place: PlaceRow
    hours: tuple[HoursRow, ...]

    def hours_on(self, day: date) -> tuple[HoursRow, ...]:
        """Return the hours that hold on a local day."""
        return tuple(row for row in self.hours if row.hours.holds(day))


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """A crossing now: whether both sides are open, since or from when, until when."""

    id: UUID
    code: str
    sides: tuple[SideRow, SideRow]
    is_open: bool
    opening: Opening | None
    closures: tuple[ClosureRow, ...]
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True)
class DelayRow:
    """A departure that a closure delays: planned and expected at the end of its line."""

    departure_id: UUID
    reference: str
    planned_at: datetime
    expected_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class LaneOfDeparture:
    """A crossing on the way of a departure, the lane it takes there, and the rules of that lane on its local day."""

    crossing: str
    lane: str
    day: date
    rules: tuple[LaneRule, ...]


def crossings(session: Session, *, now: datetime, crossing_id: UUID | None = None) -> tuple[CrossingRow, ...]:
    """Return every crossing, or one, by code, with the hours, closures and rules that are not over."""
    places = {place.code: place for place in reference.places(session)}
    open_at = calendars(session)
    wanted = sa.select(BorderCrossing).order_by(BorderCrossing.code)
    if crossing_id is not None:
        wanted = wanted.where(BorderCrossing.id == crossing_id)
    rows = session.scalars(wanted).all()
    held: dict[UUID, list[HoursRow]] = {}
    order = (BorderHours.valid_from, BorderHours.opens, BorderHours.id)
    for row in session.scalars(sa.select(BorderHours).order_by(*order)):
        # A day ends last where clocks are behind: what is over there is over everywhere.
        if row.valid_to is None or row.valid_to >= now.date():
            span = Hours(row.weekdays, row.opens, row.closes, row.valid_from, row.valid_to)
            each = HoursRow(row.id, row.place_code, span, row.source, row.is_assumed)
            held.setdefault(row.crossing_id, []).append(each)
    closed = _closures(session, rows, places, BorderClosure.ends_at > now)
    ruled: dict[UUID, list[RuleRow]] = {}
    for row in session.scalars(sa.select(BorderLaneRule).order_by(BorderLaneRule.lane, BorderLaneRule.id)):
        if row.valid_to is None or row.valid_to >= now.date():
            ruled.setdefault(row.crossing_id, []).append(_rule(row))
    found: list[CrossingRow] = []
    for row in rows:
        sides = open_at.sides(row.code)
        span = rules.next_span(sides, now)
        one, other = (
            SideRow(places[code], tuple(each for each in held.get(row.id, ()) if each.place_code == code))
            for code in (row.one_side, row.other_side)
        )
        found.append(
            CrossingRow(
                id=row.id,
                code=row.code,
                sides=(one, other),
                is_open=span is not None and span.since == now,
                opening=span,
                closures=tuple(each for each in closed if each.crossing == row.code),
                rules=tuple(ruled.get(row.id, ())),
            )
        )
    return tuple(found)


def crossing(session: Session, *, crossing_id: UUID, now: datetime) -> CrossingRow:
    """Return one crossing; NotFound for an unknown one."""
    found = crossings(session, now=now, crossing_id=crossing_id)
    if not found:
        raise NotFound("border_crossing")
    return found[0]


def closure(session: Session, *, closure_id: UUID) -> ClosureRow:
    """Return one closure, whatever became of it; NotFound for an unknown one."""
    rows = session.scalars(sa.select(BorderCrossing)).all()
    places = {place.code: place for place in reference.places(session)}
    found = _closures(session, rows, places, BorderClosure.id == closure_id, every_state=True)
    if not found:
        raise NotFound("border_closure")
    return found[0]


def delays(session: Session, *, closure_id: UUID) -> tuple[DelayRow, ...]:
    """Return the departures that a closure was found to delay when it was entered, by when they leave."""
    rows = session.execute(
        sa.select(Departure.id, Departure.reference, ClosureDelay.planned_at, ClosureDelay.expected_at, _end_of_line())
        .join(Departure, Departure.id == ClosureDelay.departure_id)
        .where(ClosureDelay.closure_id == closure_id)
        .order_by(Departure.departs_at, Departure.id)
    )
    places = {place.code: place for place in reference.places(session)}
    return tuple(DelayRow(*row, zone=places[end].zone) for *row, end in rows)


def waiting(session: Session, *, now: datetime) -> int:
    """Return how many proposed closures wait for somebody to confirm or drop them."""
    wanted = (BorderClosure.state == ClosureState.PROPOSED, BorderClosure.ends_at > now)
    return session.scalars(sa.select(sa.func.count()).select_from(BorderClosure).where(*wanted)).one()


def lane_rules(session: Session, *, crossing_id: UUID, lane: str, on: date) -> tuple[LaneRule, ...]:
    """Return the rules of a lane that hold on a local day of the crossing."""
    rows = session.scalars(
        sa.select(BorderLaneRule)
        .where(BorderLaneRule.crossing_id == crossing_id, BorderLaneRule.lane == lane)
        .order_by(BorderLaneRule.id)
    )
    return tuple(_rule(row).rule for row in rows if _holds(row, on))


def lanes_of_departures(session: Session, *, departure_ids: Collection[UUID]) -> dict[UUID, list[LaneOfDeparture]]:
    """Return the lanes that departures take over borders with the rules of the day, on each way in its order.

    The rules go to ``rules.lanes.refusals`` with what would be aboard. As many questions for one as for many.
    """
    places = {place.code: place for place in reference.places(session)}
    rows = session.scalars(sa.select(BorderCrossing)).all()
    by_code = {row.code: row.id for row in rows}
    pairs = {frozenset((row.one_side, row.other_side)): row.code for row in rows}
    ruled: dict[tuple[UUID, str], list[BorderLaneRule]] = {}
    for row in session.scalars(sa.select(BorderLaneRule).order_by(BorderLaneRule.id)):
        ruled.setdefault((row.crossing_id, row.lane), []).append(row)
    lanes = {
        (row.id, row.crossing_id): row.lane
        for row in session.execute(
            sa.select(Departure.id, Leg.crossing_id, Leg.lane)
            .join(Leg, Leg.line_id == Departure.line_id)
            .where(Departure.id.in_(departure_ids), Leg.crossing_id.is_not(None))
        )
    }
    ways: dict[UUID, list[DepartureStop]] = {}
    wanted = sa.select(DepartureStop).where(DepartureStop.departure_id.in_(departure_ids))
    for stop in session.scalars(wanted.order_by(DepartureStop.departure_id, DepartureStop.position)):
        ways.setdefault(stop.departure_id, []).append(stop)
    found: dict[UUID, list[LaneOfDeparture]] = {}
    for departure_id, way in ways.items():
        seen = found.setdefault(departure_id, [])
        for stop, code in zip(way, crossings_on([each.place_code for each in way], pairs), strict=True):
            if code is None or any(each.crossing == code for each in seen):
                continue
            day = stop.eta.astimezone(ZoneInfo(places[stop.place_code].zone)).date()
            lane = lanes[departure_id, by_code[code]]
            held = tuple(_rule(row).rule for row in ruled.get((by_code[code], lane), ()) if _holds(row, day))
            seen.append(LaneOfDeparture(code, lane, day, held))
    return found


def hours_at(session: Session, *, place_codes: Collection[str]) -> dict[str, tuple[HoursRow, ...]]:
    """Return the hours of sides by the code of their place, those that are over as well."""
    found: dict[str, list[HoursRow]] = {}
    wanted = sa.select(BorderHours).where(BorderHours.place_code.in_(place_codes))
    for row in session.scalars(wanted.order_by(BorderHours.valid_from, BorderHours.opens, BorderHours.id)):
        span = Hours(row.weekdays, row.opens, row.closes, row.valid_from, row.valid_to)
        found.setdefault(row.place_code, []).append(HoursRow(row.id, row.place_code, span, row.source, row.is_assumed))
    return {code: tuple(rows) for code, rows in found.items()}


def _closures(
    session: Session,
    rows: Sequence[BorderCrossing],
    places: Mapping[str, PlaceRow],
    wanted: sa.ColumnElement[bool],
    *,
    every_state: bool = False,
) -> tuple[ClosureRow, ...]:
    codes = {row.id: row for row in rows}
    shown = sa.true() if every_state else BorderClosure.state.in_((ClosureState.PROPOSED, ClosureState.CONFIRMED))
    found = session.scalars(
        sa.select(BorderClosure)
        .where(wanted, shown, BorderClosure.crossing_id.in_(codes))
        .order_by(BorderClosure.starts_at, BorderClosure.id)
    )
    return tuple(
        ClosureRow(
            id=row.id,
            crossing=codes[row.crossing_id].code,
            place=places[row.place_code] if row.place_code is not None else None,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            reason=row.reason,
            source=row.source,
            state=row.state,
            zone=places[row.place_code or codes[row.crossing_id].one_side].zone,
        )
        for row in found
    )


def _rule(row: BorderLaneRule) -> RuleRow:
    rule = LaneRule(row.code, row.parameters)
    return RuleRow(row.id, row.lane, rule, row.valid_from, row.valid_to, row.source, row.is_assumed)


def _holds(row: BorderLaneRule, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _end_of_line() -> Any:
    """Return the code of the last place of a departure."""
    return (
        sa.select(DepartureStop.place_code)
        .where(DepartureStop.departure_id == Departure.id)
        .order_by(DepartureStop.position.desc())
        .limit(1)
        .scalar_subquery()
    )
