"""The same act from many threads at once: one effect, and nobody hears of a broken server."""

import pytest
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.money import Money
from marketplace.payments.flows import cards
from marketplace.payments.rules.cards import CardState
from tests.conftest import SOAK
from tests.support.cards import PRICE, authorise, bring_notices, charge, double_of, intents_of, new_key
from tests.support.racing import at_once, codes

pytestmark = pytest.mark.postgres

_MANY = 32 if SOAK else 8


@pytest.mark.soak
def test_one_key_from_many_threads_is_one_charge_one_capture_one_refund(app: Flask) -> None:
    double = double_of(app)
    key = new_key()

    at_once(app, [lambda: authorise(key)] * _MANY)
    assert authorise(key).state is CardState.AUTHORISED
    at_once(app, [lambda: cards.capture(key=key, now=clock.now())] * _MANY)
    assert cards.capture(key=key, now=clock.now()).state is CardState.CAPTURED
    at_once(app, [lambda: cards.refund(key=key, amount=PRICE, reason="x", now=clock.now())] * _MANY)
    assert cards.refund(key=key, amount=PRICE, reason="x", now=clock.now()).state is CardState.REFUNDED

    intent = intents_of(double, key)
    assert [one["amount_received"] for one in intent] == [PRICE.minor]
    assert [one["amount"] for one in double.all("refund") if one["payment_intent"] == intent[0]["id"]] == [PRICE.minor]


@pytest.mark.soak
def test_refunds_at_once_never_exceed_the_charge(app: Flask) -> None:
    double = double_of(app)
    key = new_key()
    authorise(key)
    cards.capture(key=key, now=clock.now())
    part = Money.of(400, "CNY")

    def ask(number: int) -> object:
        return cards.refund(key=key, refund_key=f"{key}:{number}", amount=part, reason="x", now=clock.now())

    ends = at_once(app, [lambda number=number: ask(number) for number in range(_MANY)])

    assert len([end for end in codes(ends) if end == "fields"]) == _MANY - 3
    assert charge(key).refunded == Money.of(1200, "CNY")
    assert len([one for one in double.all("refund") if one["payment_intent"] == charge(key).intent_id]) == 3


@pytest.mark.soak
@pytest.mark.parametrize("round_", range(6 if SOAK else 2))
def test_capture_against_cancel_has_one_winner(app: Flask, round_: int) -> None:
    double = double_of(app)
    key = new_key()
    authorise(key)

    at_once(
        app,
        [lambda: cards.capture(key=key, now=clock.now()), lambda: cards.cancel(key=key, now=clock.now())] * 4,
    )

    found = charge(key)
    wanted = {CardState.CAPTURED: "succeeded", CardState.CANCELLED: "canceled"}
    assert [one["status"] for one in intents_of(double, key)] == [wanted[found.state]]


@pytest.mark.soak
def test_notices_at_once_have_one_effect(app: Flask) -> None:
    double = double_of(app)
    key = new_key()
    authorise(key)
    cards.capture(key=key, now=clock.now())
    notices: list[tuple[bytes, str]] = []
    while double.deliver(lambda _url, raw, signature: bool(notices.append((raw, signature))) or True):
        pass
    raw, signature = notices[-1]

    at_once(app, [lambda: cards.webhook(raw, signature, clock.now())] * _MANY)

    assert charge(key).state is CardState.CAPTURED
    assert bring_notices(double) == 0
