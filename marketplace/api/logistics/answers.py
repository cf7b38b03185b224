"""What the API says of departures."""

from datetime import datetime
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries.departures import DepartureRow, StopRow


class Room(Answer):
    """Room in four dimensions, as decimals: kg, m³, loading metres, pallet places."""

    kg: str
    m3: str
    ldm: str
    pallets: int

    @classmethod
    def of(cls, load: Load) -> "Room":
        """Write a load."""
        return cls(kg=f"{load.kg:f}", m3=f"{load.m3:f}", ldm=f"{load.ldm:f}", pallets=load.pallets)


class Stop(Answer):
    """A place on the way with its zone; ``reached_at`` once the lorry was there.

    ``wait_minutes`` of the way to it are planned as waiting for the border to open.
    """

    place: str
    name: str
    country: str
    zone: str
    border: bool
    eta: Instant
    reached_at: Instant | None
    wait_minutes: int

    @classmethod
    def of(cls, row: StopRow) -> "Stop":
        """Write a stop."""
        return cls(
            place=row.place.code,
            name=row.place.name,
            country=row.place.country,
            zone=row.place.zone,
            border=row.is_border,
            eta=row.eta,
            reached_at=row.reached_at,
            wait_minutes=row.wait_minutes,
        )


class Departure(Answer):
    """A departure; ``left`` is what can still be booked, ``bookable`` whether it can be now."""

    id: UUID
    reference: str
    state: str
    bookable: bool
    line: str
    line_name: str
    carrier_id: UUID
    hub: str
    departs_at: Instant
    cutoff_documents_at: Instant
    cutoff_cargo_at: Instant
    border_eta: Instant | None
    arrives_at: Instant
    capacity: Room
    left: Room
    stops: list[Stop]

    @classmethod
    def of(cls, row: DepartureRow, now: datetime) -> "Departure":
        """Write a departure as it stands now."""
        return cls(
            id=row.id,
            reference=row.reference,
            state=row.state.value,
            bookable=row.is_bookable(now),
            line=row.line_code,
            line_name=row.line_name,
            carrier_id=row.carrier_company_id,
            hub=row.hub_code,
            departs_at=row.departs_at,
            cutoff_documents_at=row.cutoff_documents_at,
            cutoff_cargo_at=row.cutoff_cargo_at,
            border_eta=row.border_eta,
            arrives_at=row.arrives_at,
            capacity=Room.of(row.capacity),
            left=Room.of(row.room),
            stops=[Stop.of(stop) for stop in row.stops],
        )
