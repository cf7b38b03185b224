"""Payouts by transfer: once, whatever happens on the way; refund after payout is two calls that may each fail."""

import contextlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound, Unavailable
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.mail.models import MailMessage
from marketplace.payments.flows import card_calls, give_back, provider_accounts, remitting
from marketplace.payments.flows import payouts as payout_flows
from marketplace.payments.queries import checks, ledger
from marketplace.payments.queries import payouts as payout_queries
from marketplace.payments.queries import remitting as queries
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.provider import ProviderRefused
from marketplace.payments.rules.remitting import AccountState, PayoutWay, ReversalState
from marketplace.payments.rules.terms import MilestoneEvent, Plan
from marketplace.payments.services import allowances, payouts
from marketplace.payments.services import provider_accounts as services
from marketplace.stripe_double.resources import accounts, balance
from marketplace.worker.jobs import JOBS
from tests import factories
from tests.integration.payments.conftest import NOW, clerk
from tests.support.cards import charge, double_of
from tests.support.held import HeldDeal
from tests.support.invariants import fresh
from tests.support.payouts import clear_hit, confirm_hit, name_payee, told

PAYABLE, OWED = AccountKind.MERCHANT_PAYABLE, AccountKind.MERCHANT_RECEIVABLE
TRANSIT, CLEARING = AccountKind.PAYOUT_IN_TRANSIT, AccountKind.PROVIDER_CLEARING
WEEK = timedelta(days=7)


class Shop:
    """A merchant of Singapore with an account at the provider, and orders paid by card."""

    def __init__(self, app, actor, double):
        self.app, self.actor, self.double = app, actor, double
        self.deals = []

    def set_up(self, bank="ok"):
        provider_accounts.set_up(actor=self.actor, return_url="http://127.0.0.1/account/payouts", now=NOW)
        self.double.act(lambda call: accounts.set_up(call, self.account.provider_id, bank=bank))
        provider_accounts.refresh(account=self.account, now=NOW - timedelta(hours=72))
        return self

    @property
    def account(self):
        return queries.account_of(fresh(), company_id=self.actor.company)

    def sell(self, minors=(700_000, 300_000)):
        deal = HeldDeal(reading(), merchant=self.actor).place(minors=minors, plan=Plan.ACCEPTANCE_100).capture()
        deal.reach(MilestoneEvent.ACCEPTED)
        self.deals.append(deal)
        return deal

    def fund(self, minor=100_000_000):
        """Let the provider's balance be there to spend, as some days later."""
        self.double.act(lambda call: balance.book(call, "topup", "tu_test", minor, "cny"))

    def pay_out(self, now=NOW):
        payout_flows.gather(now=now)
        for row in self.payouts:
            if row.state is PayoutState.DUE:
                for _ in range(row.approvals_needed):
                    with unit_of_work() as session:
                        payouts.approve(session, payout_id=row.id, actor=clerk(), now=now)
        remitting.send(now=now)
        return self.payouts[0]

    @property
    def payouts(self):
        return payout_queries.payouts(fresh(), company_id=self.actor.company).items

    def balance(self, kind):
        owner = None if kind is CLEARING else self.actor.company
        return ledger.balance(fresh(), account=AccountRef(kind, owner, "CNY")).minor

    def there(self):
        """What the company has in its account at the provider."""
        account_id = self.account.provider_id
        return self.double.act(lambda call: balance.available(call, account_id, "cny"))

    def spend(self, minor):
        account_id = self.account.provider_id
        self.double.act(lambda call: balance.book(call, "payout", "po_test", -minor, "cny", account=account_id))

    def transfers(self):
        return [one for one in self.double.all("transfer") if one["destination"] == self.account.provider_id]


@pytest.fixture
def shop(app):
    market = factories.open_market(app)
    with unit_of_work() as session:
        session.execute(sa.update(Company).where(Company.id == market.merchant.company).values(country="SG"))
    shop = Shop(app, market.merchant.actor, double_of(app))
    yield shop
    assert checks.breaches(fresh()) == []


def test_where_the_provider_does_not_pay_the_bank_file_stays(app):
    market = factories.open_market(app)
    with pytest.raises(Conflict, match="transfers_not_here"):
        provider_accounts.set_up(actor=market.merchant.actor, return_url="http://x/", now=NOW)


def test_an_account_is_opened_once_and_waits_like_any_other(shop):
    shop.double.switches.arm("timeout_after", method="POST", path="/v1/accounts", times=3)
    with contextlib.suppress(Unavailable):
        provider_accounts.set_up(actor=shop.actor, return_url="http://127.0.0.1/x", now=NOW)
    page = provider_accounts.set_up(actor=shop.actor, return_url="http://127.0.0.1/x", now=NOW)
    assert "/connect/acct_" in page
    company = str(shop.actor.company)
    assert len([one for one in shop.double.all("account") if one["metadata"].get("city_company") == company]) == 1
    assert shop.account.state is AccountState.SETTING_UP
    shop.double.act(lambda call: accounts.set_up(call, shop.account.provider_id, bank="ok"))
    provider_accounts.watch(now=NOW + timedelta(hours=2))
    account = shop.account
    assert account.state is AccountState.ACTIVE
    assert not account.receives(NOW + timedelta(hours=73))
    assert account.receives(NOW + timedelta(hours=74))
    shop.sell()
    payout_flows.gather(now=NOW + timedelta(hours=3))
    assert [row.way for row in shop.payouts] == [PayoutWay.BANK_FILE]


def test_a_payout_goes_by_transfer_and_is_settled_by_the_answer(shop):
    shop.set_up().sell()
    shop.fund()
    row = shop.pay_out()
    assert (row.way, row.state, row.amount.minor, row.payee_account) == (
        PayoutWay.PROVIDER_TRANSFER, PayoutState.SETTLED, 970_000, None,
    )  # fmt: skip
    (made,) = shop.transfers()
    assert (made["amount"], made["transfer_group"], made["metadata"]["city_payout"]) == (
        970_000, row.reference, str(row.id),
    )  # fmt: skip
    assert (shop.balance(PAYABLE), shop.balance(TRANSIT), shop.there()) == (0, 0, 970_000)
    with pytest.raises(Conflict, match="provider_tells"), unit_of_work() as session:
        payouts.record_result(session, payout_id=row.id, **told("returned", NOW), actor=clerk(), now=NOW)
    with pytest.raises(NotFound):
        queries.remittance(fresh(), payout_id=new_id())


def test_what_the_balance_does_not_cover_is_payable_again(shop):
    shop.set_up().sell()
    account = shop.double.act(lambda call: balance.available(call, "", "cny"))
    shop.fund(-account)
    row = shop.pay_out()
    assert (row.state, shop.balance(PAYABLE), shop.balance(TRANSIT)) == (PayoutState.FAILED, -970_000, 0)
    shop.fund()
    assert shop.pay_out(NOW + WEEK).state is PayoutState.SETTLED
    assert len(shop.transfers()) == 1


@pytest.mark.parametrize(
    ("fault", "minutes"),
    [
        ("timeout_before", 5),
        ("timeout_before", 30 * 60),
        ("timeout_after", 5),
        ("timeout_after", 30 * 60),
        ("break_before", 5),
        ("break_after", 5),
        ("throttle", 5),
    ],
)
def test_a_transfer_is_made_once_whatever_its_answer_says(shop, fault, minutes):
    shop.set_up().sell()
    shop.fund()
    shop.double.switches.arm(fault, method="POST", path="/v1/transfers", times=3)
    shop.pay_out()
    shop.double.switches.clear()
    assert shop.balance(PAYABLE) == 0
    remitting.reconcile(now=NOW + timedelta(minutes=minutes))
    remitting.reconcile(now=NOW + timedelta(minutes=minutes))
    assert shop.payouts[0].state is PayoutState.SETTLED
    assert [one["amount"] for one in shop.transfers()] == [970_000]


def test_no_transfer_is_made_for_a_company_that_is_stopped_until_that_is_lifted(shop):
    shop.set_up().sell()
    shop.fund()
    payout_flows.gather(now=NOW)
    with unit_of_work() as session:
        for _ in range(shop.payouts[0].approvals_needed):
            payouts.approve(session, payout_id=shop.payouts[0].id, actor=clerk(), now=NOW)
    hit_id = confirm_hit(shop.actor.company)
    assert remitting.send(now=NOW) == 0
    assert shop.payouts[0].state is PayoutState.APPROVED
    clear_hit(hit_id)
    # Claimed, and the provider is down: stopped then, it is not asked once more.
    shop.double.switches.arm("break_before", method="POST", path="/v1/transfers", times=3)
    assert remitting.send(now=NOW) == 1
    shop.double.switches.clear()
    hit_id = confirm_hit(shop.actor.company)
    for hours in (1, 48):
        remitting.reconcile(now=NOW + timedelta(hours=hours))
    assert (shop.payouts[0].state, shop.transfers()) == (PayoutState.SENT, [])
    clear_hit(hit_id)
    remitting.reconcile(now=NOW + timedelta(hours=49))
    assert shop.payouts[0].state is PayoutState.SETTLED
    assert [one["amount"] for one in shop.transfers()] == [970_000]


def test_a_transfer_that_was_taken_for_failed_is_written_down_and_not_paid_twice(app, shop):
    with unit_of_work() as session:
        factories.staff(session, app, role=Role.TREASURY, now=NOW)
    shop.set_up().sell()
    shop.fund()
    shop.double.switches.arm("timeout_after", method="POST", path="/v1/transfers", times=3)
    row = shop.pay_out()
    shop.double.switches.clear()
    with unit_of_work() as session:
        payouts.fail_transfer(session, payout_id=row.id, reason="balance_insufficient", now=NOW)
    payout_flows.gather(now=NOW + WEEK)
    seen = card_calls.remitter().find_transfer(row.id, reference=row.reference)
    for _ in range(2):
        with unit_of_work() as session:
            payouts.record_transfer(session, payout_id=row.id, seen=seen, now=NOW)
    shop.pay_out(NOW + WEEK)
    assert [found.state for found in shop.payouts] == [PayoutState.FAILED, PayoutState.SETTLED]
    assert (shop.balance(PAYABLE), shop.balance(TRANSIT), shop.balance(OWED), shop.there()) == (0, 0, 0, 970_000)
    told = fresh().scalars(sa.select(MailMessage.template).where(MailMessage.template == "transfer_found")).all()
    assert told == ["transfer_found"]


def test_a_reversal_that_one_call_was_refused_and_another_made_is_done(shop, monkeypatch):
    shop.set_up()
    deal = cancelled(shop)
    real = card_calls.provider()

    class Provider:
        def __getattr__(self, name):
            return getattr(real, name)

        def reverse(self, *args, **named):
            real.reverse(*args, **named)
            raise ProviderRefused("transfer_already_reversed")

    monkeypatch.setattr(card_calls, "provider", Provider)
    deal.call_off()
    (back,) = queries.reversals(fresh(), company_id=shop.actor.company).items
    assert (back.state, shop.balance(OWED)) == (ReversalState.DONE, 0)


def test_an_account_that_is_stopped_has_its_payout_made_anew_by_bank(shop):
    shop.set_up().sell()
    payout_flows.gather(now=NOW)
    with unit_of_work() as session:
        services.stop(session, actor=shop.actor, now=NOW)
        services.stop(session, actor=shop.actor, now=NOW)
    payout_flows.gather(now=NOW + WEEK)
    assert [(row.way, row.state) for row in shop.payouts] == [
        (PayoutWay.BANK_FILE, PayoutState.DUE), (PayoutWay.PROVIDER_TRANSFER, PayoutState.FAILED),
    ]  # fmt: skip
    provider_accounts.set_up(actor=shop.actor, return_url="http://127.0.0.1/x", now=NOW + WEEK)
    assert shop.account.state is AccountState.SETTING_UP
    assert provider_accounts.refresh(account=shop.account, now=NOW + WEEK).active_from == NOW + WEEK + timedelta(
        hours=72
    )


def test_an_account_of_which_more_is_asked_receives_nothing(shop):
    shop.set_up()
    shop.double.act(lambda call: accounts.restrict(call, shop.account.provider_id, due="company.tax_id"))
    restricted = provider_accounts.refresh(account=shop.account, now=NOW)
    assert (restricted.state, restricted.due) == (AccountState.RESTRICTED, 1)
    shop.sell()
    payout_flows.gather(now=NOW)
    assert shop.payouts[0].way is PayoutWay.BANK_FILE


def cancelled(shop):
    deal = shop.sell()
    shop.fund()
    shop.pay_out()
    return deal


def test_an_order_that_ends_after_its_payout_is_refunded_and_its_transfer_taken_back(shop):
    shop.set_up()
    deal = cancelled(shop)
    deal.call_off()
    assert charge(deal.key).refunded.minor == 1_000_000
    (back,) = queries.reversals(fresh(), company_id=shop.actor.company).items
    assert (back.state, back.amount.minor) == (ReversalState.DONE, 970_000)
    assert (shop.balance(OWED), shop.balance(PAYABLE), shop.there()) == (0, 0, 0)


def test_what_the_company_has_no_longer_it_owes_and_later_payouts_are_less(shop):
    shop.set_up()
    deal = cancelled(shop)
    shop.spend(970_000)
    deal.call_off()
    assert charge(deal.key).refunded.minor == 1_000_000
    (back,) = queries.reversals(fresh(), company_id=shop.actor.company).items
    assert (back.state, back.reason) == (ReversalState.FAILED, "balance_insufficient")
    assert (shop.balance(OWED), shop.balance(PAYABLE)) == (970_000, 0)
    (owed,) = queries.receivables(fresh(), company_id=None).items
    assert (owed.owner_id, owed.balance.minor) == (shop.actor.company, 970_000)
    shop.sell(minors=(500_000,))
    assert payout_flows.gather(now=NOW + WEEK) == 0
    assert (shop.balance(OWED), shop.balance(PAYABLE)) == (485_000, 0)
    shop.sell(minors=(1_000_000,))
    assert payout_flows.gather(now=NOW + 2 * WEEK) == 1
    assert (shop.payouts[0].amount.minor, shop.balance(OWED)) == (485_000, 0)
    assert queries.receivables(fresh(), company_id=shop.actor.company).items == ()


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "break_after", "throttle"])
def test_a_reversal_is_made_once_whatever_its_answer_says(shop, fault):
    shop.set_up()
    deal = cancelled(shop)
    shop.double.switches.arm(fault, method="POST", path="*/reversals", times=3)
    deal.call_off()
    shop.double.switches.clear()
    # What is being taken back is not kept back as well.
    shop.sell(minors=(400_000,))
    shop.pay_out(NOW + timedelta(minutes=1))
    # Jobs ask by the clock.
    remitting.reconcile(now=clock.now() + timedelta(minutes=5))
    remitting.reconcile(now=clock.now() + timedelta(hours=30))
    assert shop.balance(OWED) == 0
    assert sum(one["amount_reversed"] for one in shop.transfers()) == 970_000


def test_the_refund_goes_first(shop):
    shop.set_up()
    deal = cancelled(shop)
    shop.double.switches.arm("timeout_before", method="POST", path="/v1/refunds", times=3)
    with contextlib.suppress(Unavailable):
        deal.call_off()
    assert sum(one["amount_reversed"] for one in shop.transfers()) == 0
    JOBS["give_back_card"]({"subject_kind": "order", "subject_id": str(deal.subject.id)})
    assert (charge(deal.key).refunded.minor, shop.there()) == (1_000_000, 0)


def test_a_claim_whose_order_ended_before_its_refund_takes_its_money_back_all_the_same(shop):
    shop.set_up()
    deal = cancelled(shop)
    facts = {"subject": deal.subject, "amount": Money(300_000, "CNY")}
    cause = new_id()
    with unit_of_work() as session:
        allowances.allow(
            session, **facts, line_id=deal.lines[0][0], cause_id=cause, why=Why.CLAIM, actor=clerk(), now=NOW
        )
    deal.call_off()
    give_back.refund_part(**facts, cause=str(cause), now=NOW)
    assert charge(deal.key).refunded.minor == 1_000_000
    assert (shop.balance(OWED), shop.there()) == (0, 0)


def test_what_nobody_asked_back_is_asked_for_after_a_while(shop):
    shop.set_up()
    deal = cancelled(shop)
    with deal.writing():
        deal.cancel()
    shop.double.switches.arm("timeout_before", method="POST", path="/v1/refunds", times=-1)
    assert remitting.reconcile(now=NOW + timedelta(minutes=5)) == 0
    assert remitting.reconcile(now=NOW + timedelta(minutes=61)) == 1
    assert (shop.balance(OWED), shop.there()) == (0, 0)
    shop.double.switches.clear()
    give_back.give_back(subject=deal.subject, now=clock.now())


def test_a_claim_after_the_payout_takes_so_much_back(shop):
    shop.set_up()
    deal = cancelled(shop)
    cause = new_id()
    with unit_of_work() as session:
        allowances.allow(
            session, subject=deal.subject, line_id=deal.lines[0][0], amount=Money(100_000, "CNY"), cause_id=cause,
            why=Why.CLAIM, actor=clerk(), now=NOW,
        )  # fmt: skip
    args = {"subject_kind": "order", "subject_id": str(deal.subject.id), "minor": 100_000, "currency": "CNY"}
    JOBS[allowances.REFUND]({**args, "cause": str(cause)})
    assert charge(deal.key).refunded.minor == 100_000
    assert (shop.balance(OWED), shop.there()) == (0, 970_000 - 97_000)


def test_a_bank_file_is_paid_as_before(app):
    till = factories.open_market(app).buyer.company
    name_payee(till)
    actor = Actor(person_id=new_id(), company_id=till, company_kind="trade")
    shop = Shop(app, actor, double_of(app))
    shop.sell()
    row = shop.pay_out()
    assert (row.way, row.state) == (PayoutWay.BANK_FILE, PayoutState.APPROVED)
    with pytest.raises(NotFound):
        queries.remittance(fresh(), payout_id=row.id)


def test_a_claim_after_a_bank_file_is_refunded_and_kept_back_from_what_comes_next(app):
    company = factories.open_market(app).buyer.company
    name_payee(company)
    shop = Shop(app, Actor(person_id=new_id(), company_id=company, company_kind="trade"), double_of(app))
    deal = shop.sell()
    row = shop.pay_out()
    with unit_of_work() as session:
        payouts.send(session, actor=clerk(), remittance="City", now=NOW)
    cause, amount = new_id(), Money(100_000, "CNY")
    with unit_of_work() as session:
        payouts.record_result(session, payout_id=row.id, **told("settled", NOW), actor=clerk(), now=NOW)
        allowances.allow(
            session, subject=deal.subject, line_id=deal.lines[0][0], amount=amount, cause_id=cause,
            why=Why.CLAIM, actor=clerk(), now=NOW,
        )  # fmt: skip
    args = {"subject_kind": "order", "subject_id": str(deal.subject.id), "minor": amount.minor, "currency": "CNY"}
    for _ in range(2):
        JOBS[allowances.REFUND]({**args, "cause": str(cause)})
    assert charge(deal.key).refunded == amount
    assert payout_queries.returns(fresh(), company_id=company) == ()
    assert (shop.balance(OWED), shop.balance(PAYABLE)) == (97_000, 0)
    shop.sell(minors=(200_000,))
    assert payout_flows.gather(now=NOW + WEEK) == 1
    assert (shop.payouts[0].amount.minor, shop.balance(OWED)) == (97_000, 0)
    assert checks.breaches(fresh()) == []
