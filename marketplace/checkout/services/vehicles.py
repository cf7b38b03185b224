"""Freeze the whole lorries of a checkout: whose lines share which price."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.checkout.rules.cart import Bundle, CartLine
from marketplace.distribution.hires.rules.chosen import ChosenLorry, ChosenShare
from marketplace.distribution.rules.freight import Vehicle
from marketplace.kernel.errors import Refused
from marketplace.orders.rules.placing import PlacedLine, PlacedOrder
from marketplace.payments.rules.terms import Rail


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One order of the plan with the cart lines it comes from."""

    order: PlacedOrder
    bundle: Bundle

    @property
    def lines(self) -> tuple[tuple[PlacedLine, CartLine], ...]:
        """Its lines, each with that of the cart."""
        return tuple(zip(self.order.lines, self.bundle.lines, strict=True))


def vehicle_of(line: CartLine) -> Vehicle | None:
    """Return the whole lorry by which a line goes, None for one that goes by weight."""
    if line.whole is None or line.chosen is None:
        return None
    terms = line.whole.terms
    return Vehicle(
        departure_id=line.chosen.departure_id,
        price=terms.price,
        free_minutes=terms.free_minutes,
        waiting=terms.waiting,
    )


def lorries(parts: Sequence[Part]) -> tuple[ChosenLorry, ...]:
    """Return the departures that are taken whole, with the shares of the lines of all orders.

    Refused ``one_rail`` where some of a lorry's orders are paid by card and others by bank: they are not secured at
    once, and a card would have been charged for a lorry that is given back when the others are not.
    """
    shares: dict[Vehicle, list[ChosenShare]] = {}
    rails: dict[Vehicle, set[Rail]] = {}
    for part in parts:
        for placed, line in part.lines:
            vehicle = vehicle_of(line)
            if vehicle is None or line.whole is None or line.freight is None:
                continue
            share = ChosenShare(line_id=placed.id, by_weight=line.whole.by_weight, share=line.freight)
            shares.setdefault(vehicle, []).append(share)
            rails.setdefault(vehicle, set()).add(part.order.rail)
    if any(len(found) > 1 for found in rails.values()):
        raise Refused.field("payments", "one_rail", f"{Rail.BANK}, {Rail.CARD}")
    return tuple(ChosenLorry(vehicle=vehicle, shares=tuple(found)) for vehicle, found in shares.items())
