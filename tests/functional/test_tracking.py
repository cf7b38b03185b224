"""Where the goods are: told by carriers and ports, expected anew, shown by links, sent to programs, withdrawn."""

import csv
import io
import json
import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.cargo import TransportEvent
from marketplace.logistics.tracing.models import ArrivalWarning
from marketplace.logistics.tracing.rules import signing
from marketplace.outbox.models import OutboxJob
from marketplace.worker import runner
from tests import factories
from tests.support.letters import letters
from tests.support.racing import at_once
from tests.support.receiving import receiving
from tests.support.visitors import Town, Visitor

pytestmark = pytest.mark.both_databases
HOUR = 3_600
OVER_BORDER = True


@pytest.fixture
def port(app, market):
    with unit_of_work() as session:
        return factories.trader(session, app, name="Pass Port", country="VN", kind=CompanyKind.AGENT, now=clock.now())


@pytest.fixture
def gone(way):
    """An order whose lorry has left."""
    way.secure()
    way.pack()
    way.hand_over()
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-204417"}), ("depart", {})):
        way.act(name, **body)
    return way


class Reporter:
    """A program of a company that reports, signed with its key."""

    def __init__(self, client, call, trader):
        self.client = client
        self.key = call(trader, "POST", "/tracking/keys", expect=201)

    def signed(self, raw, *, id=None, signed=None, secret=None, at=None, key=None):
        message, at = id or f"evt_{new_id().hex}", at or int(clock.now().timestamp())
        secret = secret or self.key["secret"]
        return {
            "webhook-key": key or self.key["key"],
            "webhook-id": message,
            "webhook-timestamp": str(at),
            "webhook-signature": signing.sign(secret, message_id=message, at=at, body=signed or raw),
        }

    def post(self, raw, headers, client=None):
        return (client or self.client).post(
            "/api/v1/tracking/events", data=raw, headers=headers, content_type="application/json"
        )

    def report(self, expect=201, *, id=None, signed=None, secret=None, at=None, key=None, **body):
        raw = json.dumps(body).encode()
        answer = self.post(raw, self.signed(raw, id=id, signed=signed, secret=secret, at=at, key=key))
        assert answer.status_code == expect, answer.text
        return answer.get_json()


@pytest.fixture
def carrier(client, call, market):
    return Reporter(client, call, market.carrier)


def moment(hours=0.0):
    return (clock.now() + timedelta(hours=hours)).isoformat()


def said(gone, code=16, place="VN-HUUNGHI", hours=0.0, classifier="actual", **more):
    departure = gone.booking["departure"] if "house_waybill" not in more else None
    given = {"code": code, "classifier": classifier, "place": place, "event_at": moment(hours)}
    return given | ({"departure": departure} if departure else {}) | more


def expected(way):
    return {row["place"]: row["estimated_at"] for row in way.seen()["stop_times"]}


def noted(way):
    return [(row["code"], row["classifier"], row["reported"]) for row in way.line()["timeline"]["transport_events"]]


def test_reports_come_twice_late_in_any_order_and_are_withdrawn(gone, carrier, call, market, later):
    later(20 * HOUR)
    first = carrier.report(**said(gone, code=31, place=None), id="evt-1")
    assert first["event_id"]
    body = said(gone, code=31, place=None, hours=-9)
    carrier.report(409, **body, id="evt-1")
    # The same message again has the first outcome, whatever came of the lorry since.
    twice = said(gone, code=1, place="CN-YOUYIGUAN", hours=-1)
    one, two = (carrier.report(**twice, id="evt-2") for _ in range(2))
    assert one == two
    # What happened before is learned after: the later place counts, and nothing is expected before it.
    later(22 * HOUR)
    crossed = carrier.report(**said(gone, code=16, hours=-1))
    before = expected(gone)
    carrier.report(**said(gone, code=1, place="CN-YOUYIGUAN", hours=-19))
    assert expected(gone) == before
    assert [row for row in noted(gone) if row[0] == 16] == [(16, "actual", True)]
    withdrawn = carrier.report(retracts=crossed["event_id"], id="evt-3")
    assert withdrawn["event_id"] is None
    assert carrier.report(retracts=crossed["event_id"], id="evt-3") == withdrawn
    carrier.report(409, retracts=crossed["event_id"])
    assert not [row for row in noted(gone) if row[0] == 16]
    # Withdrawn and said right in one message.
    right = carrier.report(**said(gone, code=16, hours=-0.5), retracts=one["event_id"])
    assert right["event_id"]
    assert right["retraction_id"]
    shown = gone.seen()
    assert {row["id"] for row in shown["retracted_events"]} == {crossed["event_id"], one["event_id"]}
    carrier.report(404, retracts=gone.line()["timeline"]["transport_events"][0]["id"])
    assert shown["state"] == "departed"


def test_a_report_that_comes_five_times_at_once_is_noted_once(app, gone, carrier, later):
    later(HOUR)
    raw = json.dumps(said(gone, code=31, place=None)).encode()
    headers = carrier.signed(raw, id="evt-at-once")
    answers = at_once(app, [lambda: carrier.post(raw, headers, app.test_client())] * 5)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["event_id"] for answer in answers}) == 1
    assert [row for row in noted(gone) if row[0] == 31] == [(31, "actual", True)]


def test_only_signed_reports_of_ones_own_lorries_are_taken(gone, carrier, port, client, call, market, operator, later):
    later(HOUR)
    body = said(gone)
    carrier.report(401, **body, secret=signing.secret_of(b"other" * 8))
    carrier.report(401, **body, signed=b"{}")
    carrier.report(401, **body, key="rk_unknown")
    carrier.report(401, **body, at=int(clock.now().timestamp()) - 301)
    carrier.report(404, **body | {"departure": "DEP-XXXX-XXXX"})
    carrier.report(404, **{name: value for name, value in body.items() if name != "departure"}, house_waybill="HWB-X")
    assert client.post("/api/v1/tracking/events", json=body).status_code == 401
    refused = carrier.report(422, place="VN-HUUNGHI")
    assert {row["field"] for row in refused["errors"]} == {
        "code",
        "classifier",
        "event_at",
        "departure",
        "house_waybill",
    }
    for field, value in (("code", 6), ("code", 99), ("place", "XX"), ("event_at", moment(1))):
        assert [row["field"] for row in carrier.report(422, **body | {field: value})["errors"]] == [field]
    for hours in (-9_000, 9_000):
        carrier.report(422, **body | {"classifier": "estimated", "event_at": moment(hours)})
    elsewhere = Reporter(client, call, port)
    elsewhere.report(404, **body)
    post = {"company": str(port.actor.company_id), "place": "VN-HUUNGHI"}
    made = call(operator, "POST", "/tracking/posts", json=post, expect=201)
    call(operator, "POST", "/tracking/posts", json=post, expect=409)
    call(operator, "POST", "/tracking/posts", json=post | {"place": "XX"}, expect=404)
    trading = post | {"company": str(market.buyer.actor.company_id)}
    call(operator, "POST", "/tracking/posts", json=trading, expect=422)
    assert [row["company"] for row in call(operator, "GET", "/tracking/posts")["items"]] == ["Pass Port"]
    assert "Pass Port" in [row["name"] for row in call(operator, "GET", "/tracking/reporters")["items"]]
    elsewhere.report(**body)
    elsewhere.report(422, **body | {"place": "CN-YOUYIGUAN"})
    elsewhere.report(422, **body | {"place": None})
    waybill = gone.seen()["manifest"]["content"]["consignments"][0]["house_waybill"]
    elsewhere.report(**said(gone, code=17, house_waybill=waybill))
    assert (17, "actual", True) in noted(gone)
    call(operator, "DELETE", f"/tracking/posts/{made['id']}", expect=204)
    call(operator, "DELETE", f"/tracking/posts/{made['id']}", expect=404)
    elsewhere.report(404, **body)
    assert [row["key"] for row in call(port, "GET", "/tracking/keys")["items"]] == [elsewhere.key["key"]]
    call(market.carrier, "DELETE", f"/tracking/keys/{elsewhere.key['id']}", expect=404)
    for _ in range(2):
        call(port, "DELETE", f"/tracking/keys/{elsewhere.key['id']}", expect=204)
    elsewhere.report(401, **body)
    for _ in range(10):
        call(port, "POST", "/tracking/keys", expect=201)
    call(port, "POST", "/tracking/keys", expect=409)


def test_a_lorry_much_later_than_promised_is_told_once(app, gone, carrier, market, later):
    town = Town(app)
    promised = gone.seen()["stop_times"][-1]["planned_at"]
    late = {"code": 1, "place": factories.HANOI, "classifier": "estimated"}

    def told():
        with app.app_context():
            runner.run_due(app)
        return [one for one in letters(town, market.buyer) if one.subject.startswith("Expected later")]

    arrival = datetime.fromisoformat(promised)
    for hours, count in ((6, 0), (7, 1), (30, 1)):
        at = (arrival + timedelta(hours=hours)).isoformat()
        carrier.report(**said(gone) | late | {"event_at": at})
        assert len(told()) == count
    (letter,) = told()
    assert gone.order()["reference"] in letter.subject
    assert not [one for one in letters(town, market.merchant) if one.subject.startswith("Expected later")]
    assert reading().scalar(sa.select(sa.func.count()).select_from(ArrivalWarning)) == 1
    reading().rollback()
    # What moved by less than a quarter of an hour is not noted; a withdrawal brings the plan back.
    known = expected(gone)[factories.HANOI]
    near = (datetime.fromisoformat(known) + timedelta(minutes=14)).isoformat()
    last = carrier.report(**said(gone) | late | {"event_at": near})
    assert expected(gone)[factories.HANOI] == near.replace("+00:00", "Z")
    worked_out = sa.select(sa.func.count()).where(
        TransportEvent.classifier == "estimated", TransportEvent.reported_by.is_(None)
    )
    before = reading().scalar(worked_out)
    reading().rollback()
    carrier.report(retracts=last["event_id"])
    assert reading().scalar(worked_out) == before
    reading().rollback()


def test_an_operator_withdraws_and_notes_and_others_see_what_stands(gone, call, market, operator):
    departure = gone.booking["departure_id"]
    left = next(row for row in gone.seen()["events"] if row["code"] == 24)
    path = f"/departures/{departure}/events"
    call(market.carrier, "POST", f"{path}/{left['id']}/retraction", expect=403)
    call(operator, "POST", f"{path}/{new_id()}/retraction", expect=404)
    call(operator, "POST", f"{path}/{left['id']}/retraction", expect=201)
    call(operator, "POST", f"{path}/{left['id']}/retraction", expect=409)
    assert 24 not in {row["code"] for row in gone.line()["timeline"]["transport_events"]}
    body = {"code": 24, "place": factories.HUB, "event_at": moment(-2)}
    call(operator, "POST", path, json=body, expect=201)
    call(operator, "POST", path, json=body | {"code": 99}, expect=422)
    call(operator, "POST", path, json=body | {"place": "XX"}, expect=422)
    call(operator, "POST", path, json=body | {"event_at": moment(2)}, expect=422)
    assert gone.seen()["stop_times"][0]["actual_at"] == body["event_at"].replace("+00:00", "Z")
    call(operator, "POST", path, json=body | {"code": 1, "place": factories.HANOI, "classifier": "estimated",
         "event_at": moment(200)}, expect=201)  # fmt: skip
    assert expected(gone)[factories.HANOI]


def test_a_link_shows_places_and_times_until_it_is_revoked_or_long_over(gone, client, call, market, later):
    booking = gone.booking["id"]
    path = f"/bookings/{booking}/tracking-links"
    for stranger, status in ((market.thai, 404), (market.carrier, 403)):
        call(stranger, "POST", path, expect=status)
        call(stranger, "GET", path, expect=status)
    made = call(market.buyer, "POST", path, expect=201)
    other = call(market.merchant, "POST", path, expect=201)
    assert [row["id"] for row in call(market.merchant, "GET", path)["items"]] == [other["id"], made["id"]]
    token = made["url"].rpartition("/")[2]
    assert len(token) >= 22
    assert call(market.buyer, "GET", path)["items"][1]["url"] == made["url"]
    for language, title in (("", "Where the goods are"), ("/zh", "货物在哪里"), ("/vi", "Hàng đang ở đâu")):
        page = client.get(f"{language}/track/{token}")
        assert page.status_code == 200
        assert title in page.text
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        for secret in ("Jialing", "Hanoi Trading", "Regular Lorry", "Chain", "CNY", gone.order()["reference"], "HWB-"):
            assert secret not in page.text
    public = client.get(f"/api/v1/track/{token}").get_json()
    assert (public["state"], public["to"]) == ("in_transit", factories.HANOI)
    assert public["stops"][0]["actual_at"]
    assert {row["code"] for row in public["events"]} == {13, 15, 24}
    assert set(public) == {"state", "to", "stops", "events"}
    for stranger in (market.thai, market.carrier):
        call(stranger, "DELETE", f"/tracking-links/{made['id']}", expect=404 if stranger is market.thai else 403)
    for _ in range(2):
        call(market.merchant, "DELETE", f"/tracking-links/{made['id']}", expect=204)
    for path in (f"/api/v1/track/{token}", f"/track/{token}", "/track/unknown", "/api/v1/track/unknown"):
        assert client.get(path).status_code == 404
    gone.act("at-border")
    gone.act("clear")
    gone.act("arrive")
    gone.receive(cartons=10)
    path = f"/track/{other['url'].rpartition('/')[2]}"
    assert client.get(path).status_code == 200
    later(29 * 24 * HOUR)
    assert client.get(path).status_code == 200
    later(31 * 24 * HOUR)
    assert client.get(path).status_code == 404


def test_a_program_gets_each_event_signed_until_its_address_is_gone(app, gone, call, market, later):
    with receiving() as program:
        made = call(market.buyer, "POST", "/tracking/hooks", json={"url": program.url}, expect=201)
        gone.act("at-border")
        runner.run_due(app)
        event, *estimates = program.events(made["secret"])
        assert (event["type"], event["data"]["code"], event["data"]["epcis_step"]) == ("tracking.event", 1, "arriving")
        assert [row["reference"] for row in event["data"]["bookings"]] == [gone.booking["reference"]]
        # It left days before its time: it is expected earlier than planned.
        assert {row["data"]["classifier"] for row in estimates} == {"estimated"}
        for sent in call(market.buyer, "GET", "/tracking/deliveries")["items"]:
            assert (sent["state"], sent["attempts"], sent["last_status"]) == ("delivered", 1, 204)
        # An answer that sends elsewhere is no yes, and nothing follows it.
        program.status = 302
        gone.act("clear")
        runner.run_due(app)
        assert {row["state"] for row in call(market.buyer, "GET", "/tracking/deliveries")["items"]} == {
            *("delivered", "pending")
        }
        program.status, before = 200, len(program.came)
        later(10)
        runner.run_due(app)
        again = [headers["webhook-id"] for headers, _ in program.came[before:]]
        assert set(again) <= {headers["webhook-id"] for headers, _ in program.came[:before]}
        assert {row["state"] for row in call(market.buyer, "GET", "/tracking/deliveries")["items"]} == {"delivered"}
        (hook,) = call(market.buyer, "GET", "/tracking/hooks")["items"]
        assert (hook["failures"], hook["failing_since"]) == (0, None)
        program.status = 410
        gone.act("arrive")
        runner.run_due(app)
    (hook,) = call(market.buyer, "GET", "/tracking/hooks")["items"]
    assert hook["ended_because"] == "gone"
    assert "Tracking events are not sent to your address any more" in [
        one.subject for one in letters(Town(app), market.buyer)
    ]
    call(market.merchant, "DELETE", f"/tracking/hooks/{made['id']}", expect=404)
    call(market.buyer, "DELETE", f"/tracking/hooks/{made['id']}", expect=204)
    assert call(market.buyer, "GET", "/tracking/hooks")["items"] == []


def test_an_address_that_takes_nothing_for_half_a_day_is_given_up(app, gone, call, market, later):
    with receiving() as program:
        program.status = 500
        made = call(market.carrier, "POST", "/tracking/hooks", json={"url": program.url}, expect=201)
        gone.act("at-border")
        for hours in (0, 0.01, 0.2, 1, 4, 10, 21, 40):
            later(int(hours * HOUR))
            runner.run_due(app)
        sent = call(market.carrier, "GET", "/tracking/deliveries")["items"]
        # The last attempt of the first was one too many; the others wait for none after it.
        assert sorted(row["attempts"] for row in sent) == [*(len(sent) - 1) * [6], 7]
        assert len(program.came) == 6 * len(sent) + 1
        assert {(row["state"], row["last_status"]) for row in sent} == {("failed", 500)}
        (hook,) = call(market.carrier, "GET", "/tracking/hooks")["items"]
        assert hook["ended_because"] == "failing"
        gone.act("clear")
        runner.run_due(app)
        assert len(program.came) == 6 * len(sent) + 1
    unfinished = sa.select(sa.func.count()).where(OutboxJob.name == "deliver_tracking", OutboxJob.state == "failed")
    assert reading().scalar(unfinished) == 0
    reading().rollback()
    # Nobody listens there any more: no answer is an attempt like any other.
    for number in range(5):
        body = {"url": f"{program.url}&number={number}"}
        made = call(market.carrier, "POST", "/tracking/hooks", json=body, expect=201)
    call(market.carrier, "POST", "/tracking/hooks", json=body, expect=409)
    call(market.carrier, "POST", "/tracking/hooks", json={"url": "ftp://example.com"}, expect=422)
    gone.act("arrive")
    runner.run_due(app)
    assert {row["last_status"] for row in call(market.carrier, "GET", "/tracking/deliveries")["items"][:5]} == {None}
    call(market.carrier, "DELETE", f"/tracking/hooks/{made['id']}", expect=204)
    later(41 * HOUR)
    runner.run_due(app)
    mine = [row for row in call(market.carrier, "GET", "/tracking/deliveries")["items"] if row["hook_id"] == made["id"]]
    assert {row["state"] for row in mine} == {"failed"}


def test_everybody_reads_the_events_of_what_is_theirs(gone, call, client, market):
    mine = [call(trader, "GET", "/tracking/events") for trader in (market.buyer, market.merchant, market.carrier)]
    codes = [[row["code"] for row in page["items"]] for page in mine]
    assert codes[0] == codes[1] == codes[2]
    assert {13, 15, 24, 1} == set(codes[0])
    assert mine[0]["items"][0]["bookings"][0]["reference"] == gone.booking["reference"]
    assert call(market.thai, "GET", "/tracking/events")["items"] == []
    last = mine[0]["items"][-1]["recorded_at"]
    assert call(market.buyer, "GET", f"/tracking/events?since={last}")["items"] == []
    assert call(market.buyer, "GET", "/tracking/events?cursor=x", expect=422)
    answer = client.get("/api/v1/tracking/events?format=csv", headers=market.buyer.headers)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["code"]) for row in rows] == codes[0]
    assert {row["epcis_step"] for row in rows if row["code"] == "15"} == {"loading"}
    assert rows[-1]["bookings"] == gone.booking["reference"]


def follow(visitor, answer):
    return visitor.open(answer.headers["Location"].replace("http://localhost", ""))


def test_a_party_shares_the_way_of_its_goods_by_page(app, gone, market):
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    order, booking = f"/orders/{gone.order_id}", gone.booking["id"]
    assert f"{order}/tracking" in buyer.open(order)
    assert "Taken in at the hub" in buyer.open(f"{order}/tracking")
    made = follow(buyer, buyer.send(f"{order}/bookings/{booking}/tracking", {}))
    (link,) = set(re.findall(r"/track/[\w-]{22}", made))
    assert "Departed" in Visitor(app).open(link)
    (revoke,) = set(re.findall(rf"{order}/tracking/[\w-]+/revoke", made))
    assert link not in follow(buyer, buyer.send(revoke, {}))
    Visitor(app).open(link, 404)
    buyer.open(f"{order}/tracking")
    fields = buyer.hidden(f"{order}/bookings/{booking}/tracking")
    assert buyer.client.post(f"{order}/bookings/{new_id()}/tracking", data=fields).status_code == 404
    for _ in range(20):
        follow(buyer, buyer.send(f"{order}/bookings/{booking}/tracking", {}))
    buyer.send(f"{order}/bookings/{booking}/tracking", {}, 409)
    assert "There are 20 links to this booking already." in buyer.text()


def test_what_nobody_noted_in_time_is_overdue_on_every_page(app, gone, call, market, later):
    made = call(market.buyer, "POST", f"/bookings/{gone.booking['id']}/tracking-links", expect=201)
    looks = [
        (None, f"/track/{made['url'].rpartition('/')[2]}"),
        (market.buyer.login, f"/orders/{gone.order_id}/tracking"),
        (market.carrier.login, f"/lorries/{gone.booking['departure_id']}"),
    ]
    people = [(Visitor(app), path) for _, path in looks]
    for (login, _), (person, _) in zip(looks, people, strict=True):
        if login:
            person.log_in(login)
    assert [path for person, path in people if "overdue" in person.open(path)] == []
    later(20 * 24 * HOUR)
    for (login, _), (person, _) in zip(looks, people, strict=True):
        if login:  # a session ends meanwhile
            person.log_in(login)
    assert [path for person, path in people if "overdue" not in person.open(path)] == []


def test_a_border_report_is_refused_on_the_clock_of_the_border(app, gone, market):
    haulier = Visitor(app)
    haulier.log_in(market.carrier.login)
    lorry = f"/lorries/{gone.booking['departure_id']}"
    haulier.open(f"{lorry}/at-border")
    tomorrow = f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    haulier.send(f"{lorry}/at-border", {"place": "CN-YOUYIGUAN", "happened_at": tomorrow}, 422)
    assert "UTC+08 or earlier" in haulier.text()


def test_a_company_connects_its_programs_by_page(app, gone, market):
    carrier = Visitor(app)
    carrier.log_in(market.carrier.login)
    assert "/account/tracking" in carrier.open("/account")
    assert "/account/tracking" in carrier.open("/partner/consignments")
    assert "Departed" in carrier.open("/account/tracking")
    carrier.send("/account/tracking/keys", {}, 200)
    assert re.search(r"rk_[0-9a-f]{24}", carrier.shown)
    assert "whsec_" in carrier.shown
    shown = carrier.open("/account/tracking")
    assert "whsec_" not in shown
    (revoke,) = set(re.findall(r"/account/tracking/keys/[\w-]+/revoke", shown))
    assert "rk_" not in follow(carrier, carrier.send(revoke, {}))
    carrier.send("/account/tracking/hooks", {"url": "nowhere"}, 422)
    assert carrier.refused_fields() == {"url"}
    carrier.send("/account/tracking/hooks", {"url": "http://127.0.0.1:9/"}, 200)
    assert "whsec_" in carrier.shown
    gone.act("at-border")
    runner.run_due(app)
    shown = carrier.open("/account/tracking")
    assert re.search("failures? in a row", shown)
    (end,) = set(re.findall(r"/account/tracking/hooks/[\w-]+/end", shown))
    assert "127.0.0.1:9" not in follow(carrier, carrier.send(end, {}))
    for _ in range(10):
        carrier.send("/account/tracking/keys", {}, 200)
    carrier.send("/account/tracking/keys", {}, 409)
    assert carrier.client.get("/account/tracking/events.csv").mimetype == "text/csv"


def test_operators_note_withdraw_and_say_who_reports_by_page(app, gone, operator, port, later):
    visitor = Visitor(app)
    visitor.enter(operator.actor)
    later(60)
    path = f"/operator/departures/{gone.booking['departure_id']}"
    shown = visitor.open(path)
    assert "Planned, expected, happened" in shown
    visitor.open(f"{path}/tracking")
    at = (clock.now() + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
    note = {"code": "31", "classifier": "actual", "place": factories.HUB, "event_at": at}
    assert "En route" in follow(visitor, visitor.send(f"{path}/events", note))
    visitor.open(f"{path}/tracking")
    visitor.send(f"{path}/events", note | {"event_at": "2026-03-02T25:00"}, 422)
    assert visitor.refused_fields() == {"event_at"}
    noted = next(row["id"] for row in gone.seen()["events"] if row["code"] == 31)
    visitor.open(path)
    shown = follow(visitor, visitor.send(f"{path}/events/{noted}/retraction", {}))
    assert re.search(r"<del>[^<]*En route", shown)
    visitor.open(f"{path}/tracking")
    fields = visitor.hidden(f"{path}/events")
    assert visitor.client.post(f"{path}/events/{noted}/retraction", data=fields).status_code == 409
    visitor.open("/operator/tracking")
    post = {"company": str(port.actor.company_id), "place": "VN-HUUNGHI"}
    shown = follow(visitor, visitor.send("/operator/tracking", post))
    visitor.send("/operator/tracking", post, 409)
    (end,) = set(re.findall(r"/operator/tracking/[\w-]+/withdraw", shown))
    assert end not in follow(visitor, visitor.send(end, {}))
