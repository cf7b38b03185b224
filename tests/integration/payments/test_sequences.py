"""Whatever happens in whatever order, the score is kept: random lives of direct deals, on both databases."""

from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel import events
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict, Refused
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.plans import IncomingTransfer
from marketplace.payments.queries import payments as queries
from marketplace.payments.queries import standing
from marketplace.payments.rules.ledger import CASH, AccountKind
from marketplace.payments.rules.paying import UNPAID, Mistake, TransferState
from marketplace.payments.rules.plans import AgreedPlan, Stage
from marketplace.payments.rules.terms import MilestoneEvent, Plan
from marketplace.payments.services import commission, transfers, withdrawals
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, Deal, exist, lapse, publish_rates

pytestmark = pytest.mark.slow

# A plan that a merchant made: odd shares at five events.
_SHARES = zip(
    (MilestoneEvent.DEPOSIT, MilestoneEvent.READY, MilestoneEvent.BORDER_CROSSED, MilestoneEvent.DELIVERED,
     MilestoneEvent.ACCEPTED),
    (1_001, 333, 3_333, 2_333, 3_000),
    strict=True,
)  # fmt: skip
OWN = AgreedPlan("own_plan", tuple(Stage(event, share, 9) for event, share in _SHARES), "Own plan")
AMOUNT = st.integers(1, 40_000)
WHICH = st.integers(0, 7)
STEP = st.one_of(
    st.tuples(st.just("happens"), st.sampled_from(MilestoneEvent), WHICH),
    st.tuples(st.just("slip"), WHICH, st.just(0)),
    st.tuples(st.just("confirm"), WHICH, AMOUNT),
    st.tuples(st.just("confirm_all"), WHICH, st.integers(-30_000, 5_000)),
    st.tuples(st.just("receive"), AMOUNT, WHICH),
    st.tuples(st.just("receive_unnamed"), AMOUNT, st.just(0)),
    st.tuples(st.just("match"), WHICH, st.lists(WHICH, min_size=1, max_size=3)),
    st.tuples(st.just("withdraw"), WHICH, st.sampled_from(Mistake)),
    st.tuples(st.just("lapse"), st.integers(0, 20), st.just(0)),
    st.tuples(st.just("bill"), WHICH, st.just(0)),
    st.tuples(st.just("cancel"), st.just(0), st.just(0)),
)


class Lives:
    """Two deals of one merchant, so that a transfer may be for both."""

    def __init__(self, session, plans):
        first = Deal(session).open(plans[0], minors=(35_000, 10_001))
        self.deals = [first, Deal(session, merchant=first.merchant).open(plans[1], minors=(20_000, 7))]
        for deal in self.deals:
            exist(session, deal.buyer)
        self.session = session
        self.unmatched = []  # some are matched by now: to match them again is refused or changes nothing

    def payments(self):
        return [payment for deal in self.deals for payment in deal.payments()]

    def take(self, name, first, second):
        deal = self.deals[(first if isinstance(first, int) else second) % 2]
        known = self.payments()
        if name in ("slip", "confirm", "confirm_all") and not deal.payments():
            return
        if name in ("receive", "match") and not (known and (self.unmatched or name == "receive")):
            return
        getattr(self, name)(deal, known, first, second)

    def happens(self, deal, _known, event, which):
        deal.happens(event, [deal.lines[which // 2 % 2][0]] if which < 6 else None)

    def slip(self, deal, *_facts):
        deal.slip()

    def confirm(self, deal, _known, _which, minor):
        deal.confirm(minor)

    def confirm_all(self, deal, _known, _which, more):
        deal.confirm(deal.payment().outstanding.minor + more)

    def receive(self, deal, known, minor, which):
        self.unmatched.append(deal.receive(minor, known[which % len(known)].reference).id)

    def receive_unnamed(self, deal, _known, minor, _which):
        self.unmatched.append(deal.receive(minor).id)

    def match(self, deal, known, which, chosen):
        transfers.match_transfer(
            self.session,
            actor=deal.merchant,
            transfer_id=self.unmatched[which % len(self.unmatched)],
            payment_ids=[known[index % len(known)].id for index in chosen],
            now=NOW,
        )

    def withdraw(self, deal, _known, which, mistake):
        mine = sa.select(IncomingTransfer.id).where(IncomingTransfer.payee_id == deal.merchant.company)
        if written := self.session.scalars(mine.order_by(IncomingTransfer.id.desc())).all():
            withdrawals.withdraw(
                self.session, actor=deal.merchant, transfer_id=written[which % len(written)], mistake=mistake, now=NOW
            )

    def lapse(self, _deal, _known, days, _which):
        lapse(self.session, now=NOW + timedelta(days=days))

    def bill(self, deal, *_facts):
        commission.bill(self.session, subject=deal.subject, line_ids=None, now=NOW)

    def cancel(self, deal, *_facts):
        deal.cancel()

    def verify(self):
        session = self.session
        for deal in self.deals:
            rows = deal.payments()
            assert deal.is_sound()
            owed = sum(row.outstanding.minor for row in rows if row.state in UNPAID)
            assert deal.balance(AccountKind.OBLIGATION_PAYEE) == owed
            assert deal.balance(AccountKind.OBLIGATION_PAYER) == -owed
            assert deal.balance(AccountKind.RETURN_PAYER) == -deal.balance(AccountKind.RETURN_PAYEE) >= 0
            terms = queries.terms_of(session, subjects=[deal.subject])[deal.subject]
            _, stands = standing.of_subject(session, subject=deal.subject)
            is_over = terms.cancelled_at is not None
            agreed = terms.amount if is_over else stands.paid + stands.balance
            assert (stands.due_now.minor, stands.total) == (owed, agreed)
            assert (stands.kept is not None and not stands.kept) if is_over else stands.kept is None
            back = sum((row.paid if is_over else row.surplus).minor for row in rows)
            assert deal.balance(AccountKind.RETURN_PAYER) == back
        paid = sum(row.paid.minor for row in self.payments())
        matched = sa.select(sa.func.coalesce(sa.func.sum(IncomingTransfer.amount_minor), 0))
        assert session.scalars(matched.where(IncomingTransfer.state == TransferState.MATCHED)).one() == paid
        sums = sa.select(LedgerEntry.currency, sa.func.sum(LedgerEntry.minor)).group_by(LedgerEntry.currency)
        assert all(total == 0 for _currency, total in session.execute(sums))
        cash = sa.select(LedgerEntry.id).join(LedgerAccount).where(LedgerAccount.kind.in_(CASH))
        assert session.scalars(cash).first() is None


class _Undo(Exception):
    """Ends one life without keeping it."""


@settings(
    max_examples=400 if SOAK else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    plans=st.tuples(*[st.sampled_from([Plan.DEPOSIT_30_70, Plan.ACCEPTANCE_100, OWN])] * 2),
    steps=st.lists(STEP, max_size=14),
)
def test_every_life_of_two_deals_keeps_the_score(app, plans, steps):
    with suppress(_Undo), unit_of_work() as session:
        publish_rates(session)
        lives = Lives(session, plans)
        for step in steps:
            with suppress(Conflict, Refused), session.begin_nested():
                lives.take(*step)
            lives.verify()
        events.forget(session)
        raise _Undo


@pytest.mark.parametrize("late", [0, 4_000])
def test_a_cancelled_payment_takes_no_more_money(deal, late):
    deal.open()
    payment = deal.payment()
    deal.confirm(100_000 + late)
    deal.cancel()
    assert deal.receive(200_000, payment.reference).state is TransferState.UNMATCHED


def test_a_part_that_counted_as_the_whole_takes_no_more_once_cancelled(session, deal):
    publish_rates(session)
    deal.open()
    unnamed = deal.receive(1)
    deal.confirm(deal.payment().outstanding.minor - 100)
    deal.cancel()
    with pytest.raises(Conflict):
        transfers.match_transfer(
            session, actor=deal.merchant, transfer_id=unnamed.id, payment_ids=[deal.payment().id], now=NOW
        )
