"""Disputes: a card's holder wants the money back, the bank takes it at once with a fee, evidence may bring it back.

Source: https://docs.stripe.com/disputes, test tokens and decisive evidence: https://docs.stripe.com/testing#disputes
"""

from typing import Any, Final

from marketplace.stripe_double import currencies
from marketplace.stripe_double.calls import Call, listing, new_id
from marketplace.stripe_double.cards import CARDS
from marketplace.stripe_double.errors import invalid
from marketplace.stripe_double.resources import balance, files

# Banks give this long to answer, and take it again to decide.
ANSWER: Final = 9 * 24 * 3600
REASONS: Final = frozenset(
    {
        "bank_cannot_process",
        "check_returned",
        "credit_not_processed",
        "customer_initiated",
        "debit_not_authorized",
        "duplicate",
        "fraudulent",
        "general",
        "incorrect_account_details",
        "insufficient_funds",
        "noncompliant",
        "product_not_received",
        "product_unacceptable",
        "subscription_canceled",
        "unrecognized",
    }
)
# What of the evidence is a file.
_FILES: Final = frozenset(
    {
        "cancellation_policy",
        "customer_communication",
        "customer_signature",
        "duplicate_charge_documentation",
        "receipt",
        "refund_policy",
        "service_documentation",
        "shipping_documentation",
        "uncategorized_file",
    }
)
_OPEN: Final = ("needs_response", "under_review")
_INQUIRY: Final = ("warning_needs_response", "warning_under_review")
_ANSWERED: Final = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
_WINS: Final = "winning_evidence"
_LOSES: Final = "losing_evidence"


def open_on(call: Call, intent_id: str, *, amount: int | None = None, reason: str = "fraudulent") -> dict[str, Any]:
    """Dispute what was captured and not refunded, or a part of it; the money and a fee are taken at once."""
    charge = call.get("charge", call.get("payment_intent", intent_id)["latest_charge"])
    return _open(call, charge, amount, reason, inquiry=False)


def expect(call: Call, charge: dict[str, Any]) -> None:
    """Remember that the holder of a card made for it will dispute what was just captured."""
    card = CARDS.get(call.get("payment_method", charge["payment_method"])["_token"])
    if card is not None and card.dispute:
        call.put({"id": new_id("todo"), "object": "todo", "charge": charge["id"]})


def go_on(call: Call) -> None:
    """Let cards dispute that are made for it, banks decide what has decisive evidence, and silence lose."""
    for expected in call.transaction.all("todo"):
        charge = call.get("charge", expected["charge"])
        card = CARDS[call.get("payment_method", charge["payment_method"])["_token"]]
        call.transaction.remove(expected["id"])
        if _left(charge):
            _open(call, charge, None, card.dispute, inquiry=card.inquiry)
    for answered in _ANSWERED.values():
        for dispute in call.transaction.all("dispute", status=answered):
            words = dispute["evidence"].get("uncategorized_text") or ""
            if words in (_WINS, _LOSES):
                decide(call, dispute, won=words == _WINS)
    for waiting in _ANSWERED:
        for dispute in call.transaction.all("dispute", status=waiting):
            if dispute["evidence_details"]["due_by"] <= call.now:
                dispute["evidence_details"]["past_due"] = True
                decide(call, dispute, won=False)


def decide(call: Call, dispute: dict[str, Any], *, won: bool) -> dict[str, Any]:
    """Close a dispute; won, the money comes back, the fee does not. An inquiry ends without either."""
    charge = call.get("charge", dispute["charge"])
    if dispute["status"] in _INQUIRY:
        dispute["status"] = "warning_closed"
    elif dispute["status"] not in _OPEN:
        raise invalid("This dispute is already closed.", code="dispute_already_closed")
    else:
        dispute["status"] = "won" if won else "lost"
        if won:
            back = balance.book(
                call, "adjustment", dispute["id"], dispute["amount"], dispute["currency"], category="dispute_reversal"
            )
            dispute["balance_transactions"].append(back)
            call.emit("charge.dispute.funds_reinstated", dispute)
        else:
            charge["_lost"] = charge.get("_lost", 0) + dispute["amount"]
            call.put(charge)
    call.emit("charge.dispute.closed", dispute)
    return call.put(dispute)


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("dispute", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them, all or of one charge or PaymentIntent."""
    found = call.transaction.all("dispute", intent=call.given.get("payment_intent"))
    if "charge" in call.given:
        found = [dispute for dispute in found if dispute["charge"] == call.given["charge"]]
    return listing(call, found, url="/v1/disputes")


def update(call: Call) -> dict[str, Any]:
    """Save evidence, and hand it to the bank when ``submit`` says so: once."""
    dispute = retrieve(call)
    given = call.given
    if dispute["status"] not in _ANSWERED:
        message = "This dispute has already been submitted or closed, and its evidence can no longer be changed."
        raise invalid(message, code="dispute_evidence_closed")
    evidence = dispute["evidence"] | given.get("evidence", {})
    files.check_evidence(call, evidence, _FILES)
    dispute["evidence"] = evidence
    dispute["metadata"] = {**dispute["metadata"], **given.get("metadata", {})}
    details = dispute["evidence_details"]
    details["has_evidence"] = any(dispute["evidence"].values())
    # Evidence is handed in unless somebody says that it shall wait.
    if given.get("submit", "evidence" in given):
        details["submission_count"] += 1
        dispute["status"] = _ANSWERED[dispute["status"]]
    call.emit("charge.dispute.updated", dispute)
    return call.put(dispute)


def close(call: Call) -> dict[str, Any]:
    """Accept a dispute: it is lost."""
    return decide(call, retrieve(call), won=False)


def blocks_refunds(call: Call, charge: dict[str, Any]) -> bool:
    """Tell whether the bank has the money of a charge while it weighs a dispute."""
    if not charge["disputed"]:
        return False
    found = call.transaction.all("dispute", intent=charge["payment_intent"])
    return any(dispute["status"] in _OPEN for dispute in found)


def _open(call: Call, charge: dict[str, Any], amount: int | None, reason: str, *, inquiry: bool) -> dict[str, Any]:
    if charge["payment_method_details"]["type"] != "card":
        msg = "what was paid by a local method cannot be disputed"
        raise ValueError(msg)
    left = _left(charge)
    asked = left if amount is None else amount
    if reason not in REASONS or not 0 < asked <= left:
        msg = f"a dispute has one of Stripe's reasons and 0 < amount <= {left}"
        raise ValueError(msg)
    dispute_id = new_id("du")
    taken = []
    if not inquiry:
        fee = currencies.dispute_fee(charge["currency"])
        taken = [balance.book(call, "adjustment", dispute_id, -asked, charge["currency"], fee=fee, category="dispute")]
    dispute = {
        "id": dispute_id,
        "object": "dispute",
        "amount": asked,
        "balance_transactions": taken,
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": call.now + ANSWER,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "case_type": "chargeback"}},
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    charge["disputed"] = True
    call.put(charge)
    call.emit("charge.dispute.created", dispute)
    if not inquiry:
        call.emit("charge.dispute.funds_withdrawn", dispute)
    return call.put(dispute)


def _left(charge: dict[str, Any]) -> int:
    return charge["amount_captured"] - charge["amount_refunded"] - charge.get("_lost", 0)
