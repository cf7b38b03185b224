"""Disputes of card holders: frozen is what they are about and nothing else; booked at once; won, lost, asked about."""

import contextlib
import itertools
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
import stripe

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, Refused, Unavailable
from marketplace.kernel.money import Money
from marketplace.payments.flows import cards, lapsing
from marketplace.payments.flows import disputes as flows
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.queries import card_returns, checks, ledger, waits
from marketplace.payments.queries import cards as charge_queries
from marketplace.payments.queries import disputes as queries
from marketplace.payments.queries.card_returns import allowance_key
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.disputes import DisputeState
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.paying import MilestoneState, PaymentState
from marketplace.payments.rules.provider import Evidence
from marketplace.payments.rules.terms import MilestoneEvent, Plan
from marketplace.payments.services import allowances, card_refunds, dispute_parts
from marketplace.stripe_double.calls import API_VERSION, new_id
from marketplace.stripe_double.client import InProcess
from marketplace.stripe_double.deliveries import sign
from marketplace.worker.jobs import JOBS
from tests.integration.payments.conftest import NOW, clerk
from tests.support.cards import bring_notices, charge, double_of
from tests.support.held import HeldDeal
from tests.support.invariants import fresh

HELD, PAYABLE, CLEARING = AccountKind.HELD, AccountKind.MERCHANT_PAYABLE, AccountKind.PROVIDER_CLEARING
LOSSES, OWED, FEES = AccountKind.DISPUTE_LOSSES, AccountKind.MERCHANT_RECEIVABLE, AccountKind.PROVIDER_FEES
ACCEPTED, DEPOSIT = MilestoneEvent.ACCEPTED, MilestoneEvent.DEPOSIT
TOLD = Evidence(told="Delivered and signed for", carrier="Regular Lorry")


class Disputed(HeldDeal):
    """A deal by card whose holder may dispute it."""

    def book(self, kind: AccountKind) -> int:
        """What an account has: of the house, of the merchant, of the subject."""
        owner = self.merchant.company if kind in (PAYABLE, OWED) else None
        subject = self.subject if kind in (HELD, AccountKind.DISPUTED) else None
        session = fresh()
        return ledger.balance(session, account=AccountRef(kind, owner, self.currency, subject)).minor

    def dispute(self, double, minor=None, reason="product_not_received"):
        made = double.dispute(charge(self.key).intent_id, amount=minor, reason=reason)
        bring_notices(double)
        return made["id"]

    def decided(self, double, dispute_id, *, won):
        double.decide(dispute_id, won=won)
        bring_notices(double, times=2)

    @property
    def row(self):
        session = fresh()
        (found,) = [one for one in queries.disputes(session).items if one.subject == self.subject]
        return found.dispute

    def states(self):
        session = fresh()
        self.session = session
        return sorted((row.amount.minor, str(row.state), row.is_frozen) for row in self.milestones())

    def resume(self):
        JOBS[dispute_parts.RESUME]({"dispute": str(self.row.id)})


@pytest.fixture
def double(app):
    found = double_of(app)
    found.deliver(lambda *_: True)
    return found


@pytest.fixture
def deal(app, double):
    yield Disputed(reading()).place(plan=Plan.ACCEPTANCE_100).capture()
    session = fresh()
    assert checks.breaches(session) == []


def test_the_money_goes_at_once_with_its_fee_and_the_order_is_frozen(deal, double):
    cards.refresh(key=deal.key, now=NOW)
    before = deal.book(CLEARING), deal.book(FEES)
    deal.dispute(double)
    row = deal.row
    assert (row.state, row.amount.minor, row.withdrawn.minor) == (DisputeState.OPEN, 1_000_000, 1_000_000)
    assert deal.book(AccountKind.DISPUTED) == 1_000_000
    assert (deal.book(CLEARING) - before[0], deal.book(FEES) - before[1]) == (-1_010_000, 10_000)
    assert deal.states() == [(300_000, "held", True), (700_000, "held", True)]
    deal.reach(ACCEPTED)
    assert deal.book(PAYABLE) == 0


def test_another_order_of_the_same_buyer_goes_its_way(app, deal, double):
    other = Disputed(reading(), buyer=deal.buyer, merchant=deal.merchant).place(plan=Plan.ACCEPTANCE_100).capture()
    deal.dispute(double)
    other.reach(ACCEPTED)
    assert other.book(PAYABLE) == -970_000
    assert {frozen for _minor, _state, frozen in other.states()} == {False}


def test_a_dispute_about_one_line_freezes_that_line(deal, double):
    deal.dispute(double, 300_000)
    assert deal.states() == [(300_000, "held", True), (700_000, "held", False)]
    deal.reach(ACCEPTED)
    assert deal.book(PAYABLE) == -679_000
    assert deal.book(HELD) == -300_000


def test_any_other_amount_freezes_so_much_from_the_end(deal, double):
    deal.dispute(double, 450_000)
    assert deal.states() == [(150_000, "held", True), (300_000, "held", True), (550_000, "held", False)]


def test_won_what_fell_due_meanwhile_is_released(deal, double):
    dispute_id = deal.dispute(double)
    deal.reach(ACCEPTED)
    deal.decided(double, dispute_id, won=True)
    assert deal.row.state is DisputeState.WON
    assert deal.book(AccountKind.DISPUTED) == 0
    assert (deal.book(PAYABLE), deal.book(HELD)) == (-970_000, 0)
    assert {state for _minor, state, _frozen in deal.states()} == {"released"}


def test_lost_is_taken_of_what_is_held(deal, double):
    deal.decided(double, deal.dispute(double), won=False)
    row = deal.row
    assert (row.state, row.taken.minor, row.borne.minor) == (DisputeState.LOST, 1_000_000, 0)
    assert (deal.book(HELD), deal.book(LOSSES), deal.book(AccountKind.DISPUTED)) == (0, 0, 0)
    assert deal.payment().state is PaymentState.REFUNDED
    deal.call_off()
    assert charge(deal.key).refunded.minor == 0


def test_lost_after_release_the_merchant_owes_it_by_the_reason(deal, double):
    deal.reach(ACCEPTED)
    deal.decided(double, deal.dispute(double, 300_000), won=False)
    assert (deal.row.taken.minor, deal.row.borne.minor) == (300_000, 0)
    assert (deal.book(PAYABLE), deal.book(OWED)) == (-679_000, 0)  # not paid out yet: nothing is owed


def test_lost_after_release_to_a_stolen_card_the_house_bears_it(deal, double):
    deal.reach(ACCEPTED)
    deal.decided(double, deal.dispute(double, reason="fraudulent"), won=False)
    assert (deal.row.taken.minor, deal.row.borne.minor) == (0, 1_000_000)
    assert (deal.book(PAYABLE), deal.book(LOSSES), deal.book(OWED)) == (-970_000, 1_000_000, 0)
    deal.call_off()
    assert (deal.book(PAYABLE), charge(deal.key).refunded.minor) == (-970_000, 0)


def test_an_order_that_ends_meanwhile_is_refunded_when_the_bank_gives_the_money_back(deal, double):
    dispute_id = deal.dispute(double, 400_000)
    deal.call_off()
    assert charge(deal.key).refunded.minor == 0
    with pytest.raises(Conflict, match="card_disputed"):
        cards.refund(key=deal.key, amount=Money(100, "CNY"), reason="claim", now=NOW)
    deal.decided(double, dispute_id, won=True)
    deal.resume()
    deal.resume()
    assert charge(deal.key).refunded.minor == 1_000_000
    assert deal.book(HELD) == 0


def test_an_order_that_ends_meanwhile_is_refunded_the_rest_when_the_bank_keeps_it(deal, double):
    dispute_id = deal.dispute(double, 400_000)
    deal.call_off()
    deal.decided(double, dispute_id, won=False)
    deal.resume()
    assert charge(deal.key).refunded.minor == 600_000
    assert deal.book(HELD) == 0


def test_nothing_is_let_off_a_line_while_its_bank_decides_nor_twice(deal, double):
    dispute_id = deal.dispute(double, 300_000)
    line_id = deal.lines[1][0]

    def allow(minor):
        with unit_of_work() as session:
            allowances.allow(
                session, subject=deal.subject, line_id=line_id, amount=Money(minor, "CNY"), cause_id=clerk().person,
                why=Why.CLAIM, actor=deal.buyer, now=NOW,
            )  # fmt: skip

    with pytest.raises(Conflict, match="card_disputed"):
        allow(1)
    deal.decided(double, dispute_id, won=False)
    with pytest.raises(Refused):
        allow(1)


def test_what_was_let_off_before_is_not_given_back_twice(deal, double):
    with unit_of_work() as session:
        allowances.allow(
            session, subject=deal.subject, line_id=deal.lines[1][0], amount=Money(50_000, "CNY"),
            cause_id=clerk().person, why=Why.CLAIM, actor=deal.buyer, now=NOW,
        )  # fmt: skip
    deal.decided(double, deal.dispute(double), won=False)
    deal.resume()
    assert (charge(deal.key).refunded.minor, deal.book(HELD)) == (0, 0)


def test_what_a_bank_took_of_a_refund_on_its_way_is_not_sent_out_of_what_was_released(deal, double):
    deal.reach(ACCEPTED, [deal.lines[0][0]])
    with unit_of_work() as session:
        allowances.allow(
            session, subject=deal.subject, line_id=deal.lines[1][0], amount=Money(50_000, "CNY"),
            cause_id=clerk().person, why=Why.CLAIM, actor=deal.buyer, now=NOW,
        )  # fmt: skip
    deal.decided(double, deal.dispute(double, 950_000, reason="fraudulent"), won=False)
    assert (deal.row.taken.minor, deal.row.borne.minor) == (300_000, 650_000)
    deal.resume()
    assert (charge(deal.key).refunded.minor, deal.book(HELD), deal.book(PAYABLE)) == (0, 0, -679_000)


def test_a_lost_dispute_takes_no_refund_that_was_asked_for(deal, double):
    deal.reach(ACCEPTED, [deal.lines[0][0]])
    cause, part = clerk().person, Money(50_000, "CNY")
    with unit_of_work() as session:
        allowances.allow(
            session, subject=deal.subject, line_id=deal.lines[1][0], amount=part, cause_id=cause, why=Why.CLAIM,
            actor=deal.buyer, now=NOW,
        )  # fmt: skip
        card_refunds.claim(
            session, key=deal.key, refund_key=allowance_key(cause), amount=part, reason="claim", now=NOW
        )  # fmt: skip
    deal.decided(double, deal.dispute(double, 950_000, reason="fraudulent"), won=False)
    deal.resume()
    cards.reconcile(NOW + timedelta(minutes=5))
    assert (deal.row.taken.minor, deal.row.borne.minor) == (250_000, 700_000)
    assert (charge(deal.key).refunded.minor, deal.book(HELD), deal.book(PAYABLE)) == (50_000, 0, -679_000)


def test_what_was_kept_for_a_refund_that_failed_pays_for_the_lost_dispute(deal, double):
    key, losses, whole = f"{deal.key}:refund", deal.book(LOSSES), Money(1_000_000, "CNY")
    with unit_of_work() as session:
        card_refunds.claim(session, key=deal.key, refund_key=key, amount=whole, reason="order_cancelled", now=NOW)
    dispute_id = deal.dispute(double, 300_000)
    deal.call_off()
    deal.decided(double, dispute_id, won=False)
    assert (deal.row.taken.minor, deal.row.borne.minor) == (0, 300_000)
    with unit_of_work() as session:
        found = charge_queries.charge(session, key=deal.key)
        (refund,) = charge_queries.refunds_of(session, charge_id=found.id)
        card_refunds.fail(session, charge=found, refund_id=refund.id, now=NOW)
    assert (deal.row.taken.minor, deal.row.borne.minor, deal.book(LOSSES) - losses) == (300_000, 0, 0)
    (back,) = [one for one in card_returns.card_returns(reading()).items if one.subject == deal.subject]
    assert (back.amount.minor, deal.book(HELD)) == (700_000, -700_000)


def test_an_inquiry_takes_nothing_and_freezes_until_it_ends(app, double):
    deal = Disputed(reading())
    deal.place(plan=Plan.ACCEPTANCE_100, method="pm_card_createDisputeInquiry").capture()
    double.pass_time()
    bring_notices(double)
    assert (deal.row.is_inquiry, deal.book(AccountKind.DISPUTED)) == (True, 0)
    deal.reach(ACCEPTED)
    assert deal.book(PAYABLE) == 0
    deal.decided(double, deal.row.provider_id, won=True)
    assert (deal.row.state, deal.book(PAYABLE)) == (DisputeState.CLOSED, -970_000)


def test_a_dispute_takes_what_an_inquiry_before_it_froze(app, double):
    deal = Disputed(reading())
    deal.place(plan=Plan.ACCEPTANCE_100, method="pm_card_createDisputeInquiry").capture()
    double.pass_time()
    bring_notices(double)
    inquiry = deal.row.provider_id
    losses, dispute_id = deal.book(LOSSES), deal.dispute(double)
    assert deal.states() == [(300_000, "held", True), (700_000, "held", True)]
    deal.decided(double, inquiry, won=True)
    assert {frozen for _minor, _state, frozen in deal.states()} == {True}
    deal.decided(double, dispute_id, won=False)
    assert (deal.book(HELD), deal.book(LOSSES) - losses) == (0, 0)


@pytest.mark.parametrize("fault", ["", "timeout_before", "timeout_after", "break_before", "break_after", "throttle"])
def test_evidence_is_handed_in_once_whatever_happens(deal, double, fault):
    deal.dispute(double)
    if fault:
        double.switches.arm(fault, method="POST", path="/v1/disputes/*")
    told = Evidence(told="winning_evidence", carrier="Regular Lorry")
    actor = clerk()
    # An unknown outcome is told, and found out below.
    with contextlib.suppress(Unavailable):
        flows.answer(dispute_id=deal.row.id, evidence=told, actor=actor, now=NOW)
    with pytest.raises(Conflict):
        flows.answer(dispute_id=deal.row.id, evidence=TOLD, actor=actor, now=NOW)
    flows.reconcile(now=NOW + timedelta(minutes=5))
    assert deal.row.state is DisputeState.ANSWERED
    found = double.read("dispute", deal.row.provider_id)
    assert found["evidence_details"]["submission_count"] == 1
    assert found["evidence"] == {"uncategorized_text": "winning_evidence", "shipping_carrier": "Regular Lorry"}
    double.pass_time()
    bring_notices(double)
    assert deal.row.state is DisputeState.WON


def test_evidence_that_comes_too_late_is_refused_and_told(deal, double):
    deal.dispute(double)
    double.decide(deal.row.provider_id, won=False)
    with pytest.raises(NotAllowed, match="own_money"):
        flows.answer(dispute_id=deal.row.id, evidence=TOLD, actor=deal.buyer, now=NOW)
    with pytest.raises(Conflict, match="refused"):
        flows.answer(dispute_id=deal.row.id, evidence=TOLD, actor=clerk(), now=NOW)
    assert deal.row.state is DisputeState.LOST
    with pytest.raises(Refused):
        flows.answer(dispute_id=deal.row.id, evidence=Evidence(), actor=clerk(), now=NOW)


def test_finance_is_alarmed_two_days_before_the_bank_stops_listening(deal, double):
    deal.dispute(double)
    row = deal.row
    assert row.due_by is not None
    assert row.act_by == row.due_by - timedelta(hours=48)
    assert lapsing.escalate(now=row.act_by - timedelta(seconds=1)) == 0
    assert lapsing.escalate(now=row.act_by + timedelta(seconds=1)) == 1
    assert deal.row.escalated_at is not None
    session = fresh()
    assert waits.waiting(session, kind="card_dispute", thing_id=row.id).reference == row.reference


def test_a_dispute_of_which_no_notice_comes_is_found(deal, double):
    double.switches.arm("drop", path="charge.dispute.*", times=-1)
    double.dispute(charge(deal.key).intent_id)
    bring_notices(double)
    flows.watch(now=clock.now())
    assert deal.row.state is DisputeState.OPEN
    double.decide(deal.row.provider_id, won=True)
    flows.watch(now=clock.now())
    assert deal.row.state is DisputeState.WON
    flows.watch(now=clock.now())


_KINDS = {
    "payment_intent.created": "created",
    "payment_intent.succeeded": "succeeded",
    "charge.refunded": "refunded",
    "charge.dispute.created": "disputed",
}


def test_all_orders_of_notices_end_alike(app, double):
    """The provider has done everything before the first of its notices comes, each twice and under a second id."""
    for order in itertools.permutations(("created", "succeeded", "refunded", "disputed")):
        _ends_alike(app, double, order)


def _ends_alike(app, double, order):
    deal = Disputed(reading()).place(plan=Plan.DEPOSIT_30_70)
    key = deal.key
    intent_id = charge(key).intent_id
    client_of(app).v1.payment_intents.capture(intent_id)
    client_of(app).v1.refunds.create({"payment_intent": intent_id, "amount": 200_000})
    double.dispute(intent_id, amount=500_000, reason="fraudulent")
    notices = {}
    while double.deliver(lambda _url, raw, signature: bool(notices.update(_named(raw, signature))) or True):
        pass
    for name in order:
        raw, signature = notices[name]
        for notice in ((raw, signature), _again(double, raw), (raw, signature)):
            cards.webhook(*notice, clock.now())
    found = charge(key)
    assert (found.state, found.captured.minor, found.refunded.minor) == ("captured", 1_000_000, 200_000)
    row = deal.row
    assert (row.state, row.amount.minor) == (DisputeState.OPEN, 500_000)
    assert deal.book(AccountKind.DISPUTED) == 500_000
    assert deal.book(HELD) == -800_000
    assert sum(minor for minor, _state, frozen in deal.states() if frozen) == 500_000
    session = fresh()
    posted = session.scalars(sa.select(LedgerTransfer.kind).where(LedgerTransfer.subject_id == deal.subject.id)).all()
    assert sorted(map(str, posted)) == [
        "card_captured", "card_refunded", "dispute_fee", "dispute_withdrawn", "provider_fee",
    ]  # fmt: skip
    assert {state for _minor, state, _frozen in deal.states()} == {str(MilestoneState.HELD)}


def client_of(app):
    return stripe.StripeClient("sk_test_x", http_client=InProcess(double_of(app)), stripe_version=API_VERSION)


def _named(raw, signature):
    name = _KINDS.get(json.loads(raw)["type"])
    return {name: (raw, signature)} if name else {}


def _again(double, raw):
    """The same change told under another event's id, as the provider now and then does."""
    event = json.dumps({**json.loads(raw), "id": new_id("evt")}).encode()
    secret = next(one["_secret"] for one in double.all("webhook_endpoint"))
    return event, sign(event, secret, at=int(clock.now().timestamp()))
