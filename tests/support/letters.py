"""The letters of a city."""

import sqlalchemy as sa

from marketplace.kernel.db import reading
from marketplace.mail.models import MailMessage
from tests.support.ways import fill


def letters(town, trader):
    """The letters of this test's city to somebody, oldest first: the folder keeps those of other tests too."""
    sent = town.letters()
    mine = set(reading().scalars(sa.select(MailMessage.id)))
    reading().rollback()
    return [one for one in reversed(sent) if one.to == trader.login and one.id in mine]


def subjects(town, trader):
    return [one.subject for one in letters(town, trader)]


BANK = {"rail": "bank", "plan": "deposit_30_70"}


def place(call, market, *, key="letters", **payment):
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": BANK | payment}
    placed = call(market.buyer, "POST", "/checkout", key=key, json=body, expect=201)
    return call(market.buyer, "GET", f"/orders/{placed['order_ids'][0]}", expect=200)
