"""Lost answers, broken answers, killed processes, lost notices: the truth is found, nothing done twice."""

import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from structlog.testing import capture_logs

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import DomainError, Unavailable
from marketplace.kernel.money import Money
from marketplace.payments.flows import card_calls, cards
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.queries import cards as queries
from marketplace.payments.rules.cards import BY_PROVIDER, SENT_WITHIN, CardState
from marketplace.payments.services import card_refunds
from marketplace.payments.services import cards as services
from marketplace.payments.stripe_gateway import connect
from marketplace.stripe_double.client import InProcess
from marketplace.stripe_double.double import Double
from marketplace.stripe_double.resources import checkout_sessions
from tests.support.cards import PRICE, authorise, bring_notices, charge, double_of, intents_of, new_key
from tests.support.processes import FORKED

LATER = timedelta(minutes=5)
NEXT_WEEK = timedelta(days=2)
CREATE, CAPTURE, CANCEL, REFUND = (
    "/v1/payment_intents",
    "/v1/payment_intents/*/capture",
    "/v1/payment_intents/*/cancel",
    "/v1/refunds",
)


@pytest.fixture
def double(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Double:
    """The stand-in behind a client that does not try again by itself."""
    double = double_of(app)
    gateway = connect(
        api_key="sk_test_once",
        webhook_secret=double.embedded_endpoint("http://127.0.0.1:8000/webhooks/stripe"),
        http_client=InProcess(double),
        retries=0,
    )
    monkeypatch.setitem(app.extensions, card_calls.EXTENSION, gateway)
    return double


def _posted() -> list[str]:
    return sorted(reading().scalars(sa.select(LedgerTransfer.kind)))


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
def test_a_lost_authorisation_is_asked_for_again_by_its_key(double: Double, fault: str) -> None:
    key = new_key()
    double.switches.arm(fault, method="POST", path=CREATE)

    with pytest.raises(Unavailable, match="payment_unknown"):
        authorise(key)
    assert charge(key).state is CardState.CREATED
    assert authorise(key).state is CardState.AUTHORISED

    assert len(intents_of(double, key)) == 1


def test_a_lost_authorisation_is_found_by_the_reconciler(double: Double) -> None:
    made, never = new_key(), new_key()
    double.switches.arm("timeout_after", method="POST", path=CREATE)
    with pytest.raises(Unavailable):
        authorise(made)
    double.switches.arm("timeout_before", method="POST", path=CREATE)
    with pytest.raises(Unavailable):
        authorise(never)

    assert cards.reconcile(clock.now()).looked == 0, "whoever asks may still be asking"
    cards.reconcile(clock.now() + LATER)

    assert charge(made).state is CardState.AUTHORISED
    assert charge(never).state is CardState.CREATED, "whoever began it may still come back and send it"
    cards.reconcile(clock.now() + SENT_WITHIN)
    assert (charge(never).state, charge(never).decline_code) == (CardState.DECLINED, "not_sent")
    assert intents_of(double, never) == []
    assert cards.reconcile(clock.now() + LATER).looked == 0


def test_a_lost_page_is_found_by_the_reconciler(double: Double) -> None:
    key = new_key()
    double.switches.arm("timeout_after", method="POST", path="/v1/checkout/sessions")
    with pytest.raises(Unavailable):
        authorise(key, payment_method=None, return_url="http://127.0.0.1:8000/orders")

    cards.reconcile(clock.now() + LATER)

    assert charge(key).state is CardState.NEEDS_PAGE
    page = double.read("checkout.session", charge(key).page_id or "")
    double.act(lambda call: checkout_sessions.pay(call, page, "pm_card_visa"))
    cards.reconcile(clock.now() + LATER)
    assert charge(key).state is CardState.AUTHORISED


def test_a_page_that_ended_unpaid_is_cancelled_by_the_reconciler(double: Double) -> None:
    key = new_key()
    authorise(key, payment_method=None, return_url="http://127.0.0.1:8000/orders")
    page = double.read("checkout.session", charge(key).page_id or "")
    double.act(lambda call: checkout_sessions.end(call, page))

    cards.reconcile(clock.now() + LATER)

    assert charge(key).state is CardState.CANCELLED


@pytest.mark.parametrize("fault", ["break_before", "break_after"])
def test_a_broken_answer_is_read_before_a_new_key_is_used(double: Double, fault: str) -> None:
    key = new_key()
    double.switches.arm(fault, method="POST", path=CREATE)

    assert authorise(key).state is CardState.AUTHORISED

    assert len(intents_of(double, key)) == 1
    assert charge(key).attempt == (2 if fault == "break_before" else 1)


@pytest.mark.parametrize("fault", ["break_before", "break_after"])
@pytest.mark.parametrize("act", ["capture", "cancel", "refund"])
def test_broken_acts_are_done_once(double: Double, fault: str, act: str) -> None:
    key = new_key()
    authorise(key)
    if act == "refund":
        cards.capture(key=key, now=clock.now())
    path = {"capture": CAPTURE, "cancel": CANCEL, "refund": REFUND}[act]
    double.switches.arm(fault, method="POST", path=path)

    _act(act, key)

    assert charge(key).state is _END[act]
    assert len([one for one in double.all("refund") if one["payment_intent"] == charge(key).intent_id]) == (
        act == "refund"
    )


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "throttle"])
@pytest.mark.parametrize("act", ["capture", "cancel", "refund"])
@pytest.mark.parametrize("wait", [LATER, NEXT_WEEK], ids=["soon", "when the key is forgotten"])
def test_acts_whose_answer_was_lost_are_finished(double: Double, fault: str, act: str, wait: timedelta) -> None:
    key = new_key()
    authorise(key)
    if act == "refund":
        cards.capture(key=key, now=clock.now())
    path = {"capture": CAPTURE, "cancel": CANCEL, "refund": REFUND}[act]
    double.switches.arm(fault, method="POST", path=path)
    with pytest.raises(Unavailable):
        _act(act, key)

    assert cards.reconcile(clock.now() + wait).failed == 0

    assert charge(key).state is _END[act]
    assert len([one for one in double.all("refund") if one["payment_intent"] == charge(key).intent_id]) == (
        act == "refund"
    )
    assert cards.reconcile(clock.now() + wait).looked == 0


_END = {"capture": CardState.CAPTURED, "cancel": CardState.CANCELLED, "refund": CardState.REFUNDED}


def _act(act: str, key: str) -> None:
    now = clock.now()
    if act == "refund":
        cards.refund(key=key, amount=PRICE, reason="cancelled", now=now)
    else:
        {"capture": cards.capture, "cancel": cards.cancel}[act](key=key, now=now)


def test_a_charge_cancelled_while_its_making_is_unknown_ends_cancelled(double: Double) -> None:
    made, never = new_key(), new_key()
    for key, fault in ((made, "timeout_after"), (never, "timeout_before")):
        double.switches.arm(fault, method="POST", path=CREATE)
        with pytest.raises(Unavailable):
            authorise(key)

    assert cards.cancel(key=made, now=clock.now()).state is CardState.CANCELLED
    assert cards.cancel(key=never, now=clock.now()).state is CardState.CREATED
    with pytest.raises(DomainError, match="card_cancelled"):
        authorise(never)
    cards.reconcile(clock.now() + LATER)

    assert charge(never).state is CardState.CANCELLED
    assert [one["status"] for one in intents_of(double, made)] == ["canceled"]


def test_a_reservation_that_arrives_after_all_is_given_back(double: Double) -> None:
    key = new_key()
    double.switches.arm("timeout_after", method="POST", path=CREATE)
    with pytest.raises(Unavailable):
        authorise(key)
    # The provider's list does not show it in time; only its notice tells.
    double.switches.arm("timeout_before", method="GET", path="*")
    cards.reconcile(clock.now() + LATER)
    assert charge(key).state is CardState.CREATED
    charge_id, now = charge(key).id, clock.now()
    with unit_of_work() as session:
        services.give_up(session, charge_id=charge_id, code="not_sent", asked_before=now, now=now)

    bring_notices(double)

    assert charge(key).state is CardState.DECLINED
    assert [one["status"] for one in intents_of(double, key)] == ["canceled"]
    bring_notices(double)
    assert _posted() == []


def test_notices_that_never_come_and_come_late_change_nothing(double: Double) -> None:
    key = new_key()
    double.switches.arm("drop", times=-1)
    authorise(key)
    double.switches.arm("timeout_after", method="POST", path=CAPTURE)
    with pytest.raises(Unavailable):
        cards.capture(key=key, now=clock.now())
    assert bring_notices(double) == 0

    cards.reconcile(clock.now() + LATER)
    double.switches.clear()
    bring_notices(double, times=3)

    assert charge(key).state is CardState.CAPTURED
    assert _posted() == ["card_captured", "provider_fee"]


def test_the_provider_down_is_told_and_mends(double: Double) -> None:
    key = new_key()
    double.switches.arm("throttle", times=-1)

    with pytest.raises(Unavailable, match="payment_provider_busy"):
        authorise(key)
    assert cards.reconcile(clock.now() + LATER).failed == 1
    double.switches.clear()

    assert authorise(key).state is CardState.AUTHORISED


def _be_killed(settings: Settings, key: str, act: str) -> None:
    """Run in another process: act on a charge, and be killed at the call."""
    app = create_app(settings)
    with app.app_context():
        if act == "authorise":
            authorise(key)
        elif act == "refund":
            cards.refund(key=key, amount=PRICE, reason="cancelled", now=clock.now())
        else:
            getattr(cards, act)(key=key, now=clock.now())


_PATHS = {"authorise": CREATE, "capture": CAPTURE, "cancel": CANCEL, "refund": REFUND}


@pytest.mark.parametrize("fault", ["kill_before", "kill_after"])
@pytest.mark.parametrize("act", ["authorise", "capture", "cancel", "refund"])
def test_a_process_killed_at_the_call_leaves_a_claim_that_is_finished(
    double: Double, settings: Settings, act: str, fault: str
) -> None:
    key = new_key()
    if act != "authorise":
        authorise(key)
    if act == "refund":
        cards.capture(key=key, now=clock.now())
    double.switches.arm(fault, method="POST", path=_PATHS[act])
    reading().rollback()

    killed = FORKED.Process(target=_be_killed, args=(settings, key, act))
    killed.start()
    killed.join(60)

    assert killed.exitcode == -signal.SIGKILL
    assert double.switches.armed() == []
    for later in (LATER, LATER + SENT_WITHIN):
        cards.reconcile(clock.now() + later)
    ends = {**_END, "authorise": CardState.AUTHORISED if fault == "kill_after" else CardState.DECLINED}
    assert charge(key).state is ends[act]
    assert cards.reconcile(clock.now() + LATER).looked == 0


def test_the_client_tries_again_by_itself(app: Flask) -> None:
    double = double_of(app)
    key = new_key()
    double.switches.arm("timeout_after", method="POST", path=CREATE)

    assert authorise(key).state is CardState.AUTHORISED

    assert len(intents_of(double, key)) == 1


def test_many_waiting_pages_keep_no_claimed_capture_from_its_turn(double: Double, monkeypatch) -> None:
    pages = [new_key() for _ in range(3)]
    for key in pages:
        authorise(key, payment_method=None, return_url="http://127.0.0.1:8000/orders")
    taken = new_key()
    authorise(taken)
    double.switches.arm("timeout_before", method="POST", path=CAPTURE)
    with pytest.raises(Unavailable):
        cards.capture(key=taken, now=clock.now())
    unresolved = queries.unresolved
    monkeypatch.setattr(queries, "unresolved", lambda session, *, before: unresolved(session, before=before, limit=1))

    cards.reconcile(clock.now() + LATER)
    assert charge(taken).state is CardState.CAPTURED
    for page in range(1, 3):  # each of the pages has its turn
        assert cards.reconcile(clock.now() + LATER * (page + 1)).looked == 1
    looked = reading().scalars(sa.select(CardCharge.looked_at).where(CardCharge.key.in_(pages))).all()
    assert None not in looked


def test_what_the_library_throws_for_one_charge_keeps_no_other_waiting(double: Double, monkeypatch) -> None:
    broken, other = new_key(), new_key()
    for key in (broken, other):
        authorise(key)
        double.switches.arm("timeout_before", method="POST", path=CAPTURE)
        with pytest.raises(Unavailable):
            cards.capture(key=key, now=clock.now())
    first, look = charge(broken).id, card_calls.look

    def fail(found, *, now):
        if found.id == first:
            raise AttributeError("no such field")
        return look(found, now=now)

    monkeypatch.setattr(card_calls, "look", fail)
    with capture_logs() as logs:
        done = cards.reconcile(clock.now() + LATER)
    assert (done.looked, done.failed) == (2, 1)
    assert charge(other).state is CardState.CAPTURED
    (told,) = [entry for entry in logs if entry["event"] == "card_not_reconciled"]
    assert (told["id"], told["error"]) == (str(first), "AttributeError")


def test_a_fee_that_the_provider_books_later_is_asked_for(double: Double, monkeypatch) -> None:
    key = new_key()
    authorise(key)
    monkeypatch.setattr("marketplace.payments.stripe_gateway.reading._fee", lambda _intent: None)
    cards.capture(key=key, now=clock.now())
    assert _posted() == ["card_captured"]
    monkeypatch.undo()
    cards.reconcile(clock.now() + LATER)
    assert _posted() == ["card_captured", "provider_fee"]
    assert cards.reconcile(clock.now() + LATER).looked == 0


def let_another_in(monkeypatch: pytest.MonkeyPatch, act: str, other: Callable[[], object], *, at: int = 1) -> None:
    """Let somebody else do something, whole, between what the provider shows at a look and what comes of it."""
    real, looks = card_calls.provider(), 0

    class Provider:
        def __getattr__(self, name: str) -> Any:
            return looked if name == act else getattr(real, name)

    def looked(*args: Any, **named: Any) -> Any:
        nonlocal looks
        seen, looks = getattr(real, act)(*args, **named), looks + 1
        if looks == at:
            other()
        return seen

    monkeypatch.setattr(card_calls, "provider", Provider)


@pytest.mark.parametrize("is_broken", [False, True])
def test_two_who_send_a_refund_again_at_once_send_it_once(double: Double, monkeypatch, is_broken: bool) -> None:
    key, part = new_key(), Money.of(300, "CNY")
    authorise(key)
    cards.capture(key=key, now=clock.now())
    later = clock.now() + (LATER if is_broken else timedelta(hours=25))
    with unit_of_work() as session:
        asked = card_refunds.claim(session, key=key, refund_key=key, amount=part, reason="claim", now=clock.now())
    if is_broken:
        double.switches.arm("break_before", method="POST", path=REFUND)
    taken = charge(key)
    let_another_in(monkeypatch, "look", lambda: card_calls.refund(taken, asked, now=later), at=2 if is_broken else 1)

    card_calls.refund(taken, asked, now=later)

    assert [one["amount"] for one in double.all("refund") if one["payment_intent"] == taken.intent_id] == [part.minor]
    assert (charge(key).refunded, queries.refund(reading(), key=key).attempt) == (part, 2)


def test_a_second_refund_at_the_provider_has_a_row_of_its_own(double: Double) -> None:
    key, part = new_key(), Money.of(300, "CNY")
    authorise(key)
    cards.capture(key=key, now=clock.now())
    cards.refund(key=key, amount=part, reason="claim", refund_key=key, now=clock.now())
    first = queries.refund(reading(), key=key)
    card_calls.provider().refund(charge(key).intent_id, refund_id=first.id, amount=part, key=new_key())

    bring_notices(double)

    found = queries.refunds_of(reading(), charge_id=charge(key).id)
    assert [(row.amount, row.reason) for row in found] == [(part, "claim"), (part, BY_PROVIDER)]
    assert found[0].provider_id == first.provider_id
    assert charge(key).refunded == part + part


def test_whoever_asks_for_a_refund_again_is_asking_now(double: Double) -> None:
    key = new_key()
    authorise(key)
    cards.capture(key=key, now=clock.now())
    for after in (timedelta(), LATER):
        double.switches.arm("timeout_before", method="POST", path=REFUND)
        with pytest.raises(Unavailable):
            cards.refund(key=key, amount=PRICE, reason="claim", now=clock.now() + after)
    assert cards.reconcile(clock.now() + LATER).looked == 0
