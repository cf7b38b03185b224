"""Goods above their booking: the payer is asked, and nothing of them rides before the answer."""

from decimal import Decimal

import pytest

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from tests import factories
from tests.support.handling import act, item, send, taken, told, work
from tests.support.visitors import Town, visitor

pytestmark = pytest.mark.both_databases


@pytest.fixture
def heavy(way):
    """A line of which the hub has half as much again as its freight was agreed for."""
    way.secure().pack()
    way.act("close")
    assert told(way, taken(way, gross_kg="3000")) == ["applied"]
    return way


def asked(way):
    return way.call(way.market.buyer, "GET", "/freight-surcharges", expect=200)["items"]


def freight(way):
    return [Decimal(one["amount"]["amount"]) for one in way.order()["freight"]]


def answer(way, what, expect, trader=None):
    path = f"/freight-surcharges/{asked(way)[0]['id']}/{what}"
    return way.call(trader or way.market.buyer, "POST", path, expect=expect)


def test_what_is_above_waits_for_consent_and_is_billed_then(heavy):
    way = heavy
    (one,) = asked(way)
    assert (one["state"], one["gross_kg"], one["departure_id"]) == ("proposed", "3000.000", way.booking["departure_id"])
    assert work(way)["waiting_for_consent"] == [way.booking["id"]]
    (refused,) = send(way, act(way, "load", pieces=10))
    assert refused["problem"]["type"] == "urn:city:problem:loading_stopped"
    way.act("load", 409, bookings=[way.booking["id"]])
    before = sum(freight(way))
    answer(way, "consent", 404, way.market.merchant)
    answer(way, "consent", 201)
    assert asked(way)[0]["state"] == "consented"
    assert sum(freight(way)) == before + Decimal(one["amount"]["amount"])
    answer(way, "refusal", 409)
    assert told(way, act(way, "load", pieces=10)) == ["applied"]
    assert item(way)["state"] == "loaded"
    due = [one for one in way.order()["payments"] if one["subject"] == "freight"]
    assert sum(Decimal(one["amount"]["amount"]) for one in due) == sum(freight(way))


def test_both_sides_are_told_for_what_goods_wait(heavy, app):
    (one,), order = asked(heavy), heavy.order()["reference"]
    sent = [each for each in Town(app).letters() if each.subject.startswith("Goods wait for more freight")]
    assert all(order in each.subject for each in sent)
    bodies = {each.to: each.body for each in sent}
    assert bodies.keys() == {heavy.market.buyer.login, heavy.market.merchant.login}
    assert "your company agrees to pay" in bodies[heavy.market.buyer.login]
    assert "/account/surcharges" in bodies[heavy.market.buyer.login]
    assert "who pays the freight agrees" in bodies[heavy.market.merchant.login]
    assert one["amount"]["amount"].split(".")[0] in bodies[heavy.market.merchant.login].replace(",", "")


def test_what_is_declined_stays_until_it_is_waived_or_weighed_again(heavy):
    way = heavy
    answer(way, "refusal", 204)
    assert asked(way)[0]["state"] == "declined"
    way.act("load", 409, bookings=[way.booking["id"]])
    assert told(way, taken(way, minutes=-5, base=work(way)["version"])) == ["applied"]
    assert asked(way)[0]["state"] == "withdrawn"
    assert work(way)["waiting_for_consent"] == []
    assert told(way, taken(way, minutes=-4, gross_kg="3500", base=work(way)["version"])) == ["applied"]
    answer(way, "waiver", 204, way.market.carrier)
    assert told(way, act(way, "load", pieces=10)) == ["applied"]
    assert item(way)["state"] == "loaded"


def test_without_an_answer_goods_go_by_a_later_departure_and_are_asked_about_there(heavy):
    way, first = heavy, heavy.booking["departure_id"]
    way.act("load")
    way.act("seal", 204, seal_number="CQ-1")
    assert way.booking["departure_id"] != first
    (one,) = asked(way)
    assert (one["state"], one["departure_id"]) == ("proposed", way.booking["departure_id"])
    assert work(way)["waiting_for_consent"] == [way.booking["id"]]


def test_what_weighs_more_once_loaded_comes_off_until_its_payer_agrees(way):
    way.secure().pack()
    way.act("close")
    assert told(way, taken(way), act(way, "load", minutes=-50, pieces=10)) == ["applied", "applied"]
    assert item(way)["state"] == "loaded"
    assert told(way, taken(way, minutes=-5, gross_kg="3000", base=work(way)["version"])) == ["applied"]
    assert (item(way)["state"], work(way)["waiting_for_consent"]) == ("cargo_received", [way.booking["id"]])
    answer(way, "consent", 201)
    assert item(way)["state"] == "loaded"


def test_what_is_weighed_once_the_doors_are_sealed_is_shown_and_changes_nothing(app, way):
    way.secure().pack()
    way.act("close")
    assert told(way, taken(way), act(way, "load", minutes=-50, pieces=10)) == ["applied", "applied"]
    assert told(way, act(way, "seal", minutes=-40, seals=["CQ-1"])) == ["applied"]
    (sealed,) = send(way, taken(way, minutes=-5, gross_kg="3000", base=work(way)["version"]))
    assert (sealed["answer"], sealed["difference"]["counts"]["gross_kg"]) == ("conflict", "125.000")
    assert told(way, act(way, "gate_out", minutes=-30)) == ["applied"]
    assert told(way, taken(way, minutes=-4, gross_kg="3500", base=work(way)["version"])) == ["conflict"]
    assert (item(way)["gross_kg"], item(way)["state"], asked(way)) == ("125.000", "in_transit", [])
    assert "3,500" in visitor(app, way.operator).open(f"/operator/departures/{way.booking['departure_id']}/work")


def test_the_payer_answers_on_a_page(app, heavy):
    buyer = visitor(app, heavy.market.buyer)
    assert "not loaded until you agree" in buyer.open("/account/surcharges")
    path = f"/account/surcharges/{asked(heavy)[0]['id']}"
    buyer.send(f"{path}/refusal", {})
    buyer.open("/account/surcharges")
    buyer.send(f"{path}/consent", {})
    assert asked(heavy)[0]["state"] == "consented"
    again = buyer.client.post(f"{path}/consent", data=buyer.hidden(f"{path}/consent"))
    assert again.status_code in (303, 409)


def test_who_moves_goods_lets_no_money_off_nor_does_anybody_his_own(app, heavy):
    way, market = heavy, heavy.market
    way.call(way.operator, "POST", path := f"/freight-surcharges/{asked(way)[0]['id']}/waiver", expect=403)
    desk = f"/operator/departures/{way.booking['departure_id']}/work"
    assert "Ask for nothing more" not in visitor(app, way.operator).open(desk)
    now = clock.now()
    with unit_of_work() as session:
        mover, cashier = (
            factories.colleague(session, app, market.carrier, role=role, name=f"Carrier {role}", now=now)
            for role in (Role.LOGISTICS, Role.FINANCE)
        )
        treasurer, partial = (
            factories.colleague(session, app, way.operator, role=Role.TREASURY, name=name, now=now)
            for name in ("Treasurer", "Partial")
        )
        for person, company in ((partial, market.carrier), (cashier, market.buyer)):
            key = {"person_id": person.actor.person, "company_id": company.company}
            session.add(Membership(id=new_id(), **key, roles=[Role.SALES], created_at=now))
    for trader in (mover, partial, cashier):
        way.call(trader, "POST", path, expect=403)
    assert asked(way)[0]["state"] == "proposed"
    assert [one["id"] for one in way.call(treasurer, "GET", "/surcharge-desk", expect=200)["items"]] == [
        asked(way)[0]["id"]
    ]
    reader = visitor(app, treasurer)
    assert "Goods that wait for their payer" in reader.open("/operator/fees")
    assert way.booking["reference"] in reader.open("/operator/surcharges")
    reader.send(f"/partner/surcharges/{asked(way)[0]['id']}/waiver", {})
    assert "Nothing is asked for" in reader.open("/operator/surcharges")
    assert asked(way)[0]["state"] == "waived"


def test_a_carrier_asks_for_nothing_on_its_page(app, heavy):
    carrier = visitor(app, heavy.market.carrier)
    carrier.open(f"/partner/departures/{heavy.booking['departure_id']}/work")
    carrier.send(f"/partner/surcharges/{asked(heavy)[0]['id']}/waiver", {})
    assert asked(heavy)[0]["state"] == "waived"


def booked_again(way):
    """Lose the booking, and take the next departure."""
    lost = way.booking
    way.call(way.operator, "POST", f"/bookings/{lost['id']}/decline", json={"reason": "no room"}, expect=204)
    after = way.call(way.market.buyer, "GET", f"/departures?to={factories.HANOI}", expect=200)["items"]
    free = [one["id"] for one in after if one["bookable"] and one["hub"] == factories.HUB]
    body = {"departure": next(one for one in free if one != lost["departure_id"])}
    return way.call(way.market.merchant, "POST", f"/order-lines/{way.line_id}/booking", json=body, expect=201)


def test_what_was_consented_is_part_of_what_is_agreed_again(heavy):
    way = heavy
    answer(way, "consent", 201)
    agreed = sum(freight(way))
    booked_again(way)
    standing = [one for one in way.order()["freight"] if one["state"] == "agreed"]
    assert sum(Decimal(one["amount"]["amount"]) for one in standing) == agreed
    assert [one["state"] for one in asked(way)] == ["consented"]


def test_goods_that_lose_their_lorry_are_asked_about_again_on_the_next(heavy):
    way, first = heavy, asked(heavy)[0]
    booked_again(way)
    again, before = asked(way)
    assert (before["id"], before["state"]) == (first["id"], "withdrawn")
    assert (again["state"], again["amount"]) == ("proposed", first["amount"])
    assert again["departure_id"] == way.booking["departure_id"] != first["departure_id"]


def test_what_was_waived_is_not_asked_for_again(heavy):
    way = heavy
    answer(way, "waiver", 204, way.market.carrier)
    assert told(way, taken(way, minutes=-5, gross_kg="3010", base=work(way)["version"])) == ["applied"]
    assert [one["state"] for one in asked(way)] == ["waived"]
