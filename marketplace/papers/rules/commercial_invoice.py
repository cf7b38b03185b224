"""The commercial invoice: what was handed over, at the contract's prices; it goes with the goods through customs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.money import Money
from marketplace.papers.rules.data import plain
from marketplace.papers.rules.packing_list import Marks
from marketplace.papers.rules.parts import Account, Basis, Extra, GoodsLine, Party, SampleMark, Settlement, Shipment


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
    importer: Party | None  # None: a sale inside one country
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
    replaces: str = ""  # the claim for which goods come free of charge: the values are for customs purposes only
    returns: str | None = None  # the claim for which goods go back: likewise
    purchase_order_number: str = ""
    consignor: Party | None = None  # whose goods they are, where a trading company sells them
    cost_centre: str | None = None  # where the buyer lets it be printed
    extras: tuple[Extra, ...] | None = None
    sample: SampleMark | None = None
    marks: tuple[Marks, ...] | None = None  # as they stand on the cartons

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)


def is_for_customs(data: Mapping[str, Any]) -> bool:
    """Tell whether nobody pays for goods: they replace others, or go back, and are worth something to customs alone."""
    return bool(data.get("replaces") or data.get("returns"))
