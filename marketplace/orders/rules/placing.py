"""What an order freezes at its placement: every fact that a later change elsewhere must not touch."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.rules.classes import Windows
from marketplace.orders.rules.incoterms import Roles
from marketplace.orders.rules.samples import Conforming, PlacedSample, SampleCredit, Way
from marketplace.orders.rules.states import OrderKind
from marketplace.orders.rules.temperatures import KeptAt
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.plans import AgreedPlan
from marketplace.payments.rules.terms import Mode, PayeeAccount, Rail
from marketplace.payments.rules.trading import Margin


class TradeModel(StrEnum):
    """Who sells and exports: the merchant itself, or a trading company that buys of it."""

    SELLER_EXPORTS = "seller_exports"
    BUY_SELL = "buy_sell"


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
    windows: Windows | None = None  # lines of tests and of before: the settings of the day count
    warranty: dict[str, Any] | None = None
    kept_at: KeptAt | None = None
    credit: SampleCredit | None = None  # what a sample takes off it
    conforms_to: Conforming | None = None  # the approved sample that it has to be like

    @property
    def payable(self) -> Money:
        """What is to be paid for it."""
        return self.amount - self.credit.amount if self.credit else self.amount

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
class PlacedPurchase:
    """What the trading company buys of the merchant for an order that it sells, under which agreement."""

    id: UUID
    reference: str
    agreement_id: UUID
    margin_bp: int
    payee: PayeeAccount
    words: str

    @property
    def margin(self) -> Margin:
        """What stays with the trading company."""
        return Margin(self.margin_bp)

    def line(self, line: PlacedLine, *, sample: PlacedSample | None = None) -> "BoughtLine":
        """Return what a line is bought for; of a sample its courier's fee is part of that, less the margin too."""
        courier = sample.courier if sample else Money.zero(line.amount.currency)
        goods = self.margin.line(line.unit_price, line.quantity, sale=line.amount - courier)
        amount, nothing = goods + self.margin.purchase(courier), Money.zero(line.amount.currency)
        credit = line.credit and self.margin.credit(line.credit.amount, sale=line.amount, purchase=amount)
        return BoughtLine(
            line_id=line.id,
            unit_price=self.margin.price(line.unit_price),
            amount=amount,
            credit=credit or nothing,
            customs=self.margin.worth(sample.customs) if sample else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtLine:
    """What the trading company pays for a line that it sells, before and after the credit of a sample."""

    line_id: UUID
    unit_price: UnitPrice
    amount: Money
    credit: Money
    customs: Money | None

    @property
    def payable(self) -> Money:
        """What is to be paid for it."""
        return self.amount - self.credit


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
    sample: PlacedSample | None = None  # None: not a sample
    seller_id: UUID | None = None  # the trading company; None: the merchant itself
    purchase: PlacedPurchase | None = None
    centre_id: UUID | None = None  # where its goods lie already and are fetched: no lorry carries them
    is_domestic: bool = False  # of goods in free circulation where they lie: nothing is imported by it

    @property
    def kind(self) -> OrderKind:
        """What it is for."""
        return OrderKind.BULK if self.sample is None else OrderKind.SAMPLE

    @property
    def by_courier(self) -> bool:
        """Whether a courier takes it to its buyer."""
        return self.sample is not None and self.sample.way is Way.COURIER

    @property
    def credit(self) -> Money:
        """What samples take off it."""
        return self.total - self.payable

    @property
    def payable(self) -> Money:
        """What is to be paid for it."""
        return total_of([line.payable for line in self.lines])

    @property
    def sold_by(self) -> UUID:
        """Who the buyer's contract is with."""
        return self.seller_id or self.merchant_id

    @property
    def bought(self) -> tuple[BoughtLine, ...]:
        """What the trading company buys for it, line by line; nothing where the merchant sells itself."""
        purchase = self.purchase
        return tuple(purchase.line(line, sample=self.sample) for line in self.lines) if purchase else ()

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
        return owes_deposit(self.agreed, self.rail)


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
        "seller_id": order.seller_id,
        "currency": order.currency,
        "kind": order.kind,
        "by_courier": order.by_courier,
        "centre_id": order.centre_id,
        "is_domestic": order.is_domestic,
        "total_minor": order.total.minor,
        "credit_minor": order.credit.minor,
        "incoterm": order.incoterm,
        "place_code": order.place_code,
        "place_names": order.place_names,
        "destination": order.destination,
        "plan": order.plan,
        "mode": order.mode,
        "rail": order.rail,
        "trade_model": TradeModel.BUY_SELL if order.seller_id else TradeModel.SELLER_EXPORTS,
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


def frozen_line(order: PlacedOrder, position: int, line: PlacedLine) -> dict[str, Any]:
    """Return the columns of an order line that nothing writes after its placement."""
    return {
        "credit_minor": line.credit.amount.minor if line.credit else 0,
        "customs_minor": order.sample.customs.minor if order.sample else None,
        "sample": _named_samples(order.sample, line),
        "order_id": order.id,
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
        "windows": line.windows.document if line.windows else None,
        "warranty": line.warranty,
        "kept_at": line.kept_at.document if line.kept_at else None,
    }


def _named_samples(sample: PlacedSample | None, line: PlacedLine) -> dict[str, Any] | None:
    """Return the samples that a line names on its papers: itself, the credited one, the one it has to be like."""
    found: dict[str, Any] = {}
    if sample:
        found["reference"] = sample.reference
        found["courier_minor"] = sample.courier.minor
    if line.credit:
        found["credited"] = line.credit.reference
    if line.conforms_to:
        found["conforms_to"] = {
            "reference": line.conforms_to.reference,
            "approved_at": line.conforms_to.approved_at.isoformat(),
            "content_hash": line.conforms_to.content_hash,
        }
    return found or None


def total_of(amounts: Sequence[Money]) -> Money:
    """Return the sum of amounts of one currency; at least one is given."""
    total = Money.zero(amounts[0].currency)
    for amount in amounts:
        total += amount
    return total


def owes_deposit(plan: AgreedPlan, rail: Rail) -> bool:
    """Tell whether a deposit by bank must come in before anything is promised."""
    return rail is Rail.BANK and plan.has_deposit


def secured_by(rail: Rail, *, owes_deposit: bool) -> Literal["deposit", "confirmation", "card"]:
    """Return what secures an order: its deposit, the merchant's confirmation, or the card at its placement."""
    if rail is Rail.CARD:
        return "card"
    return "deposit" if owes_deposit else "confirmation"
