"""Days on which goods are ready: asked after in time, confirmed, moved with a reason and to a chosen lorry."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from marketplace.accounts.queries.closures import local_day
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.orders import flows
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import Visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases


@pytest.fixture
def way(call, market, operator):
    with unit_of_work() as session:
        made = factories.listing(session, market.merchant.actor, sku="M-1", stock=None, lead_days=10, now=clock.now())
    found = Way(call, market, operator, goods=(made,))
    payment = found.order()["payments"][0]
    body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
    return found


def today():
    return local_day("CN", clock.now())


def later(days):
    return clock.now() + timedelta(days=days)


def path(way, more=""):
    return f"/order-lines/{way.line_id}/ready-date{more}"


def name(way, days, expect=204, trader=None, **more):
    body = {"ready_date": (today() + timedelta(days=days)).isoformat(), **more}
    return way.call(trader or way.market.merchant, "PUT", path(way), json=body, expect=expect)


def seen(way, trader=None):
    return way.call(trader or way.market.buyer, "GET", path(way))


def asked(way):
    return [(ask["days_before"], ask["state"]) for ask in seen(way)["asked"]]


def let_pass(way):
    """Live until the answer to the last question is due, on the merchant's working days."""
    until = datetime.fromisoformat(seen(way)["asked"][-1]["answer_by"])
    flows.ask_for_ready_dates(now=until)


def booking_of(way):
    return way.order()["bookings"][-1]


def test_the_lead_time_promises_a_day_that_the_merchant_confirms(way, market):
    promised = (today() + timedelta(days=10)).isoformat()
    assert {key: seen(way)[key] for key in ("state", "ready_date", "promised", "said")} == {
        "state": "promised",
        "ready_date": None,
        "promised": promised,
        "said": [],
    }
    way.call(market.merchant, "POST", path(way, "/confirmation"), expect=409)
    name(way, 20)
    found = seen(way, market.merchant)
    assert (found["state"], [(each["word"], each["before"]) for each in found["said"]]) == (
        "confirmed",
        [("confirmed", None)],
    )
    way.call(market.merchant, "POST", path(way, "/confirmation"), expect=204)
    assert [each["word"] for each in seen(way)["said"]] == ["confirmed", "confirmed"]
    assert reports.check(reading()) == []


def test_a_merchant_is_asked_fourteen_seven_and_three_days_before(way, market):
    name(way, 20)
    assert flows.ask_for_ready_dates(now=later(5)) == 0
    assert [flows.ask_for_ready_dates(now=later(6)) for _ in range(2)] == [1, 0]
    assert asked(way) == [(14, "open")]
    way.call(market.merchant, "POST", path(way, "/confirmation"), expect=204)
    assert asked(way) == [(14, "stands")]
    assert flows.ask_for_ready_dates(now=later(13)) == 1
    name(way, 21, reason="material")
    assert asked(way) == [(14, "stands"), (7, "moved")]
    # The new day is asked after anew.
    assert flows.ask_for_ready_dates(now=later(18)) == 1
    assert asked(way)[-1] == (3, "open")
    way.call(market.merchant, "POST", f"/order-lines/{way.line_id}/ready", expect=204)
    flows.ask_for_ready_dates(now=later(30))
    assert asked(way)[-1] == (3, "over")


def test_what_nobody_answers_is_at_risk_until_somebody_does(way, market, operator, call):
    name(way, 20)
    flows.ask_for_ready_dates(now=later(6))
    assert call(operator, "GET", "/ready-dates")["items"] == []
    let_pass(way)
    assert asked(way)[0] == (14, "unanswered")
    assert seen(way)["is_at_risk"]
    (row,) = call(operator, "GET", "/ready-dates")["items"]
    assert (row["order_line_id"], row["days_before"], row["merchant_id"]) == (
        way.line_id,
        14,
        str(market.merchant.company),
    )
    call(market.merchant, "GET", "/ready-dates", expect=403)
    way.call(market.merchant, "POST", path(way, "/confirmation"), expect=204)
    assert not seen(way)["is_at_risk"]
    assert call(operator, "GET", "/ready-dates")["items"] == []
    assert {state for _, state in asked(way)} == {"stands"}


def test_a_day_that_was_never_named_is_asked_for_by_the_lead_time(way, operator, call):
    assert flows.ask_for_ready_dates(now=later(3)) == 1
    assert asked(way) == [(7, "open")]
    let_pass(way)
    (row,) = call(operator, "GET", "/ready-dates")["items"]
    assert (row["ready_date"], row["asked_about"]) == (None, (today() + timedelta(days=10)).isoformat())


def test_a_later_day_needs_a_reason_and_proposes_lorries(way, market):
    name(way, 12)
    first = booking_of(way)
    refused = name(way, 25, expect=422)
    assert [(error["field"], "material" in error["accepted"]) for error in refused["errors"]] == [("reason", True)]
    assert seen(way)["ready_date"] == (today() + timedelta(days=12)).isoformat()
    day = (today() + timedelta(days=25)).isoformat()
    found = way.call(market.merchant, "GET", path(way, f"/departures?ready_date={day}"))
    assert (found["stays"], found["departure"]) == (False, first["departure"])
    assert len(found["items"]) > 1
    chosen = found["items"][1]
    name(way, 25, reason="power", departure=chosen["departure_id"])
    assert booking_of(way)["departure_id"] == chosen["departure_id"]
    assert (booking_of(way)["state"], booking_of(way)["arrives_at"]) == ("confirmed", chosen["arrives_at"])
    said = seen(way)["said"][-1]
    assert (said["word"], said["reason"], seen(way)["state"]) == ("moved", "power", "moved")
    refused = name(way, 26, expect=422, reason="power", departure=first["departure_id"])
    assert [error["field"] for error in refused["errors"]] == ["departure"]
    assert seen(way)["ready_date"] == day
    assert reports.check(reading()) == []


def test_days_of_others_look_like_days_that_are_not(app, way, market, operator, call):
    unknown = f"/order-lines/{uuid4()}/ready-date"
    with unit_of_work() as session:
        other = factories.trader(session, app, country="TH", name="Far Trade", now=clock.now())
    for trader, there in ((market.buyer, unknown), (other, path(way))):
        refused = call(trader, "GET", there, expect=404)
        assert refused["facts"] == {"thing": "order_line"}
    call(operator, "GET", path(way), expect=403)
    for trader in (market.buyer, other):
        call(trader, "GET", path(way, "/departures?ready_date=2030-01-01"), expect=404)
        call(trader, "POST", path(way, "/confirmation"), expect=(403 if trader is market.buyer else 404))
    call(market.merchant, "GET", path(way, "/departures"), expect=422)


def test_both_sides_read_it_on_a_page_and_the_merchant_moves_it_there(app, way, market):
    merchant, buyer = Visitor(app), Visitor(app)
    merchant.log_in(market.merchant.login)
    buyer.log_in(market.buyer.login)
    page = f"/orders/{way.order_id}/lines/{way.line_id}/ready-date"
    name(way, 12)
    assert page in merchant.open(f"/orders/{way.order_id}")
    assert page in buyer.open(f"/orders/{way.order_id}")
    assert "other-day" not in buyer.open(page)
    day = (today() + timedelta(days=25)).isoformat()
    then = merchant.open(f"{page}?ready_date={day}")
    assert booking_of(way)["departure"] in then
    act = f"/orders/{way.order_id}/lines/{way.line_id}/other-day"
    merchant.send(act, {"ready_date": day, "reason": ""}, 422)
    assert merchant.refused_fields() == {"reason"}
    merchant.send(act, {"ready_date": day, "reason": "capacity"})
    assert seen(way)["said"][-1]["reason"] == "capacity"
    assert "No capacity in the factory" in buyer.open(page)
    merchant.open(page)
    merchant.send(f"{page}/confirmation", {})
    assert len(seen(way)["said"]) == 3


@pytest.fixture
def live():
    """Live until so many days from now: what is done then, and what is written of it."""

    def until(days):
        clock.set_offset(int(timedelta(days=days).total_seconds()))
        flows.ask_for_ready_dates(now=clock.now())

    yield until
    clock.set_offset(0)


def test_letters_ask_the_merchant_and_tell_the_buyer(way, market, town, live):
    name(way, 20)
    live(6)
    (asking,) = [letter for letter in town.letters() if "ready in time" in letter.subject]
    assert (asking.to, f"/lines/{way.line_id}/ready-date" in asking.body) == (market.merchant.login, True)
    live(12)
    told = [letter for letter in town.letters() if letter.subject.startswith("Nobody confirmed the ready date")]
    assert {letter.to for letter in told} == {market.merchant.login, market.buyer.login}
    with unit_of_work() as session:
        token = factories.tokens.issue_token(
            session, person_id=market.merchant.actor.person_id, company_id=market.merchant.company, now=clock.now()
        )
    name(way, 10, reason="weather", trader=replace(market.merchant, token=token))
    (moved,) = [letter for letter in town.letters() if "are ready later" in letter.subject]
    assert (moved.to, "Weather or a disaster" in moved.body) == (market.buyer.login, True)
