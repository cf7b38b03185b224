"""What is let off a price: shares still sum to it, money goes back the way it came, never more than there was."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from marketplace.kernel import events
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.flows.give_back import refund_part
from marketplace.payments.models.cards import CardRefund
from marketplace.payments.queries import checks
from marketplace.payments.queries import payouts as queries
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import MilestoneEvent, Plan, Rail, Subject, SubjectKind
from marketplace.payments.services import allowances, commission, returns
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, Deal, exist, publish_rates
from tests.support.held import HeldDeal

PAYABLE, HELD, INCOME = AccountKind.MERCHANT_PAYABLE, AccountKind.HELD, AccountKind.COMMISSION_INCOME


def let_off(deal, minor, line=0, cause=None, *, unpaid_too=False, why=Why.CLAIM):
    cause = cause or new_id()
    amount = Money(minor, deal.currency)
    allowances.allow(
        deal.session,
        subject=deal.subject,
        line_id=deal.lines[line][0],
        amount=amount,
        cause_id=cause,
        why=why,
        actor=deal.merchant,
        now=NOW,
        unpaid_too=unpaid_too,
    )
    return cause


def test_what_is_not_due_never_falls_due(deal):
    deal.open(plan=Plan.ACCEPTANCE_100)
    cause = let_off(deal, 100_000)
    let_off(deal, 100_000, cause=cause)
    deal.happens(MilestoneEvent.ACCEPTED)
    assert deal.payment().amount.minor == 900_000
    assert sum(row.amount.minor for row in deal.milestones()) == 1_000_000
    assert commission.bill(deal.session, subject=deal.subject, line_ids=None, now=NOW) == Money(27_000, "CNY")
    with pytest.raises(Refused):
        let_off(deal, 600_001)
    with pytest.raises(Refused):
        let_off(deal, 0 - 1)


def test_what_is_due_or_paid_is_owed_back_and_its_commission_too(deal):
    deal.open(minors=(1_000_000,))
    deal.confirm(300_000)
    deal.happens(MilestoneEvent.HANDED_OVER)
    commission.bill(deal.session, subject=deal.subject, line_ids=None, now=NOW)
    let_off(deal, 200_000)
    assert deal.balance(AccountKind.RETURN_PAYEE) == -200_000
    assert deal.balance(AccountKind.COMMISSION_RECEIVABLE) == 24_000
    (owed,) = queries.returns(deal.session, company_id=deal.buyer.company)
    assert queries.returns(deal.session, company_id=deal.buyer.company, is_open=True, is_lineless=True) == (owed,)
    for actor in (deal.buyer, deal.merchant):
        exist(deal.session, actor)
    returns.record_made(deal.session, actor=deal.merchant, return_id=owed.id, now=NOW)
    returns.record_received(deal.session, actor=deal.buyer, return_id=owed.id, now=NOW)
    assert queries.returns(deal.session, company_id=deal.buyer.company, is_open=True) == ()
    assert queries.returns(deal.session, company_id=deal.buyer.company, is_lineless=True, limit=1)[0].id == owed.id
    returns.record_made(deal.session, actor=deal.merchant, return_id=owed.id, now=NOW)
    assert deal.balance(AccountKind.RETURN_PAYEE) == 0


def test_what_did_not_come_need_not_be_paid(deal):
    publish_rates(deal.session)
    deal.open(minors=(700_000, 300_000))
    let_off(deal, 600_000, unpaid_too=True)
    # The last share first, then the deposit that is due; nobody owes anything back.
    assert (deal.payment().state, deal.payment().amount.minor) == ("due", 190_000)
    assert (deal.balance(AccountKind.OBLIGATION_PAYEE), deal.balance(AccountKind.RETURN_PAYEE)) == (190_000, 0)
    deal.confirm(50_000, confirmed=True)
    let_off(deal, 70_000, line=0, unpaid_too=True)
    # 100,000 of the first line were left, the deposit of it: 30,000 are, and 90,000 of the second.
    assert (deal.payment().state, deal.payment().amount.minor) == ("part_paid", 120_000)
    let_off(deal, 290_000, line=1, unpaid_too=True)
    assert (deal.payment().state, deal.payment().amount.minor, deal.payment().paid.minor) == ("paid", 50_000, 50_000)
    assert deal.balance(AccountKind.RETURN_PAYEE) == -10_000
    assert deal.balance(AccountKind.OBLIGATION_PAYEE) == 0
    assert deal.is_sound()


def test_one_cause_settles_two_payments_that_came_in_part(deal):
    publish_rates(deal.session)
    deal.open(minors=(1_000_000, 1_000_000))
    deposit = deal.confirm(299_900)
    deal.happens(MilestoneEvent.HANDED_OVER)
    deal.confirm(699_900)
    let_off(deal, 1_000_000, line=0, unpaid_too=True)
    assert [(row.state, row.charges.minor) for row in deal.payments()] == [("paid", 100), ("paid", 100)]
    assert deposit.id == deal.payments()[0].id
    assert deal.is_sound()


def test_a_payment_of_which_nothing_is_left_is_cancelled(deal):
    deal.open(minors=(700_000,))
    deal.happens(MilestoneEvent.HANDED_OVER)
    let_off(deal, 490_000, unpaid_too=True)
    assert [(row.state, row.amount.minor) for row in deal.payments()] == [("due", 210_000), ("cancelled", 490_000)]
    assert deal.balance(AccountKind.OBLIGATION_PAYEE) == 210_000
    assert deal.is_sound()


def test_nothing_is_let_off_a_charge_that_is_not_known_to_be_taken(app):
    deal = HeldDeal(reading())
    deal.place(minors=(1_000_000,))
    with deal.writing(), pytest.raises(Conflict, match="charge_pending"):
        let_off(deal, 1, unpaid_too=True)


def test_a_subject_without_a_plan_has_nothing_to_let_off(session):
    deal = Deal(session, subject=Subject(SubjectKind.ORDER, new_id()))
    deal.lines = ((new_id(), Money(1, "CNY")),)
    with pytest.raises(NotFound):
        let_off(deal, 1)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "handed_over", "accepted", "allow", "lower", "pay"]),
        st.integers(0, 1),
        st.integers(1, 400_000)
        | st.sampled_from([90_000, 210_000, 300_000, 400_000]),  # all of a share, or of what is due
    ),
    max_size=10,
)


@pytest.mark.soak
@settings(max_examples=60 if SOAK else 12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.sampled_from([Plan.DEPOSIT_30_70, Plan.ACCEPTANCE_100]), rail=st.sampled_from(Rail), steps=STEPS)
@example(plan=Plan.DEPOSIT_30_70, rail=Rail.BANK, steps=[("pay", 0, 300_000), ("lower", 1, 400_000)])
def test_whatever_happens_the_sums_hold(app, plan, rail, steps):
    deal = HeldDeal(reading())
    if rail is Rail.CARD:
        deal.place(plan=plan, minors=(700_000, 300_000)).capture()
    else:
        with deal.writing():
            publish_if_missing(deal.session)
            deal.open(plan=plan)
    done = 0
    for act, line, minor in steps:
        cause = new_id()
        with deal.writing():
            if act == "pay":
                pay(deal, minor)
                # Whoever pays the whole deposit secures an order; here are payments alone.
                events.forget(deal.session)
                continue
            if act not in ("allow", "lower"):
                deal.happens(MilestoneEvent(act), [deal.lines[line][0]])
                continue
            try:
                let_off(deal, minor, line, cause, unpaid_too=act == "lower")
            except Refused:
                continue
            done += minor
            refunded = sum(row.amount.minor for row in deal.milestones() if row.state is MilestoneState.REFUNDED)
        if rail is Rail.CARD:
            back = refunded - getattr(deal, "back", 0)
            deal.back = refunded
            if back:
                refund_part(subject=deal.subject, amount=Money(back, "CNY"), cause=str(cause), now=NOW)
    owed = -deal.balance(AccountKind.RETURN_PAYEE)
    ended = sum(
        row.amount.minor
        for row in deal.milestones()
        if row.state in (MilestoneState.REFUNDED, MilestoneState.CANCELLED)
    )
    assert ended + owed == done
    assert sum(row.amount.minor for row in deal.milestones()) == 1_000_000
    assert deal.balance(PAYABLE) <= 0
    assert checks.breaches(reading()) == []


def pay(deal, minor):
    """Pay so much, at most what is due, on the newest payment by bank."""
    due = [row for row in deal.payments() if row.outstanding]
    if due:
        deal.confirm(min(minor, due[-1].outstanding.minor), due[-1], confirmed=True)


def publish_if_missing(session):
    """Rates, once on a database that several examples share."""
    from marketplace.reference.models import FxRate

    if session.query(FxRate).first() is None:
        publish_rates(session)


def test_released_money_is_taken_back_while_it_is_there(app):
    deal = HeldDeal(reading())
    deal.place(minors=(1_000_000,)).capture()
    deal.reach(MilestoneEvent.DEPOSIT)
    with unit_of_work() as session:
        deal.session = session
        let_off(deal, 900_000)
    deal.session = reading()
    refund_part(subject=deal.subject, amount=Money(900_000, "CNY"), cause=str(new_id()), now=NOW)
    assert {kind: deal.balance(kind) for kind in (HELD, PAYABLE, INCOME)} == {HELD: 0, PAYABLE: -97_000, INCOME: -3_000}
    assert deal.is_sound()


@pytest.mark.parametrize("why", Why)
def test_a_refund_says_why_it_is_made(app, why):
    deal = HeldDeal(reading()).place(minors=(1_000_000,)).capture()
    with unit_of_work() as session:
        deal.session = session
        cause = let_off(deal, 100_000, why=why)
    refund_part(subject=deal.subject, amount=Money(100_000, "CNY"), cause=str(cause), now=NOW)
    assert reading().scalars(sa.select(CardRefund.reason)).all()[-1] == str(why)
