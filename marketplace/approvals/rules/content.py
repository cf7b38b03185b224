"""What a case is about: a purchase or a range, its content hash, and what moved between two purchases."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from marketplace.approvals.rules.facts import summed
from marketplace.approvals.rules.ranges import Offered, Range
from marketplace.kernel.money import Money, UnitPrice


class CaseKind(StrEnum):
    """What is asked for: exactly this purchase, anything inside a range, or other terms of what was placed."""

    PURCHASE = "purchase"
    RANGE = "range"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One line of a purchase, on the departure that takes it."""

    item_id: UUID
    sku: str
    titles: dict[str, str]
    source_locale: str
    quantity: int
    unit: str
    unit_price: UnitPrice
    amount: Money
    departure_id: UUID | None  # None: a courier takes it
    to: str
    # What the merchant promises with it, by name: HS code, origin, packing, warranty and the like. Cases of before
    # were not asked about it, and keep the hash that they have.
    promised: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is bought of one merchant on one set of terms: rule, place, plan, rail, mode, hash of the payee."""

    merchant_id: UUID
    terms: dict[str, str]
    goods: tuple[Goods, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """Freight that the company owes a carrier."""

    carrier_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """All that one checkout places."""

    parts: tuple[Part, ...]
    carriage: tuple[Carriage, ...] = ()

    @property
    def lines(self) -> tuple[Goods, ...]:
        """The lines of all parts."""
        return tuple(line for part in self.parts for line in part.goods)

    @property
    def items(self) -> frozenset[UUID]:
        """What is bought."""
        return frozenset(line.item_id for line in self.lines)

    @property
    def without_promises(self) -> "Purchase":
        """The same as it was asked for before promises were part of it."""
        parts = (replace(part, goods=tuple(replace(line, promised={}) for line in part.goods)) for part in self.parts)
        return replace(self, parts=tuple(parts))

    @property
    def totals(self) -> tuple[Money, ...]:
        """What the company would owe, goods and freight together, by currency."""
        return summed((*(line.amount for line in self.lines), *(each.amount for each in self.carriage)))

    def offered(self, departs_on: date | None) -> Offered | None:
        """Return what a range is asked about it, goods and freight as one price; None for what no range is about.

        A range is about one thing on a lorry that leaves on a day, paid in one currency.
        """
        if departs_on is None or len(self.lines) != 1 or len(self.totals) != 1:
            return None
        (line,), (total,) = self.lines, self.totals
        return Offered(
            item_id=line.item_id,
            unit=line.unit,
            quantity=line.quantity,
            price=UnitPrice.covering(total, line.quantity),
            departs_on=departs_on,
            to=line.to,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended(Purchase):
    """An order that was placed, as it would be by the other terms that are proposed for it."""

    order_id: UUID
    order: str  # its reference


Content = Purchase | Range
_ADAPTERS: Final[dict[CaseKind, TypeAdapter[Any]]] = {
    CaseKind.PURCHASE: TypeAdapter(Purchase),
    CaseKind.RANGE: TypeAdapter(Range),
    CaseKind.CHANGE: TypeAdapter(Amended),
}


def kind_of(content: Content) -> CaseKind:
    """Return what sort of thing is asked for."""
    if isinstance(content, Amended):
        return CaseKind.CHANGE
    return CaseKind.PURCHASE if isinstance(content, Purchase) else CaseKind.RANGE


def content_of(kind: CaseKind, kept: Mapping[str, Any]) -> Content:
    """Return the content that was kept."""
    return _ADAPTERS[kind].validate_python(kept)


def to_json(content: Content) -> dict[str, Any]:
    """Return the content as JSON values."""
    kept: dict[str, Any] = _ADAPTERS[kind_of(content)].dump_python(content, mode="json")
    for part in kept.get("parts", ()):
        for line in part["goods"]:
            if not line["promised"]:
                del line["promised"]
    return kept


def purchase_of(kept: Mapping[str, Any]) -> Purchase:
    """Return the purchase that was kept."""
    return _ADAPTERS[CaseKind.PURCHASE].validate_python(kept)


def range_of(kept: Mapping[str, Any]) -> Range:
    """Return the range that was kept."""
    return _ADAPTERS[CaseKind.RANGE].validate_python(kept)


def hash_of(kind: CaseKind, kept: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what is asked for, as it is kept: an approval binds to exactly this."""
    written = json.dumps([kind.value, kept], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


class Moved(StrEnum):
    """In what a purchase differs from the one that was asked for."""

    LINES = "lines"
    PRICES = "prices"
    TERMS = "terms"
    DEPARTURES = "departures"
    FREIGHT = "freight"
    UNIT = "unit"  # for whose money it is; kept beside the content


def moved(before: Purchase, after: Purchase) -> tuple[Moved, ...]:
    """Return what changed between two purchases; nothing for the same."""
    return tuple(part for part in Moved if _facet(before, part) != _facet(after, part))


def _facet(purchase: Purchase, part: Moved) -> object:
    keyed = [(each.merchant_id, line.item_id, line) for each in purchase.parts for line in each.goods]
    match part:
        case Moved.LINES:
            return {
                (merchant, item): (line.quantity, line.unit, line.sku, line.source_locale, sorted(line.titles.items()))
                for merchant, item, line in keyed
            }
        case Moved.PRICES:
            return {(merchant, item): (line.unit_price, line.amount) for merchant, item, line in keyed}
        case Moved.TERMS:
            terms = sorted((str(each.merchant_id), sorted(each.terms.items())) for each in purchase.parts)
            return terms, {(merchant, item): sorted(line.promised.items()) for merchant, item, line in keyed}
        case Moved.DEPARTURES:
            return {(merchant, item): (line.departure_id, line.to) for merchant, item, line in keyed}
        case Moved.UNIT:
            return None
        case _:
            return sorted((str(each.carrier_id), each.amount.currency, each.amount.minor) for each in purchase.carriage)
