"""Changes of how an order is paid, and money that comes at the same moment: whichever is first, nothing is lost."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, unit_of_work
from marketplace.merchants.models import Payee
from marketplace.merchants.rules.states import PayeeState
from marketplace.orders.changes import queries
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import ChangeKind, ChangeState, Terms
from marketplace.orders.changes.services import payees, proposing, resolving
from marketplace.payments.queries import payments
from marketplace.payments.rules.plans import Stage
from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind
from marketplace.payments.services import transfers
from tests.integration.orders.test_changes import accepting, at_once, state_of
from tests.support.claims import place
from tests.support.invariants import fresh
from tests.support.payouts import name_payee

CHECKED = True
pytestmark = pytest.mark.both_databases
STAGES = (Stage(MilestoneEvent.DELIVERED, 4_000, 5), Stage(MilestoneEvent.ACCEPTED, 6_000, 5))
NEW = "6222000000000099"


def money_of(order_id):
    session = fresh()
    subject = Subject(SubjectKind.ORDER, UUID(order_id))
    (payment, *_) = payments.payments_of(session, subjects=[subject])[subject]
    return payment, payments.milestones_of(session, subjects=[subject])[subject]


def paying(market, order_id):
    payment, _shares = money_of(order_id)
    return lambda session: transfers.confirm_payment(
        session, actor=market.merchant.actor, payment_id=payment.id, amount=payment.amount,
        received_on=clock.now().date(), now=clock.now(),
    )  # fmt: skip


def proposed_plan(market, order_id):
    terms = Terms(kind=ChangeKind.PLAN, stages=STAGES)
    return in_unit_of_work(
        lambda session: proposing.propose(
            session, order_id=UUID(order_id), terms=terms, actor=market.buyer.actor, now=clock.now()
        )
    )


def agreed_account(market, order_id):
    """Let the merchant have another account, and both sides agree to it for an order."""
    company_id = market.merchant.company
    with unit_of_work() as session:
        session.execute(
            sa.update(Payee)
            .where(Payee.company_id == company_id, Payee.state == PayeeState.ACTIVE)
            .values(state=PayeeState.RETIRED, ended_at=clock.now())
        )
    name_payee(company_id, number=NEW, name="Jialing")
    session = fresh()
    payee_id = session.scalars(sa.select(Payee.id).where(Payee.account_number == NEW)).one()
    (change_id,) = in_unit_of_work(
        lambda session: payees.propose(
            session, order_ids=[UUID(order_id)], payee_id=payee_id, actor=market.merchant.actor, now=clock.now()
        )
    )
    in_unit_of_work(
        lambda session: resolving.accept(
            session, change_id=change_id, content_hash=None, actor=market.buyer.actor, now=clock.now()
        )
    )
    return change_id


def test_a_plan_is_accepted_while_the_deposit_is_paid(app, call, market):
    order_id = place(call, market, plan="deposit_30_70")
    change_id = proposed_plan(market, order_id)
    assert at_once(app, accepting(market, change_id), paying(market, order_id)) == ["done", "done"]
    _payment, shares = money_of(order_id)
    assert [(str(row.event), str(row.state), row.amount.minor) for row in shares] == [
        ("deposit", "paid", 328_800), ("delivered", "pending", 306_880), ("accepted", "pending", 460_320)
    ]  # fmt: skip


def test_an_account_binds_while_the_deposit_is_paid(app, call, market):
    order_id = place(call, market, plan="deposit_30_70")
    change_id = agreed_account(market, order_id)
    later = clock.now() + timedelta(hours=73)

    def binding(session):
        assert resolving.bind(session, change_id=change_id, now=later)

    assert at_once(app, binding, paying(market, order_id)) == ["done", "done"]
    assert state_of(change_id) is ChangeState.ACCEPTED
    payment, _shares = money_of(order_id)
    assert str(payment.state) == "paid"
    assert payment.payee_account.account_number in {"6222000011112222", NEW}


def test_the_check_finds_what_nobody_agreed_to_and_what_binds_too_early(call, market):
    order_id = place(call, market, plan="deposit_30_70")
    change_id = agreed_account(market, order_id)
    assert not in_unit_of_work(
        lambda session: resolving.bind(session, change_id=change_id, now=clock.now() + timedelta(hours=71))
    )
    in_unit_of_work(lambda session: resolving.bind(session, change_id=change_id, now=clock.now() + timedelta(hours=73)))
    session = fresh()
    for changed, found in (
        ({"state": ChangeState.DECLINED}, {"payment_terms"}),
        ({"binds_from": clock.now() + timedelta(hours=80)}, {"order_change"}),
    ):
        session.execute(sa.update(OrderChange).where(OrderChange.id == change_id).values(**changed))
        assert {breach.subject for breach in queries.breaches(session)} == found
        session.rollback()
