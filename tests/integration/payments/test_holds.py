"""Money that waits at the provider nearly too long: told at four fifths, decided by two people, never by itself."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.payments.flows import lapsing
from marketplace.payments.models.holds import CardHold
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.queries import checks, standing, waits
from marketplace.payments.queries import holds as queries
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.holds import HoldState
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Plan, SubjectKind
from marketplace.payments.services import allowances, holds
from marketplace.worker import runner
from tests.integration.payments.conftest import NOW, clerk, exist
from tests.integration.payments.test_disputes import Disputed
from tests.support.cards import charge, double_of

HELD, PAYABLE = AccountKind.HELD, AccountKind.MERCHANT_PAYABLE
DAYS = timedelta(days=1)


@pytest.fixture
def deal(app):
    double_of(app)
    yield Disputed(reading()).place(plan=Plan.DEPOSIT_30_70).capture()
    fresh = reading()
    fresh.rollback()
    assert checks.breaches(fresh) == []


def told(days):
    """Let the clock's work be done so many days after the charge; return how much was told."""
    return lapsing.escalate(now=NOW + days * DAYS)


def waiting():
    session = reading()
    session.rollback()
    return queries.holds(session).items


def decide(hold_id, way, actor=None):
    with unit_of_work() as session:
        return holds.decide(session, hold_id=hold_id, way=way, actor=actor or clerk(), now=NOW)


def test_it_is_told_at_four_fifths_and_two_people_release_it(deal):
    deal.reach(MilestoneEvent.DEPOSIT)
    assert told(71) == 0
    session = reading()
    session.rollback()
    hold_id = session.scalars(sa.select(CardHold.id)).one()
    with pytest.raises(Conflict, match="hold_not_due"):
        decide(hold_id, "release")
    assert waiting() == ()
    assert [told(73), told(74)] == [1, 0]
    (row,) = waiting()
    assert (row.held.minor, row.hold_until) == (700_000, NOW + 90 * DAYS)
    assert waits.waiting(reading(), kind="card_hold", thing_id=row.id).reference == row.reference
    assert told(95) == 0
    assert deal.book(HELD) == -700_000  # the limit moves nothing
    first = clerk()
    with pytest.raises(Refused):
        decide(row.id, "keep")
    assert decide(row.id, "release", first) is HoldState.WAITING
    with pytest.raises(NotAllowed, match="same_person"):
        decide(row.id, "release", first)
    with pytest.raises(Conflict, match="way_chosen"):
        decide(row.id, "refund")
    assert decide(row.id, "release") is HoldState.RELEASED
    assert (deal.book(HELD), deal.book(PAYABLE)) == (0, -970_000)
    with pytest.raises(Conflict):
        decide(row.id, "release")
    with pytest.raises(NotFound):
        decide(new_id(), "release")


def test_two_people_send_it_back_to_the_card(app, deal):
    told(1)
    told(80)
    (row,) = waiting()
    decide(row.id, "refund")
    assert decide(row.id, "refund") is HoldState.REFUNDED
    runner.run_due(app)
    assert charge(deal.key).refunded.minor == 1_000_000
    assert deal.book(HELD) == 0


def test_what_went_back_is_told_from_what_was_let_off_before_and_after(app, deal):
    def let_off(minor):
        with unit_of_work() as session:
            allowances.allow(
                session, subject=deal.subject, line_id=deal.lines[0][0], amount=Money(minor, "CNY"), cause_id=new_id(),
                why=Why.CLAIM, actor=clerk(), now=NOW,
            )  # fmt: skip

    deal.reach(MilestoneEvent.DEPOSIT)
    let_off(100_000)
    told(1)
    told(80)
    (row,) = waiting()
    for _ in range(2):
        decide(row.id, "refund")
    let_off(50_000)
    runner.run_due(app)
    session = reading()
    session.rollback()
    found = standing.of_subject(session, subject=deal.subject)[1]
    figures = (found.agreed, found.let_off, found.still_agreed, found.sent_back, found.paid, found.balance)
    assert [one.minor for one in figures] == [1_000_000, 150_000, 850_000, 600_000, 250_000, 0]
    assert [(one.amount.minor, one.sent_back.minor) for one in found.stages] == [(250_000, 0), (600_000, 600_000)]


def test_what_a_bank_decides_about_waits_for_the_bank(app, deal):
    deal.dispute(double_of(app), 300_000)
    told(1)
    told(80)
    (row,) = waiting()
    decide(row.id, "release")
    with pytest.raises(Conflict, match="card_disputed"):
        decide(row.id, "release")
    assert deal.book(HELD) == -1_000_000


def test_nobody_is_told_of_what_waits_no_more(deal):
    told(1)
    deal.reach(MilestoneEvent.DEPOSIT)
    deal.reach(MilestoneEvent.HANDED_OVER)
    assert told(80) == 0
    session = reading()
    session.rollback()
    assert session.scalars(sa.select(CardHold.state)).one() is HoldState.OVER


def sold_by_the_operator(deal):
    """Let the deal be a sale of the trading company, which buys of a merchant; return the merchant."""
    merchant = clerk()
    with unit_of_work() as session:
        exist(session, merchant)
        terms = session.scalars(sa.select(PaymentTerms).where(PaymentTerms.subject_id == deal.subject.id)).one()
        terms.mode = Mode.OPERATOR_SELLS
        copied = {one.key: getattr(terms, one.key) for one in sa.inspect(PaymentTerms).column_attrs}
        bought = {
            "id": new_id(),
            "subject_kind": SubjectKind.PURCHASE,
            "subject_id": new_id(),
            "reference": new_reference("PUR"),
            "payer_id": terms.payee_id,
            "payee_id": merchant.company,
            "sale_id": deal.subject.id,
            "margin_bp": 730,
        }
        session.add(PaymentTerms(**copied | {key: value for key, value in bought.items() if key in copied}))
    return merchant


def test_what_the_trading_company_sells_is_released_and_never_given_back_for_waiting(app):
    double_of(app)
    deal = Disputed(reading()).place(plan=Plan.DEPOSIT_30_70).capture()
    told(1)
    told(80)
    merchant = sold_by_the_operator(deal)
    (row,) = waiting()
    with pytest.raises(NotAllowed, match="own_return"):
        decide(row.id, "release", merchant)
    with pytest.raises(Conflict, match="hold_of_sale"):
        decide(row.id, "refund")
    decide(row.id, "release")
    assert waiting()[0].first_by is not None


def test_who_would_be_paid_does_not_decide(deal):
    told(1)
    told(80)
    (row,) = waiting()
    with pytest.raises(NotAllowed, match="own_return"):
        decide(row.id, "refund", deal.buyer)
