"""What the API says of the departures, and the ways with a change, that a line of a cart can go by."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.freight import FreightMade
from marketplace.api.shared.ways import Way
from marketplace.checkout.rules.changes import hours
from marketplace.checkout.rules.options import Change, Option
from marketplace.logistics.itineraries.queries.ways import Road, WayRow
from marketplace.logistics.pricing.rules.terms import WholeLorry


class WholeLorryOffer(Answer):
    """The whole of a departure, ordered as ``{"whole": id}``: nobody else's goods go by it.

    ``price`` is all in and shared over all lines that go by it; waiting beyond the free hours costs so much a started
    hour. From so many chargeable kg on it is cheaper than by weight; null where it never is.
    """

    price: Amount
    cheaper_from_kg: int | None
    free_hours: int
    waiting_per_hour: Amount

    @classmethod
    def of(cls, whole: WholeLorry, option: Option) -> "WholeLorryOffer":
        """Write what all of a departure costs."""
        from_g = option.made.whole_from_g if option.made else None
        return cls(
            price=Amount.of(whole.price),
            cheaper_from_kg=None if from_g is None else from_g // 1_000,
            free_hours=whole.free_minutes // 60,
            waiting_per_hour=Amount.of(whole.waiting),
        )


class Departure(Answer):
    """A departure that can carry a line; ``freight`` is None where the line has no tariff there.

    A ``tight`` one is reached only if the merchant confirms by ``confirm_before``, earlier than he must. ``way`` says
    by what it goes and what carrying the line emits; None in a sample's quote, which is not chosen by it.
    """

    id: UUID
    reference: str
    line: str
    departs_at: Instant
    cutoff_cargo_at: Instant
    arrives_at: Instant
    freight: Amount | None
    chargeable_kg: str
    has_room: bool
    barred: str | None
    tight: bool
    confirm_before: Instant
    made: FreightMade | None
    whole_lorry: WholeLorryOffer | None
    way: Way | None

    @classmethod
    def of(cls, option: Option, load_grams: int, way: WayRow | None, whole: WholeLorry | None = None) -> "Departure":
        """Write an option for a load of so many grams; ``whole`` is what all of it costs where it can be taken."""
        return cls(
            id=option.departure_id,
            reference=option.reference,
            line=option.line_name,
            departs_at=option.departs_at,
            cutoff_cargo_at=option.cutoff_cargo_at,
            arrives_at=option.arrives_at,
            freight=Amount.of(option.freight) if option.freight else None,
            chargeable_kg=f"{Decimal(option.chargeable_g).scaleb(-3):f}",
            has_room=option.fits,
            barred=option.bar,
            tight=option.tight,
            confirm_before=option.confirm_before,
            made=FreightMade.of(option),
            whole_lorry=WholeLorryOffer.of(whole, option) if whole else None,
            way=Way.of(way, load_grams=load_grams, arrives_at=option.arrives_at) if way else None,
        )


class Changing(Answer):
    """A way by two departures, ordered as ``{"first": id, "second": id}``: each has its own carrier and freight.

    The goods change lorry at ``change_at`` and are to be there ``hours`` before the second one takes no more cargo;
    four of them are needed.
    """

    first: Departure
    second: Departure
    change_at: str
    hours: int
    arrives_at: Instant
    has_room: bool
    barred: str | None

    @classmethod
    def of(cls, change: Change, load_grams: int, ways: Mapping[Road, WayRow]) -> "Changing":
        """Write a way for a load of so many grams."""
        first, second = (
            Departure.of(one, load_grams, ways.get((one.line_code, one.to_place)))
            for one in (change.first, change.second)
        )
        return cls(
            first=first,
            second=second,
            change_at=change.first.to_place,
            hours=hours(change.waits),
            arrives_at=change.second.arrives_at,
            has_room=change.fits,
            barred=change.bar,
        )
