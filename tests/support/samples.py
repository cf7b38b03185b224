"""Samples: offered, ordered, sent."""

from marketplace.kernel import clock
from tests import factories

OFFER = {
    "price": "45", "currency": "CNY", "lead_days": 2, "least": 1, "most": 3, "per_buyer": 6, "lorry": True,
    "courier_fee": "120", "courier_days": 4, "credit_days": 90, "credit_least": 200,
}  # fmt: skip


FREE = {
    "price": "0",
    "currency": "CNY",
    "lead_days": 2,
    "customs_value": "38.50",
    "courier_fee": "0",
    "courier_days": 4,
}


COURIER = {"quantity": 2, "way": "courier", "to": factories.HANOI}


def offer(call, market, document):
    return call(market.merchant, "PATCH", f"/listings/{market.chains}/details", json={"sample": document}, expect=200)


def order_sample(call, market, wish=COURIER, *, rail="bank", expect=201):
    query = "&".join(f"{name}={value}" for name, value in wish.items())
    quote = call(market.buyer, "GET", f"/listings/{market.chains}/sample?{query}", expect=200)
    body = {**wish, "expected_totals": quote["totals"], "payment": {"rail": rail, "plan": "sample_100"}}
    done = call(market.buyer, "POST", f"/listings/{market.chains}/sample-orders", json=body, expect=expect)
    return done["order_ids"][0] if expect == 201 else done


def paid(call, market, order_id):
    """Confirm an order and pay what is due."""
    call(market.merchant, "POST", f"/orders/{order_id}/confirmation", expect=204)
    for payment in call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["payments"]:
        if payment["subject"] == "order" and payment["state"] == "due":
            body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
            call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
    return call(market.buyer, "GET", f"/orders/{order_id}", expect=200)


def sample_of(call, market, order_id):
    found = call(market.buyer, "GET", "/samples", expect=200)["items"]
    return next(one for one in found if one["order_id"] == order_id)


def sent(call, market, order_id):
    """Pack a sample that was paid and hand it to a courier."""
    return dispatched(call, market, paid(call, market, order_id))


def dispatched(call, market, order):
    line = order["lines"][0]["id"]
    packing = {"cartons": 1, "gross_kg": "3", "length_cm": "30", "width_cm": "20", "height_cm": "10"}
    call(market.merchant, "POST", f"/order-lines/{line}/packing", json=packing, expect=201)
    sample = sample_of(call, market, order["id"])
    body = {"courier": "Friendship Express", "tracking": "FX-2044-17"}
    return call(market.merchant, "POST", f"/samples/{sample['id']}/dispatch", json=body, expect=200)


def received(call, market, order_id):
    sample = sent(call, market, order_id)
    return call(market.buyer, "POST", f"/samples/{sample['id']}/receipt", expect=200)


def decided(call, market, sample, decision="approve", expect=200, **more):
    body = {"decision": decision, "content_hash": sample["content_hash"], **more}
    return call(market.buyer, "POST", f"/samples/{sample['id']}/decision", json=body, expect=expect)
