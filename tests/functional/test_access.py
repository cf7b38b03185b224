"""Where one is logged in, tokens for some of one's rights, and units whose orders show them."""

import re

import pytest

from marketplace.kernel.db import reading
from marketplace.reports import queries as reports
from tests.functional.test_handovers import colleague, order
from tests.support.visitors import PASSWORD, Program, Visitor

pytestmark = pytest.mark.both_databases

HOUR = 3_600


def browser(app, login, agent):
    found = Visitor(app)
    found.client.environ_base["HTTP_USER_AGENT"] = agent
    found.log_in(login)
    return found


def test_one_session_ends_and_the_others_go_on(app, town, market):
    login = market.buyer.login
    office, phone = browser(app, login, "Office browser"), browser(app, login, "Phone\x7f browser")
    program = town.program(login)
    sessions = program.call("GET", "/me/sessions", 200)["items"]
    assert {row["agent"] for row in sessions} == {"Office browser", "Phone browser"}
    assert {row["address"] for row in sessions} == {"127.0.0.1"}
    page = office.open("/account/access")
    assert "this one" in page
    lost = next(row["id"] for row in sessions if row["agent"] == "Phone browser")
    office.send(f"/account/sessions/{lost}/end", {})
    phone.open("/account", status=303)
    assert "Phone browser" not in office.open("/account/access")
    foreign = town.program(market.thai.login)
    unknown = foreign.call("DELETE", f"/me/sessions/{market.chains}", 404)
    assert foreign.call("DELETE", f"/me/sessions/{lost}", 404) == unknown
    mine = program.call("GET", "/me/sessions", 200)["items"][0]["id"]
    program.call("DELETE", f"/me/sessions/{mine}", 204)
    program.call("DELETE", f"/me/sessions/{mine}", 204)
    office.open("/account", status=303)


def test_end_all_others_keeps_the_one_that_asks(app, town, market):
    here, there = browser(app, market.buyer.login, "Here"), browser(app, market.buyer.login, "There")
    here.open("/account")
    here.send("/account/sessions/end", {})
    there.open("/account", status=303)
    page = here.open("/account/access")
    assert "Here" in page
    assert "There" not in page
    here.open("/account")
    here.send("/logout", {})
    assert town.program(market.buyer.login).call("GET", "/me/sessions", 200)["items"] == []


def test_use_is_noted_once_an_hour(app, town, market, later):
    program, page = town.program(market.buyer.login), browser(app, market.buyer.login, "Office")
    program.call("GET", "/me", 200)
    first = program.call("GET", "/me/tokens", 200)["items"][0]["last_used_at"]
    assert first is not None
    later(HOUR // 2)
    program.call("GET", "/me", 200)
    page.open("/account")
    assert program.call("GET", "/me/tokens", 200)["items"][0]["last_used_at"] == first
    before = program.call("GET", "/me/sessions", 200)["items"][0]["last_seen_at"]
    later(2 * HOUR)
    program.call("GET", "/me", 200)
    page.open("/account")
    assert program.call("GET", "/me/tokens", 200)["items"][0]["last_used_at"] > first
    assert program.call("GET", "/me/sessions", 200)["items"][0]["last_seen_at"] > before
    later(31 * 24 * HOUR)
    page.open("/account", status=303)


def test_a_token_may_what_it_is_for_and_makes_none_that_may_more(app, town, market):
    program = town.program(market.buyer.login)
    wanted = {"name": "Stock reader", "scopes": ["trade:order:read", "account:self"], "days": 30}
    issued = program.call("POST", "/me/tokens", 201, wanted)
    reader = Program(app, issued["token"])
    assert issued["token"].startswith("acc_")
    reader.call("GET", "/orders", 200)
    reader.call("GET", "/cart", 403)
    assert set(reader.call("GET", "/me", 200)["permissions"]) == set(wanted["scopes"])
    assert reader.problem("POST", "/me/tokens", 422, {"name": "x", "scopes": ["trade:cart:edit"]})[1] == {"scopes"}
    child = Program(app, reader.call("POST", "/me/tokens", 201, {"name": "child"})["token"])
    child.call("GET", "/cart", 403)
    child.call("GET", "/orders", 200)
    rows = {row["name"]: row for row in program.call("GET", "/me/tokens", 200)["items"]}
    assert rows["Stock reader"]["scopes"] == sorted(wanted["scopes"])
    assert rows["child"]["scopes"] == sorted(wanted["scopes"])
    assert rows[""]["scopes"] is None
    narrow = program.call("POST", "/me/tokens", 201, {"name": "orders alone", "scopes": ["trade:order:read"]})
    Program(app, narrow["token"]).call("GET", "/me", 403)
    for body, field in (
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["operator:mail:read"]}, "scopes"),
        ({"name": "x", "days": 366}, "days"),
        ({"name": "x", "days": 0}, "days"),
        ({"name": ""}, "name"),
    ):
        assert program.problem("POST", "/me/tokens", 422, body)[1] == {field}


def test_a_token_is_made_on_the_page_and_shown_once(app, market):
    page = browser(app, market.buyer.login, "Office")
    page.open("/account/access")
    page.send("/account/access/tokens", {"name": "ERP", "days": "400", "scopes": ["trade:order:read"]}, status=422)
    assert page.refused_fields() == {"days"}
    page.send("/account/access/tokens", {"name": "ERP", "days": "30", "scopes": ["trade:order:read"]}, status=200)
    (secret,) = re.findall(r"acc_[\w-]{30,}", page.shown)
    Program(app, secret).call("GET", "/orders", 200)
    Program(app, secret).call("GET", "/cart", 403)
    assert secret not in page.open("/account/access")
    assert "ERP" in page.shown


def test_what_is_kept_of_sessions_and_tokens_is_given_out_and_erased(app, town, market):
    browser(app, market.buyer.login, "My own browser")
    program = town.program(market.buyer.login)
    program.call("POST", "/me/tokens", 201, {"name": "My ERP"})
    data = program.call("GET", "/me/data", 200)["data"]
    assert "My own browser" in str(data)
    assert "My ERP" in str(data)
    program.call("POST", "/me/erasure", 204, {"current_password": PASSWORD})
    with app.app_context():
        from marketplace.accounts.models import ApiToken, LoginSession

        person_id = market.buyer.actor.person
        assert reading().query(LoginSession).filter_by(person_id=person_id).count() == 0
        assert {row.name for row in reading().query(ApiToken).filter_by(person_id=person_id)} == {""}
    assert reports.check(reading()) == []


def test_an_order_shows_the_unit_of_who_placed_it_to_the_buyer_alone(app, town, call, market):
    company, owner = market.buyer.company, market.buyer
    base = f"/companies/{company}/units"
    north = call(owner, "POST", base, json={"name": "Buying North", "cost_centre": "4711"}, expect=201)["id"]
    assert call(owner, "POST", base, json={"name": "Buying North"}, expect=422)["errors"][0]["code"] == "taken"
    buyer = colleague(town, call, owner, "north@demo.test", "purchasing")
    person = buyer.call("GET", "/me", 200)["person_id"]
    before = order(buyer, market.chains)
    call(owner, "PUT", f"/companies/{company}/members/{person}/unit", json={"unit_id": north}, expect=204)
    after = order(buyer, market.chains)
    assert buyer.call("GET", f"/orders/{before}", 200)["unit"] is None
    assert buyer.call("GET", f"/orders/{after}", 200)["unit"] == {
        "id": north,
        "name": "Buying North",
        "cost_centre": "4711",
    }
    assert call(market.merchant, "GET", f"/orders/{after}", expect=200)["unit"] is None
    page = Visitor(app)
    page.log_in("north@demo.test")
    assert "Buying North" in page.open(f"/orders/{after}")
    assert call(owner, "POST", f"{base}/{north}/closure", expect=409)["type"].endswith("unit_not_empty")
    foreign = {"unit_id": str(market.chains)}
    found = call(owner, "PUT", f"/companies/{company}/members/{person}/unit", json=foreign, expect=422)
    assert found["errors"][0]["field"] == "unit_id"
    call(owner, "PUT", f"/companies/{company}/members/{person}/unit", json={"unit_id": None}, expect=204)
    call(owner, "POST", f"{base}/{north}/closure", expect=204)
    call(owner, "POST", f"{base}/{north}/closure", expect=204)
    assert call(owner, "GET", base, expect=200)["items"] == []
    assert buyer.call("GET", f"/orders/{after}", 200)["unit"]["name"] == "Buying North"
    buyer.call("GET", base, 403)
    call(market.thai, "GET", base, expect=404)


def test_units_are_kept_on_their_page(app, market):
    page = browser(app, market.buyer.login, "Office")
    page.open("/account/units")
    page.send("/account/units", {"name": "", "cost_centre": "1"}, status=422)
    assert page.refused_fields() == {"name"}
    page.open("/account/units")
    page.send("/account/units", {"name": "Spare parts", "cost_centre": "1"})
    shown = page.open("/account/units")
    unit = re.findall(r"/account/units/([\w-]+)/closure", shown)[0]
    path = f"/account/members/{market.buyer.actor.person}/unit"
    page.send(path, {"unit_id": unit})
    assert "/closure" not in page.open("/account/units")
    page.send(path, {"unit_id": ""})
    page.open("/account/units")
    page.send(f"/account/units/{unit}/closure", {})
    assert "Spare parts" not in page.open("/account/units")
