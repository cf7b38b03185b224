"""The pro-forma invoice: what the buyer is asked to pay, to whom and until when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.money import Money
from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Account, Basis, Extra, GoodsLine, Party, SampleMark, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ProForma:
    """One order's goods, price basis, payment plan and payee; ``payee`` is None when a provider holds the money."""

    number: str
    order: str
    issued_on: date
    valid_until: date
    seller: Party
    buyer: Party
    importer: Party | None  # None: a sale inside one country
    consignee: Party | None
    basis: Basis
    lines: tuple[GoodsLine, ...]
    total: Money
    plan: str  # payments.rules.Plan
    mode: str  # payments.rules.Mode
    stages: tuple[Stage, ...]
    payee: Account | None
    purchase_order_number: str = ""
    consignor: Party | None = None  # whose goods they are, where a trading company sells them
    cost_centre: str | None = None  # where the buyer lets it be printed
    extras: tuple[Extra, ...] | None = None
    sample: SampleMark | None = None

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
