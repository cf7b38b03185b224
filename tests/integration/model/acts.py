"""What people of the market may do next, each drawn by chance; a refusal is an answer like any other."""

from collections.abc import Callable
from typing import Any

from marketplace.kernel import clock
from tests import factories
from tests.integration.model.world import PACK, World, days

METHODS = (
    "pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_mastercard",
)  # fmt: skip
CALLS = ("/v1/payment_intents", "/v1/payment_intents/*/capture", "/v1/payment_intents/*/cancel", "/v1/refunds")
FAULTS = ("timeout_before", "timeout_after", "throttle", "break_before", "break_after")


def place(world: World) -> None:
    """Fill a cart and check it out, by bank or by card."""
    rng, buyer = world.rng, world.pick(world.buyers)
    world.act(buyer, "/cart", {"to": factories.HANOI}, method="PUT")
    for currency in rng.sample(sorted(world.goods), rng.randint(1, 3)):
        path = f"/cart/lines/{world.goods[currency][1]}"
        world.act(buyer, path, {"quantity": PACK * rng.randint(1, 12)}, method="PUT")
    cart = world.ask(buyer, "/cart")
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
    body["payments"] = {bundle["key"]: _payment(world, bundle) for bundle in cart["bundles"]}
    done = world.act(buyer, "/checkout", body)
    if not done.done:  # the cart is emptied, so that a refusal does not keep the buyer for ever
        for bundle in cart["bundles"]:
            for line in bundle["lines"]:
                world.act(buyer, f"/cart/lines/{line['listing_id']}", method="DELETE")


def _payment(world: World, bundle: Any) -> dict[str, Any]:
    """Choose one of the plans that a merchant offers, by bank or by card."""
    plan = world.rng.choice(bundle["plans"])
    rail = world.rng.choice(plan["rails"])
    more = {"payment_method": world.rng.choice(METHODS)} if rail == "card" else {}
    return {"rail": rail, "plan": plan["code"], **more}


def decide(world: World) -> None:
    """Confirm or reject an order as its merchant."""
    seller = world.pick(world.sellers)
    order = world.pick(one for one in world.orders(seller) if one["state"] == "placed")
    if order:
        act = "confirmation" if world.rng.random() < 0.9 else "cancellation"
        world.act(seller, f"/orders/{order['id']}/{act}")


def cancel(world: World) -> None:
    """End an order as one of its sides."""
    trader = world.pick([*world.buyers, *world.sellers])
    order = world.pick(world.orders(trader))
    if order and world.rng.random() < 0.4:
        world.act(trader, f"/orders/{order['id']}/cancellation")


def receive_money(world: World) -> None:
    """Write down what came for a payment, as its payee."""
    payee = world.pick([*world.sellers, world.market.carrier])
    payment = world.pick(_open_payments(world, payee))
    if payment is None:
        return
    amount = world.amount_near(payment["amount"]["amount"])
    body = {"amount": amount, "received_on": clock.now().date().isoformat()}
    path = f"/payments/{payment['id']}/confirmation"
    if world.rng.random() < 0.25:
        path, body = "/transfers", body | {"currency": payment["amount"]["currency"]}
        if world.rng.random() < 0.7:
            body["reference"] = world.pick((payment["reference"], payment["creditor_reference"], "for the goods"))
    if world.rng.random() < 0.5:
        body["confirmed"] = True
    world.act(payee, path, body)


def _open_payments(world: World, payee: factories.Trader) -> list[Any]:
    """Return the latest payments by bank that have not come yet."""
    return world.ask(payee, "/payments?view=to_receive")["items"]


def match_money(world: World) -> None:
    """Say what unmatched money was for, or that it had never come."""
    payee = world.pick([*world.sellers, world.market.carrier])
    transfer = world.pick(world.ask(payee, "/transfers")["items"])
    if transfer is None:
        return
    if world.rng.random() < 0.3:
        world.act(payee, f"/transfers/{transfer['id']}/withdrawal", {"mistake": "never_came"})
        return
    payments = [one["id"] for one in _open_payments(world, payee)]
    chosen = world.rng.sample(payments, min(len(payments), world.rng.randint(1, 2)))
    if chosen:
        world.act(payee, f"/transfers/{transfer['id']}/match", {"payment_ids": chosen, "confirmed": True})


def fulfil(world: World) -> None:
    """Pack a line, or bring it to the hub, whole or short."""
    seller = world.pick(world.sellers)
    order = world.pick(one for one in world.orders(seller) if one["state"] in ("confirmed", "in_fulfilment"))
    if order is None:
        return
    lines = world.ask(seller, f"/orders/{order['id']}")["lines"]
    line = world.pick(one for one in lines if one["parts"].keys() & {"open", "in_production", "ready", "packed"})
    if line is None:
        return
    if "packed" not in line["parts"]:
        cartons = -(-line["quantity"] // PACK)
        world.act(seller, f"/order-lines/{line['id']}/packing", {"cartons": cartons})
        return
    there = line["parts"]["packed"] // PACK
    cartons = there if world.rng.random() < 0.8 else max(1, there - 1)
    body = {"cartons_received": cartons, "gross_kg": str(max(1, 12 * cartons)), "m3": "0.3"}
    world.act(world.market.carrier, f"/order-lines/{line['id']}/handover", body)


def drive(world: World) -> None:
    """Take a departure with goods on it one step further."""
    trader = world.pick([*world.buyers])
    departures = [
        booking["departure_id"]
        for order in world.orders(trader)
        if order["state"] == "in_fulfilment"
        for booking in world.ask(trader, f"/orders/{order['id']}")["bookings"][-1:]
        if booking["state"] in ("cargo_received", "loaded", "in_transit")
    ]
    departure = world.pick(departures)
    if departure is None:
        return
    hub, path = world.staff["hub"], f"/departures/{departure}"
    for act, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-1"}), ("depart", {})):
        world.act(hub, f"{path}/{act}", body)
    if world.rng.random() < 0.7:
        for act in ("arrive", "strip"):
            world.act(hub, f"{path}/{act}", {})


def receive_goods(world: World) -> None:
    """Count what came, as its buyer: whole, crushed, or fewer."""
    buyer = world.pick(world.buyers)
    bookings = [
        booking
        for order in world.orders(buyer)
        if order["state"] == "in_fulfilment"
        for booking in world.ask(buyer, f"/orders/{order['id']}")["bookings"][-1:]
        if booking["state"] == "arrived"
    ]
    booking = world.pick(bookings)
    if booking is None:
        return
    cartons = world.rng.choice((1, 2, 4, 8, 12))
    for count in range(cartons, 0, -1):
        damaged = 1 if world.rng.random() < 0.2 else 0
        body = {"cartons": count, "damaged": damaged}
        if world.act(buyer, f"/bookings/{booking['id']}/receipt", body).done:
            return


def accept(world: World) -> None:
    """Accept received goods, or claim about some of them."""
    buyer = world.pick(world.buyers)
    order = world.pick(
        one for one in world.orders(buyer) if one["state"] in ("delivered", "in_fulfilment", "completed")
    )
    if order is None:
        return
    lines = world.ask(buyer, f"/orders/{order['id']}")["lines"]
    came = {"delivered", "short", "damaged", "wrong", "lost", "accepted"}
    line = world.pick(one for one in lines if one["parts"].keys() & came)
    if line is None:
        return
    if world.rng.random() < 0.5:
        world.act(buyer, f"/order-lines/{line['id']}/acceptance", {})
        return
    reason = world.rng.choice(("short", "damaged", "wrong", "late", "defective", "lost"))
    most = max(line["parts"].values())
    body = {"reason": reason, "quantity": world.rng.choice((1, min(7, most), most)), "text": "as counted"}
    world.act(buyer, f"/order-lines/{line['id']}/claims", body)


def argue(world: World) -> None:
    """Take a claim one step further, as whoever may."""
    party = world.pick([*world.buyers, *world.sellers, world.market.carrier])
    claim = world.pick(one for one in world.ask(party, "/claims")["items"] if one["ended_at"] is None)
    if claim is None:
        return
    value = claim["value"]["amount"]
    act, body = world.pick(
        (
            ("answer", {"amount": world.rng.choice(("0", value, world.amount_near(value))), "text": "seen"}),
            ("settlement", {}),
            ("withdrawal", None),
            ("escalation", None),
        )
    )
    if world.rng.random() < 0.2:
        party, act, body = world.staff["treasury"], "decision", {"amount": value, "text": "by the papers"}
    world.act(party, f"/claims/{claim['id']}/{act}", body)


def pay_out(world: World) -> None:
    """Gather payouts, agree to them, or hear from the bank what became of them."""
    people = [world.staff["treasury"], world.staff["treasury2"]]
    person = world.pick(people)
    if world.rng.random() < 0.3:
        world.act(person, "/payouts")
        return
    payout = world.pick(world.ask(person, "/payouts")["items"])
    if payout is None:
        return
    if payout["state"] == "due":
        world.act(person, f"/payouts/{payout['id']}/approval")
    else:
        result = world.rng.choice(("settled", "settled", "failed", "returned"))
        world.act(person, f"/payouts/{payout['id']}/result", {"result": result})


def give_back(world: World) -> None:
    """Say that what is owed back was sent, or has come."""
    trader = world.pick([*world.buyers, *world.sellers, world.market.carrier])
    owed = world.pick(world.ask(trader, "/returns")["items"])
    if owed is not None:
        world.act(trader, f"/returns/{owed['id']}/{world.pick(('confirmation', 'receipt'))}")


def pay_commission(world: World) -> None:
    """Write down that a merchant paid its commission bill, or more than that."""
    treasury = world.staff["treasury"]
    bill = world.pick(world.ask(treasury, "/commissions")["items"])
    if bill is not None:
        amount = world.amount_near(bill["owed"]["amount"])
        body = {"amount": amount, "currency": bill["owed"]["currency"], "bank_reference": "TT"}
        world.act(treasury, f"/commissions/{bill['company_id']}/receipts", body)


def break_something(world: World) -> None:
    """Let the provider fail at one of the next calls."""
    world.double.switches.arm(world.rng.choice(FAULTS), method="POST", path=world.rng.choice(CALLS))


def dispute(world: World) -> None:
    """Let a card's holder dispute a charge, finance answer, or the card's bank decide."""
    rng, double = world.rng, world.double
    known = {one["payment_intent"] for one in double.all("dispute")}
    known |= {one["payment_intent"] for one in double.all("refund")}  # of a refunded one there may be nothing left
    waiting = [one for one in double.all("dispute") if one["status"] in ("needs_response", "under_review")]
    if waiting and rng.random() < 0.7:
        if rng.random() < 0.4:
            found = world.pick(world.ask(world.staff["treasury"], "/card-disputes?state=open")["items"])
            if found is not None:
                path = f"/card-disputes/{found['id']}/answer"
                world.act(world.staff["treasury"], path, {"told": "delivered as agreed"})
            return
        double.decide(rng.choice(waiting)["id"], won=rng.random() < 0.5)
        return
    taken = [one for one in double.all("payment_intent") if one["status"] == "succeeded" and one["id"] not in known]
    intent = world.pick(taken)
    if intent is not None:
        part = rng.choice((None, max(1, intent["amount_received"] // 3)))
        double.dispute(intent["id"], amount=part, reason="product_not_received")
        world.log.append(f"a holder disputes {part or 'all'} of {intent['amount_received']} {intent['currency']}")


def hear(world: World) -> None:
    """Hear what the provider has to tell."""
    world.bring_notices()


def wait(world: World) -> None:
    """Let minutes, hours or days pass."""
    world.wait(world.rng.choice((60, 1_200, 3_600, days(0.5), days(1), days(3))))


ACTS: tuple[tuple[Callable[[World], None], int], ...] = (
    (place, 16),
    (decide, 14),
    (cancel, 4),
    (receive_money, 18),
    (match_money, 4),
    (fulfil, 20),
    (drive, 8),
    (receive_goods, 8),
    (accept, 10),
    (argue, 10),
    (pay_out, 8),
    (give_back, 5),
    (pay_commission, 4),
    (dispute, 3),
    (break_something, 5),
    (hear, 6),
    (wait, 6),
)
