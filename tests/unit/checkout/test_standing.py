"""Where a payment of a checkout stands, by what the provider showed and whether anything is ordered by it."""

import pytest

from marketplace.checkout.rules.standing import Stand, stand_of
from marketplace.kernel.money import Money
from marketplace.payments.rules.cards import CardOutcome, CardState

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
