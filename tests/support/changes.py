"""Changes of an order."""

from decimal import Decimal


def propose(way, trader=None, expect=201, **body):
    trader = trader or way.market.buyer
    return way.call(trader, "POST", f"/orders/{way.order_id}/changes", json=body, expect=expect)


def answer(way, change, what="acceptance", trader=None, expect=200, key=None):
    body = {"content_hash": change["content_hash"]} if what == "acceptance" else {}
    trader = trader or way.market.merchant
    path = f"/order-changes/{change['id']}/{what}"
    return way.call(trader, "POST", path, json=body, expect=expect, key=key)


def shares(order, line=0):
    line_id = order["lines"][line]["id"]
    return [
        (one["event"], one["state"], one["amount"]["amount"])
        for one in order["milestones"]
        if one["order_line_id"] == line_id and one["subject"] == "order"
    ]


def papers(order, kind="sales_contract"):
    return sorted(one["version"] for one in order["documents"] if one["kind"] == kind)


def stands(call, way, operator, **figures):
    """Read how the money stands as the three who may see it, and compare the figures."""
    path = f"/orders/{way.order_id}"
    buyer, merchant = (call(who, "GET", path, expect=200)["money"] for who in (way.market.buyer, way.market.merchant))
    known = call(operator, "GET", f"{path}/money", expect=200)
    assert known.pop("card_disputes") == []
    assert buyer == merchant == known
    assert Decimal(buyer["paid"]["amount"]) + Decimal(buyer["balance"]["amount"]) == Decimal(buyer["total"]["amount"])
    for name, value in figures.items():
        shown = buyer[name]["amount"] if isinstance(buyer[name], dict) else buyer[name]
        assert (Decimal(shown) if isinstance(value, Decimal | int) else shown) == value, name
    return buyer


def pay(way, event):
    payment = next(one for one in way.order()["payments"] if (one["subject"], one["event"]) == ("order", event))
    body = {"amount": payment["amount"]["amount"], "received_on": way.order()["placed_at"][:10]}
    way.call(way.market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
