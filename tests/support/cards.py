"""What tests of card payments share: a charge for an order of one's own, and the stand-in's notices brought by hand."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.db import db, reading
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.flows import cards
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.queries import cards as queries
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.cards import CardOutcome
from marketplace.stripe_double.double import Double

PRICE = Money.of("1234.50", "CNY")


def double_of(app: Flask) -> Double:
    """The embedded stand-in, nothing switched on."""
    double: Double = app.extensions["city.double"]
    double.switches.clear()
    return double


def authorise(key: str, **other: Any) -> CardOutcome:
    """Authorise a charge for some order."""
    facts: dict[str, Any] = {
        "amount": PRICE,
        "payment_method": "pm_card_visa",
        "subject_ids": {"order": UUID(int=sum(key.encode()))},
        "return_url": None,
        "now": clock.now(),
    }
    return cards.authorise(key=key, **{**facts, **other})


def new_key() -> str:
    """A key that nobody has used on this stand-in."""
    return f"test:{new_id()}"


def charge(key: str) -> ChargeRow:
    """The charge as it stands in our database."""
    db.session.rollback()
    return queries.charge(reading(), key=key)


def bring_notices(double: Double, *, order: Callable[[list[Any]], list[Any]] = list, times: int = 1) -> int:
    """Bring every waiting notice to the city, in an order and as often as wanted; return how many there were."""
    notices: list[tuple[bytes, str]] = []
    while double.deliver(lambda _url, raw, signature: bool(notices.append((raw, signature))) or True):
        pass
    for _ in range(times):
        for raw, signature in order(notices):
            cards.webhook(raw, signature, clock.now())
    return len(notices)


def intents_of(double: Double, key: str) -> list[dict[str, Any]]:
    """The stand-in's intents of one charge."""
    charge_id = str(charge(key).id)
    return [one for one in double.all("payment_intent") if one["metadata"].get("city_charge") == charge_id]


CARD = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}


def charges():
    session = reading()
    session.rollback()
    return sorted(
        (one.subject_kind, one.currency, one.amount_minor, one.captured_minor, str(one.state))
        for one in session.scalars(sa.select(CardCharge))
    )


def pay_on(app, url):
    """Pay on the stand-in's page as a buyer would."""
    path = "/" + url.split("/", 3)[3]
    answer = app.test_client().post(path, data={"card": "pm_card_visa", "act": "pay"})
    assert answer.status_code == 303, answer.text
