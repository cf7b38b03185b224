"""What the API says of ways to get a load there."""

from decimal import Decimal
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.ways import Way
from marketplace.edge.acts.itineraries import FactorsSeen
from marketplace.logistics.itineraries.queries.search import ItineraryRow, RideRow
from marketplace.logistics.itineraries.rules.emissions import Factor
from marketplace.logistics.rules.states import Mode

METHOD = (
    "ISO 14083 transport activity: gross mass × kilometres of each leg × well-to-wheel factor of its mode; "
    "hub operations are not counted"
)


class Ride(Answer):
    """The load on one departure; ``compared`` is its freight in the currency of comparison."""

    departure_id: UUID
    reference: str
    line: str
    line_name: str
    carrier_id: UUID
    hub: str
    to: str
    departs_at: Instant
    cutoff_documents_at: Instant
    cutoff_cargo_at: Instant
    arrives_at: Instant
    freight: Amount | None
    compared: Amount
    chargeable_kg: str
    way: Way

    @classmethod
    def of(cls, ride: RideRow, load_grams: int) -> "Ride":
        """Write a ride."""
        option = ride.option
        return cls(
            departure_id=option.departure_id,
            reference=option.reference,
            line=option.line_code,
            line_name=option.line_name,
            carrier_id=option.carrier_company_id,
            hub=option.hub_code,
            to=option.to_place,
            departs_at=option.departs_at,
            cutoff_documents_at=option.cutoff_documents_at,
            cutoff_cargo_at=option.cutoff_cargo_at,
            arrives_at=option.arrives_at,
            freight=Amount.of(option.freight) if option.freight else None,
            compared=Amount.of(ride.compared),
            chargeable_kg=f"{Decimal(option.chargeable_g).scaleb(-3):f}",
            way=Way.of(ride.way, load_grams=load_grams, arrives_at=option.arrives_at),
        )


class Itinerary(Answer):
    """A way that no other beats in arrival and freight.

    It is ``bookable`` where one departure does it alone: a checkout takes that departure's id. It is ``orderable`` with
    one change too: a checkout takes both ids, ``{"first": id, "second": id}``. More changes are arranged by asking.
    """

    arrives_at: Instant
    compared: Amount
    co2e_grams: int
    changes: int
    bookable: bool
    orderable: bool
    earliest: bool
    cheapest: bool
    rides: list[Ride]

    @classmethod
    def of(cls, row: ItineraryRow, load_grams: int) -> "Itinerary":
        """Write a way."""
        return cls(
            arrives_at=row.arrives_at,
            compared=Amount.of(row.compared),
            co2e_grams=row.co2e_grams,
            changes=len(row.rides) - 1,
            bookable=row.is_bookable,
            orderable=row.is_orderable,
            earliest=row.is_earliest,
            cheapest=row.is_cheapest,
            rides=[Ride.of(ride, load_grams) for ride in row.rides],
        )


class EmissionFactor(Answer):
    """Grams of CO2e that a tonne emits on a kilometre by a mode, well to wheel; who says so, since when."""

    mode: str
    grams_per_tkm: str
    source: str
    valid_from: Instant | None
    method: str

    @classmethod
    def of(cls, mode: Mode, factor: Factor) -> "EmissionFactor":
        """Write a factor."""
        return cls(
            mode=mode.value,
            grams_per_tkm=f"{Decimal(factor.mg_per_tkm).scaleb(-3):f}",
            source=factor.source,
            valid_from=factor.valid_from,
            method=METHOD,
        )

    @classmethod
    def all_of(cls, seen: FactorsSeen) -> "list[EmissionFactor]":
        """Write those in force, then those that come."""
        return [cls.of(mode, factor) for mode, factor in (*seen.now.items(), *seen.coming)]
