"""Totals as the buyer saw them against what he would owe now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.checkout.rules.wanted import Expected, PaymentChoice, Total, Wanted, check_totals
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import Mode, Plan, Rail

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


@pytest.mark.parametrize(
    ("choice", "field", "code"),
    [
        ({"rail": Rail.BANK, "plan": "No plan"}, "payment.plan", "choice"),
        ({"rail": Rail.BANK, "payment_method": "pm_1"}, "payment.payment_method", "only_for_card"),
        ({"rail": Rail.BANK, "method": LocalMethod.PAYNOW}, "payment.method", "only_instead_of_card"),
        (
            {"rail": Rail.CARD, "method": LocalMethod.PAYNOW, "payment_method": "pm_1"},
            "payment.method",
            "only_instead_of_card",
        ),
        ({"rail": Rail.CARD, "mode": Mode.DIRECT}, "payment.mode", "choice"),
    ],
)
def test_a_payment_choice_is_refused_by_the_field_that_does_not_fit(choice, field, code):
    with pytest.raises(Refused) as refusal:
        PaymentChoice(**{"plan": Plan.ACCEPTANCE_100, **choice})
    assert [(error.field, error.code) for error in refusal.value.errors] == [(field, code)]


@pytest.mark.parametrize(
    ("rail", "mode", "settled"),
    [
        (Rail.BANK, None, Mode.DIRECT),
        (Rail.CARD, None, Mode.PROVIDER_HELD),
        (Rail.BANK, Mode.OPERATOR_SELLS, Mode.OPERATOR_SELLS),
    ],
)
def test_the_rail_says_how_it_is_settled_where_nobody_chose(rail, mode, settled):
    assert PaymentChoice(rail, Plan.ACCEPTANCE_100, mode=mode).settled is settled


def test_a_bundle_has_its_own_order_number_or_that_of_all():
    wanted = Wanted(
        expected_totals=(), payment=PaymentChoice(Rail.BANK, Plan.ACCEPTANCE_100), purchase_order_number="PO-1",
        purchase_order_numbers={"one": "PO-2", "empty": ""},
    )  # fmt: skip
    assert [wanted.order_number_of(key) for key in ("one", "empty", "other")] == ["PO-2", "PO-1", "PO-1"]
