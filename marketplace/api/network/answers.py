"""What the API says of lines, crossings and closures."""

from datetime import date
from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.edge.requests.borders import WEEKDAYS, clock_text
from marketplace.logistics.borders.queries.crossings import (
    ClosureRow,
    CrossingRow,
    DelayRow,
    HoursRow,
    RuleRow,
    SideRow,
)
from marketplace.logistics.borders.queries.network import FigureRow, LegRow, NetworkLine
from marketplace.logistics.queries.weekly import WeeklyRow


class Figures(Answer):
    """What a leg is: ``hours`` without waits for borders whose hours are known, ``assumed`` where nobody says so."""

    transport: str
    carriage: str
    lane: str
    hours: str
    km: int | None
    source: str
    assumed: bool

    @classmethod
    def of(cls, row: FigureRow) -> "Figures":
        """Write figures."""
        return cls(
            transport=row.mode,
            carriage=row.carriage,
            lane=row.lane,
            hours=f"{row.minutes / 60:.2f}",
            km=row.km,
            source=row.source,
            assumed=row.is_assumed,
        )


class Past(Answer):
    """What the figures of a leg were until an instant."""

    figures: Figures
    until: Instant


class Leg(Answer):
    """A leg of a line; ``track`` is the way of a ship as [longitude, latitude] in degrees."""

    id: UUID
    start: str
    end: str
    crossing: str | None
    figures: Figures
    track: list[tuple[float, float]]
    past: list[Past]

    @classmethod
    def of(cls, row: LegRow) -> "Leg":
        """Write a leg."""
        return cls(
            id=row.id,
            start=row.start.code,
            end=row.end.code,
            crossing=row.crossing,
            figures=Figures.of(row.figures),
            track=list(row.track),
            past=[Past(figures=Figures.of(each.figures), until=each.until) for each in row.past],
        )


class Line(Answer):
    """A line with its legs; ``hours`` without waits for borders, ``km`` is null while that of a leg is not known.

    It departs from ``begins_at`` on and before ``ended_at``; ``follows`` is the code of the line that it goes on from.
    """

    id: UUID
    code: str
    name: str
    names: dict[str, str]
    carrier_id: UUID
    begins_at: Instant | None
    ended_at: Instant | None
    follows: str | None
    hub: str
    hours: str
    km: int | None
    legs: list[Leg]

    @classmethod
    def of(cls, row: NetworkLine) -> "Line":
        """Write a line."""
        return cls(
            id=row.id,
            code=row.code,
            name=row.name,
            names=dict(row.names),
            carrier_id=row.carrier_company_id,
            begins_at=row.begins_at,
            ended_at=row.ended_at,
            follows=row.follows,
            hub=row.hub.code,
            hours=f"{row.minutes / 60:.2f}",
            km=row.km,
            legs=[Leg.of(leg) for leg in row.legs],
        )


class Hours(Answer):
    """When a side is open, by its own clock; over midnight where it closes at an earlier time than it opens."""

    id: UUID
    weekdays: list[str]
    opens: str
    closes: str
    valid_from: date
    valid_to: date | None
    source: str
    assumed: bool

    @classmethod
    def of(cls, row: HoursRow) -> "Hours":
        """Write hours."""
        return cls(
            id=row.id,
            weekdays=[day for number, day in enumerate(WEEKDAYS) if row.hours.weekdays >> number & 1],
            opens=clock_text(row.hours.opens),
            closes=clock_text(row.hours.closes),
            valid_from=row.hours.valid_from,
            valid_to=row.hours.valid_to,
            source=row.source,
            assumed=row.is_assumed,
        )


class Side(Answer):
    """A side of a crossing; without hours it counts as open."""

    place: str
    name: str
    country: str
    zone: str
    hours: list[Hours]

    @classmethod
    def of(cls, row: SideRow) -> "Side":
        """Write a side."""
        return cls(
            place=row.place.code,
            name=row.place.name,
            country=row.place.country,
            zone=row.place.zone,
            hours=[Hours.of(each) for each in row.hours],
        )


class Closure(Answer):
    """A closure of a side, or of the whole crossing where ``place`` is null."""

    id: UUID
    crossing: str
    place: str | None
    starts_at: Instant
    ends_at: Instant
    reason: str
    source: str
    state: str

    @classmethod
    def of(cls, row: ClosureRow) -> "Closure":
        """Write a closure."""
        return cls(
            id=row.id,
            crossing=row.crossing,
            place=row.place.code if row.place is not None else None,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            reason=row.reason,
            source=row.source,
            state=row.state,
        )


class Delay(Answer):
    """A departure that a closure delays: planned and expected at the end of its line, as of when it was entered."""

    departure_id: UUID
    reference: str
    planned_at: Instant
    expected_at: Instant

    @classmethod
    def of(cls, row: DelayRow) -> "Delay":
        """Write a delay."""
        return cls(
            departure_id=row.departure_id,
            reference=row.reference,
            planned_at=row.planned_at,
            expected_at=row.expected_at,
        )


class ClosureWithDelays(Answer):
    """A closure and the departures that it delays."""

    closure: Closure
    delays: list[Delay]


class Rule(Answer):
    """What a lane takes, with its parameters, and who says so."""

    id: UUID
    lane: str
    rule: str
    parameters: dict[str, Any]
    valid_from: date
    valid_to: date | None
    source: str
    assumed: bool

    @classmethod
    def of(cls, row: RuleRow) -> "Rule":
        """Write a rule."""
        return cls(
            id=row.id,
            lane=row.lane,
            rule=row.rule.code,
            parameters=dict(row.rule.parameters),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source=row.source,
            assumed=row.is_assumed,
        )


class Crossing(Answer):
    """A crossing now: ``open_from`` is when both sides are open next (null: never), ``open_until`` when that ends."""

    id: UUID
    code: str
    open: bool
    open_from: Instant | None
    open_until: Instant | None
    sides: list[Side]
    closures: list[Closure]
    rules: list[Rule]

    @classmethod
    def of(cls, row: CrossingRow) -> "Crossing":
        """Write a crossing."""
        return cls(
            id=row.id,
            code=row.code,
            open=row.is_open,
            open_from=row.opening.since if row.opening is not None else None,
            open_until=row.opening.until if row.opening is not None else None,
            sides=[Side.of(side) for side in row.sides],
            closures=[Closure.of(each) for each in row.closures],
            rules=[Rule.of(each) for each in row.rules],
        )


class Proposed(Answer):
    """How many closures were proposed that were not there."""

    proposed: int


class Service(Answer):
    """A line that runs every week on a day at a time of its hub; ``ended_at`` where no more is planned."""

    id: UUID
    line: str
    vehicle: str
    weekday: str
    time: str
    ended_at: Instant | None

    @classmethod
    def of(cls, row: WeeklyRow) -> "Service":
        """Write a weekly service."""
        return cls(
            id=row.id,
            line=row.line_code,
            vehicle=row.vehicle,
            weekday=WEEKDAYS[row.weekday],
            time=f"{row.minute_of_day // 60:02}:{row.minute_of_day % 60:02}",
            ended_at=row.ended_at,
        )
