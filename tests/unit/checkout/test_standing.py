"""Where a payment of a checkout stands, by what the provider showed and whether anything is ordered by it."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from marketplace.checkout.rules.standing import PaymentSeen, Stand, stand_of
from marketplace.kernel.money import Money
from marketplace.payments.rules.cards import CardOutcome, CardState
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import Subject, SubjectKind

NOTHING, ALL, HALF = (Money.of(amount, "THB") for amount in ("0", "10", "5"))
PAGE = "https://pay.test/1"


def _outcome(state: CardState, page: str | None = None) -> CardOutcome:
    return CardOutcome(state, "pi_1", page, None)


@pytest.mark.parametrize(
    ("outcome", "taken", "returned", "waiting", "over"),
    [
        (None, NOTHING, NOTHING, Stand.TO_PAY, Stand.NOT_TAKEN),
        (_outcome(CardState.CREATED), NOTHING, NOTHING, Stand.TO_PAY, Stand.NOT_TAKEN),
        (_outcome(CardState.NEEDS_PAGE, PAGE), NOTHING, NOTHING, Stand.TO_PAY, Stand.NOT_TAKEN),
        (_outcome(CardState.NEEDS_PAGE), NOTHING, NOTHING, Stand.WITH_BANK, Stand.WITH_BANK),
        (_outcome(CardState.AUTHORISED), NOTHING, NOTHING, Stand.RESERVED, Stand.NOT_TAKEN),
        (_outcome(CardState.DECLINED), NOTHING, NOTHING, Stand.NOT_TAKEN, Stand.NOT_TAKEN),
        (_outcome(CardState.CAPTURED), ALL, NOTHING, Stand.TAKEN, Stand.GOING_BACK),
        (_outcome(CardState.CAPTURED), ALL, HALF, Stand.TAKEN, Stand.GOING_BACK),
        (_outcome(CardState.REFUNDED), ALL, ALL, Stand.WENT_BACK, Stand.WENT_BACK),
    ],
)
def test_a_payment_stands(outcome, taken, returned, waiting, over):
    assert stand_of(outcome, taken=taken, returned=returned, is_over=False) is waiting
    assert stand_of(outcome, taken=taken, returned=returned, is_over=True) is over


def test_a_page_or_a_code_that_nobody_paid_has_expired():
    assert _outcome(CardState.CANCELLED).is_expired
    code = CardOutcome(CardState.DECLINED, "pi_1", None, "payment_intent_payment_attempt_expired")
    assert code.is_expired
    assert not CardOutcome(CardState.DECLINED, "pi_1", None, "card_declined").is_expired


PAID_AT = datetime(2026, 12, 1, 16, 30, tzinfo=timezone(timedelta(hours=7)))
SEEN = PaymentSeen(
    subject=Subject(SubjectKind.FREIGHT, UUID(int=1)), reference="FRT-1", merchant_id=UUID(int=2), amount=ALL,
    local_method=LocalMethod.PROMPTPAY, stand=Stand.GOING_BACK, page_url=PAGE, taken=ALL, taken_at=PAID_AT,
    returned=HALF, returned_at=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("taken", "stand", "told"),
    [
        (ALL, Stand.GOING_BACK, True),
        (ALL, Stand.WENT_BACK, True),
        (NOTHING, Stand.WITH_BANK, True),
        (NOTHING, Stand.NOT_TAKEN, False),
    ],
)
def test_a_payer_hears_of_money_that_was_taken_or_may_be_yet(taken, stand, told):
    assert replace(SEEN, taken=taken, stand=stand).is_told is told


def test_a_refusal_says_of_a_payment_what_was_taken_and_came_back_and_when_in_utc():
    assert SEEN.facts == {
        "subject": "freight", "reference": "FRT-1", "amount": {"amount": "10.00", "currency": "THB"},
        "local_method": "promptpay", "state": "going_back", "taken": {"amount": "10.00", "currency": "THB"},
        "taken_at": "2026-12-01T09:30:00Z", "returned": {"amount": "5.00", "currency": "THB"}, "returned_at": None,
    }  # fmt: skip
    assert replace(SEEN, local_method=None).facts["local_method"] is None
