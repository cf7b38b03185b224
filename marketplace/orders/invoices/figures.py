"""What an official invoice is weighed against: value, what is matched, what is missing - of a sale or of a purchase.

Expressions over a line and its order, and, of a purchase (``is_bought``), over what the trading company buys it for.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace.kernel.columns import UtcDateTime
from marketplace.orders.invoices.models import InvoiceMatch, OfficialInvoice
from marketplace.orders.models import LineMove, Order, OrderLine
from marketplace.orders.purchases.models import OrderPurchase, OrderPurchaseLine
from marketplace.orders.rules.invoices import InvoiceState
from marketplace.orders.rules.states import LineState
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.terms import SubjectKind


def handed() -> sa.ScalarSelect[int]:
    """Units of a line that left its merchant: those that a commercial invoice names."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(LineMove.quantity), 0))
        .where(LineMove.line_id == OrderLine.id, LineMove.after == LineState.HANDED_OVER)
        .correlate(OrderLine)
        .scalar_subquery()
    )


def first_move() -> sa.ScalarSelect[datetime]:
    """Find when goods of a line left its merchant first."""
    return (
        sa.select(sa.func.min(LineMove.at, type_=UtcDateTime))
        .where(LineMove.line_id == OrderLine.id, LineMove.after == LineState.HANDED_OVER)
        .correlate(OrderLine)
        .scalar_subquery()
    )


def owed(*, is_bought: bool) -> sa.ColumnElement[int]:
    """Find what is owed for a line in all: its amount less all that was let off it, and what a sample took off it.

    What went back to a card at its provider's limit is owed all the same, and settled directly.
    """
    less = Allowance.why.is_distinct_from(Why.HELD_TOO_LONG)
    return _less_credit(is_bought=is_bought) - _let_off(less, is_bought=is_bought)


def priced(*, is_bought: bool) -> sa.ColumnElement[int]:
    """Find what all units that were ordered would cost at the agreed price."""
    return _less_credit(is_bought=is_bought) - _let_off(Allowance.why == Why.DISCOUNT, is_bought=is_bought)


def _less_credit(*, is_bought: bool) -> sa.ColumnElement[int]:
    row = OrderPurchaseLine if is_bought else OrderLine
    return row.amount_minor - row.credit_minor


def _let_off(*where: sa.ColumnElement[bool], is_bought: bool) -> sa.ScalarSelect[int]:
    kind = SubjectKind.PURCHASE if is_bought else SubjectKind.ORDER
    return (
        sa.select(sa.func.coalesce(sa.func.sum(Allowance.amount_minor), 0))
        .where(Allowance.line_id == OrderLine.id, Allowance.subject_kind == kind, *where)
        .correlate(OrderLine)
        .scalar_subquery()
    )


def matched(*, is_bought: bool) -> sa.ScalarSelect[int]:
    """Find how much of a line invoices that count name."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(InvoiceMatch.minor), 0))
        .join(OfficialInvoice, OfficialInvoice.id == InvoiceMatch.invoice_id)
        .where(
            InvoiceMatch.line_id == OrderLine.id,
            OfficialInvoice.state == InvoiceState.RECORDED,
            of_contract(is_bought=is_bought),
        )
        .correlate(OrderLine, Order)
        .scalar_subquery()
    )


def of_contract(*, is_bought: bool) -> sa.ColumnElement[bool]:
    """Tell of an invoice whether it is of the purchase by which the trading company buys, or of the sale."""
    bought = sa.and_(Order.seller_id.is_not(None), OfficialInvoice.issuer_id == Order.merchant_id)
    return bought if is_bought else ~bought


def amount(*, is_bought: bool) -> Any:
    """Find what a line costs."""
    return OrderPurchaseLine.amount_minor if is_bought else OrderLine.amount_minor


def joined(statement: sa.Select[*tuple[Any, ...]], *, is_bought: bool) -> sa.Select[*tuple[Any, ...]]:
    """Join a line's order and, of a purchase, what it is bought for."""
    found = statement.join(Order, Order.id == OrderLine.order_id)
    if is_bought:
        return found.join(OrderPurchaseLine, OrderPurchaseLine.line_id == OrderLine.id).join(
            OrderPurchase, OrderPurchase.id == OrderPurchaseLine.purchase_id
        )
    return found


def sells(company_id: UUID) -> sa.ColumnElement[bool]:
    """Say that a company invoices the buyer: the merchant, or the trading company that sells its goods on."""
    itself = sa.and_(Order.seller_id.is_(None), Order.merchant_id == company_id)
    return sa.or_(Order.seller_id == company_id, itself)


def is_missing(*, is_bought: bool) -> sa.ColumnElement[bool]:
    """Compare without dividing: to be invoiced is what is owed for a line, at most the price of what was handed over.

    What is short of it by less than one smallest coin is rounding.
    """
    at_least = matched(is_bought=is_bought) + 1
    of_units = at_least * OrderLine.quantity <= priced(is_bought=is_bought) * handed()
    return sa.and_(handed() > 0, at_least <= owed(is_bought=is_bought), of_units)
