"""Remedies for a claim."""

from marketplace.kernel.db import unit_of_work
from tests import factories


def say(call, market, listing_id, **details):
    """Say something of goods, a reviewer agreeing where it waits for one."""
    call(market.merchant, "PATCH", f"/listings/{listing_id}/details", json=details, expect=200)
    with unit_of_work() as session:
        factories.agree_to_all(session, listing_id)


def claim(way, expect=201, **facts):
    body = {"reason": "defective", "quantity": 40, "text": "Not as agreed."} | facts
    return way.call(way.market.buyer, "POST", f"/order-lines/{way.line_id}/claims", json=body, expect=expect)


def act(way, trader, found, name, expect=200, **body):
    return way.call(trader, "POST", f"/claims/{found['id']}/{name}", json=body or None, expect=expect)
