"""A form that the browser went back to: what was typed stays, and goes through when it is sent again."""

import pytest

from marketplace.edge import replay
from marketplace.idempotency import rules, services
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.visitors import Program, Visitor


@pytest.fixture
def seller(app, market):
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login)
    return visitor


def test_what_was_saved_before_is_saved_again_from_what_it_is_now(app, seller, market):
    body = {"name": "Spring", "currency": "CNY", "incoterm": "FCA", "place": factories.HUB}
    body |= {"company": str(market.buyer.company)}
    made = Program(app, market.merchant.token).call("POST", "/price-lists", 201, body)["id"]
    form, period = f"/merchant/price-lists/{made}/period", {"valid_from": "2026-01-01T10:00", "valid_until": ""}
    seller.open(form)
    first = seller.hidden(form)
    seller.send(form, period | {"name": "Summer"})
    seller.open(form)
    seller.send(form, period | first | {"name": "Autumn"}, 422)
    assert "This form was sent already" in seller.text()
    assert seller.hidden(form)["version"] != first["version"]
    seller.send(form, period | {"name": "Autumn"})
    assert 'value="Autumn"' in seller.open(form)


def test_a_form_that_is_at_work_keeps_its_key_when_it_comes_back(app, seller, market):
    form, sent, now = "/merchant/warehouses", {"name": "Yard A"}, clock.now()
    seller.open(form)
    key, person = seller.hidden(form)["idempotency_key"], market.merchant.actor
    with app.test_request_context(form, method="POST", data=sent), unit_of_work() as session:
        fingerprint = rules.fingerprint("POST", form, replay.form_sent())
        scope = f"{person.person_id}:{person.company_id}"
        services.claim(session, scope=scope, key=key, fingerprint=fingerprint, now=now, lease=replay.LEASE)
    seller.send(form, sent, 409)
    assert "This form was sent a moment ago and is at work." in seller.text()
    assert seller.hidden(form)["idempotency_key"] == key
    assert rows(seller.shown) == ["Yard A"]


def rows(shown):
    return [name for name in ("Yard A", "Yard B") if name in shown]


def test_a_form_sent_before_with_other_content_comes_back_and_can_be_sent_again(seller):
    form = "/merchant/warehouses"
    seller.open(form)
    key = seller.hidden(form)["idempotency_key"]
    seller.send(form, {"name": "Yard A"})
    seller.open(form)
    seller.send(form, {"name": "Yard B", "idempotency_key": key}, 422)
    assert "This form was sent already, with other content." in seller.text()
    assert "Idempotency-Key" not in seller.shown
    assert 'value="Yard B"' in seller.shown
    seller.send(form, {"name": "Yard B"})
    assert rows(seller.open(form)) == ["Yard A", "Yard B"]
