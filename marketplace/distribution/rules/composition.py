"""What the freight of a whole contract is made up of, as pages and papers show it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from marketplace.distribution.rules.freight import made_up, vehicle_of
from marketplace.distribution.rules.shipments import components_of, shipment_of
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.rules.making import BASE, Component
from marketplace.logistics.rules.freight import from_frozen

WHOLE_LORRY: Final = "whole_lorry"
MINIMUM: Final = "base_minimum"
CREDITED: Final = "credited"


class Charged(Protocol):
    """A line of a contract with its share of the freight; ``chargeable_g`` in grams."""

    @property
    def line_id(self) -> UUID:
        """The line of the order."""
        ...

    @property
    def amount(self) -> Money:
        """What is charged for it."""
        ...

    @property
    def chargeable_g(self) -> int:
        """What it weighs for the tariff."""
        ...


def compose(terms: Mapping[str, Any], lines: Sequence[Charged], total: Money) -> tuple[Component, ...]:
    """Return the parts of a contract's freight; they add up to ``total``.

    The carriage is ``base``, or ``base_minimum`` where the least charge holds. ``credited`` is what the freight fell by
    since it was agreed. A whole lorry is one part.
    """
    if vehicle_of(terms) is not None:
        return (Component(WHOLE_LORRY, total),)
    sums: dict[str, Money] = {}
    for line in lines:
        # A line that is not carried after all is made up of nothing.
        for one in components_of(terms, line.line_id, line.chargeable_g) if line.amount else ():
            kind = MINIMUM if one.kind == BASE and _is_least(terms, line) else one.kind
            sums[kind] = sums.get(kind, Money.zero(total.currency)) + one.amount
    fell = sum(sums.values(), Money.zero(total.currency)) - total
    if fell:
        sums[CREDITED] = -fell
    return tuple(Component(kind, amount) for kind, amount in sums.items())


def _is_least(terms: Mapping[str, Any], line: Charged) -> bool:
    """Tell whether the least charge holds for a line's weight, or for that of the shipment it is part of."""
    shipment = shipment_of(terms, line.line_id)
    base = made_up(terms, line.chargeable_g if shipment is None else shipment.chargeable_g)[0]
    return base.amount == from_frozen(terms).minimum
