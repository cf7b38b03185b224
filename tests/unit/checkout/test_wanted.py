"""Totals as the buyer saw them against what he would owe now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.checkout.rules.wanted import Expected, PaymentChoice, Total, Wanted, check_totals
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules.terms import Plan, Rail

TOTALS = st.lists(
    st.builds(
        Total,
        st.sampled_from(["goods", "freight"]),
        st.builds(Money, st.integers(1, 10**9), st.sampled_from(["CNY", "THB", "VND"])),
    ),
    min_size=1,
    max_size=6,
)


@given(TOTALS)
def test_what_was_shown_is_accepted_with_kinds_and_without(totals):
    check_totals([Expected(total.kind, total.money) for total in totals], totals)
    check_totals([Expected(None, total.money) for total in totals], totals)


@given(TOTALS, st.integers(1, 1000))
def test_whatever_moved_is_named(totals, more):
    first = totals[0]
    seen = [Expected(first.kind, Money(first.money.minor + more, first.money.currency))]
    seen += [Expected(total.kind, total.money) for total in totals[1:]]
    with pytest.raises(Conflict) as refusal:
        check_totals(seen, totals)
    assert [(one["kind"], one["currency"]) for one in refusal.value.facts["changes"]] == [
        (first.kind, first.money.currency)
    ]
    with pytest.raises(Conflict):
        check_totals([Expected(None, one.money) for one in seen], totals)


def test_payment_choices_that_do_not_fit_are_refused():
    with pytest.raises(Refused):
        PaymentChoice(Rail.BANK, Plan.FREIGHT_HANDOVER_100)
    with pytest.raises(Refused):
        PaymentChoice(Rail.BANK, Plan.ACCEPTANCE_100, "pm_card_visa")
    bank, card = PaymentChoice(Rail.BANK, Plan.ACCEPTANCE_100), PaymentChoice(Rail.CARD, Plan.ACCEPTANCE_100)
    wanted = Wanted(expected_totals=(), payment=bank, payments={"one": card})
    assert (wanted.payment_of("one"), wanted.payment_of("other")) == (card, bank)
