"""Whatever happens between two companies, a statement adds up to the ledger, and commission carries its tax."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.queries import between, commissions
from marketplace.payments.queries import ledger as balances
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.paying import UNPAID
from marketplace.payments.rules.terms import MilestoneEvent, Plan, SubjectKind
from marketplace.payments.services import allowances, commission
from marketplace.reference.rules import Setting
from marketplace.reference.services import change_setting
from tests.integration.payments.conftest import NOW, Deal, publish_rates
from tests.support.held import HeldDeal

EVER = {"since": NOW - timedelta(days=1), "until": NOW + timedelta(days=1)}
STEPS = st.lists(st.tuples(st.sampled_from(("pay", "let_off", "hand_over", "bill")), st.integers(1, 999)), max_size=8)


def taxed(session, basis_points):
    change_setting(
        session, actor=SYSTEM, key=Setting.COMMISSION_VAT_BASIS_POINTS, value=basis_points,
        valid_from=NOW - timedelta(days=1), now=NOW - timedelta(days=2),
    )  # fmt: skip


def account(deal):
    return between.between(
        deal.session, kind=SubjectKind.ORDER, payer_id=deal.buyer.company, payee_id=deal.merchant.company,
        currency="CNY", **EVER,
    )  # fmt: skip


def charged(deal):
    assert commissions.breaches(deal.session) == []
    return commissions.commissions(deal.session, company_id=deal.merchant.company, currency="CNY", **EVER)


def let_off(deal, place, minor):
    allowances.allow(
        deal.session, subject=deal.subject, line_id=deal.lines[place][0], amount=Money(minor, "CNY"),
        cause_id=new_id(), why=Why.CLAIM, actor=deal.merchant, now=NOW,
    )  # fmt: skip


def total(rows, name):
    return sum(getattr(row, name).minor for row in rows)


def house(deal, kind):
    return balances.balance(deal.session, account=AccountRef(kind, None, "CNY")).minor


def test_billed_commission_carries_its_tax_and_takes_it_back_with_what_is_let_off(deal):
    taxed(deal.session, 600)
    deal.open(plan=Plan.ACCEPTANCE_100, minors=(10_101,))
    deal.happens(MilestoneEvent.ACCEPTED)
    commission.bill(deal.session, subject=deal.subject, line_ids=None, now=NOW)
    (row,) = charged(deal).rows
    assert (row.commission.minor, row.vat.minor, row.settled.minor, row.base.minor) == (303, 18, 0, 10_101)
    assert (row.reference, row.rate_bp, row.line_id) == (deal.reference, 300, deal.lines[0][0])
    assert deal.balance(AccountKind.COMMISSION_RECEIVABLE) == 321
    let_off(deal, 0, 10_101)
    found = charged(deal)
    assert [(one.commission.minor, one.vat.minor) for one in found.rows] == [(303, 18), (-303, -18)]
    assert found.closing.minor == deal.balance(AccountKind.COMMISSION_RECEIVABLE) == 0
    assert house(deal, AccountKind.COMMISSION_VAT) == 0


def test_without_a_rate_no_tax_is_charged_whatever_changes_later(deal):
    deal.open(plan=Plan.ACCEPTANCE_100, minors=(10_000,))
    taxed(deal.session, 600)
    commission.bill(deal.session, subject=deal.subject, line_ids=None, now=NOW)
    assert [(row.commission.minor, row.vat.minor) for row in charged(deal).rows] == [(300, 0)]


def test_a_release_keeps_commission_and_tax_back_and_a_reversal_returns_both(app):
    with unit_of_work() as session:
        taxed(session, 1300)
    deal = HeldDeal(reading())
    deal.place(minors=(10_101,)).capture()
    deal.reach(MilestoneEvent.DEPOSIT)
    deal.reach(MilestoneEvent.HANDED_OVER)
    found = charged(deal)
    assert [row.kind for row in found.rows] == ["released", "released"]
    assert total(found.rows, "commission") == 303
    assert total(found.rows, "vat") == Money(303, "CNY").portion(1300, 10_000).minor == 39
    assert total(found.rows, "settled") == 342
    assert deal.balance(AccountKind.MERCHANT_PAYABLE) == -(10_101 - 342)
    for part in (4_999, 1, 5_101):
        with deal.writing():
            let_off(deal, 0, part)
    # All of it was let off: nothing is left of the commission, nor of the tax on it.
    left = -house(deal, AccountKind.COMMISSION_INCOME)
    assert left == 0
    assert -house(deal, AccountKind.COMMISSION_VAT) == Money(left, "CNY").portion(1300, 10_000).minor
    assert total(charged(deal).rows, "vat") == 0


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, vat_bp=st.integers(0, 2_000))
def test_statements_add_up_to_the_ledger(app, steps, vat_bp):
    with unit_of_work() as session:
        publish_rates(session)
        taxed(session, vat_bp)
        deal = Deal(session).open()
        for act, size in steps:
            attempt(deal, act, size)
        found = account(deal)
        owed = -deal.balance(AccountKind.OBLIGATION_PAYER) - deal.balance(AccountKind.RETURN_PAYER)
        assert found.closing[0].minor == owed == total(found.rows, "open")
        bill = charged(deal)
        assert (
            total(bill.rows, "commission") + total(bill.rows, "vat") - total(bill.rows, "settled") == bill.closing.minor
        )
        assert bill.closing.minor == deal.balance(AccountKind.COMMISSION_RECEIVABLE)
        assert bill.opening.minor == found.opening[0].minor == 0
        # Of a life that is taken back nobody hears: its order was never there.
        session.rollback()
        events.forget(session)


def attempt(deal, act, size):
    """Do something of this size in thousandths; a refusal is an answer too."""
    try:
        with deal.session.begin_nested():
            if act == "pay" and deal.payment().state in UNPAID:
                deal.confirm(max(1, deal.payment().outstanding.minor * size // 999), confirmed=True)
            elif act == "let_off":
                let_off(deal, size % 2, size * 300)
            elif act == "hand_over":
                deal.happens(MilestoneEvent.HANDED_OVER, [deal.lines[size % 2][0]])
            elif act == "bill":
                commission.bill(deal.session, subject=deal.subject, line_ids=None, now=NOW)
    except DomainError:
        return


def test_a_card_charge_is_held_and_never_owed(app):
    deal = HeldDeal(reading())
    deal.place().capture()
    deal.reach(MilestoneEvent.DEPOSIT)
    found = account(deal)
    assert [row.kind for row in found.rows] == ["card_captured", "released", "released"]
    assert sorted(row.held.minor for row in found.rows) == [-210_000, -90_000, 1_000_000]
    assert [amount.minor for amount in found.closing] == [0, 700_000]


@pytest.mark.parametrize("kind", [SubjectKind.ORDER, SubjectKind.FREIGHT])
def test_who_pays_whom_is_known_by_the_terms(deal, kind):
    deal.open()
    found = between.pairs(deal.session, kind=kind, company_id=deal.merchant.company)
    assert [(one.payer_id, one.payee_id) for one in found] == (
        [(deal.buyer.company, deal.merchant.company)] if kind is SubjectKind.ORDER else []
    )
