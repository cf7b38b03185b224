"""Disputes against the real library: money and fee go at once, evidence or silence decides."""

from typing import Any

import pytest
import stripe

from marketplace.stripe_double.double import Double
from marketplace.stripe_double.resources import disputes
from tests.support.stripe import CARD, HELD
from tests.unit.stripe_double.test_connect import refused

DAY = 24 * 3600


def disputed(double: Double, client: stripe.StripeClient, token: str = "pm_card_createDispute") -> Any:  # noqa: S107  a test token
    intent = client.v1.payment_intents.create({**HELD, "payment_method": token})  # type: ignore[arg-type]
    double.pass_time()
    assert client.v1.disputes.list({"payment_intent": intent.id}).data == []  # nothing is captured yet
    client.v1.payment_intents.capture(intent.id)
    double.pass_time()
    double.pass_time()
    return client.v1.disputes.list({"payment_intent": intent.id}).data[0]


def test_the_money_and_a_fee_go_at_once(double: Double, client: stripe.StripeClient) -> None:
    dispute = disputed(double, client)
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 10_000)
    (taken,) = dispute.balance_transactions
    assert (taken.amount, taken.fee, taken.net, taken.type) == (-10_000, 1_500, -11_500, "adjustment")
    assert refused(lambda: client.v1.refunds.create({"charge": dispute.charge}))[0] == "charge_disputed"
    kinds = [event.type for event in client.v1.events.list({"limit": 2}).data]
    assert kinds == ["charge.dispute.funds_withdrawn", "charge.dispute.created"]
    assert client.v1.charges.retrieve(dispute.charge).disputed


@pytest.mark.parametrize(("words", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_evidence_decides(double: Double, client: stripe.StripeClient, words: str, status: str) -> None:
    dispute = disputed(double, client)
    saved = client.v1.disputes.update(dispute.id, {"evidence": {"shipping_carrier": "Lorry"}, "submit": False})
    assert (saved.status, saved.evidence_details.has_evidence) == ("needs_response", True)
    sent = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": words}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert refused(lambda: client.v1.disputes.update(dispute.id, {"evidence": {}}))[0] == "dispute_evidence_closed"
    double.pass_time()
    end = client.v1.disputes.retrieve(dispute.id)
    assert end.status == status
    assert [one.amount for one in end.balance_transactions] == [-10_000, *([10_000] if status == "won" else [])]
    kinds = {event.type for event in client.v1.events.list({"limit": 4}).data}
    assert {"charge.dispute.updated", "charge.dispute.closed"} <= kinds
    assert ("charge.dispute.funds_reinstated" in kinds) is (status == "won")
    back = client.v1.refunds.create({"charge": dispute.charge}) if status == "won" else None
    assert back is None or back.amount == 10_000
    if status == "lost":
        assert refused(lambda: client.v1.refunds.create({"charge": dispute.charge}))[0] == "charge_already_refunded"


def test_silence_and_consent_lose(double: Double, client: stripe.StripeClient, later: Any) -> None:
    accepted, silent = disputed(double, client), disputed(double, client, "pm_card_createDisputeProductNotReceived")
    assert client.v1.disputes.close(accepted.id).status == "lost"
    assert refused(lambda: client.v1.disputes.close(accepted.id))[0] == "dispute_already_closed"
    later(10 * DAY)
    double.pass_time()
    end = client.v1.disputes.retrieve(silent.id)
    assert (end.reason, end.status, end.evidence_details.past_due) == ("product_not_received", "lost", True)


def test_an_inquiry_takes_nothing(double: Double, client: stripe.StripeClient) -> None:
    dispute = disputed(double, client, "pm_card_createDisputeInquiry")
    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert client.v1.refunds.create({"charge": dispute.charge, "amount": 500}).amount == 500
    asked: Any = {"evidence": {"uncategorized_text": "delivered"}, "submit": True}
    assert client.v1.disputes.update(dispute.id, asked).status == "warning_under_review"
    double.decide(dispute.id, won=True)
    assert client.v1.disputes.retrieve(dispute.id).status == "warning_closed"


def test_a_part_is_disputed(double: Double, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(CARD)  # type: ignore[arg-type]
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 1_000})
    with pytest.raises(ValueError, match="9000"):
        double.dispute(intent.id, amount=9_001)
    dispute = double.dispute(intent.id, amount=4_000, reason="product_unacceptable")
    assert {dispute["reason"]} <= disputes.REASONS
    double.decide(dispute["id"], won=False)
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 5_000
    booked = client.v1.balance_transactions.list({"source": dispute["id"]}).data
    assert [(one.amount, one.fee, one.reporting_category) for one in booked] == [(-4_000, 1_500, "dispute")]
