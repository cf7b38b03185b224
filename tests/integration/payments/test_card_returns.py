"""A refund that the card's bank does not take: two people send the money on, and nobody loses sight of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.mail.models import MailMessage
from marketplace.outbox.models import OutboxJob
from marketplace.payments.flows import cards, give_back, lapsing
from marketplace.payments.models.cards import CardReturn
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.queries import card_returns, checks, disputes
from marketplace.payments.queries.card_returns import RefundStanding
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.card_returns import ReturnState, Way
from marketplace.payments.rules.paying import MilestoneState, PaymentState
from marketplace.payments.rules.terms import PayeeAccount, Rail
from marketplace.payments.services import allowances, dispute_parts
from marketplace.payments.services import card_returns as services
from marketplace.reports.reconciliation.queries import board
from marketplace.reports.reconciliation.rules import Kind
from marketplace.worker.jobs import JOBS
from tests import factories
from tests.integration.payments.conftest import NOW
from tests.support.cards import bring_notices, charge, double_of
from tests.support.held import HELD, HeldDeal
from tests.support.invariants import fresh
from tests.support.payouts import name_payee


@pytest.fixture
def deal(app):
    """An order paid with a card to which nothing can be refunded, cancelled; the bank has said no."""
    made = HeldDeal(reading())
    cards.authorise(
        key=made.key,
        amount=Money(1_000_000, "CNY"),
        payment_method="pm_card_refundFail",
        subject_ids={"order": made.subject.id},
        return_url=None,
        now=NOW,
    )
    with made.writing():
        made.open(rail=Rail.CARD)
    made.capture()
    return made


def refuse(app):
    double = double_of(app)
    double.pass_time()
    bring_notices(double)
    reading().rollback()


def only():
    session = fresh()
    (row,) = card_returns.card_returns(session).items
    return row


def clerk():
    return Actor(person_id=new_id(), company_id=new_id(), company_kind="operator")


ACCOUNT = PayeeAccount("Buyer Ltd", "Bank", "6222000000000088", "BFTVVNVX", "VN")


def agree(return_id, way, actor=None, account=ACCOUNT):
    with unit_of_work() as session:
        return services.approve(session, return_id=return_id, way=way, account=account, actor=actor or clerk(), now=NOW)


def sent(return_id, reference="TT"):
    with unit_of_work() as session:
        services.record_sent(session, return_id=return_id, bank_reference=reference, actor=clerk(), now=NOW)


def bounce(return_id, actor=None):
    with unit_of_work() as session:
        services.bounce(session, return_id=return_id, actor=actor or clerk(), now=NOW)


def job(row):
    JOBS[services.SEND]({"return": str(row.id)})


def is_sound():
    assert checks.breaches(fresh()) == []
    return True


def test_a_failed_refund_is_handed_to_treasury_and_told(app, deal):
    with unit_of_work() as session:
        factories.staff(session, app, role=Role.TREASURY, now=NOW)
        told = session.scalar(sa.select(sa.func.count()).select_from(MailMessage))
    deal.call_off()
    assert deal.payment().state is PaymentState.REFUNDED
    refuse(app)
    row = only()
    assert (row.state, row.way, row.amount) == (ReturnState.DUE, None, Money(1_000_000, "CNY"))
    assert deal.payment().state is PaymentState.CAPTURED
    letters = reading().scalars(sa.select(MailMessage).order_by(MailMessage.created_at)).all()[told:]
    assert {letter.template for letter in letters} == {"card_return_due"}
    assert is_sound()


def test_a_member_of_the_company_that_is_paid_back_does_not_approve_for_the_operator(app, deal):
    deal.call_off()
    refuse(app)
    company = factories.open_market(app).buyer
    with unit_of_work() as session:
        session.execute(sa.update(PaymentTerms).values(payer_id=company.company))
    member = factories.insider(app, role=Role.TREASURY, company_id=company.company, now=NOW)
    with pytest.raises(NotAllowed, match="own_return"):
        agree(only().id, "bank", member.actor)


def test_two_people_send_it_by_bank(app, deal):
    deal.call_off()
    refuse(app)
    row, first = only(), clerk()
    assert agree(row.id, "bank", first) is ReturnState.DUE
    with pytest.raises(NotAllowed, match="same_person"):
        agree(row.id, "bank", first)
    with pytest.raises(Conflict, match="way_chosen"):
        agree(row.id, "card")
    with pytest.raises(NotAllowed, match="own_return"):
        agree(row.id, "bank", deal.buyer)
    assert agree(row.id, "bank") is ReturnState.APPROVED
    with pytest.raises(NotAllowed, match="own_return"), unit_of_work() as session:
        services.record_sent(session, return_id=row.id, bank_reference="TT-0", actor=deal.buyer, now=NOW)
    for _ in range(2):
        with unit_of_work() as session:
            services.record_sent(session, return_id=row.id, bank_reference="TT-1", actor=first, now=NOW)
    with pytest.raises(Refused), unit_of_work() as session:
        services.record_sent(session, return_id=row.id, bank_reference=" ", actor=first, now=NOW)
    assert (only().state, only().bank_reference) == (ReturnState.SETTLED, "TT-1")
    assert deal.payment().state is PaymentState.REFUNDED
    assert deal.balance(HELD) == 0
    give_back.give_back(subject=deal.subject, now=NOW)
    assert deal.balance(HELD) == 0, "what the bank sent is not refunded once more"
    assert is_sound()


def test_both_people_agree_to_one_account(app, deal):
    deal.call_off()
    refuse(app)
    row = only()
    with pytest.raises(Refused):
        agree(row.id, "bank", account=None)
    with pytest.raises(Refused):
        agree(row.id, "bank", account=replace(ACCOUNT, bic="NOBANK"))
    agree(row.id, "bank")
    assert only().account == ACCOUNT
    with pytest.raises(Refused):
        agree(row.id, "bank", account=replace(ACCOUNT, account_number="6222000000000099"))
    assert agree(row.id, "bank", account=None) is ReturnState.APPROVED
    assert only().account == ACCOUNT


def test_what_the_first_person_chose_is_put_aside_and_chosen_anew(app, deal):
    deal.call_off()
    refuse(app)
    row, first = only(), clerk()

    def decline(actor):
        with unit_of_work() as session:
            services.decline(session, return_id=row.id, actor=actor, now=NOW)

    with pytest.raises(Conflict, match="nothing_chosen"):
        decline(first)
    for person in (first, clerk()):
        agree(row.id, "bank", first)
        with pytest.raises(NotAllowed, match="own_return"):
            decline(deal.buyer)
        decline(person)
        assert (only().state, only().way, only().account, only().approved_by) == (ReturnState.DUE, None, None, ())
    other = replace(ACCOUNT, account_number="6222000000000099")
    assert agree(row.id, "bank", first, account=other) is ReturnState.DUE
    assert only().account == other
    assert agree(row.id, "bank", account=None) is ReturnState.APPROVED
    with pytest.raises(Conflict, match="state"):
        decline(first)
    assert is_sound()


def test_the_account_that_the_payer_named_is_the_one(app, deal):
    deal.call_off()
    refuse(app)
    company = factories.open_market(app).buyer.company
    name_payee(company, number="6222000000000077")
    with unit_of_work() as session:
        session.execute(sa.update(PaymentTerms).values(payer_id=company))
    with pytest.raises(Refused):
        agree(only().id, "bank")
    agree(only().id, "bank", account=None)
    assert only().account.account_number == "6222000000000077"


def test_what_the_bank_sends_back_waits_for_two_people_again(app, deal):
    deal.call_off()
    refuse(app)
    row = only()
    with pytest.raises(Conflict):
        bounce(row.id)
    for turn in range(2):
        for is_sent in (False, True):
            for _ in range(2):
                agree(row.id, "bank")
            if is_sent:
                sent(row.id, f"TT{turn}")
                assert deal.balance(HELD) == 0
            with pytest.raises(NotAllowed, match="own_return"):
                bounce(row.id, deal.buyer)
            bounce(row.id)
            again = only()
            assert (again.state, again.way, again.account, again.bank_reference, again.approved_by) == (
                ReturnState.DUE, None, None, None, (),
            )  # fmt: skip
            assert (deal.balance(HELD), deal.payment().state) == (-1_000_000, PaymentState.CAPTURED)
            assert is_sound()


def test_two_people_send_it_to_the_card_and_a_second_refusal_brings_it_back(app, deal):
    deal.call_off()
    refuse(app)
    row = only()
    agree(row.id, "card")
    agree(row.id, "card")
    late = NOW + timedelta(hours=1)
    assert [one.id for one in board(reading(), kinds=[Kind.CARD_RETURN], now=late).page.items] == [row.id]
    job(row)
    assert only().state is ReturnState.SETTLED
    assert board(reading(), kinds=[Kind.CARD_RETURN], now=late).page.items == ()
    assert deal.balance(HELD) == 0
    job(row)  # again does nothing
    refuse(app)
    again = only()
    assert (again.id, again.state, again.way, again.attempt, again.approved_by) == (
        row.id, ReturnState.DUE, None, 2, (),
    )  # fmt: skip
    assert deal.balance(HELD) == -1_000_000
    assert is_sound()


def test_a_cancelled_subject_whose_money_nobody_sends_back_is_a_breach(app, deal):
    with deal.writing():
        deal.cancel()
    assert is_sound(), "the job that gives it back is on its way"
    deal.call_off()
    refuse(app)
    with unit_of_work() as session:
        session.execute(sa.delete(CardReturn))
        session.execute(sa.delete(OutboxJob))
    what = {breach.what for breach in checks.breaches(reading())}
    assert what == {
        "is cancelled, but its money is held and nobody sends it back",
        "failed, and nobody sends its money on",
    }


def test_a_claims_refund_that_is_refused_later_is_not_called_refunded(app, deal):
    cause = new_id()
    facts = {"subject": deal.subject, "amount": Money(1_000, "CNY"), "cause": str(cause), "now": NOW}

    def standing():
        return card_returns.refunds_for(fresh(), causes=[cause]).get(cause)

    assert standing() is None
    give_back.refund_part(**facts)
    assert standing() is RefundStanding.REFUNDED
    refuse(app)
    assert standing() is RefundStanding.RETURN_DUE
    give_back.refund_part(**facts)  # the job again: nothing more is its to do
    row = only()
    agree(row.id, "bank")
    agree(row.id, "bank")
    with unit_of_work() as session:
        services.record_sent(session, return_id=row.id, bank_reference="TT-2", actor=clerk(), now=NOW)
    assert standing() is RefundStanding.RETURNED
    assert only().way is Way.BANK


def part_refused(app, deal, minor=300_000):
    """Let a claim send a part back, which the card's bank refuses."""
    cause = new_id()
    with deal.writing():
        allowances.allow(
            deal.session,
            subject=deal.subject,
            line_id=deal.lines[0][0],
            amount=Money(minor, "CNY"),
            cause_id=cause,
            why=Why.CLAIM,
            actor=deal.merchant,
            now=NOW,
        )
    give_back.refund_part(subject=deal.subject, amount=Money(minor, "CNY"), cause=str(cause), now=NOW)
    refuse(app)


def amounts():
    return sorted((row.amount.minor, str(row.state)) for row in card_returns.card_returns(fresh()).items)


def test_what_waits_to_be_sent_on_is_not_refunded_again_when_the_order_ends(app, deal):
    part_refused(app, deal)
    deal.call_off()
    assert amounts() == [(300_000, "due")]
    assert charge(deal.key).refunded == Money(700_000, "CNY")
    refuse(app)
    assert amounts() == [(300_000, "due"), (700_000, "due")]
    for row in card_returns.card_returns(reading()).items:
        for _ in range(2):
            agree(row.id, "bank")
        with unit_of_work() as session:
            services.record_sent(session, return_id=row.id, bank_reference="TT", actor=clerk(), now=NOW)
    assert deal.balance(HELD) == 0
    assert is_sound()


def test_no_more_is_agreed_to_than_is_left_of_the_charge(app, deal):
    part_refused(app, deal)
    deal.call_off()
    refuse(app)
    second = max(row.id for row in card_returns.card_returns(reading()).items)
    with unit_of_work() as session:
        session.execute(sa.update(CardReturn).where(CardReturn.id == second).values(amount_minor=1_000_000))
    assert agree(second, "bank") is ReturnState.DUE
    assert amounts() == [(300_000, "due"), (700_000, "due")]
    assert card_returns.card_return(reading(), return_id=second).approved_by == ()


def test_a_return_that_its_card_cannot_take_any_more_waits_for_its_people_again(app, deal):
    with unit_of_work() as session:
        factories.staff(session, app, role=Role.TREASURY, now=NOW)
    deal.call_off()
    refuse(app)
    for _ in range(2):
        agree(only().id, "card")
    with unit_of_work() as session:
        session.execute(sa.update(CardReturn).values(amount_minor=1_300_000))
    job(only())
    row = only()
    assert (row.state, row.amount.minor, row.way, row.act_by is None) == (ReturnState.DUE, 1_000_000, None, False)
    assert is_sound()


def test_a_return_that_waits_too_long_is_told_of_once_and_each_step_gives_its_time(app, deal):
    with unit_of_work() as session:
        factories.staff(session, app, role=Role.TREASURY, now=NOW)
    deal.call_off()
    refuse(app)
    row = only()
    assert row.act_by is not None
    assert [lapsing.escalate(now=row.act_by) for _ in range(2)] == [1, 0]
    assert only().escalated_at == row.act_by
    assert [found.id for found in card_returns.card_returns(reading(), overdue=True).items] == [row.id]
    for _ in range(2):
        agree(row.id, "bank")
    approved = only()
    assert (approved.state, approved.escalated_at) == ("approved", None)
    assert approved.act_by is not None, "the transfer has to be sent and noted"
    with unit_of_work() as session:
        services.record_sent(session, return_id=row.id, bank_reference="TT", actor=clerk(), now=NOW)
    assert (only().state, only().act_by) == ("settled", None)


def dispute(app, deal, minor=None):
    """Let the holder dispute what did not come back to the card, and the card's bank give it to him."""
    double = double_of(app)
    double.deliver(lambda *_: True)
    made = double.dispute(charge(deal.key).intent_id, amount=minor, reason="credit_not_processed")
    bring_notices(double)
    return made["id"]


def lose(app, dispute_id):
    double = double_of(app)
    double.decide(dispute_id, won=False)
    bring_notices(double)
    reading().rollback()


def test_what_the_cards_bank_gave_back_itself_is_not_sent_a_second_time(app, deal):
    deal.call_off()
    refuse(app)
    disputed = dispute(app, deal)
    with pytest.raises(Conflict, match="card_disputed"):
        agree(only().id, "bank")
    lose(app, disputed)
    assert (only().state, only().way, only().act_by) == (ReturnState.COVERED, None, None)
    with pytest.raises(Conflict, match="state"):
        agree(only().id, "bank")
    (found,) = disputes.disputes(reading()).items
    JOBS[dispute_parts.RESUME]({"dispute": str(found.dispute.id)})
    assert deal.balance(HELD) == 0
    assert is_sound()


@pytest.mark.parametrize("agreed", [0, 2])
def test_of_a_part_that_was_disputed_the_rest_is_sent(app, deal, agreed):
    deal.call_off()
    refuse(app)
    for _ in range(agreed):
        agree(only().id, "bank")
    lose(app, dispute(app, deal, 400_000))
    (found,) = disputes.disputes(reading()).items
    JOBS[dispute_parts.RESUME]({"dispute": str(found.dispute.id)})
    for _ in range(2 - agreed):
        agree(only().id, "bank")
    assert only().amount == Money(600_000, "CNY")
    with unit_of_work() as session:
        services.record_sent(session, return_id=only().id, bank_reference="FT-1", actor=clerk(), now=NOW)
    assert (only().state, deal.balance(HELD)) == (ReturnState.SETTLED, 0)
    assert is_sound()


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_people_send_back_already_is_not_sent_again_when_the_order_ends(app, deal, when):
    with deal.writing():
        allowances.allow(
            deal.session, subject=deal.subject, line_id=deal.lines[1][0], amount=Money(200_000, "CNY"),
            cause_id=new_id(), why=Why.CLAIM, actor=deal.buyer, now=NOW,
        )  # fmt: skip
    for cause, amount in card_returns.unrefunded(reading(), subject=deal.subject):
        give_back.refund_part(subject=deal.subject, amount=amount, cause=str(cause), now=NOW)
    refuse(app)
    row = only()
    if when == "before":
        agree(row.id, "bank")
        agree(row.id, "bank")
    deal.call_off()
    assert {row.state for row in deal.milestones()} == {MilestoneState.REFUNDED}
    refuse(app)
    if when == "after":
        agree(row.id, "bank")
        agree(row.id, "bank")
    with unit_of_work() as session:
        services.record_sent(session, return_id=row.id, bank_reference="BK1", actor=clerk(), now=NOW)
    rows = card_returns.card_returns(fresh()).items
    assert sorted(one.amount.minor for one in rows) == [200_000, 800_000]
    assert deal.figures()[HELD] == -800_000
    assert is_sound()
