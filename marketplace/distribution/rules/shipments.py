"""One shipment, one freight: lines of one checkout to one consignee by one departure and carrier.

Minimum, breaks and surcharges of the tariff apply to the sum of their chargeable weights; each line pays its share of
that charge by weight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from marketplace.distribution.rules.freight import made_up
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.rules import making
from marketplace.logistics.pricing.rules.making import Component
from marketplace.logistics.rules.freight import Rates, from_frozen

_TERM: Final = "shipments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A shipment as a contract froze it; ``lines`` are those of this contract with the share of each in the charge."""

    departure_id: UUID
    chargeable_g: int
    charge: Money
    lines: Mapping[UUID, Money]

    @property
    def frozen(self) -> dict[str, Any]:
        """Return it as a contract's terms have it."""
        return {
            "departure": str(self.departure_id),
            "chargeable_g": self.chargeable_g,
            "currency": self.charge.currency,
            "minor": self.charge.minor,
            "lines": {str(line_id): share.minor for line_id, share in self.lines.items()},
        }


def charge_of(rates: Rates, chargeable_g: int) -> Money:
    """Return what a carrier asks for a shipment of so many chargeable grams."""
    return making.total(chargeable_g, per_kg=rates.per_kg, minimum=rates.minimum, terms=rates.terms)


def shares_of(charge: Money, weights: Sequence[int]) -> list[Money]:
    """Return what each line pays of a charge, by chargeable weight and largest remainder; no line pays nothing."""
    floor = Money(1, charge.currency)
    parts = Money(charge.minor - len(weights), charge.currency).share(weights)
    return [part + floor for part in parts]


def with_shipments(terms: Mapping[str, Any], found: Iterable[Shipment]) -> dict[str, Any]:
    """Return a contract's terms with the shipments that its lines are part of, without any where there are none."""
    rest = {name: value for name, value in terms.items() if name != _TERM}
    frozen = [one.frozen for one in found]
    return {**rest, _TERM: frozen} if frozen else rest


def shipment_of(terms: Mapping[str, Any], line_id: UUID) -> Shipment | None:
    """Return the shipment that a line of a contract is part of, None for one that is charged by itself."""
    for one in terms.get(_TERM, ()):
        lines = {UUID(key): Money(minor, one["currency"]) for key, minor in one["lines"].items()}
        if line_id in lines:
            charge = Money(one["minor"], one["currency"])
            return Shipment(
                departure_id=UUID(one["departure"]), chargeable_g=one["chargeable_g"], charge=charge, lines=lines
            )
    return None


def components_of(terms: Mapping[str, Any], line_id: UUID, chargeable_g: int) -> tuple[Component, ...]:
    """Return what the freight of a line was agreed to be made up of; parts of a share add up to it."""
    shipment = shipment_of(terms, line_id)
    if shipment is None:
        return made_up(terms, chargeable_g)
    parts = made_up(terms, shipment.chargeable_g)
    amounts = shipment.lines[line_id].share([one.amount.minor for one in parts])
    return tuple(Component(one.kind, amount) for one, amount in zip(parts, amounts, strict=True))


def charge_for(terms: Mapping[str, Any], chargeable_g: int) -> Money:
    """Return what the figures that a contract froze ask for a shipment of so many chargeable grams."""
    return charge_of(from_frozen(terms), chargeable_g)
