"""What a cart comes to: bundles by merchant, trade terms and currency, their lines, totals by currency."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from marketplace.catalog.rules.packing import cartons
from marketplace.catalog.rules.pricing import price_at
from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.rules import obstacles
from marketplace.checkout.rules.items import Item, destination_of, ladder_of, load_of_line, place_of
from marketplace.checkout.rules.obstacles import Barred
from marketplace.checkout.rules.options import Change, Option, choose, shown
from marketplace.checkout.rules.problems import Problem
from marketplace.checkout.rules.wanted import Total
from marketplace.distribution.centre_sales.rules import Lying
from marketplace.kernel.errors import DomainError
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.terms import WholeLorry
from marketplace.orders.rules.incoterms import is_included
from marketplace.orders.rules.samples import Conforming, PlacedSample, SampleCredit, Way, conforming_of, credit_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenWhole:
    """A whole lorry by which a line goes: what all of it costs, and what the line would pay by weight."""

    terms: WholeLorry
    by_weight: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """One line at its price, with its packing, its room on a lorry and the departures that can carry it."""

    item: Item
    offer: OfferRow
    unit_price: UnitPrice
    amount: Money
    cartons: int
    load: Load
    to_place: str | None
    confirm_by: datetime
    options: tuple[Option, ...]
    chosen: Option | None
    problems: tuple[Problem, ...]
    credit: SampleCredit | None = None
    conforms_to: Conforming | None = None
    sample: PlacedSample | None = None
    # Ways by which it would change lorry, where they were asked for, and the one that is chosen: ``chosen`` is its
    # first departure then.
    changes: tuple[Change, ...] = ()
    change: Change | None = None
    # The whole lorry that it goes by: the freight of ``chosen`` is its share then.
    whole: TakenWhole | None = None

    @property
    def ridden(self) -> tuple[Option, ...]:
        """The departures that it goes by: one, two with a change between them, or none yet."""
        if self.change is not None:
            return (self.change.first, self.change.second)
        return (self.chosen,) if self.chosen else ()

    @property
    def arrives_at(self) -> datetime | None:
        """When it is there by plan, None while no departure takes it."""
        return self.ridden[-1].arrives_at if self.ridden else None

    @property
    def freights(self) -> tuple[Money, ...]:
        """What the buyer owes carriers for this line: one, or two where it changes lorry."""
        if self.freight is None:
            return ()
        onward = self.change.second.freight if self.change else None
        return (self.freight,) if onward is None else (self.freight, onward)

    @property
    def payable(self) -> Money:
        """What is to be paid for the goods: less what a sample of them is credited with."""
        return self.amount - self.credit.amount if self.credit else self.amount

    @property
    def by_courier(self) -> bool:
        """Whether a courier takes it: no departure is chosen for it."""
        return self.sample is not None and self.sample.way is Way.COURIER

    @property
    def by_lorry(self) -> bool:
        """Whether a departure is chosen for it: no courier takes it, and nobody fetches it in a centre."""
        return not self.by_courier and self.item.lying is None

    @property
    def freight_included(self) -> bool:
        """Whether the price basis contains the carriage."""
        return is_included(self.item.incoterm)

    @property
    def freight(self) -> Money | None:
        """What the buyer owes a carrier for this line; None when included, or not known."""
        return None if self.freight_included or self.chosen is None else self.chosen.freight


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneLine:
    """A line whose offer, or the price basis it was put in on, is no longer there."""

    item: Item
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What becomes one order; its merchant has until ``confirm_by`` to confirm it."""

    key: str
    merchant_id: UUID
    incoterm: str
    place_code: str
    currency: str
    confirm_by: datetime
    lines: tuple[CartLine, ...]

    @property
    def goods(self) -> Money:
        """What is to be paid for the goods of this bundle."""
        return _sum([line.payable for line in self.lines], self.currency)

    @property
    def freight(self) -> tuple[Money, ...]:
        """What the buyer owes carriers for this bundle, by currency of their tariffs."""
        return by_currency([amount for line in self.lines for amount in line.freights])

    @property
    def room_until(self) -> datetime | None:
        """Until when the first of its lorries keeps room for goods from stock, None where none does."""
        cutoffs = [line.chosen.cutoff_cargo_at for line in self.lines if line.chosen and line.offer.lead_days is None]
        return min(cutoffs, default=None)

    def deposit_until(self, due: datetime) -> datetime:
        """Return until when a deposit is to be paid that its plan makes due at an instant: while there is room."""
        return due if self.room_until is None else min(due, self.room_until)

    @property
    def lying(self) -> Lying | None:
        """The centre that all of its goods are taken from, None for goods of the merchant's own stock."""
        return self.lines[0].item.lying

    def is_elsewhere(self, destination: str | None) -> bool:
        """Tell whether its price brings the goods to another place than where the cart goes."""
        if self.lying is not None:
            return destination not in (None, self.place_code)
        return destination not in (None, destination_of(self.place_code, self.incoterm, destination))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """A cart as it stands now."""

    destination: str | None
    bundles: tuple[Bundle, ...]
    gone: tuple[GoneLine, ...]

    @property
    def totals(self) -> tuple[Total, ...]:
        """What a checkout would owe: goods by currency, then freight by currency."""
        goods = by_currency([bundle.goods for bundle in self.bundles])
        freight = by_currency([amount for bundle in self.bundles for amount in bundle.freight])
        return (*(Total("goods", money) for money in goods), *(Total("freight", money) for money in freight))

    @property
    def lines(self) -> tuple[CartLine, ...]:
        """Every line that can be priced."""
        return tuple(line for bundle in self.bundles for line in bundle.lines)

    @property
    def is_orderable(self) -> bool:
        """Whether nothing stands in the way of ordering all of it."""
        return bool(self.bundles) and not self.gone and not any(line.problems for line in self.lines)

    @property
    def is_freight_unknown(self) -> bool:
        """Whether the totals lack freight that the buyer will owe."""
        return any(not line.freight_included and line.by_lorry and line.freight is None for line in self.lines)


def bundle_key(merchant_id: UUID, incoterm: str, place_code: str, currency: str, *, lies: str | None = None) -> str:
    """Name a bundle the same whenever the cart is read; ``lies``: its goods lie at the place, bonded or free.

    What is imported by its order, and what is sold inside the country, are orders of their own.
    """
    return ".".join([merchant_id.hex, incoterm, place_code, currency, *([lies] if lies else [])])


def price_line(
    item: Item,
    offer: OfferRow,
    *,
    destination: str | None,
    confirm_by: datetime,
    options: Sequence[Option],
    now: datetime,
    wanted_departure: UUID | None = None,
    barred: Barred | None = None,
    change: Change | None = None,
) -> CartLine | GoneLine:
    """Price one line and choose its departure: the wanted one, else the one that ``choose`` names.

    With ``change`` it goes by that way: its first departure is the line's.

    ``barred`` is the rule by which these goods may not go where the line goes.
    """
    try:
        ladder = ladder_of(item, offer)
    except DomainError as refusal:
        if not offer.ladders:
            return GoneLine(item=item, problem=Problem("price_hidden", {}))
        return GoneLine(item=item, problem=Problem("price_basis_gone", {"accepted": refusal.errors[0].accepted}))
    price = price_at(ladder, item.quantity)
    to_place = item.lying.place_code if item.lying else destination_of(item.place_code, item.incoterm, destination)
    if item.lying:
        chosen, change = None, None
    else:
        needs_room = offer.lead_days is None
        chosen = (
            choose(options, wanted_departure, needs_room=needs_room)
            if change is None
            else replace(change.first, bar=change.bar)
        )
    ridden = () if chosen is None else (chosen,) if change is None else (chosen, change.second)
    return CartLine(
        item=item,
        offer=offer,
        unit_price=price,
        amount=(amount := price.times(item.quantity)),
        cartons=cartons(item.quantity, offer.packing) if offer.packing else 0,
        load=load_of_line(item.quantity, offer.packing),
        to_place=to_place,
        confirm_by=confirm_by,
        options=() if item.lying else shown(options, chosen if change is None else None),
        chosen=chosen,
        change=change,
        problems=(
            *obstacles.prohibited(barred),
            *obstacles.too_much(amount),
            *obstacles.of_line(item, offer, to_place, options, ridden, None if change else wanted_departure),
        ),
        credit=credit_of(item.had, amount=amount, quantity=item.quantity, now=now),
        conforms_to=conforming_of(item.had),
    )


def price_sample(
    item: Item,
    offer: OfferRow,
    sample: PlacedSample,
    *,
    destination: str | None,
    confirm_by: datetime,
    options: Sequence[Option],
    wanted_departure: UUID | None = None,
    barred: Barred | None = None,
) -> CartLine:
    """Price a sample at its own price, whatever the ladder and its steps say; a courier needs no departure."""
    by_courier = sample.way is Way.COURIER
    to_place = item.place_code if by_courier else destination_of(item.place_code, item.incoterm, destination)
    chosen = None if by_courier else choose(options, wanted_departure, needs_room=offer.lead_days is None)
    amount = sample.goods + sample.courier
    found = (
        obstacles.by_courier(offer)
        if by_courier
        else obstacles.on_its_way(item, offer, to_place, options, (chosen,) if chosen else (), wanted_departure)
    )
    return CartLine(
        item=item,
        offer=offer,
        unit_price=UnitPrice.of(sample.goods.amount / item.quantity, item.currency),
        amount=amount,
        cartons=0,
        load=load_of_line(item.quantity, offer.packing),
        to_place=to_place,
        confirm_by=confirm_by,
        options=() if by_courier else shown(options, chosen),
        chosen=chosen,
        problems=(*obstacles.prohibited(barred), *obstacles.too_much(amount), *obstacles.short(item, offer), *found),
        sample=sample,
    )


def bundled(destination: str | None, lines: Sequence[CartLine | GoneLine]) -> Cart:
    """Put the lines into bundles, in the order in which each was begun."""
    bundles: dict[str, list[CartLine]] = {}
    gone: list[GoneLine] = []
    for line in lines:
        if isinstance(line, GoneLine):
            gone.append(line)
            continue
        item = line.item
        key = bundle_key(
            line.offer.merchant_id,
            item.incoterm,
            place_of(item),
            item.currency,
            lies=str(item.lying.status) if item.lying else None,
        )
        bundles.setdefault(key, []).append(line)
    return Cart(
        destination=destination,
        bundles=tuple(_bundle(key, found) for key, found in bundles.items()),
        gone=tuple(gone),
    )


def by_currency(amounts: Sequence[Money]) -> tuple[Money, ...]:
    """Sum amounts by currency, currencies in alphabetical order."""
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
    return tuple(sums[currency] for currency in sorted(sums))


def _bundle(key: str, lines: Sequence[CartLine]) -> Bundle:
    first = lines[0]
    return Bundle(
        key=key,
        merchant_id=first.offer.merchant_id,
        incoterm=first.item.incoterm,
        place_code=place_of(first.item),
        currency=first.item.currency,
        confirm_by=first.confirm_by,
        lines=tuple(lines),
    )


def _sum(amounts: Sequence[Money], currency: str) -> Money:
    total = Money.zero(currency)
    for amount in amounts:
        total += amount
    return total
