"""Orders of one buyer at the same moment never pass its credit together, on either database."""

from datetime import date

import pytest

from marketplace.kernel import events
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.merchants.models import CreditLimit
from marketplace.payments.models.credit import CreditLine
from marketplace.payments.queries import checks
from marketplace.payments.queries import credit as queries
from marketplace.payments.rules.credit import CreditState
from marketplace.payments.rules.plans import AgreedPlan, Stage
from marketplace.payments.rules.terms import MilestoneEvent, Plan
from tests import factories
from tests.integration.payments.conftest import NOW, Deal, exist, publish_rates
from tests.support.racing import at_once

NET = AgreedPlan("net_30", (Stage(MilestoneEvent.HANDED_OVER, 10_000, 30),), "Net 30", credit=True)
ORDERS, FIT, EACH = 8, 3, 1_000_000


@pytest.fixture
def credit_id(app):
    """A credit for three orders and a half."""
    with unit_of_work() as session:
        deal = Deal(session)
        for actor in (deal.buyer, deal.merchant):
            exist(session, actor)
        row = CreditLine(
            id=new_id(), merchant_id=deal.merchant.company, buyer_id=deal.buyer.company, currency="CNY",
            state=CreditState.GRANTED, wanted_minor=1, note="x", limit_minor=FIT * EACH + EACH // 2, days=30,
            until=date(2030, 1, 1), reason="x", created_at=NOW, changed_at=NOW,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return row.id, deal.buyer, deal.merchant


def lefts(ends):
    return {(end.code, end.facts["left"]) if isinstance(end, Conflict) else end for end in ends}


def test_orders_at_once_stop_at_the_limit(app, credit_id):
    line_id, buyer, merchant = credit_id

    def order():
        with unit_of_work() as session:
            Deal(session, buyer=buyer, merchant=merchant).open(NET, minors=(EACH - 1, 1))
            events.forget(session)
        return "ordered"

    ends = at_once(app, [order] * ORDERS)
    assert ends.count("ordered") == FIT
    assert lefts(ends) == {"ordered", ("credit_limit", str(Money(EACH // 2, "CNY")))}
    session = reading()
    session.rollback()
    row = queries.credit(session, company_id=buyer.company, credit_id=line_id, now=NOW)
    assert (row.taken.exposure.minor, row.left.minor) == (FIT * EACH, EACH // 2)
    assert checks.breaches(session) == []


def limited(buyer, minor, *, verified=True):
    """Let the operator limit what a buyer may owe, in CNY."""
    with unit_of_work() as session:
        session.add(
            CreditLimit(
                id=new_id(), company_id=buyer.company, currency="CNY", amount=minor, until=date(2030, 1, 1),
                reason="x", set_at=NOW,
            )
        )  # fmt: skip
        if verified:
            factories.verify(session, buyer.company, now=NOW)


def owe(buyer, minor, plan=Plan.ACCEPTANCE_100, currency="CNY"):
    with unit_of_work() as session:
        deal = Deal(session, buyer=buyer, currency=currency).open(plan, minors=(minor - 1, 1))
        events.forget(session)
    return deal


def test_all_that_a_buyer_owes_to_all_merchants_stops_at_the_operators_limit(app, credit_id):
    _line, buyer, _merchant = credit_id
    owe(buyer, 600_000)
    limited(buyer, 1_000_000, verified=False)
    owe(buyer, 500_000)  # a limit counts only while its buyer is verified
    limited(buyer, 1_500_000)
    first = owe(buyer, 400_000, Plan.DEPOSIT_30_70)
    with pytest.raises(Conflict) as refused:
        owe(buyer, 2)
    assert (refused.value.code, refused.value.facts["left"]) == ("buyer_limit", str(Money(0, "CNY")))
    owe(buyer, 9_000_000, currency="USD")
    with unit_of_work() as session:
        publish_rates(session)
        first.session = session
        first.confirm(120_000)
        events.forget(session)
    owe(buyer, 120_000)
    with pytest.raises(Conflict, match="buyer_limit"):
        owe(buyer, 2)
    with unit_of_work() as session:
        first.session = session
        first.cancel()
        events.forget(session)
    owe(buyer, 280_000)


def test_orders_at_once_with_several_merchants_stop_at_the_operators_limit(app, credit_id):
    _line, buyer, _merchant = credit_id
    limited(buyer, FIT * EACH + EACH // 2)

    def order():
        owe(buyer, EACH)
        return "ordered"

    ends = at_once(app, [order] * ORDERS)
    assert ends.count("ordered") == FIT
    assert lefts(ends) == {"ordered", ("buyer_limit", str(Money(EACH // 2, "CNY")))}
