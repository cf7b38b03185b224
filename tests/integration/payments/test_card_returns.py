"""A refund that the card's bank does not take: two people send the money on, and nobody loses sight of it."""

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
from marketplace.payments.queries import card_returns, checks
from marketplace.payments.queries.card_returns import RefundStanding
from marketplace.payments.rules.card_returns import ReturnState, Way
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.terms import Rail
from marketplace.payments.services import card_returns as services
from marketplace.worker.jobs import JOBS
from tests import factories
from tests.integration.payments.conftest import NOW
from tests.integration.payments.test_held import HELD, HeldDeal
from tests.support.cards import bring_notices, double_of


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
    session = reading()
    session.rollback()
    (row,) = card_returns.card_returns(session).items
    return row


def clerk():
    return Actor(person_id=new_id(), company_id=new_id(), company_kind="operator")


def agree(return_id, way, actor=None):
    with unit_of_work() as session:
        return services.approve(session, return_id=return_id, way=way, actor=actor or clerk(), now=NOW)


def job(row):
    JOBS[services.SEND]({"return": str(row.id)})


def is_sound():
    reading().rollback()
    assert checks.breaches(reading()) == []
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


def test_two_people_send_it_to_the_card_and_a_second_refusal_brings_it_back(app, deal):
    deal.call_off()
    refuse(app)
    row = only()
    agree(row.id, "card")
    agree(row.id, "card")
    job(row)
    assert only().state is ReturnState.SETTLED
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
        reading().rollback()
        return card_returns.refunds_for(reading(), causes=[cause]).get(cause)

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
