"""Costs of a departure."""

from datetime import timedelta

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.payments.queries import between
from marketplace.payments.rules.terms import SubjectKind

LINE = "CQ-HAN"
RATES = (
    ("haulage", "trip", "4000"), ("toll", "leg", "300"), ("crossing", "border", "500"), ("dc", "tonne", "80"),
    ("waiting", "hour", "50"),
)  # fmt: skip


def yesterday():
    return (clock.now() - timedelta(days=1)).date().isoformat()


def sheet(way, reader=None):
    return way.call(reader or way.operator, "GET", f"/departures/{way.booking['departure_id']}/costs", expect=200)


def owed_to(market):
    """Return what the ledger says that the buyer owes, and has paid, for freight."""
    found = between.between(
        reading(), kind=SubjectKind.FREIGHT, payer_id=market.buyer.company, payee_id=market.carrier.company,
        currency="CNY", since=clock.now() - timedelta(days=400), until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    return sum(row.open.minor for row in found.rows if row.kind in ("obligation_due", "obligation_cancelled"))


def invoiced(way, *lines, number="F-1", trader=None, expect=201, submit=True, path="/partner-invoices", **body):
    parts = list(zip(*lines, strict=True))
    body |= {"number": number, "issued_on": yesterday(), "currency": "CNY"}
    body |= {"departures": list(parts[0]), "kinds": list(parts[1]), "amounts": list(parts[2])}
    body |= {} if submit is None else {"submit": submit}
    return way.call(trader or way.market.carrier, "POST", path, json=body, expect=expect)


def look(way, made, trader):
    return way.call(trader, "GET", f"/costs/invoices/{made['id']}", expect=200)
