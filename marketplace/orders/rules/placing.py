"""What an order freezes at its placement: every fact that a later change elsewhere must not touch."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.rules.incoterms import Roles
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.plans import AgreedPlan
from marketplace.payments.rules.terms import Mode, PayeeAccount, Rail

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
    place_names: dict[str, str]  # of the price basis, by language
    destination: str
    roles: Roles
    parties: dict[str, Party]  # everybody who has a role, by id, as papers name them
    agreed: AgreedPlan
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
    cost_centre: str = ""  # as papers print it: empty unless the buyer lets them

    @property
    def total(self) -> Money:
        """The goods of all lines."""
        return total_of([line.amount for line in self.lines])

    @property
    def plan(self) -> str:
        """The code of its payment plan."""
        return self.agreed.code

    @property
    def owes_deposit(self) -> bool:
        """Whether a deposit by bank must come in before anything is promised."""
        return owes_deposit(self.agreed, self.mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedUnit:
    """The buyer's unit that a checkout is for, as it was called then, with its cost centre."""

    id: UUID
    name: str
    cost_centre: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedGroup:
    """Everything that one checkout places; ``approval_id``: the case by which the buyer's company approved it."""

    id: UUID
    reference: str
    buyer_id: UUID
    person_id: UUID
    checkout_id: UUID
    orders: tuple[PlacedOrder, ...]
    approval_id: UUID | None = None
    unit: PlacedUnit | None = None


def frozen_order(group: PlacedGroup, order: PlacedOrder) -> dict[str, Any]:
    """Return the columns of an order that nothing writes after its placement."""
    roles = order.roles
    return {
        "reference": order.reference,
        "group_id": group.id,
        "buyer_id": group.buyer_id,
        "merchant_id": order.merchant_id,
        "currency": order.currency,
        "total_minor": order.total.minor,
        "incoterm": order.incoterm,
        "place_code": order.place_code,
        "place_names": order.place_names,
        "destination": order.destination,
        "plan": order.plan,
        "mode": order.mode,
        "rail": order.rail,
        "trade_model": TRADE_MODEL,
        "exporter_id": roles.exporter_id,
        "importer_id": roles.importer_id,
        "consignee_id": roles.consignee_id,
        "notify_id": roles.notify_id,
        "brokers": [str(broker) for broker in roles.brokers],
        "costs": {name: str(side) for name, side in asdict(roles.costs).items()},
        "parties": {company: asdict(party) for company, party in order.parties.items()},
        "payee": order.payee.as_json() if order.payee else None,
        "commission_bp": order.commission_bp,
        "tax_ids": order.tax_ids,
        "fx": asdict(order.fx) if order.fx else None,
        "purchase_order_number": order.purchase_order_number,
        "cost_centre": order.cost_centre,
        "confirm_by": order.confirm_by,
        "proforma_ends_at": order.proforma_ends_at,
    }


def frozen_line(order_id: UUID, position: int, line: PlacedLine) -> dict[str, Any]:
    """Return the columns of an order line that nothing writes after its placement."""
    return {
        "order_id": order_id,
        "position": position,
        "listing_id": line.listing_id,
        "listing_version": line.listing_version,
        "sku": line.sku,
        "titles": line.titles,
        "source_locale": line.source_locale,
        "hs_code": line.hs_code,
        "origin": line.origin,
        "unit": line.unit,
        "quantity": line.quantity,
        "unit_price_micro": line.unit_price.micro,
        "amount_minor": line.amount.minor,
        "packing": asdict(line.packing) if line.packing else None,
        "lead_days": line.lead_days,
        "fresh": line.fresh,
    }


def total_of(amounts: Sequence[Money]) -> Money:
    """Return the sum of amounts of one currency; at least one is given."""
    total = Money.zero(amounts[0].currency)
    for amount in amounts:
        total += amount
    return total


def owes_deposit(plan: AgreedPlan, mode: Mode) -> bool:
    """Tell whether a deposit by bank must come in before anything is promised."""
    return mode is Mode.DIRECT and plan.has_deposit


def secured_by(mode: Mode, *, owes_deposit: bool) -> Literal["deposit", "confirmation", "card"]:
    """Return what secures an order: its deposit, the merchant's confirmation, or the card at its placement."""
    if mode is Mode.PROVIDER_HELD:
        return "card"
    return "deposit" if owes_deposit else "confirmation"
