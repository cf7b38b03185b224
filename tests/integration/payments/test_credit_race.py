"""Orders of one buyer at the same moment never pass its credit together, on either database."""

import threading
from datetime import date

import pytest

from marketplace.kernel import events
from marketplace.kernel.db import db, reading, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.credit import CreditLine
from marketplace.payments.queries import checks
from marketplace.payments.queries import credit as queries
from marketplace.payments.rules.credit import CreditState
from marketplace.payments.rules.plans import AgreedPlan, Stage
from marketplace.payments.rules.terms import MilestoneEvent
from tests.integration.payments.conftest import NOW, Deal, exist

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


def test_orders_at_once_stop_at_the_limit(app, credit_id):
    line_id, buyer, merchant = credit_id
    ends, gate = [], threading.Barrier(ORDERS)

    def order():
        with app.app_context():
            try:
                gate.wait()
                with unit_of_work() as session:
                    Deal(session, buyer=buyer, merchant=merchant).open(NET, minors=(EACH - 1, 1))
                    events.forget(session)
                ends.append("ordered")
            except Conflict as refusal:
                ends.append((refusal.code, refusal.facts["left"]))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=order) for _ in range(ORDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends.count("ordered") == FIT
    assert set(ends) == {"ordered", ("credit_limit", str(Money(EACH // 2, "CNY")))}
    session = reading()
    session.rollback()
    row = queries.credit(session, company_id=buyer.company, credit_id=line_id)
    assert (row.taken.exposure.minor, row.left.minor) == (FIT * EACH, EACH // 2)
    assert checks.breaches(session) == []
