"""Purchases as rows, orders and lines as their merchant sees them, and what must hold of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.purchases.models import OrderPurchase, OrderPurchaseLine
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.rules.terms import Rail, SubjectKind
from marketplace.payments.rules.trading import Margin, cause_of

if TYPE_CHECKING:
    from marketplace.orders.queries.lines import LineRow
    from marketplace.orders.queries.orders import OrderRow


@dataclass(frozen=True, slots=True)
class PurchaseLineRow:
    """What a line is bought for, and what agreed changes and the credit of a sample took off that."""

    unit_price: UnitPrice
    amount: Money
    let_off: Money
    credit: Money
    customs: Money | None

    @property
    def left(self) -> Money:
        """What is to be paid for it as agreed now."""
        return self.amount - self.credit - self.let_off


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """What the trading company buys for one of its orders."""

    id: UUID
    order_id: UUID
    reference: str
    trader_id: UUID
    margin: Margin
    amount: Money
    payee: dict[str, str]
    words: str
    lines: Mapping[UUID, PurchaseLineRow]

    @property
    def agreed_amount(self) -> Money:
        """What is to be paid for it: with the lines that were added, less credits and what was let off."""
        return Money(sum(line.left.minor for line in self.lines.values()), self.amount.currency)

    @property
    def credit(self) -> Money:
        """What samples bought before took off it."""
        return Money(sum(line.credit.minor for line in self.lines.values()), self.amount.currency)


def purchases_of(session: Session, *, order_ids: Collection[UUID]) -> dict[UUID, PurchaseRow]:
    """Return the purchases behind these orders, by order; orders that merchants sell themselves have none."""
    if not order_ids:
        return {}
    found = session.execute(
        sa.select(OrderPurchase, Order.currency)
        .join(Order, Order.id == OrderPurchase.order_id)
        .where(OrderPurchase.order_id.in_(order_ids))
    ).all()
    lines: dict[UUID, dict[UUID, PurchaseLineRow]] = {purchase.id: {} for purchase, _ in found}
    if not found:
        return {}
    currencies = {purchase.id: currency for purchase, currency in found}
    for line in session.scalars(sa.select(OrderPurchaseLine).where(OrderPurchaseLine.purchase_id.in_(lines))):
        lines[line.purchase_id][line.line_id] = _line(line, currencies[line.purchase_id])
    return {purchase.order_id: _row(purchase, currency, lines[purchase.id]) for purchase, currency in found}


def by_id(session: Session, *, purchase_id: UUID) -> PurchaseRow | None:
    """Return a purchase, None for what is none."""
    found = session.get(OrderPurchase, purchase_id)
    return purchase_of(session, order_id=found.order_id) if found else None


def purchase_of(session: Session, *, order_id: UUID) -> PurchaseRow | None:
    """Return the purchase behind an order, None where its merchant sells itself."""
    return purchases_of(session, order_ids=[order_id]).get(order_id)


def bought_lines(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, tuple[PurchaseLineRow, Margin]]:
    """Return what lines are bought for, each with the margin of its purchase; lines of others have nothing of it."""
    found = session.execute(
        sa.select(OrderPurchaseLine, OrderPurchase.margin_bp, Order.currency)
        .join(OrderPurchase, OrderPurchase.id == OrderPurchaseLine.purchase_id)
        .join(Order, Order.id == OrderPurchase.order_id)
        .where(OrderPurchaseLine.line_id.in_(line_ids))
    )
    return {line.line_id: (_line(line, currency), Margin(margin_bp)) for line, margin_bp, currency in found}


def margin_for(session: Session, *, order_id: UUID, company_id: UUID | None) -> Margin | None:
    """Return by what amounts of an order are less to a company: a merchant whose goods are bought and sold on."""
    found = session.execute(
        sa.select(OrderPurchase.margin_bp, Order.merchant_id)
        .join(Order, Order.id == OrderPurchase.order_id)
        .where(OrderPurchase.order_id == order_id)
    ).one_or_none()
    return Margin(found.margin_bp) if found is not None and found.merchant_id == company_id else None


def margins_for(session: Session, *, order_ids: Collection[UUID], company_id: UUID | None) -> dict[UUID, Margin]:
    """Return by what amounts of these orders are less to a company, those of which they are."""
    if company_id is None:
        return {}
    found = session.execute(
        sa.select(OrderPurchase.order_id, OrderPurchase.margin_bp)
        .join(Order, Order.id == OrderPurchase.order_id)
        .where(OrderPurchase.order_id.in_(order_ids), Order.merchant_id == company_id)
    )
    return {order_id: Margin(basis_points) for order_id, basis_points in found}


def let_off_for(session: Session, *, causes: Mapping[UUID, UUID]) -> dict[UUID, Money]:
    """Return what was let off purchases for these causes, each with its order."""
    found = session.execute(
        sa.select(OrderPurchase.id, OrderPurchase.order_id).where(OrderPurchase.order_id.in_(set(causes.values())))
    )
    purchases = {order_id: purchase_id for purchase_id, order_id in found}
    keys = {cause_of(purchases[order_id], cause): cause for cause, order_id in causes.items() if order_id in purchases}
    rows = session.execute(
        sa.select(Allowance.cause_id, Allowance.amount_minor, Allowance.currency).where(Allowance.cause_id.in_(keys))
    )
    return {keys[cause_id]: Money(minor, currency) for cause_id, minor, currency in rows}


def orders_for(session: Session, rows: "Sequence[OrderRow]", *, company_id: UUID) -> "list[OrderRow]":
    """Return orders as a company sees them: a merchant sees the purchase, not what its goods are sold on for."""
    sold_on = [row.id for row in rows if row.is_resold and row.merchant_id == company_id]
    if not sold_on:
        return list(rows)
    found = purchases_of(session, order_ids=sold_on)
    return [as_merchant(row, found[row.id]) if row.id in found else row for row in rows]


def as_merchant(row: "OrderRow", purchase: PurchaseRow) -> "OrderRow":
    """Return an order as the purchase that its merchant agreed to."""
    return replace(
        row,
        total=purchase.amount,
        credit=purchase.credit,
        agreed_total=purchase.agreed_amount,
        rail=Rail.BANK,
        fx=None,
        purchase_order_number="",
        cost_centre="",
        purchase=purchase,
    )


def lines_as_merchant(lines: "Sequence[LineRow]", purchase: PurchaseRow) -> "tuple[LineRow, ...]":
    """Return lines at the prices that their merchant agreed to."""
    return tuple(_as_merchant(line, purchase.lines[line.id], purchase.margin) for line in lines)


def _as_merchant(line: "LineRow", bought: PurchaseLineRow, margin: Margin) -> "LineRow":
    is_as_ordered = line.agreed_price == line.unit_price
    courier = {"courier_minor": margin.purchase(line.courier).minor} if line.courier else {}
    return replace(
        line,
        unit_price=bought.unit_price,
        amount=bought.amount,
        agreed_price=bought.unit_price if is_as_ordered else margin.price(line.agreed_price),
        agreed_amount=bought.left,
        credit=bought.credit,
        customs=bought.customs,
        sample={**line.sample, **courier},
    )


def _line(found: OrderPurchaseLine, currency: str) -> PurchaseLineRow:
    return PurchaseLineRow(
        UnitPrice(found.unit_price_micro, currency),
        Money(found.amount_minor, currency),
        Money(found.let_off_minor, currency),
        Money(found.credit_minor, currency),
        None if found.customs_minor is None else Money(found.customs_minor, currency),
    )


def _row(found: OrderPurchase, currency: str, lines: Mapping[UUID, PurchaseLineRow]) -> PurchaseRow:
    return PurchaseRow(
        id=found.id,
        order_id=found.order_id,
        reference=found.reference,
        trader_id=found.trader_id,
        margin=Margin(found.margin_bp),
        amount=Money(found.amount_minor, currency),
        payee=found.payee,
        words=found.words,
        lines=lines,
    )


def breaches(session: Session) -> list[Breach]:
    """Return purchases that do not hold: beside an order of another seller, or with other lines than it has."""
    return _PROMISES.breaches(session)


def _odd() -> sa.Select[UUID]:
    came_later = sa.exists().where(OrderChange.new_line_id == OrderPurchaseLine.line_id)
    lines = sa.select(sa.func.coalesce(sa.func.sum(OrderPurchaseLine.amount_minor), 0)).where(
        OrderPurchaseLine.purchase_id == OrderPurchase.id, ~came_later
    )
    missing = sa.exists().where(
        OrderLine.order_id == OrderPurchase.order_id,
        ~sa.exists().where(OrderPurchaseLine.line_id == OrderLine.id),
    )
    other = sa.or_(
        sa.func.coalesce(Order.seller_id, Order.merchant_id) != OrderPurchase.trader_id,
        lines.scalar_subquery() != OrderPurchase.amount_minor,
        missing,
    )
    return sa.select(OrderPurchase.id).join(Order, Order.id == OrderPurchase.order_id).where(other)


def _unpaid() -> sa.Select[UUID]:
    payable = sa.select(
        sa.func.coalesce(sa.func.sum(OrderPurchaseLine.amount_minor - OrderPurchaseLine.credit_minor), 0)
    ).where(OrderPurchaseLine.purchase_id == OrderPurchase.id)
    terms = sa.select(PaymentTerms.amount_minor).where(
        PaymentTerms.subject_id == OrderPurchase.id, PaymentTerms.subject_kind == SubjectKind.PURCHASE
    )
    return sa.select(OrderPurchase.id).where(payable.scalar_subquery() != sa.func.coalesce(terms.scalar_subquery(), -1))


def _alone() -> sa.Select[UUID]:
    bought = sa.exists().where(OrderPurchase.order_id == Order.id)
    return sa.select(Order.id).where(Order.seller_id.is_not(None), ~bought)


def _unlike() -> sa.Select[UUID]:
    return (
        sa.select(OrderLine.id)
        .join(OrderPurchaseLine, OrderPurchaseLine.line_id == OrderLine.id)
        .where(
            sa.or_(
                OrderPurchaseLine.amount_minor > OrderLine.amount_minor,
                OrderPurchaseLine.amount_minor - OrderPurchaseLine.credit_minor
                > OrderLine.amount_minor - OrderLine.credit_minor,
                (OrderPurchaseLine.amount_minor == 0) != (OrderLine.amount_minor == 0),
                OrderPurchaseLine.customs_minor.is_(None) != OrderLine.customs_minor.is_(None),
                OrderPurchaseLine.customs_minor > OrderLine.customs_minor,
            )
        )
    )


_PROMISES: Final = Promises(
    "1 order total",
    Promise("order_purchase", "is not what its order buys", _odd),
    Promise("order_purchase", "is to be paid otherwise than its lines say", _unpaid),
    Promise("order", "is sold on, but nobody bought it", _alone),
    Promise("order_line", "is not bought as it is sold", _unlike),
)
