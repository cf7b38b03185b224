"""Credit and debit notes: what the price of goods, or of a cause beside them, becomes less or more by."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.money import Money
from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Party, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedGoods:
    """The goods that a note is about."""

    sku: str
    title: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One amount for one cause; ``invoices`` are the commercial invoices it refers to, none while goods have none.

    ``claim`` and ``freight_contract`` are references, empty where the cause is another.
    """

    number: str
    order: str
    contract: str
    issued_on: date
    issuer: Party
    recipient: Party
    reason: str  # papers.layout.labels: ``reason_…``
    invoices: tuple[str, ...]
    goods: tuple[NotedGoods, ...]
    total: Money
    claim: str = ""
    freight_contract: str = ""
    purchase_order_number: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
