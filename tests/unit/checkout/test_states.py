"""How far a checkout is, whether it may be ended, and what its buyer is told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from marketplace.checkout.rules.standing import PaymentSeen, Stand
from marketplace.checkout.rules.states import (
    IN_FLIGHT,
    LIFECYCLE,
    OPEN,
    AttemptState,
    Outcome,
    in_checkout,
    is_at_work,
    refused,
    superseded,
)
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules.terms import Subject, SubjectKind

ATTEMPT = UUID(int=5)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
ALL, NOTHING = Money.of("10", "THB"), Money.of("0", "THB")
TO_PAY = PaymentSeen(
    subject=Subject(SubjectKind.ORDER, UUID(int=6)), reference="ORD-1", merchant_id=UUID(int=7), amount=ALL,
    local_method=None, stand=Stand.TO_PAY, page_url=None, taken=NOTHING, taken_at=None, returned=NOTHING,
    returned_at=None,
)  # fmt: skip


def seen(stand, **facts):
    return replace(TO_PAY, stand=stand, **facts)


def outcome(*payments):
    return Outcome(ATTEMPT, AttemptState.AWAITING_PAYMENT, payments=payments)


def test_an_open_checkout_is_ordered_or_abandoned_and_then_it_is_over():
    for state in OPEN:
        assert LIFECYCLE.apply(state, "order") is AttemptState.ORDERED
        assert LIFECYCLE.apply(state, "abandon") is AttemptState.ABANDONED
    for state in set(AttemptState) - set(OPEN):
        with pytest.raises(Conflict):
            LIFECYCLE.apply(state, "order")


def test_what_is_to_be_paid_leaves_out_what_the_bank_or_the_city_has():
    waiting = seen(Stand.WITH_BANK)
    assert outcome(waiting, TO_PAY, seen(Stand.RESERVED)).to_pay == (TO_PAY,)
    assert outcome(waiting).to_pay == ()


@pytest.mark.parametrize(
    ("stands", "waits"),
    [
        ((Stand.WITH_BANK, Stand.RESERVED), True),
        ((Stand.WITH_BANK, Stand.TO_PAY), False),
        ((Stand.RESERVED,), False),
        ((), False),
    ],
)
def test_it_waits_for_a_bank_only_when_its_buyer_has_nothing_left_to_do(stands, waits):
    assert outcome(*map(seen, stands)).waits_for_bank is waits


@pytest.mark.parametrize(
    ("state", "age", "at_work"),
    [
        (AttemptState.HELD, timedelta(0), True),
        (AttemptState.HELD, IN_FLIGHT - timedelta(seconds=1), True),
        (AttemptState.HELD, IN_FLIGHT, False),
        (AttemptState.AWAITING_PAYMENT, timedelta(0), False),
    ],
    ids=["begun", "last_second", "over", "awaits_payment"],
)
def test_nobody_ends_from_outside_what_a_young_request_is_placing(state, age, at_work):
    assert is_at_work(state, begun_at=NOW - age, now=NOW) is at_work


def test_goods_that_another_checkout_has_are_refused_with_the_page_of_that_one():
    refusal = in_checkout(ATTEMPT, AttemptState.AWAITING_PAYMENT)
    assert (type(refusal), refusal.code) == (Conflict, "cart_in_checkout")
    assert refusal.facts == {
        "checkout": str(ATTEMPT), "page": f"/checkout/{ATTEMPT}", "state": "awaiting_payment",
    }  # fmt: skip


def test_an_earlier_attempt_names_the_one_that_took_its_place():
    refusal = refused(superseded(ATTEMPT))
    assert (type(refusal), refusal.code, refusal.facts) == (Conflict, "checkout_superseded", {"by": str(ATTEMPT)})


def test_an_attempt_that_says_nothing_of_its_end_has_expired():
    refusal = refused({})
    assert (type(refusal), refusal.code, refusal.facts) == (Conflict, "checkout_expired", {})


def test_a_declined_card_is_refused_by_the_field_of_the_card():
    refusal = refused({"code": "card_declined", "reason": "insufficient_funds"})
    assert (type(refusal), refusal.code, refusal.facts) == (Refused, "card_declined", {"reason": "insufficient_funds"})
    (error,) = refusal.errors
    assert (error.field, error.code, error.accepted) == ("payment.payment_method", "card_declined", "another card")
    assert error.facts == {"reason": "insufficient_funds"}


def test_a_refusal_tells_of_money_that_was_taken_and_of_no_other():
    going_back = seen(Stand.GOING_BACK, taken=ALL, taken_at=NOW)
    refusal = refused({"code": "stock_gone", "sku": "A"}, [seen(Stand.NOT_TAKEN), going_back])
    assert (refusal.code, refusal.facts) == ("stock_gone", {"sku": "A", "payments": [going_back.facts]})
    assert refused({"code": "stock_gone", "sku": "A"}, [seen(Stand.NOT_TAKEN)]).facts == {"sku": "A"}
