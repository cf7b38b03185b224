"""A fair from its draft to the door, and a question to its answer; page and API agree."""

import re
from datetime import timedelta

import pytest

from marketplace.edge import limits
from marketplace.kernel import clock
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Program, Town, Visitor


def day(ahead):
    return (clock.now() + timedelta(days=ahead)).date().isoformat()


def test_a_fair_is_planned_on_the_page_and_seen_by_the_clock_of_its_place(app, market, judge):
    office, public = Visitor(app), Visitor(app)
    office.enter(judge.actor)
    office.open("/operator/events")
    plan = {
        "kind": "fair", "titles.en": "", "titles.zh": "榴莲周", "place": factories.HUB, "country": "TH",
        "capacity": "1", "starts_at": f"{day(9)}T09:00", "ends_at": f"{day(9)}T08:00", "register_until": "tomorrow",
        "merchants": str(market.merchant.company),
    }  # fmt: skip
    office.send("/operator/events", plan, 422)
    assert office.refused_fields() == {"register_until"}
    office.open("/operator/events")
    office.send("/operator/events", plan | {"register_until": f"{day(8)}T18:00"}, 422)
    assert office.refused_fields() == {"titles.en", "ends_at"}
    office.open("/operator/events")
    office.send("/operator/events", plan | {"register_until": "9999-12-31T23:59:59-23:59"}, 422)
    assert office.refused_fields() == {"register_until"}
    office.open("/operator/events")
    good = plan | {"titles.en": "Durian week", "ends_at": f"{day(9)}T17:00", "register_until": f"{day(8)}T18:00"}
    made = office.send("/operator/events", good).headers["Location"]
    fair_id = made.rpartition("/")[2]
    public.open(f"/events/{fair_id}", 404)
    office.open(made)
    office.send(f"{made}/acts", {"action": "open"})
    assert "Durian week" in public.open("/events")
    assert "榴莲周" in public.open("/zh/pavilions/TH")
    assert "09:00" in public.open(f"/events/{fair_id}")  # by the clock of the place
    assert re.search(r'name="description" content="[^"]*Durian week, \d', public.shown)
    assert "Log in to register" in public.shown
    found = Program(app).call("GET", f"/events/{fair_id}", 200)
    assert (found["zone"], found["starts_at"]) == ("Asia/Shanghai", f"{day(9)}T01:00:00Z")
    assert [row["id"] for row in Program(app).call("GET", "/events?country=TH", 200)["items"]] == [fair_id]


@pytest.fixture
def fair_id(market, judge, app):
    """An open fair of one seat in which the merchant takes part."""
    desk = Program(app, judge.token)
    times = {"starts_at": f"{day(9)}T09:00", "ends_at": f"{day(9)}T17:00", "register_until": f"{day(8)}T18:00"}
    body = {"kind": "fair", "titles": {"en": "Durian week"}, "place": factories.HUB, "capacity": 1, **times}
    made = desk.call("POST", "/events", 201, body | {"merchants": [str(market.merchant.company)]})["id"]
    desk.call("POST", f"/events/{made}/acts", 200, {"action": "open"})
    return made


def test_people_are_registered_wait_and_give_back(app, market, fair_id):
    public, buyer = Visitor(app), Visitor(app)
    buyer.log_in(market.buyer.login)
    buyer.open(f"/events/{fair_id}")
    guest = {"name": "Ms Hoa", "email": "hoa@demo.test", "follow_up": "1"}
    ticket = buyer.send(f"/account/events/{fair_id}", guest).headers["Location"]
    code = ticket.rpartition("/")[2]
    second = Program(app, market.buyer.token).call(
        "POST", f"/events/{fair_id}/registrations", 201, {"name": "Mr Nam", "email": "nam@demo.test"}
    )
    assert second["state"] == "waiting"
    assert "Ms Hoa" in public.open(ticket)
    entry = public.client.get(f"{ticket}/calendar.ics")
    assert "DTSTART:" in entry.text
    assert entry.mimetype == "text/calendar"
    assert f"/vi/events/tickets/{code}" in public.client.get(f"/vi{ticket}/calendar.ics").text.replace("\r\n ", "")
    town = Town(app)
    letters = {one.to: one for one in town.letters()}
    assert letters["hoa@demo.test"].subject == "Your seat: Durian week"
    assert f"/events/tickets/{code}" in letters["hoa@demo.test"].body
    assert letters["nam@demo.test"].subject == "On the waiting list: Durian week"
    assert "Show this page" in public.open(ticket)
    assert "calendar.ics" in public.shown
    waiting = public.open(f"/events/tickets/{second['code']}")
    assert "You wait for one" in waiting
    assert "Show this page" not in waiting
    assert "calendar.ics" not in waiting
    public.send(f"/events/tickets/{second['code']}/cancellation", {})
    assert "Mr Nam" not in public.open(f"/events/tickets/{second['code']}")
    public.open("/events/tickets/nobody-made-this", 404)


def test_the_door_the_follow_up_and_the_end(app, market, judge, fair_id):
    office, public, made = Visitor(app), Visitor(app), f"/operator/events/{fair_id}"
    office.enter(judge.actor)
    buyer = Program(app, market.buyer.token)
    hoa, nam = {"name": "Ms Hoa", "email": "hoa@demo.test"}, {"name": "Mr Nam", "email": "nam@demo.test"}
    guests = (hoa | {"follow_up": True}, nam)
    code, _ = (buyer.call("POST", f"/events/{fair_id}/registrations", 201, guest)["code"] for guest in guests)
    office.open(made)
    office.send(f"{made}/check-ins", {"code": "nobody's"}, 422)
    office.open(made)
    office.send(f"{made}/check-ins", {"code": code})
    desk = Program(app, judge.token)
    assert desk.problem("POST", f"/events/{fair_id}/check-ins", 409, {"code": code})[0] == "state"
    rows = desk.call("GET", f"/events/{fair_id}/registrations", 200)["items"]
    assert [(row["name"], row["state"]) for row in rows] == [("Ms Hoa", "attended"), ("Mr Nam", "waiting")]
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    assert "Durian week" in seller.open("/merchant/events")
    table = seller.client.get(f"/merchant/events/{fair_id}/visitors.csv").text
    assert "hoa@demo.test" in table
    assert "nam@demo.test" not in table
    rival = Program(app, market.thai.token)
    rival.call("GET", f"/merchant/events/{fair_id}/visitors", 404)
    rival.call("GET", "/events/all", 403)
    office.open(made)
    office.send(f"{made}/acts", {"action": "cancel"}, 422)
    assert office.refused_fields() == {"reason"}
    office.open(made)
    office.send(f"{made}/acts", {"action": "cancel", "reason": "Flood."})
    assert "Flood." in public.open(f"/events/{fair_id}")


def test_the_list_of_events_costs_the_same_however_many_there_are(app, market, judge):
    desk, public = Program(app, judge.token), Visitor(app)

    def plan():
        times = {"starts_at": f"{day(9)}T09:00", "ends_at": f"{day(9)}T17:00", "register_until": f"{day(8)}T18:00"}
        body = {"kind": "matchmaking", "titles": {"en": "Meet"}, "place": factories.HUB, "capacity": 9, **times}
        made = desk.call("POST", "/events", 201, body)["id"]
        desk.call("POST", f"/events/{made}/acts", 200, {"action": "open"})

    plan()
    few = statements_of(lambda: public.open("/events"))
    for _ in range(3):
        plan()
    assert statements_of(lambda: public.open("/events")) == few


def test_a_question_is_taken_answered_and_deleted(app, market, judge):
    public, office = Visitor(app), Visitor(app)
    public.open("/enquiries")
    public.send("/enquiries", {"kind": "exhibitor", "name": "Somsy", "email": "no address", "text": "How?"}, 422)
    assert public.refused_fields() == {"email"}
    public.open("/enquiries")
    public.send("/enquiries", {"kind": "exhibitor", "name": "Somsy", "email": "s@demo.test", "text": "How?"}, 422)
    assert public.refused_fields() == {"consent"}
    public.open("/enquiries")
    asked = {
        "kind": "exhibitor",
        "name": "Somsy",
        "email": "s@demo.test",
        "text": "How much is a booth?",
        "consent": "1",
    }
    fields = public.hidden("/enquiries") | asked
    for _ in range(2):  # two clicks are one question
        assert public.client.post("/enquiries", data=fields).status_code == 303
    desk = Program(app, judge.token)
    (row,) = desk.call("GET", "/enquiries", 200)["items"]
    assert (row["kind"], row["name"], row["state"]) == ("exhibitor", "Somsy", "open")
    office.enter(judge.actor)
    page = re.search(r"/operator/enquiries/[0-9a-f-]{36}", office.open("/operator/enquiries"))[0]
    assert "How much is a booth?" in office.open(page)
    office.send(f"{page}/taking", {})
    office.open(page)
    office.send(f"{page}/acts", {"action": "answer", "text": ""}, 422)
    assert office.refused_fields() == {"text"}
    office.open(page)
    office.send(f"{page}/acts", {"action": "answer", "text": "Nine a square metre."})
    letters = [one for one in Town(app).letters() if one.to == "s@demo.test"]
    assert [one.subject.split(":")[0] for one in letters] == [
        f"Our answer to your question {row['reference']}", "Your question is here",
    ]  # fmt: skip
    assert "Nine a square metre." in letters[0].body
    found = desk.call("GET", f"/enquiries/{row['id']}", 200)
    assert [each["action"] for each in found["texts"]] == ["question", "answer"]
    assert desk.problem("POST", f"/enquiries/{row['id']}/taking", 409)[0] == "enquiry_taken"
    office.open(page)
    office.send(f"{page}/erasure", {})
    assert "Nine a square metre." not in office.open(page)
    Program(app, market.buyer.token).call("GET", "/enquiries", 403)


def test_one_address_asks_little_a_minute(app, market, monkeypatch):
    limited = app.extensions["city.settings"].model_copy(update={"limits": "on"})
    monkeypatch.setitem(app.extensions, "city.settings", limited)
    monkeypatch.setitem(app.extensions, limits.EXTENSION, limits.OwnBrake())
    body = {"kind": "other", "name": "Somsy", "email": "s@demo.test", "text": "How?", "consent": True}
    codes = [app.test_client().post("/api/v1/enquiries", json=body).status_code for _ in range(5)]
    assert codes == [201] * 3 + [429] * 2
