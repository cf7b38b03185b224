"""Random baskets from seven merchants by card: what the provider takes is exactly what the parts come to."""

from collections import Counter
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.distribution.models import FreightContract, FreightContractLine
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.money import Money
from marketplace.logistics.rules.freight import Load
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.plans import Milestone
from marketplace.reports import queries as reports
from tests import factories
from tests.conftest import SOAK
from tests.integration.payments.conftest import publish_rates

pytestmark = pytest.mark.slow

BASKETS = 1_000 if SOAK else 12
MERCHANTS = 7
CURRENCIES = ("CNY", "USD", "VND")
# Prices with more decimals than their currency, so that amounts are rounded, and shares of them again.
PRICES = {
    "CNY": ("0.0137", "27.4033", "311.07"),
    "USD": ("0.0041", "3.9517", "48.13"),
    "VND": ("95.5", "1033.7", "95501"),
}
ODD = (("deposit", "33.33"), ("handed_over", "16.67"), ("delivered", "0.01"), ("accepted", "49.99"))
ROOMY = Load(grams=10**12, cm3=10**12, ldm_mm=10**12, pallets=10**12)


@pytest.fixture
def goods(app):
    """Three offers of each of seven merchants, each merchant in one currency."""
    market = factories.open_market(app, stock=10**9, capacity=ROOMY)
    now, offers = clock.now(), []
    with unit_of_work() as session:
        publish_rates(session)
        sellers = [market.merchant]
        for number in range(1, MERCHANTS):
            seller = factories.trader(session, app, name=f"Works {number}", country="CN", now=now)
            factories.approve(session, seller.actor, name=seller.login, country="CN", now=now)
            sellers.append(seller)
        for number, seller in enumerate(sellers):
            currency = CURRENCIES[number % len(CURRENCIES)]
            if seller is not market.merchant or currency != "CNY":
                factories.payee(session, seller.actor, currency=currency, country="CN", now=now)
            for place, price in enumerate(PRICES[currency]):
                ladder = factories.ladder(currency, price=price)
                offer = factories.listing(
                    session, seller.actor, sku=f"B-{number}-{place}", stock=10**9, ladders=(ladder,), now=now
                )
                offers.append(str(offer))
    for seller in sellers:
        stages = [{"event": event, "percent": share, "days": 3} for event, share in ODD]
        body = {"code": "odd", "name": "Odd", "stages": stages, "rails": ["card"], "default": True}
        answer = app.test_client().post(
            "/api/v1/payment-plans", json=body, headers=seller.headers | {"Idempotency-Key": "odd"}
        )
        assert answer.status_code == 201, answer.text
    return market.buyer, offers


@pytest.mark.both_databases
def test_the_parts_of_every_basket_come_to_what_is_charged(app, goods):
    buyer, offers = goods
    client, rng = app.test_client(), Random(7)
    client.put("/api/v1/cart", json={"to": factories.HANOI}, headers=buyer.headers)
    for number in range(BASKETS):
        for offer in rng.sample(offers, rng.randint(2, 9)):
            # Of what costs next to nothing so much that a card can be charged for it alone.
            units = {"quantity": 40 * rng.randint(1, 12) * (20 if offer in offers[:: len(PRICES["CNY"])] else 1)}
            cart = client.put(f"/api/v1/cart/lines/{offer}", json=units, headers=buyer.headers).get_json()
        body = {
            "expected_totals": cart["totals"],
            "payment": {"rail": "card", "plan": "odd", "payment_method": "pm_card_visa"},
        }
        headers = buyer.headers | {"Idempotency-Key": f"basket-{number}"}
        answer = client.post("/api/v1/checkout", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        _agree(answer.get_json()["order_ids"], cart["totals"])
    assert reports.check(reading()) == []


def _agree(order_ids, totals):
    """What was shown, charges, orders and contracts, their lines and milestones are one sum in each currency."""
    session = reading()
    session.rollback()
    ids = [UUID(each) for each in order_ids]
    orders = session.scalars(sa.select(Order).where(Order.id.in_(ids))).all()
    contracts = session.scalars(sa.select(FreightContract).where(FreightContract.order_id.in_(ids))).all()
    lines = Counter()
    for row in session.scalars(sa.select(OrderLine).where(OrderLine.order_id.in_(ids))):
        lines[row.order_id] += row.amount_minor
    carried = sa.select(FreightContractLine).where(FreightContractLine.contract_id.in_(each.id for each in contracts))
    for row in session.scalars(carried):
        lines[row.contract_id] += row.amount_minor
    shares = Counter()
    for row in session.scalars(sa.select(Milestone).where(Milestone.subject_id.in_(lines))):
        shares[row.subject_id] += row.amount_minor
    charges = session.scalars(sa.select(CardCharge).where(CardCharge.subject_id.in_(lines))).all()
    charged = {row.subject_id: row.captured_minor for row in charges}
    whole = {row.id: row.total_minor for row in (*orders, *contracts)}
    assert lines == shares == charged == whole
    sums = Counter()
    for kind, rows in (("goods", orders), ("freight", contracts)):
        for row in rows:
            sums[kind, row.currency] += row.total_minor
    assert sums == {(one["kind"], one["currency"]): Money.of(one["amount"], one["currency"]).minor for one in totals}
