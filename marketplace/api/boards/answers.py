"""What the API says of the corridor as a picture, and of the days of lorries."""

from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.edge.acts.boards import DaysSeen
from marketplace.logistics.boards.queries.corridor import CorridorRow, DrawnLine, Lorry
from marketplace.logistics.boards.queries.days import LorryDays as LorryRow
from marketplace.logistics.boards.rules.strips import Span
from marketplace.reference.queries import PlaceRow


class MapPlace(Answer):
    """A place on a line, in degrees."""

    code: str
    name: str
    kind: str
    country: str
    longitude: float
    latitude: float

    @classmethod
    def of(cls, row: PlaceRow) -> "MapPlace":
        """Write a place."""
        return cls(
            code=row.code,
            name=row.name,
            kind=row.kind,
            country=row.country,
            longitude=row.longitude_e6 / 1e6,
            latitude=row.latitude_e6 / 1e6,
        )


class MapLeg(Answer):
    """A leg; ``points`` are [longitude, latitude] in degrees: the way of a ship at sea, a straight line on land."""

    start: str
    end: str
    mode: str
    points: list[tuple[float, float]]


class MapLine(Answer):
    """A line with its legs, the hub's first."""

    code: str
    name: str
    legs: list[MapLeg]

    @classmethod
    def of(cls, row: DrawnLine) -> "MapLine":
        """Write a line."""
        legs = [
            MapLeg(start=leg.start.code, end=leg.end.code, mode=leg.mode, points=list(leg.points)) for leg in row.legs
        ]
        return cls(code=row.code, name=row.name, legs=legs)


class MapLorry(Answer):
    """A lorry under way.

    It passed ``last`` and is expected at ``next``; its place is reckoned by time, nobody has seen it there. One that
    waits at a border or is held stands where it was seen last.
    """

    departure_id: UUID
    reference: str
    line: str
    state: str
    last: str
    next: str | None
    expected_at: Instant | None
    longitude: float
    latitude: float

    @classmethod
    def of(cls, row: Lorry) -> "MapLorry":
        """Write a lorry."""
        return cls(
            departure_id=row.departure.id,
            reference=row.departure.reference,
            line=row.departure.line_code,
            state=row.departure.state,
            last=row.last.place.code,
            next=row.ahead.place.code if row.ahead else None,
            expected_at=row.expected_at,
            longitude=round(row.place[0], 4),
            latitude=round(row.place[1], 4),
        )


class Corridor(Answer):
    """Places, lines and the lorries under way."""

    places: list[MapPlace]
    lines: list[MapLine]
    lorries: list[MapLorry]

    @classmethod
    def of(cls, row: CorridorRow) -> "Corridor":
        """Write what is drawn."""
        return cls(
            places=[MapPlace.of(place) for place in row.places],
            lines=[MapLine.of(line) for line in row.lines],
            lorries=[MapLorry.of(lorry) for lorry in row.lorries],
        )


class Strip(Answer):
    """What a lorry does meanwhile: hub, drive, border, held or expected."""

    kind: str
    since: Instant
    until: Instant

    @classmethod
    def of(cls, row: Span) -> "Strip":
        """Write a strip."""
        return cls(kind=row.kind, since=row.since, until=row.until)


class Rotation(Answer):
    """The rotation that a departure is part of, and its vehicle."""

    id: UUID
    reference: str
    vehicle: str


class LorryDays(Answer):
    """A departure with its plan and what was; strips are cut to the days asked for."""

    departure_id: UUID
    reference: str
    line: str
    hub: str
    state: str
    hold_cause: str | None
    departs_at: Instant
    left_at: Instant | None
    arrives_at: Instant
    expected_at: Instant | None
    arrived_at: Instant | None
    border_wait_minutes: int
    rotations: list[Rotation]
    planned: list[Strip]
    actual: list[Strip]

    @classmethod
    def of(cls, row: LorryRow) -> "LorryDays":
        """Write the days of a lorry."""
        departure = row.departure
        return cls(
            departure_id=departure.id,
            reference=departure.reference,
            line=departure.line_code,
            hub=departure.hub_code,
            state=departure.state,
            hold_cause=departure.hold_cause,
            departs_at=departure.departs_at,
            left_at=row.left_at,
            arrives_at=departure.arrives_at,
            expected_at=row.expected_at,
            arrived_at=row.arrived_at,
            border_wait_minutes=row.wait_minutes,
            rotations=[
                Rotation(id=one.id, reference=one.reference, vehicle=one.vehicle_reference) for one in row.rotations
            ],
            planned=[Strip.of(one) for one in row.planned],
            actual=[Strip.of(one) for one in row.actual],
        )


class Days(Answer):
    """Two weeks of lorries; ``more`` where there are others that a line or hub asked for would show."""

    since: Instant
    until: Instant
    more: bool
    lorries: list[LorryDays]

    @classmethod
    def of(cls, seen: DaysSeen) -> "Days":
        """Write two weeks."""
        return cls(
            since=seen.begin,
            until=seen.end,
            more=seen.row.has_more,
            lorries=[LorryDays.of(row) for row in seen.row.lorries],
        )
