"""Money that a provider holds: captured through the real flows, released by milestones, given back on cancellation."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.flows.give_back import give_back, refund_part
from marketplace.payments.queries import cards as card_queries
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.ledger import TransferKind
from marketplace.payments.rules.paying import MilestoneState, PaymentState
from marketplace.payments.rules.terms import MilestoneEvent, Plan, Subject, SubjectKind
from marketplace.payments.services import allowances, commission, holding
from marketplace.payments.services.splitting import locked
from marketplace.reference.rules import Setting
from marketplace.reference.services import change_setting
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, Deal
from tests.support.cards import bring_notices, double_of
from tests.support.held import CLEARING, FEES, HELD, INCOME, PAYABLE, HeldDeal


@pytest.fixture
def held(app):
    made = HeldDeal(reading())
    yield made
    assert made.is_sound()


def test_money_is_held_until_each_milestone_releases_its_share(held):
    held.place()
    assert (held.payment().state, held.payment().event) == (PaymentState.AUTHORISED, None)
    held.capture()
    assert held.payment().state is PaymentState.CAPTURED
    assert {row.state for row in held.milestones()} == {MilestoneState.HELD}
    assert held.figures() == {CLEARING: 1_000_000, HELD: -1_000_000, PAYABLE: 0, INCOME: 0}

    held.reach(MilestoneEvent.DEPOSIT)
    assert held.figures() == {CLEARING: 1_000_000, HELD: -700_000, PAYABLE: -291_000, INCOME: -9_000}

    (first, _), (second, _) = held.lines
    held.reach(MilestoneEvent.HANDED_OVER, [first])
    held.reach(MilestoneEvent.HANDED_OVER, [first])
    assert held.figures() == {CLEARING: 1_000_000, HELD: -210_000, PAYABLE: -766_300, INCOME: -23_700}
    held.reach(MilestoneEvent.HANDED_OVER, [second])
    assert held.figures() == {CLEARING: 1_000_000, HELD: 0, PAYABLE: -970_000, INCOME: -30_000}
    assert {row.state for row in held.milestones()} == {MilestoneState.RELEASED}


def test_what_happens_before_the_capture_is_known_is_released_by_it(held):
    held.place()
    held.reach(MilestoneEvent.DEPOSIT)
    assert held.figures()[PAYABLE] == 0
    held.capture()
    assert held.figures() == {CLEARING: 1_000_000, HELD: -700_000, PAYABLE: -291_000, INCOME: -9_000}


def test_freight_is_released_at_delivery_without_commission(app):
    deal = HeldDeal(reading(), subject=Subject(SubjectKind.FREIGHT, Deal(reading()).subject.id))
    deal.place(minors=(90_000,), plan=Plan.FREIGHT_HANDOVER_100, commission_bp=0).capture()
    deal.reach(MilestoneEvent.HANDED_OVER)
    assert deal.figures()[HELD] == -90_000
    with deal.writing():
        released = holding.release(
            deal.session, subject=deal.subject, event=MilestoneEvent.DELIVERED, line_ids=None, now=NOW
        )
    assert released == Money(90_000, "CNY")
    assert deal.figures() == {CLEARING: 90_000, HELD: 0, PAYABLE: 0, INCOME: 0}
    assert deal.is_sound()


def test_cancelling_takes_releases_back_and_refunds_the_card(held):
    held.place().capture()
    held.reach(MilestoneEvent.DEPOSIT)
    held.call_off()
    give_back(subject=held.subject, now=NOW)
    assert card_queries.charge(reading(), key=held.key).state is CardState.REFUNDED
    assert held.payment().state is PaymentState.REFUNDED
    assert {row.state for row in held.milestones()} == {MilestoneState.REFUNDED}
    assert held.figures() == {CLEARING: 0, HELD: 0, PAYABLE: 0, INCOME: 0}
    held.reach(MilestoneEvent.HANDED_OVER)
    assert held.figures()[PAYABLE] == 0


def test_cancelling_before_the_capture_gives_the_reservation_back(held):
    held.place()
    held.call_off()
    assert held.payment().state is PaymentState.CANCELLED
    assert {row.state for row in held.milestones()} == {MilestoneState.CANCELLED}
    assert held.figures() == {CLEARING: 0, HELD: 0, PAYABLE: 0, INCOME: 0}
    with pytest.raises(Conflict):
        held.capture()


def test_what_had_ended_stays_ended_when_the_refund_of_the_rest_fails(app, held):
    held.place(method="pm_card_refundFail").capture()
    (first, amount), _second = held.lines
    with held.writing():
        let_off(held, first, amount)
    refund_part(subject=held.subject, amount=amount, cause=str(new_id()), now=NOW)
    held.call_off()
    assert {row.state for row in held.milestones()} == {MilestoneState.REFUNDED}
    bring_refusals(app)
    states = {(row.line_id, row.state) for row in held.milestones()}
    assert (first, MilestoneState.REFUNDED) in states
    assert (first, MilestoneState.HELD) not in states


def test_what_was_let_off_is_not_released_because_its_refund_failed(app, held):
    held.place(method="pm_card_refundFail").capture()
    for line_id, amount in held.lines:
        with held.writing():
            let_off(held, line_id, amount)
        refund_part(subject=held.subject, amount=amount, cause=str(line_id), now=NOW)
    assert held.payment().state is PaymentState.REFUNDED
    bring_refusals(app)
    assert held.payment().state is PaymentState.CAPTURED
    held.reach(MilestoneEvent.DEPOSIT)
    held.reach(MilestoneEvent.HANDED_OVER)
    assert held.figures()[PAYABLE] == 0
    assert {row.state for row in held.milestones()} == {MilestoneState.REFUNDED}


def test_a_milestone_that_was_taken_back_is_released_again(held):
    held.place(minors=(1_000_000,)).capture()
    held.reach(MilestoneEvent.DEPOSIT)
    for _ in range(2):
        with held.writing() as deal:
            terms = holding.terms_of(deal.session, deal.subject)
            (row,) = [one for one in locked(deal.session, deal.subject) if one.state is MilestoneState.RELEASED]
            row.state = MilestoneState.HELD
            holding.post_release(deal.session, terms, row, kind=TransferKind.RELEASE_REVERSED, actor=SYSTEM, now=NOW)
        assert held.figures()[PAYABLE] == 0
        held.reach(MilestoneEvent.DEPOSIT)
        held.reach(MilestoneEvent.DEPOSIT)
        assert held.figures() == {CLEARING: 1_000_000, HELD: -700_000, PAYABLE: -291_000, INCOME: -9_000}


def let_off(deal, line_id, amount):
    allowances.allow(
        deal.session,
        subject=deal.subject,
        line_id=line_id,
        amount=amount,
        cause_id=new_id(),
        why=Why.CLAIM,
        actor=deal.merchant,
        now=NOW,
    )


def bring_refusals(app):
    """Let the card's bank send every refund back, and tell it."""
    double = double_of(app)
    double.pass_time()
    bring_notices(double)
    reading().rollback()


def test_a_held_payment_is_neither_confirmed_nor_billed(held):
    held.place().capture()
    with pytest.raises(Conflict), held.writing():
        held.confirm(1_000_000)
    with held.writing():
        assert commission.bill(held.session, subject=held.subject, line_ids=None, now=NOW) is None


def test_a_direct_subject_has_nothing_to_release(session):
    deal = Deal(session).open()
    assert holding.release(session, subject=deal.subject, event=MilestoneEvent.DEPOSIT, line_ids=None, now=NOW) is None


@pytest.mark.parametrize(("share", "house", "merchant"), [(0, 29_000, 0), (2_500, 21_750, 7_250), (10_000, 0, 29_000)])
def test_the_providers_fee_is_borne_as_the_settings_say(held, share, house, merchant):
    with unit_of_work() as session:
        change_setting(
            session, key=Setting.PROVIDER_FEE_PAYEE_BASIS_POINTS, value=share, valid_from=NOW, actor=SYSTEM, now=NOW
        )
    before = held.balance(FEES)
    held.place().capture()
    held.capture()
    assert held.balance(FEES) - before == house
    assert held.balance(PAYABLE) == merchant
    assert held.balance(HELD) == -1_000_000
    assert held.is_sound()


@pytest.mark.soak
@settings(
    max_examples=60 if SOAK else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    minors=st.lists(st.integers(400, 2 * 10**7), min_size=1, max_size=4),
    commission_bp=st.integers(0, 10_000),
    steps=st.lists(st.tuples(st.sampled_from(MilestoneEvent), st.integers(0, 3)), max_size=6),
    capture_at=st.integers(0, 6),
    is_cancelled=st.booleans(),
)
def test_held_released_and_refunded_always_add_up(app, minors, commission_bp, steps, capture_at, is_cancelled):
    deal = HeldDeal(reading())
    before = deal.figures()
    deal.place(minors=tuple(minors), commission_bp=commission_bp)
    for index, (event, line) in enumerate(steps):
        if index == capture_at:
            deal.capture()
        deal.reach(event, [deal.lines[line % len(deal.lines)][0]])
    deal.capture()
    figures = deal.figures()
    released = sum(row.amount.minor for row in deal.milestones() if row.state is MilestoneState.RELEASED)
    fee = sum(row.commission.minor for row in deal.milestones() if row.state is MilestoneState.RELEASED)
    assert figures[HELD] == released - sum(minors)
    assert figures[PAYABLE] == fee - released
    assert figures[INCOME] - before[INCOME] == -fee
    if is_cancelled:
        deal.call_off()
        figures = deal.figures()
        assert (figures[HELD], figures[PAYABLE]) == (0, 0)
        assert (figures[CLEARING], figures[INCOME]) == (before[CLEARING], before[INCOME])
    assert deal.is_sound()
