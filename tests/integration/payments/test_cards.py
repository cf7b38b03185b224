"""Card charges against the stand-in: every act once, every refusal clear, the books in balance."""

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.checks import Breach
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.payments.flows import cards
from marketplace.payments.models.cards import WebhookEvent
from marketplace.payments.models.ledger import LedgerEntry, LedgerTransfer
from marketplace.payments.queries import checks
from marketplace.payments.rules.cards import CardState
from marketplace.stripe_double.double import Double
from marketplace.stripe_double.resources import checkout_sessions, payment_intents
from tests.support.cards import PRICE, authorise, bring_notices, charge, double_of, intents_of, new_key


@pytest.fixture
def double(app: Flask) -> Double:
    return double_of(app)


def _posted() -> list[str]:
    return sorted(reading().scalars(sa.select(LedgerTransfer.kind)))


def _balanced() -> bool:
    sums = reading().execute(sa.select(sa.func.sum(LedgerEntry.minor)).group_by(LedgerEntry.currency)).scalars()
    return not any(sums) and checks.breaches(reading()) == []


def test_a_card_is_authorised_captured_and_refunded_in_parts(double: Double) -> None:
    key = new_key()
    now = clock.now()

    assert authorise(key).state is CardState.AUTHORISED
    assert cards.capture(key=key, now=now).state is CardState.CAPTURED
    part = Money.of("234.50", "CNY")
    assert cards.refund(key=key, refund_key="a", amount=part, reason="short", now=now).state is CardState.CAPTURED
    assert charge(key).refunded == part
    rest = PRICE - part
    assert cards.refund(key=key, refund_key="b", amount=rest, reason="cancelled", now=now).state is CardState.REFUNDED

    assert _posted() == ["card_captured", "card_refunded", "card_refunded", "provider_fee"]
    assert _balanced()


def test_every_act_can_be_repeated(double: Double) -> None:
    key = new_key()
    now = clock.now()

    first = [authorise(key) for _ in range(3)]
    for _ in range(3):
        cards.capture(key=key, now=now)
    for _ in range(3):
        cards.refund(key=key, amount=PRICE, reason="cancelled", now=now)

    assert len(set(first)) == 1
    assert len(intents_of(double, key)) == 1
    assert _posted() == ["card_captured", "card_refunded", "provider_fee"]


def test_a_key_means_one_amount(double: Double) -> None:
    key = new_key()
    authorise(key)

    with pytest.raises(Conflict, match="key_reused"):
        authorise(key, amount=Money.of(1, "CNY"))


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_authenticationRequired", "authentication_required"),
        ("pm_card_that_nobody_has", "resource_missing"),
    ],
)
def test_a_declined_card_leaves_nothing_behind(double: Double, method: str, code: str) -> None:
    key = new_key()

    outcome = authorise(key, payment_method=method)

    assert (outcome.state, outcome.decline_code) == (CardState.DECLINED, code)
    assert _posted() == []
    assert all(one["amount_capturable"] == 0 for one in intents_of(double, key))
    assert authorise(key, payment_method="pm_card_visa") == outcome
    with pytest.raises(Conflict):
        cards.capture(key=key, now=clock.now())
    assert cards.cancel(key=key, now=clock.now()) == outcome


def test_a_cancelled_reservation_is_given_back_and_not_taken(double: Double) -> None:
    key = new_key()
    authorise(key)

    assert cards.cancel(key=key, now=clock.now()).state is CardState.CANCELLED
    assert cards.cancel(key=key, now=clock.now()).state is CardState.CANCELLED

    assert [one["status"] for one in intents_of(double, key)] == ["canceled"]
    with pytest.raises(Conflict):
        cards.capture(key=key, now=clock.now())


def test_what_is_taken_is_refunded_not_cancelled(double: Double) -> None:
    key = new_key()
    authorise(key)
    cards.capture(key=key, now=clock.now())

    with pytest.raises(Conflict):
        cards.cancel(key=key, now=clock.now())


def test_no_more_is_refunded_than_was_taken(double: Double) -> None:
    key = new_key()
    now = clock.now()
    authorise(key)
    with pytest.raises(Conflict):
        cards.refund(key=key, amount=PRICE, reason="early", now=now)
    cards.capture(key=key, now=now)
    cards.refund(key=key, refund_key="half", amount=Money.of(1000, "CNY"), reason="short", now=now)

    for amount in (Money.of("234.51", "CNY"), Money.of(0, "CNY"), Money.of(-1, "CNY"), Money.of(1, "USD")):
        with pytest.raises(Refused):
            cards.refund(key=key, refund_key=f"more {amount}", amount=amount, reason="short", now=now)
    with pytest.raises(Conflict, match="key_reused"):
        cards.refund(key=key, refund_key="half", amount=Money.of(1, "CNY"), reason="short", now=now)


@pytest.mark.parametrize(
    ("amount", "units"),
    [("2500000", 2_500_000), ("1", 1)],
)
def test_dong_have_no_decimals(double: Double, amount: str, units: int) -> None:
    key = new_key()

    authorise(key, amount=Money.of(amount, "VND"))

    assert [(one["amount"], one["currency"]) for one in intents_of(double, key)] == [(units, "vnd")]


@pytest.mark.parametrize("currency", ["LAK", "MMK", "KHR", "IDR"])
def test_small_currencies_keep_their_decimals_at_the_provider(double: Double, currency: str) -> None:
    key = new_key()

    authorise(key, amount=Money.of("2500000", currency))

    assert [one["amount"] for one in intents_of(double, key)] == [250_000_000]


def test_a_buyer_without_a_method_pays_on_the_page(double: Double) -> None:
    key = new_key()
    outcome = authorise(key, payment_method=None, return_url="http://127.0.0.1:8000/orders")

    assert outcome.state is CardState.NEEDS_PAGE
    assert outcome.page_url
    assert authorise(key, payment_method=None, return_url="http://127.0.0.1:8000/orders") == outcome
    page = double.read("checkout.session", charge(key).page_id or "")
    double.act(lambda call: checkout_sessions.pay(call, page, "pm_card_visa"))

    assert cards.refresh(key=key, now=clock.now()).state is CardState.AUTHORISED
    assert cards.capture(key=key, now=clock.now()).state is CardState.CAPTURED


def test_a_page_that_nobody_paid_on_is_closed(double: Double) -> None:
    key = new_key()
    authorise(key, payment_method=None, return_url="http://127.0.0.1:8000/orders")

    assert cards.cancel(key=key, now=clock.now()).state is CardState.CANCELLED

    assert double.read("checkout.session", charge(key).page_id or "")["status"] == "expired"


def test_a_page_paid_a_moment_before_it_was_closed_gives_the_money_back(double: Double) -> None:
    key = new_key()
    authorise(key, payment_method=None, return_url="http://127.0.0.1:8000/orders")
    page = double.read("checkout.session", charge(key).page_id or "")
    double.act(lambda call: checkout_sessions.pay(call, page, "pm_card_visa"))

    assert cards.cancel(key=key, now=clock.now()).state is CardState.CANCELLED

    assert [one["status"] for one in intents_of(double, key)] == ["canceled"]


def test_a_challenge_sends_the_buyer_to_the_bank(double: Double) -> None:
    key = new_key()
    outcome = authorise(key, payment_method="pm_card_authenticationRequired", return_url="http://127.0.0.1:8000/back")

    assert outcome.state is CardState.NEEDS_PAGE
    assert "/challenge/" in (outcome.page_url or "")
    intent = intents_of(double, key)[0]
    double.act(lambda call: payment_intents.pass_challenge(call, intent, passed=True))

    assert cards.refresh(key=key, now=clock.now()).state is CardState.AUTHORISED


def test_a_refund_that_the_bank_sends_back_is_held_again(double: Double) -> None:
    key = new_key()
    authorise(key, payment_method="pm_card_refundFail")
    cards.capture(key=key, now=clock.now())
    assert cards.refund(key=key, amount=PRICE, reason="cancelled", now=clock.now()).state is CardState.REFUNDED

    double.pass_time()
    bring_notices(double)

    assert charge(key).state is CardState.CAPTURED
    assert charge(key).refunded == Money.zero("CNY")
    assert _posted() == ["card_captured", "card_refunded", "card_refunded", "provider_fee"]
    assert _balanced()
    # Nobody may take it for done: whoever asks again hears that the money is still here.
    with pytest.raises(Conflict, match="refund_failed"):
        cards.refund(key=key, amount=PRICE, reason="cancelled", now=clock.now())


def test_an_unknown_key_is_not_found(double: Double) -> None:
    for act in (cards.capture, cards.cancel, cards.refresh):
        with pytest.raises(NotFound):
            act(key="nobody's", now=clock.now())
    with pytest.raises(Refused):
        authorise(new_key(), amount=Money.zero("CNY"))
    with pytest.raises(Refused):
        authorise(new_key(), payment_method=None)


def test_a_reservation_that_the_bank_let_go_is_not_captured(double: Double) -> None:
    key = new_key()
    authorise(key)
    intent = intents_of(double, key)[0]
    double.act(lambda call: payment_intents.give_up(call, intent, "automatic"))

    with pytest.raises(Conflict, match="card_not_captured"):
        cards.capture(key=key, now=clock.now())

    assert charge(key).state is CardState.CANCELLED


@pytest.mark.parametrize("order", [list, lambda notices: notices[::-1]], ids=["in order", "backwards"])
def test_notices_ten_times_in_any_order_have_one_effect(double: Double, order) -> None:
    key = new_key()
    authorise(key)
    cards.capture(key=key, now=clock.now())
    cards.refund(key=key, amount=PRICE, reason="cancelled", now=clock.now())
    before = charge(key)

    count = bring_notices(double, order=order, times=10)

    assert count >= 6
    assert charge(key) == before
    assert _posted() == ["card_captured", "card_refunded", "provider_fee"]
    taken = reading().scalars(sa.select(sa.func.count()).select_from(WebhookEvent)).one()
    assert 0 < taken <= count


def test_what_was_done_at_the_provider_is_learned_from_its_notices(double: Double) -> None:
    key = new_key()
    authorise(key)
    bring_notices(double)
    intent_id = charge(key).intent_id or ""
    headers = {"authorization": "Bearer sk_test_other"}
    double.answer("POST", f"/v1/payment_intents/{intent_id}/capture", headers)
    double.answer("POST", "/v1/refunds", headers, body=f"payment_intent={intent_id}&amount=1000")

    bring_notices(double, order=lambda notices: notices[::-1])

    assert charge(key).state is CardState.CAPTURED
    assert charge(key).refunded == Money.of(10, "CNY")
    assert _posted() == ["card_captured", "card_refunded", "provider_fee"]
    assert _balanced()


_STATE = "state and captured amount disagree"


@pytest.mark.parametrize(
    ("breaking", "what"),
    [
        ("amount_minor = 1", {"0 <= refunded <= captured <= authorised <= amount does not hold"}),
        ("captured_minor = authorised_minor", {_STATE}),
        ("refunded_minor = 1, captured_minor = 1", {"the refunds do not add up to what was refunded", _STATE}),
    ],
)
def test_breaches_are_found(double: Double, breaking: str, what: set[str]) -> None:
    key = new_key()
    authorise(key)
    found = charge(key)
    session = reading()
    assert checks.breaches(session) == []
    session.execute(sa.text(f"UPDATE card_charge SET {breaking}"))

    assert set(checks.breaches(session)) == {Breach("1 card charge", "card_charge", found.id, one) for one in what}
    session.rollback()
