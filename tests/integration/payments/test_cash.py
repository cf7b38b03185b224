"""The cash flow of a company: what bounced, was placed wrongly or went back by its bank has not come, and not gone."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.payments.models.plans import Milestone, Payment
from marketplace.payments.rules.house_money import Part, Purpose
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import UNPAID
from marketplace.payments.rules.terms import MilestoneEvent, Plan
from marketplace.reports.cash import queries
from marketplace.reports.cash.queries import Asked
from marketplace.reports.cash.queries.shares import PORTION, shares_of
from marketplace.reports.cash.rules import OPEN
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, Deal, clerk, exist
from tests.integration.payments.test_bank import bill, house, paid_out, till
from tests.integration.payments.test_disputes import Disputed, double
from tests.integration.payments.test_house_reversals import newest, take_back
from tests.support.bank import Booked
from tests.support.invariants import fresh

__all__ = ["double", "house", "till"]
pytestmark = pytest.mark.both_databases


def moved(company_id):
    """Return what went from a company and what came to it in these weeks."""
    found = queries.picture(fresh(), company_id=company_id, asked=Asked(), now=NOW)
    weeks = [week for series in found.series for week in series.weeks]
    return sum(week.moved_out.minor for week in weeks), sum(week.moved_in.minor for week in weeks)


def test_a_payout_that_bounced_has_not_come(house, till):
    due, _file = paid_out(house, till, 100_00)
    assert moved(till.company_id) == (0, 0)
    house.shows(Booked(-100_00, due.reference, "FT1"))
    assert moved(till.company_id) == (0, 100_00)
    house.shows(Booked(100_00, due.reference, "FT2"))
    assert (moved(till.company_id), till.balance(AccountKind.MERCHANT_PAYABLE)) == ((0, 0), -100_00)
    take_back(house, newest(house))
    assert moved(till.company_id) == (0, 100_00)


def test_what_a_line_was_wrongly_said_to_be_has_not_gone(house, till):
    due, _file = paid_out(house, till, 100_00)
    house.shows(Booked(-100_00, due.reference, "FT1"))
    take_back(house, newest(house))
    bill(till.company_id, 300_00)
    house.shows(Booked(300_00, "c", "FT2", "X", "6222000000000077"))
    assert moved(till.company_id) == (300_00, 0)
    take_back(house, newest(house))
    assert moved(till.company_id) == (0, 0)
    (row,) = [row for row in house.waiting() if row.entry.amount.minor == 300_00]
    house.says(row.entry.id, Part(Purpose.COMMISSION, till.company_id, 300_00))
    assert moved(till.company_id) == (300_00, 0)


@pytest.mark.parametrize("released", [False, True])
def test_what_a_card_holder_got_back_from_his_bank_came(app, double, released):
    deal = Disputed(fresh())
    with deal.writing():
        exist(deal.session, deal.buyer)
    deal.place(plan=Plan.ACCEPTANCE_100).capture()
    if released:
        deal.reach(MilestoneEvent.ACCEPTED)
    assert moved(deal.buyer.company) == (1_000_000, 0)
    deal.decided(double, deal.dispute(double, reason="fraudulent"), won=False)
    assert moved(deal.buyer.company) == (1_000_000, 1_000_000)


def as_one_sum(session, company_id):
    """Return what is pending and what is asked for and open, as one plain sum over all rows there are."""
    rows = session.scalars(sa.select(Milestone).where(Milestone.state.in_(OPEN))).all()
    asked = session.scalars(sa.select(Payment).where(Payment.payer_id == company_id, Payment.state.in_(UNPAID))).all()
    pending = sum(row.amount_minor for row in rows if row.state == "pending")
    return pending, sum(one.amount_minor - one.paid_minor for one in asked)


LINES = st.lists(st.integers(100, 90_000), min_size=1, max_size=7)


@pytest.mark.soak
@settings(max_examples=60 if SOAK else 8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=st.lists(st.tuples(LINES, st.integers(0, 100)), min_size=1, max_size=4), portion=st.integers(1, 9))
def test_however_many_shares_are_read_at_once_the_figures_are_those_of_one_plain_sum(session, orders, portion):
    buyer = clerk()
    exist(session, buyer)
    for minors, percent in orders:
        deal = Deal(session, buyer=buyer)
        exist(session, deal.merchant)
        deal.open(minors=minors)
        paid = deal.payment().amount.minor * percent // 100
        if paid:
            deal.confirm(paid)

    def look(size):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("marketplace.reports.cash.queries.shares.PORTION", size)
            found = queries.picture(session, company_id=buyer.company, asked=Asked(), now=NOW)
            ids = found.shares
            return found, shares_of(session, company_id=buyer.company, milestone_ids=ids, now=NOW)

    (whole, rows), (in_parts, same) = look(PORTION), look(portion)
    assert (in_parts, same) == (whole, rows)
    pending, due = as_one_sum(session, buyer.company)
    assert sum(one.expected_out.minor for one in whole.figures) == pending
    weeks = [week for series in whole.series for week in series.weeks]
    planned = sum(week.planned_out.minor for week in weeks) + sum(one.undated_out.minor for one in whole.series)
    assert planned == pending + due
    assert sum(row.amount.minor for row in rows if row.standing != "pending") == due
    session.rollback()


def test_a_company_with_more_than_five_thousand_open_shares_reads_its_money_all_the_same(session):
    deal = Deal(session)
    for actor in (deal.buyer, deal.merchant):
        exist(session, actor)
    deal.open(minors=[100] * 2_600)
    found = queries.picture(session, company_id=deal.buyer.company, asked=Asked(), now=NOW)
    assert (len(found.shares), found.figures[0].expected_out.minor) == (5_200, 2_600 * 70)
    last = shares_of(session, company_id=deal.buyer.company, milestone_ids=found.shares[-3:], now=NOW)
    assert [row.milestone_id for row in last] == list(found.shares[-3:])
    session.rollback()
