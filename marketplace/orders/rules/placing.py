"""What an order freezes at its placement: every fact that a later change elsewhere must not touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.money import Money, UnitPrice
from marketplace.payments.rules.terms import Mode, PayeeAccount, Plan, Rail

TRADE_MODEL = "seller_exports"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """Goods of one listing as they were offered when the order was placed."""

    id: UUID
    listing_id: UUID
    listing_version: int
    sku: str
    titles: dict[str, str]
    source_locale: str
    hs_code: str
    origin: str
    unit: str
    quantity: int
    unit_price: UnitPrice
    amount: Money
    packing: Packing | None
    lead_days: int | None  # None: from stock
    fresh: bool

    @property
    def from_stock(self) -> bool:
        """Whether the goods lie ready; others are made to order."""
        return self.lead_days is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FxSnapshot:
    """The rate by which the buyer was shown his own currency; an approximation, never charged."""

    quote: str
    rate: str
    source: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """One merchant's part of a checkout under one set of trade terms, in one currency."""

    id: UUID
    reference: str
    merchant_id: UUID
    currency: str
    incoterm: str
    place_code: str
    destination: str
    plan: Plan
    mode: Mode
    rail: Rail
    payee: PayeeAccount | None
    commission_bp: int
    tax_ids: dict[str, str]  # of buyer and merchant
    fx: FxSnapshot | None
    confirm_by: datetime
    proforma_ends_at: datetime | None
    purchase_order_number: str
    lines: tuple[PlacedLine, ...]

    @property
    def total(self) -> Money:
        """The goods of all lines."""
        return total_of([line.amount for line in self.lines])

    @property
    def owes_deposit(self) -> bool:
        """Whether a deposit by bank must come in before anything is promised."""
        return owes_deposit(self.plan, self.mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedGroup:
    """Everything that one checkout places."""

    id: UUID
    reference: str
    buyer_id: UUID
    person_id: UUID
    checkout_id: UUID
    orders: tuple[PlacedOrder, ...]


def total_of(amounts: Sequence[Money]) -> Money:
    """Return the sum of amounts of one currency; at least one is given."""
    total = Money.zero(amounts[0].currency)
    for amount in amounts:
        total += amount
    return total


def owes_deposit(plan: Plan, mode: Mode) -> bool:
    """Tell whether a deposit by bank must come in before anything is promised."""
    return mode is Mode.DIRECT and plan is Plan.DEPOSIT_30_70


def secured_by(plan: Plan, mode: Mode) -> Literal["deposit", "confirmation", "card"]:
    """Return what secures an order: its deposit, the merchant's confirmation, or the card at its placement."""
    if mode is Mode.PROVIDER_HELD:
        return "card"
    return "deposit" if owes_deposit(plan, mode) else "confirmation"
