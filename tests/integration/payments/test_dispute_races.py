"""Notices of a dispute ten times, eight at once and again after days; a payout sent from many hands; claims at once."""

from datetime import timedelta

import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.payments.flows import cards, remitting
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.queries import checks
from marketplace.payments.rules.ledger import TransferKind
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.terms import MilestoneEvent, Plan
from marketplace.stripe_double.deliveries import sign
from tests.integration.payments.conftest import NOW
from tests.integration.payments.test_disputes import Disputed
from tests.integration.payments.test_remitting import shop  # noqa: F401  a fixture
from tests.support.cards import charge, double_of
from tests.support.racing import at_once


def taken(double):
    """Take every waiting notice from the provider."""
    notices = []
    while double.deliver(lambda _url, raw, signature: bool(notices.append((raw, signature))) or True):
        pass
    return notices


def count(statement):
    session = reading()
    session.rollback()
    return session.scalar(statement)


def test_a_notice_ten_times_eight_at_once_and_again_after_three_days(app):
    double = double_of(app)
    taken(double)
    deal = Disputed(reading()).place(plan=Plan.ACCEPTANCE_100).capture()
    double.dispute(charge(deal.key).intent_id)
    notices = taken(double)
    acts = [lambda raw=raw, sig=sig: cards.webhook(raw, sig, clock.now()) for raw, sig in notices]
    at_once(app, (acts * 8)[:16])
    for _ in range(10):
        for act in acts:
            act()
    secret = next(one["_secret"] for one in double.all("webhook_endpoint"))
    clock.set_offset(3 * 24 * 3600)
    try:
        for raw, _signature in notices:
            cards.webhook(raw, sign(raw, secret, at=int(clock.now().timestamp())), clock.now())
    finally:
        clock.set_offset(0)
    assert count(sa.select(sa.func.count()).select_from(CardDispute)) == 1
    booked = sa.select(sa.func.count()).where(LedgerTransfer.kind == TransferKind.DISPUTE_WITHDRAWN)
    assert count(booked) == 1
    assert checks.breaches(reading()) == []


def test_paying_out_from_many_hands_moves_the_money_once(app, shop):  # noqa: F811
    shop.set_up().sell()
    shop.fund()
    shop.double.switches.arm("timeout_before", method="POST", path="/v1/transfers", times=3)
    shop.pay_out()
    shop.double.switches.clear()
    later = NOW + timedelta(minutes=5)
    at_once(app, [lambda: remitting.reconcile(now=later), lambda: remitting.send(now=later)] * 4)
    remitting.reconcile(now=later)
    assert [one["amount"] for one in shop.transfers()] == [970_000]
    assert shop.payouts[0].state is PayoutState.SETTLED


def test_a_release_and_a_dispute_at_once_leave_one_end(app):
    """Whichever is first: what is released is not frozen, what is frozen is not released."""
    double = double_of(app)
    for _ in range(4):
        deal = Disputed(reading()).place(plan=Plan.ACCEPTANCE_100).capture()
        double.dispute(charge(deal.key).intent_id)
        told = [lambda raw=raw, sig=sig: cards.webhook(raw, sig, clock.now()) for raw, sig in taken(double)]
        at_once(app, [*told, lambda deal=deal: deal.reach(MilestoneEvent.ACCEPTED)])
        assert {(state, frozen) for _minor, state, frozen in deal.states()} in ({("held", True)}, {("released", False)})
        assert checks.breaches(reading()) == []
