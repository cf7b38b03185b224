"""What stands in the way of ordering a line of a cart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace.catalog.rules.pricing import check_quantity, hub_of
from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.rules.from_centre import problems_there
from marketplace.checkout.rules.items import Item, ladder_of
from marketplace.checkout.rules.limits import of_lorries, of_stock
from marketplace.checkout.rules.options import Option
from marketplace.checkout.rules.problems import Problem
from marketplace.kernel.errors import DomainError
from marketplace.kernel.money import LARGEST_MINOR, Money
from marketplace.orders.rules.incoterms import is_included


@dataclass(frozen=True, slots=True)
class Barred:
    """The rule of a country by which goods under an HS prefix may not come in, and where it was read."""

    country: str
    hs_prefix: str
    source: str
    source_url: str


def by_courier(offer: OfferRow) -> list[Problem]:
    """No courier of ours takes dangerous goods, or what may be some."""
    if offer.hindrance is not None and offer.lack is not None:
        return [Problem(offer.lack, {})]
    return [Problem("dangerous_courier", {})] if offer.dangerous is not None else []


def prohibited(barred: Barred | None) -> Sequence[Problem]:
    """Tell of the rule by which goods may not go where their line goes."""
    if barred is None:
        return ()
    facts = {"country": barred.country, "hs": barred.hs_prefix, "source": barred.source, "address": barred.source_url}
    return (Problem("prohibited_there", facts),)


def too_much(amount: Money) -> Sequence[Problem]:
    """Tell of an amount that no account can hold."""
    most = Money(LARGEST_MINOR, amount.currency)
    return (Problem("amount_too_large", {"most": str(most)}),) if amount.minor > most.minor else ()


def of_line(
    item: Item,
    offer: OfferRow,
    to_place: str | None,
    options: Sequence[Option],
    ridden: Sequence[Option],
    wanted: UUID | None,
) -> list[Problem]:
    """Return what stands in the way of a line: its quantity, what lies in a centre, the stock, or its way."""
    found: list[Problem] = []
    try:
        check_quantity(item.quantity, moq=offer.moq, multiple=offer.multiple)
    except DomainError as refusal:
        found.append(Problem("quantity_changed", {"accepted": refusal.errors[0].accepted}))
    if item.lying is not None:
        return found + problems_there(item.lying, offer, ladder_of(item, offer), quantity=item.quantity)
    return [*found, *short(item, offer), *on_its_way(item, offer, to_place, options, ridden, wanted)]


def short(item: Item, offer: OfferRow) -> Sequence[Problem]:
    """Tell of more units than the merchant has in stock."""
    found = of_stock(item.quantity, offer)
    return () if found is None else (found,)


def on_its_way(
    item: Item,
    offer: OfferRow,
    to_place: str | None,
    options: Sequence[Option],
    ridden: Sequence[Option],
    wanted: UUID | None,
) -> list[Problem]:
    """Return what stands in the way of sending goods: packing, place, lorries and their room, certificates.

    ``ridden`` are the departures that were chosen among ``options``: one, two with a change, or none.
    """
    chosen = ridden[0] if ridden else None
    found: list[Problem] = []
    if offer.lack is not None:
        found.append(Problem(offer.lack, {}))
    elif to_place is None:
        found.append(Problem("destination_missing", {}))
    elif (exceeds := _exceeding(item, offer, options, ridden)) is not None:
        found.append(exceeds)
    elif chosen is None:
        hub = hub_of(item.incoterm, item.place_code, offer.hub_code)
        found.append(Problem("no_departure", {"to": to_place, "hub": hub}))
    elif chosen.bar is not None:
        found.append(Problem("departure_barred", {"why": str(chosen.bar), "departure": str(chosen.departure_id)}))
    elif wanted not in (None, chosen.departure_id):
        found.append(
            Problem(
                "departure_missed",
                {
                    "departure": str(wanted),
                    "next": str(chosen.departure_id),
                    "next_reference": chosen.reference,
                    "next_departs_at": chosen.departs_at.isoformat(),
                },
            )
        )
    until = offer.certified_until
    if until is not None and chosen is not None and _departure_day(chosen) > until:
        found.append(Problem("certificate_ends", {"until": until.isoformat()}))
    return found


def _exceeding(item: Item, offer: OfferRow, options: Sequence[Option], ridden: Sequence[Option]) -> Problem | None:
    """Return the problem of goods that are too large for the lorry that was chosen, or for each that could be."""
    small = [option for option in ridden if not option.is_large_enough]
    if ridden:
        found = of_lorries(item.quantity, offer, [(option.capacity, option.capacity) for option in small])
        return found and Problem(found.code, {**found.facts, "departure": str(small[0].departure_id)})
    able = [option for option in options if option.freight is not None and option.bar is None]
    whole = [option.whole.price for option in able if option.whole and not is_included(item.incoterm)]
    return of_lorries(item.quantity, offer, [(option.room, option.capacity) for option in able], whole)


def _departure_day(option: Option) -> date:
    """Return the day on which the lorry leaves, by the clock of the place that it leaves."""
    return option.departs_at.astimezone(ZoneInfo(option.departs_zone)).date()
