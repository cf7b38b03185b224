"""Notices of the provider, however they come: docs/reliability.md, I6, I8 and I9 (I7: payments/test_disputes.py)."""

import json
import threading
from collections import Counter
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.checkout.flows import sweeping
from marketplace.kernel import clock
from marketplace.kernel.errors import Unavailable
from marketplace.orders.models import Order
from marketplace.payments.flows import card_calls, cards
from marketplace.payments.models.cards import CardCharge, WebhookEvent
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.queries import checks
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.terms import Plan
from marketplace.payments.stripe_gateway import connect
from marketplace.stripe_double.calls import new_id
from marketplace.stripe_double.client import InProcess
from marketplace.stripe_double.deliveries import sign
from tests.integration.payments.test_disputes import Disputed, client_of
from tests.integration.reliability.crowd import CARD, PACK
from tests.support.cards import authorise, charge, double_of, new_key, pay_on
from tests.support.invariants import fresh
from tests.support.racing import at_once

PAGE = {"rail": "card", "plan": "acceptance_100"}
HOUR, THREE_DAYS = 3_600, 3 * 24 * 3_600
ONCE = ["card_captured", "card_refunded", "dispute_fee", "dispute_withdrawn", "provider_fee"]


def taken(double):
    """Take every notice that waits from the provider; the city hears nothing of them yet."""
    found = []
    while double.deliver(lambda _url, raw, signature: bool(found.append((raw, signature))) or True):
        pass
    return found


def bring(app, raw, signature):
    """Bring one to the city's door, as the provider does, and return how it was answered."""
    return app.test_client().post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": signature}).status_code


def signed(double, raw):
    secret = next(one["_secret"] for one in double.all("webhook_endpoint"))
    return raw, sign(raw, secret, at=int(clock.now().timestamp()))


def posted(subject_id):
    kinds = sa.select(LedgerTransfer.kind).where(LedgerTransfer.subject_id == subject_id)
    return sorted(map(str, fresh().scalars(kinds)))


def test_i6_every_notice_again_and_again_is_one_effect(app):
    """Ten times, eight at once, after three days with a fresh signature, and all of that under a second id as well."""
    double = double_of(app)
    taken(double)
    deal = Disputed(fresh()).place(plan=Plan.DEPOSIT_30_70)
    intent_id = charge(deal.key).intent_id
    provider = client_of(app).v1
    provider.payment_intents.capture(intent_id)
    provider.refunds.create({"payment_intent": intent_id, "amount": 200_000})
    double.dispute(intent_id, amount=500_000, reason="fraudulent")
    notices = taken(double)
    twins = [signed(double, json.dumps({**json.loads(raw), "id": new_id("evt")}).encode()) for raw, _ in notices]
    assert {"payment_intent.succeeded", "charge.refunded", "charge.dispute.created"} <= {
        json.loads(raw)["type"] for raw, _ in notices
    }
    answers = Counter()
    for notice in (*notices, *twins):
        answers.update(at_once(app, [partial(bring, app, *notice)] * 8))
        answers.update(bring(app, *notice) for _ in range(2))
    clock.set_offset(THREE_DAYS)
    try:
        answers.update(bring(app, *signed(double, raw)) for raw, _ in (*notices, *twins))
    finally:
        clock.set_offset(0)
    assert set(answers) == {204}, answers
    assert posted(deal.subject.id) == ONCE
    known = sa.select(sa.func.count()).select_from(WebhookEvent).where(WebhookEvent.charge_id == charge(deal.key).id)
    assert fresh().scalar(known) == len(notices) + len(twins)
    found = charge(deal.key)
    assert (found.captured.minor, found.refunded.minor) == (1_000_000, 200_000)
    assert checks.breaches(fresh()) == []


class Hasty(InProcess):
    """A provider whose notices are with the city before its answer is."""

    def __init__(self, app, double):
        super().__init__(double)
        self.app, self.double, self.answers = app, double, Counter()

    def request(self, *args, **options):
        try:
            return super().request(*args, **options)
        finally:
            for notice in taken(self.double):
                self.answers[self._brought(*notice)] += 1

    def _brought(self, raw, signature):
        """By a thread of its own: whoever waits for the answer must hold nothing that the notice needs."""
        ends = []
        thread = threading.Thread(target=lambda: ends.append(bring(self.app, raw, signature)))
        thread.start()
        thread.join(20)
        return ends[0] if ends else "stuck"


@pytest.mark.parametrize("payment", [CARD, PAGE], ids=["card", "page"])
def test_i8_a_notice_that_overtakes_the_answer_is_not_lost(town, monkeypatch, payment):
    app, double = town.app, double_of(town.app)
    secret = double.embedded_endpoint("http://127.0.0.1:8000/webhooks/stripe")
    hasty = Hasty(app, double)
    gateway = connect(api_key="sk_test_once", webhook_secret=secret, http_client=hasty, retries=0)
    monkeypatch.setitem(app.extensions, card_calls.EXTENSION, gateway)
    goods = town.offer(PACK * 10)
    (asked,) = town.checkouts([[(goods, PACK)]], payment)
    begun = town.call(town.buyers[0], "/checkout", key=asked.key, **asked.body)
    if payment is PAGE:
        assert begun.status == 202
        for page in fresh().scalars(sa.select(CardCharge.page_url)).all():
            pay_on(app, page)
        begun = town.call(town.buyers[0], f"/checkout/{begun.body['id']}/completion")
    assert begun.status in (200, 201), begun
    assert hasty.answers.keys() == {204}, hasty.answers
    (order_id,) = map(UUID, begun.body["order_ids"])
    order = town.call(town.buyers[0], f"/orders/{order_id}", method="GET").body
    assert {one["state"] for one in order["payments"]} == {"captured"}
    assert posted(order_id) == ["card_captured", "provider_fee"]
    assert town.is_sound()


def test_i8_a_notice_is_enough_where_the_answer_is_lost(app, monkeypatch):
    double = double_of(app)
    hasty = Hasty(app, double)
    secret = double.embedded_endpoint("http://127.0.0.1:8000/webhooks/stripe")
    gateway = connect(api_key="sk_test_once", webhook_secret=secret, http_client=hasty, retries=0)
    monkeypatch.setitem(app.extensions, card_calls.EXTENSION, gateway)
    key = new_key()
    double.switches.arm("timeout_after", method="POST", path="/v1/payment_intents")
    with pytest.raises(Unavailable):
        authorise(key)
    assert hasty.answers.keys() == {204}
    assert charge(key).state is CardState.AUTHORISED


def test_i9_what_no_notice_tells_is_found_within_a_period(town):
    app, double = town.app, double_of(town.app)
    taken(double)
    goods = town.offer(PACK * 10)
    (asked,) = town.checkouts([[(goods, PACK)]], PAGE)
    begun = town.call(town.buyers[0], "/checkout", key=asked.key, **asked.body)
    for page in fresh().scalars(sa.select(CardCharge.page_url)).all():
        pay_on(app, page)
    kept = taken(double)  # for an hour nothing comes through
    assert kept
    clock.set_offset(HOUR)
    try:
        cards.reconcile(clock.now())
        sweeping.finish_checkouts(now=clock.now())
        order = fresh().scalars(sa.select(Order)).one()
        assert posted(order.id) == ["card_captured", "provider_fee"]
        assert town.call(town.buyers[0], f"/checkout/{begun.body['id']}", method="GET").status == 200
        # Refunded on the provider's own pages, and again nobody tells.
        client_of(app).v1.refunds.create({"payment_intent": charge_of(order).intent_id, "amount": 100})
        kept += taken(double)
        clock.set_offset(2 * HOUR)
        late = [signed(double, raw) for raw, _ in reversed(kept)]
        for notice in late * 2:
            assert bring(app, *notice) == 204
    finally:
        clock.set_offset(0)
    assert posted(order.id) == ["card_captured", "card_refunded", "provider_fee"]
    assert fresh().scalar(sa.select(sa.func.count()).select_from(Order)) == 1
    assert checks.breaches(fresh()) == []


def charge_of(order):
    return fresh().scalars(sa.select(CardCharge).where(CardCharge.subject_id == order.id)).one()
