"""The commercial invoice: what was handed over, at the contract's prices; it goes with the goods through customs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.money import Money
from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Account, Basis, GoodsLine, Party, Settlement, Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class CommercialInvoice:
    """One consignment of an order, terms as in the contract; ``ordered`` is the line's quantity there.

    ``settlement`` leads from the total to what the payments of this line ask.
    """

    number: str
    order: str
    contract: str
    issued_on: date
    seller: Party
    buyer: Party
    importer: Party
    consignee: Party | None
    basis: Basis
    lines: tuple[GoodsLine, ...]
    ordered: int
    total: Money
    plan: str  # payments.rules.Plan
    mode: str  # payments.rules.Mode
    payee: Account | None
    shipment: Shipment
    settlement: Settlement | None = None
    purchase_order_number: str = ""
    cost_centre: str | None = None  # where the buyer lets it be printed

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
