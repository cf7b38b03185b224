"""Whatever is done to a charge in whatever order, with answers and notices lost: the promises of the ledger hold."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel import clock
from marketplace.kernel.checks import Promises
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import DomainError
from marketplace.kernel.money import Money
from marketplace.payments.flows import card_calls, cards
from marketplace.payments.models.ledger import LedgerEntry, LedgerTransfer
from marketplace.payments.queries import cards as queries
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.cards import CardState
from marketplace.payments.stripe_gateway import connect
from marketplace.stripe_double.client import InProcess
from marketplace.stripe_double.double import Double
from tests.conftest import SOAK
from tests.support.cards import authorise, bring_notices, charge, double_of, intents_of, new_key

_OF_CHARGES = Promises("1 card charge", *queries.PROMISES)
_CURRENCIES = st.sampled_from(["CNY", "VND", "LAK", "USD"])
_ACTS = st.one_of(
    st.tuples(st.just("authorise"), st.just(0)),
    st.tuples(st.sampled_from(["capture", "cancel", "notices", "reconcile", "lose notices"]), st.just(0)),
    st.tuples(st.just("refund"), st.integers(1, 1200)),
    st.tuples(
        st.sampled_from(["timeout_before", "timeout_after", "throttle", "break_before", "break_after"]), st.just(0)
    ),
)
_FAULTS = {"timeout_before", "timeout_after", "throttle", "break_before", "break_after"}


@pytest.fixture
def double(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Double:
    double = double_of(app)
    secret = double.embedded_endpoint("http://127.0.0.1:8000/webhooks/stripe")
    gateway = connect(api_key="sk_test_once", webhook_secret=secret, http_client=InProcess(double), retries=0)
    monkeypatch.setitem(app.extensions, card_calls.EXTENSION, gateway)
    return double


@pytest.mark.soak
@settings(
    max_examples=400 if SOAK else 30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(currency=_CURRENCIES, acts=st.lists(_ACTS, min_size=3, max_size=14))
def test_any_history_ends_balanced(
    double: Double, anew: Callable[[], None], currency: str, acts: list[tuple[str, int]]
) -> None:
    anew()
    double.switches.clear()
    key, now = new_key(), clock.now()
    # Whatever comes first may be a fault that the authorisation itself meets.
    for act, units in [acts[0], ("authorise", 0), *acts[1:]]:
        _do(double, act, key, Money(units * 1000, currency) if units else Money(1_000_000, currency))
        _promises(key)
    double.switches.clear()
    assert cards.reconcile(now + timedelta(minutes=10)).failed == 0
    _agrees(double, charge(key))
    # The reconciler needed no notice; those that come late change nothing.
    bring_notices(double, order=lambda notices: notices[::-1], times=2)

    found = charge(key)
    _promises(key)
    _agrees(double, found)


def _do(double: Double, act: str, key: str, amount: Money) -> None:
    try:
        match act:
            case "authorise":
                authorise(key, amount=amount)
            case "capture" | "cancel":
                {"capture": cards.capture, "cancel": cards.cancel}[act](key=key, now=clock.now())
            case "refund":
                cards.refund(key=key, refund_key=f"{key}:{amount}", amount=amount, reason="short", now=clock.now())
            case "notices":
                bring_notices(double)
            case "lose notices":
                double.switches.arm("drop", times=3)
            case "reconcile":
                cards.reconcile(clock.now() + timedelta(minutes=10))
            case fault if fault in _FAULTS:
                double.switches.arm(fault, method="POST")
    except DomainError:
        db.session.rollback()


def _promises(key: str) -> None:
    db.session.rollback()
    assert _OF_CHARGES.breaches(reading()) == []
    sums = sa.select(sa.func.sum(LedgerEntry.minor)).group_by(LedgerEntry.transfer_id)
    assert not any(reading().scalars(sums))
    posted = list(reading().scalars(sa.select(LedgerTransfer.key).where(LedgerTransfer.key.contains("captured"))))
    assert len(posted) == len(set(posted))


def _agrees(double: Double, found: ChargeRow) -> None:
    """Our row says what the provider's intents say, and no intent but ours holds money."""
    intents = intents_of(double, found.key)
    holding = [one for one in intents if one["status"] in ("requires_capture", "succeeded")]
    expected = 1 if found.state in (CardState.AUTHORISED, CardState.CAPTURED, CardState.REFUNDED) else 0
    assert [one["id"] for one in holding] == [found.intent_id][:expected]
    assert sum(one["amount_received"] for one in intents) == found.captured.minor
    refunded = [one["amount"] for one in double.all("refund") if one["payment_intent"] == found.intent_id]
    assert sum(refunded) == found.refunded.minor
