"""Banners of an order say of a moment that has passed that it has."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.payments.models.plans import Payment
from tests.support.visitors import Visitor
from tests.support.ways import Way


def test_a_payment_that_is_overdue_is_called_so(app, call, market, operator):
    way = Way(call, market, operator)
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    page = f"/orders/{way.order_id}"
    assert "overdue since" not in buyer.open(page)
    with unit_of_work() as session:
        payment = sa.update(Payment).where(Payment.id == UUID(way.order()["payments"][0]["id"]))
        session.execute(payment.values(due_at=clock.now() - timedelta(days=5)))
    assert "overdue since" in buyer.open(page)


def test_goods_that_are_late_by_now_may_be_given_up_since(app, call, market, operator, later):
    way = Way(call, market, operator).secure()
    merchant = Visitor(app)
    merchant.log_in(market.merchant.login)
    page = f"/orders/{way.order_id}"
    assert "If they are not there, the buyer may cancel from" in merchant.open(page)
    later(40 * 86_400)
    merchant.log_in(market.merchant.login)
    shown = merchant.open(page)
    assert "They are not there: the buyer may cancel since" in shown
    assert "may cancel from" not in shown
