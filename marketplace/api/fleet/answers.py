"""What the API says of fleets, crews and rotations."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from marketplace.api.logistics.answers import Room
from marketplace.api.shared.answers import Answer, Instant
from marketplace.logistics.fleet.queries.crews import CrewRow
from marketplace.logistics.fleet.queries.fleets import DriverRow, PaperRow, TypeRow, VehicleRow
from marketplace.logistics.fleet.queries.rotations import RotationRow
from marketplace.logistics.fleet.rules.rotations import Stretch
from marketplace.logistics.queries.departures import DepartureRow


class Paper(Answer):
    """A paper that counts; the number is null once its driver was forgotten."""

    id: UUID
    kind: str
    number: str | None
    country: str | None
    valid_from: date | None
    valid_until: date
    file_id: UUID | None

    @classmethod
    def of(cls, row: PaperRow) -> "Paper":
        """Write a paper."""
        return cls.model_validate(row)


class Plate(Answer):
    """A number in a country."""

    country: str
    number: str


class Vehicle(Answer):
    """A tractor or trailer; ``contractor_id`` is the carrier that it is hired from."""

    id: UUID
    reference: str
    keeper_id: UUID
    contractor_id: UUID | None
    kind: str
    vehicle_type: str | None
    is_reefer: bool
    euro_class: int | None
    co2_grams_km: int | None
    retired: bool
    plates: list[Plate]
    papers: list[Paper]

    @classmethod
    def of(cls, row: VehicleRow) -> "Vehicle":
        """Write a vehicle."""
        return cls(
            id=row.id,
            reference=row.reference,
            keeper_id=row.company_id,
            contractor_id=row.contractor_id,
            kind=row.kind.value,
            vehicle_type=row.type_code,
            is_reefer=row.is_reefer,
            euro_class=row.euro_class,
            co2_grams_km=row.co2_grams_km,
            retired=row.retired_at is not None,
            plates=[Plate(country=country, number=number) for country, number in row.plates.items()],
            papers=[Paper.of(paper) for paper in row.papers],
        )


class Driver(Answer):
    """A driver; the name is null once it was forgotten."""

    id: UUID
    reference: str
    keeper_id: UUID
    contractor_id: UUID | None
    name: str | None
    phone: str | None
    country: str
    retired: bool
    papers: list[Paper]

    @classmethod
    def of(cls, row: DriverRow) -> "Driver":
        """Write a driver."""
        return cls(
            id=row.id,
            reference=row.reference,
            keeper_id=row.company_id,
            contractor_id=row.contractor_id,
            name=row.name,
            phone=row.phone,
            country=row.country,
            retired=row.retired_at is not None,
            papers=[Paper.of(paper) for paper in row.papers],
        )


class Crew(Answer):
    """Who drives a departure from a stop to another, by ids, and when they are planned back."""

    id: UUID
    from_stop: str
    to_stop: str
    starts_at: Instant
    ends_at: Instant
    returns_at: Instant
    tractor: UUID
    trailer: UUID
    drivers: list[UUID]
    is_cooled: bool
    is_dangerous: bool

    @classmethod
    def of(cls, row: CrewRow, departure: DepartureRow) -> "Crew":
        """Write a crew."""
        return cls(
            id=row.id,
            from_stop=departure.stops[row.span.first].place.code,
            to_stop=departure.stops[row.span.last].place.code,
            starts_at=row.span.starts_at,
            ends_at=row.span.ends_at,
            returns_at=row.returns_at,
            tractor=row.tractor_id,
            trailer=row.trailer_id,
            drivers=list(row.driver_ids),
            is_cooled=row.is_cooled,
            is_dangerous=row.is_dangerous,
        )


class Crews(Answer):
    """The crews of a departure in the order of the way; ``has_dangerous`` where goods aboard are known to be so."""

    departure_id: UUID
    has_dangerous: bool
    crews: list[Crew]


class Way(Answer):
    """A way of a rotation: a departure, or a positioning where none is named; ``derived``: great circle × 1.4."""

    departure: str | None
    start: str
    end: str
    km: int
    derived: bool
    empty: bool

    @classmethod
    def of(cls, row: Stretch) -> "Way":
        """Write a way."""
        return cls(
            departure=row.departure, start=row.start, end=row.end, km=row.km, derived=row.is_derived, empty=row.is_empty
        )


class Rotation(Answer):
    """The departures that a vehicle runs one after the other, and how far it is empty."""

    id: UUID
    reference: str
    vehicle_id: UUID
    departures: list[UUID]
    ways: list[Way]
    km: int
    empty_km: int
    returns_at: Instant

    @classmethod
    def of(cls, row: RotationRow) -> "Rotation":
        """Write a rotation."""
        return cls(
            id=row.id,
            reference=row.reference,
            vehicle_id=row.vehicle_id,
            departures=[each.id for each in row.departures],
            ways=[Way.of(each) for each in row.ways],
            km=row.km,
            empty_km=row.empty_km,
            returns_at=row.returns_at,
        )


class VehicleType(Answer):
    """A kind of lorry, how many TEU it counts as, and where the figures come from."""

    id: UUID
    code: str
    name: str
    capacity: Room
    teu: str
    source: str
    is_reefer: bool

    @classmethod
    def of(cls, row: TypeRow) -> "VehicleType":
        """Write a kind of lorry."""
        return cls(
            id=row.id,
            code=row.code,
            name=row.name,
            capacity=Room.of(row.capacity),
            teu=f"{Decimal(row.teu_hundredths) / 100:.2f}",
            source=row.source,
            is_reefer=row.is_reefer,
        )


class Cutoff(Answer):
    """Until when a departure takes what; ``zone`` is that of the hub."""

    kind: str
    at: Instant
    zone: str
