"""Read orders without their lines, and what one checkout placed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import UnitRow
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.orders.models import Order, OrderGroup
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.purchases.queries import PurchaseRow
from marketplace.orders.rules.states import CancelReason, OrderKind, OrderState
from marketplace.papers.rules.parts import Party
from marketplace.payments.queries.trading import was_trading
from marketplace.payments.rules.terms import Mode, Rail

PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class GroupRow:
    """What one checkout placed."""

    id: UUID
    reference: str
    buyer_id: UUID
    placed_at: datetime
    order_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order without its lines; ``total`` is as placed, ``agreed_total`` what is to be paid for it.

    That is less the ``credit`` of samples bought before, and with what both sides changed since.
    """

    id: UUID
    reference: str
    group_id: UUID
    buyer_id: UUID
    merchant_id: UUID
    kind: OrderKind
    by_courier: bool
    centre_id: UUID | None
    is_domestic: bool
    state: OrderState
    total: Money
    credit: Money
    agreed_total: Money
    incoterm: str
    place_code: str
    destination: str
    plan: str  # its code
    mode: Mode
    rail: Rail
    trade_model: str
    exporter_id: UUID
    importer_id: UUID
    consignee_id: UUID
    notify_id: UUID
    brokers: tuple[UUID, ...]
    costs: Mapping[str, str]  # incoterms.Costs: which side pays freight, insurance, duty
    parties: Mapping[UUID, Party]  # as they were called when the order was placed
    place_names: Mapping[str, str]
    commission_bp: int
    fx: dict[str, str] | None
    purchase_order_number: str
    cost_centre: str  # as papers print it
    placed_at: datetime
    confirm_by: datetime
    proforma_ends_at: datetime | None
    confirmed_at: datetime | None
    secured_at: datetime | None
    ended_at: datetime | None
    cancel_reason: CancelReason | None
    seller_id: UUID  # whose contract with the buyer it is: the merchant's, or the trading company's
    has_grown: bool = False  # whether goods were added to it since
    purchase: PurchaseRow | None = None  # where it is shown to the merchant of whom the trading company buys

    @property
    def by_lorry(self) -> bool:
        """Whether its goods ride on a lorry of this city: no courier takes them, and nobody fetches them."""
        return not self.by_courier and self.centre_id is None

    @property
    def is_resold(self) -> bool:
        """Whether the trading company buys of the merchant and sells to the buyer."""
        return self.seller_id != self.merchant_id

    def side_of(self, company_id: UUID) -> Literal["buyer", "merchant", "seller"]:
        """Return which side of the order a party is on; the trading company sells what another makes and sends."""
        if company_id == self.buyer_id:
            return "buyer"
        return "merchant" if company_id == self.merchant_id else "seller"


def placed_together(session: Session, *, order_id: UUID) -> tuple[UUID, ...]:
    """Return the orders of one checkout, this one included."""
    group_id = sa.select(Order.group_id).where(Order.id == order_id).scalar_subquery()
    return tuple(session.scalars(sa.select(Order.id).where(Order.group_id == group_id).order_by(Order.id)))


def group(session: Session, *, company_id: UUID, group_id: UUID) -> GroupRow:
    """Return what a checkout of this company placed; NotFound."""
    found = session.execute(_GROUP, {"group": group_id, "buyer": company_id}).all()
    if not found:
        raise NotFound("order_group")
    first = found[0]
    return GroupRow(group_id, first.reference, company_id, first.placed_at, tuple(row.id for row in found))


_GROUP: Final = (
    sa.select(OrderGroup.reference, OrderGroup.placed_at, Order.id)
    .join(Order, Order.group_id == OrderGroup.id)
    .where(OrderGroup.id == sa.bindparam("group"), OrderGroup.buyer_id == sa.bindparam("buyer"))
    .order_by(Order.id)
)


def order(session: Session, *, company_id: UUID, order_id: UUID) -> OrderRow:
    """Return an order that this company buys or sells, at its own prices; NotFound for any other."""
    found = session.execute(_ORDER, {"company_id": company_id, "order_id": order_id}).one_or_none()
    if found is None:
        raise NotFound("order")
    return purchases.orders_for(session, [order_row(found)], company_id=company_id)[0]


_BY_ID: Final = sa.select(Order.__table__).where(Order.id == sa.bindparam("order_id", type_=sa.Uuid()))
_SIDES: Final = sa.or_(Order.buyer_id == sa.bindparam("company_id"), Order.merchant_id == sa.bindparam("company_id"))
_ORDER: Final = _BY_ID.where(_SIDES)


@dataclass(frozen=True, slots=True)
class Under:
    """Under what an order was placed, the buyer's own business: a unit as it was then, an approval case."""

    unit: UnitRow | None
    approval_id: UUID | None


def readable(session: Session, *, company_id: UUID, order_id: UUID) -> tuple[OrderRow, Under]:
    """Return an order that this company buys or sells, to be read: the trading company is a side of its sales.

    What it is about is moved by buyer and merchant alone; NotFound for any other.
    """
    found = session.execute(_READABLE, {"company_id": company_id, "order_id": order_id}).one_or_none()
    if found is None:
        raise NotFound("order")
    return purchases.orders_for(session, [order_row(found)], company_id=company_id)[0], _under(found)


_UNDER: Final = tuple(
    column.label(f"under_{column.key}")
    for column in (OrderGroup.unit_id, OrderGroup.unit_name, OrderGroup.cost_centre, OrderGroup.approval_id)
)
_READABLE: Final = (
    _BY_ID.where(sa.or_(_SIDES, Order.seller_id == sa.bindparam("company_id")))
    .add_columns(*_UNDER)
    .join(OrderGroup, OrderGroup.id == Order.group_id)
)


def orders(
    session: Session,
    *,
    company_id: UUID,
    side: Literal["buyer", "merchant", "sold"] | None = None,
    state: OrderState | None = None,
    only: Collection[UUID] | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[OrderRow]:
    """Return orders that this company buys or sells, at its own prices, latest first; ``only`` narrows to these ids.

    ``sold`` is what it sells as merchant or as trading company, ``merchant`` what waits for a merchant's hand.
    """
    statement = _of_company(session, company_id, side).order_by(Order.id.desc()).limit(size + 1)
    if state is not None:
        statement = statement.where(Order.state == state)
    if only is not None:
        statement = statement.where(Order.id.in_(only))
    if cursor:
        statement = statement.where(Order.id < decode_id(cursor))
    found = [order_row(found) for found in session.scalars(statement)]
    rows = purchases.orders_for(session, found, company_id=company_id)
    return page_of(rows, size, lambda row: (str(row.id),))


def by_id(session: Session, *, order_ids: Collection[UUID]) -> Mapping[UUID, OrderRow]:
    """Return orders whoever they belong to: for other features, not for readers."""
    found = session.scalars(sa.select(Order).where(Order.id.in_(order_ids)))
    return {one.id: order_row(one) for one in found}


def placed_under(session: Session, *, order: OrderRow) -> Under:
    """Return under what an order was placed."""
    return _under(session.execute(_UNDER_GROUP, {"group": order.group_id}).one())


def _under(row: Any) -> Under:
    if not row.under_unit_id:
        return Under(None, row.under_approval_id)
    unit = UnitRow(row.under_unit_id, row.under_unit_name or "", row.under_cost_centre or "", members=0)
    return Under(unit, row.under_approval_id)


_UNDER_GROUP: Final = sa.select(*_UNDER).where(OrderGroup.id == sa.bindparam("group", type_=sa.Uuid()))


def merchants_of(session: Session, *, buyer_id: UUID) -> frozenset[UUID]:
    """Return from whom a company ever ordered."""
    return frozenset(session.scalars(sa.select(Order.merchant_id).where(Order.buyer_id == buyer_id).distinct()))


def unconfirmed(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return orders that their merchants did not confirm in time."""
    found = session.scalars(
        sa.select(Order.id)
        .where(Order.state == OrderState.PLACED, Order.confirm_by <= now)
        .order_by(Order.id)
        .limit(limit)
    )
    return tuple(found)


def _of_company(session: Session, company_id: UUID, side: str | None) -> sa.Select[Order]:
    bought, made = Order.buyer_id == company_id, Order.merchant_id == company_id
    # No other company is ever a seller beside the merchant, and the rest have lists that an index answers.
    sold = sa.or_(made, Order.seller_id == company_id) if company_id in was_trading(session) else made
    mine = {"buyer": bought, "merchant": made, "sold": sold}
    return sa.select(Order).where(mine[side] if side else sa.or_(bought, sold))


def order_row(found: Any) -> OrderRow:
    """Return the row of an order."""
    return OrderRow(
        id=found.id,
        reference=found.reference,
        group_id=found.group_id,
        buyer_id=found.buyer_id,
        merchant_id=found.merchant_id,
        kind=found.kind,
        by_courier=found.by_courier,
        centre_id=found.centre_id,
        is_domestic=found.is_domestic,
        state=found.state,
        total=Money(found.total_minor, found.currency),
        credit=Money(found.credit_minor, found.currency),
        agreed_total=Money(
            found.total_minor + found.added_minor - found.credit_minor - found.let_off_minor, found.currency
        ),
        has_grown=bool(found.added_minor),
        incoterm=found.incoterm,
        place_code=found.place_code,
        destination=found.destination,
        plan=found.plan,
        mode=found.mode,
        rail=found.rail,
        trade_model=found.trade_model,
        exporter_id=found.exporter_id,
        importer_id=found.importer_id,
        consignee_id=found.consignee_id,
        notify_id=found.notify_id,
        brokers=tuple(UUID(broker) for broker in found.brokers),
        costs=found.costs,
        parties={UUID(company): Party(**facts) for company, facts in found.parties.items()},
        place_names=found.place_names,
        commission_bp=found.commission_bp,
        fx=found.fx,
        purchase_order_number=found.purchase_order_number,
        cost_centre=found.cost_centre,
        placed_at=found.placed_at,
        confirm_by=found.confirm_by,
        proforma_ends_at=found.proforma_ends_at,
        confirmed_at=found.confirmed_at,
        secured_at=found.secured_at,
        ended_at=found.ended_at,
        cancel_reason=found.cancel_reason,
        seller_id=found.seller_id or found.merchant_id,
    )
