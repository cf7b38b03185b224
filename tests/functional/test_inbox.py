"""The shared inbox: what comes in, who may see it, who has it in hand, and two who take it at once."""

from functools import partial
from uuid import UUID

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.notices.services import inbox
from marketplace.reports import queries as reports
from tests import factories
from tests.functional.test_handovers import begin, colleague, me, order
from tests.support.racing import codes, units_at_once
from tests.support.visitors import Town, Visitor

pytestmark = pytest.mark.both_databases


@pytest.fixture
def town(app, market):
    found = Town(app)
    order(found.program(market.buyer.login), market.chains)
    found.letters()
    return found


@pytest.fixture
def boss(town, market):
    return town.program(market.merchant.login)


def matter(program, news="order_placed"):
    return next(row for row in program.call("GET", "/inbox", 200)["items"] if row["news"] == news)


def test_what_comes_is_for_those_whose_role_it_is(town, call, market, boss):
    row = matter(boss)
    assert row["state"] == "open"
    assert row["path"].startswith("/orders/")
    assert "ORD-" in row["subject"]
    seller = colleague(town, call, market.merchant, "seller@demo.test", "sales")
    finance = colleague(town, call, market.merchant, "money@demo.test", "finance")
    assert matter(seller)["id"] == row["id"]
    assert "order_placed" not in {each["news"] for each in finance.call("GET", "/inbox", 200)["items"]}
    path = f"/inbox/{row['id']}"
    assert finance.call("POST", f"{path}/taking", 404) == finance.call("POST", f"/inbox/{market.chains}/taking", 404)
    call(market.thai, "POST", f"{path}/taking", expect=404)
    town.letters()
    assert len([each for each in boss.call("GET", "/inbox", 200)["items"] if each["news"] == "order_placed"]) == 1


def test_one_has_it_in_hand_gives_it_and_is_done(town, call, market, boss):
    path = f"/inbox/{matter(boss)['id']}"
    seller = colleague(town, call, market.merchant, "seller@demo.test", "sales")
    mate = colleague(town, call, market.merchant, "mate@demo.test", "sales")
    finance = colleague(town, call, market.merchant, "money@demo.test", "finance")
    seller.call("POST", f"{path}/taking", 204)
    seller.call("POST", f"{path}/taking", 204)
    assert mate.problem("POST", f"{path}/taking", 409)[0] == "matter_taken"
    assert mate.problem("POST", f"{path}/release", 409)[0] == "matter_taken"
    assert mate.problem("POST", f"{path}/giving", 409, {"person_id": me(mate)})[0] == "matter_taken"
    assert seller.problem("POST", f"{path}/giving", 422, {"person_id": me(finance)})[1] == {"person_id"}
    seller.call("POST", f"{path}/giving", 204, {"person_id": me(mate)})
    assert len(mate.call("GET", "/inbox?mine=1", 200)["items"]) == 1
    assert seller.call("GET", "/inbox?mine=1", 200)["items"] == []
    boss.call("POST", f"{path}/release", 204)
    boss.call("POST", f"{path}/completion", 204)
    boss.call("POST", f"{path}/completion", 204)
    assert matter(boss)["state"] == "done"
    assert seller.problem("POST", f"{path}/taking", 409)[0] == "state"
    seller.call("POST", f"{path}/reopening", 204)
    assert matter(boss)["state"] == "open"
    assert [row["news"] for row in boss.call("GET", "/inbox?state=open", 200)["items"]].count("order_placed") == 1


def test_new_is_what_came_since_one_looked(town, market, boss):
    found = boss.call("GET", "/inbox", 200)
    assert found["unread"] == len(found["items"]) > 0
    boss.call("POST", "/inbox/look", 204, {"matter_id": found["items"][0]["id"]})
    assert boss.call("GET", "/inbox", 200)["unread"] == 0
    boss.call("POST", "/inbox/look", 204, {"matter_id": found["items"][-1]["id"]})
    assert boss.call("GET", "/inbox", 200)["unread"] == 0
    order(town.program(market.buyer.login), market.chains)
    town.letters()
    assert boss.call("GET", "/inbox", 200)["unread"] == 1
    boss.call("POST", "/inbox/look", 404, {"matter_id": str(market.chains)})


def test_of_two_who_take_it_at_once_one_has_it(app, town, call, market, boss):
    row = matter(boss)
    people = [colleague(town, call, market.merchant, f"seller{n}@demo.test", "sales") for n in range(3)]
    actors = [factories.bearer(reading(), token=each.token, now=clock.now()) for each in people]
    reading().rollback()

    def take(session, actor):
        inbox.take(session, actor=actor, matter_id=UUID(row["id"]), now=clock.now())
        return "taken"

    ends = codes(units_at_once(app, *[partial(take, actor=actor) for actor in actors]))
    assert sorted(ends) == ["matter_taken", "matter_taken", "taken"]
    assert matter(boss)["state"] == "taken"


def test_what_a_leaver_has_in_hand_is_handed_over(town, call, market, boss):
    seller = colleague(town, call, market.merchant, "seller@demo.test", "sales")
    mate = colleague(town, call, market.merchant, "mate@demo.test", "sales")
    heir = me(mate)
    seller.call("POST", f"/inbox/{matter(boss)['id']}/taking", 204)
    company = market.merchant.company
    path = f"/companies/{company}/handovers/{begin(seller, company, seller, mate)['id']}"
    seen = seller.call("GET", path, 200)
    assert [thing["kind"] for thing in seen["things"]] == ["matter", "token"]
    said = {"content_hash": seen["content_hash"]}
    seller.call("POST", f"{path}/confirmation", 200, said)
    assert mate.call("POST", f"{path}/confirmation", 200, said) == {"done": True}
    assert matter(boss)["person_id"] == heir
    assert reports.check(reading()) == []


def test_the_inbox_on_its_page(app, town, market, boss):
    page = Visitor(app)
    page.log_in(market.merchant.login)
    shown = page.open("/account/inbox")
    row = matter(boss)
    assert row["subject"].split(":")[0] in page.text()
    assert "new since you last looked" in shown
    page.send("/account/inbox/look", {})
    page.open("/account/inbox")
    page.send(f"/account/inbox/{row['id']}/taking", {})
    assert "in hand" in page.open("/account/inbox?mine=1")
    page.send(f"/account/inbox/{row['id']}/release", {})
    page.open("/account/inbox")
    page.send(f"/account/inbox/{row['id']}/completion", {})
    page.open("/account/inbox?state=done")
    page.send(f"/account/inbox/{row['id']}/reopening", {})
    assert matter(boss)["state"] == "open"
