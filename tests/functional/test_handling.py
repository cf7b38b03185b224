"""What phones send of cargo that somebody handled: once each, put together, kept apart from what is others'."""

import json
from io import BytesIO

import pytest

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.handling import act, item, send, taken, told, work
from tests.support.pictures import png
from tests.support.visitors import visitor

pytestmark = pytest.mark.both_databases


@pytest.fixture
def packed(way):
    return way.secure().pack() and way


def test_two_phones_that_took_in_and_loaded_the_same_did_it_once(packed):
    way = packed
    way.act("close")
    mine = [taken(way), act(way, "load", minutes=-50, pieces=10)]
    other = [taken(way, minutes=-59, device="phone-2"), act(way, "load", minutes=-49, device="phone-2", pieces=10)]
    assert told(way, *mine) == ["applied", "applied"]
    assert told(way, *mine) == ["already_applied", "already_applied"]
    assert told(way, *other, trader=way.market.carrier) == ["applied", "applied"]
    found = item(way)
    assert (found["received"], found["loaded"], found["gross_kg"], found["state"]) == (10, 10, "125.000", "loaded")
    assert work(way)["conflicts"] == []


def test_loads_wait_for_what_another_phone_received(packed):
    way = packed
    way.act("close")
    assert told(way, act(way, "load", pieces=10)) == ["applied"]
    assert item(way)["state"] == "confirmed"
    assert told(way, taken(way, pieces=6, minutes=-70, device="phone-2")) == ["applied"]
    # All that the hub has of it is on the lorry; more of it comes, and is on the lorry, too.
    assert (item(way)["state"], item(way)["loaded"]) == ("loaded", 6)
    assert told(way, taken(way, first=7, pieces=4, minutes=-65, device="phone-3")) == ["applied"]
    found = item(way)
    assert (found["received"], found["loaded"], found["gross_kg"], found["state"]) == (10, 10, "125.000", "loaded")


def test_what_is_taken_off_the_lorry_again_is_loaded_by_another_act(packed):
    way = packed
    way.act("close")
    assert told(way, taken(way), act(way, "load", minutes=-50, pieces=10)) == ["applied", "applied"]
    assert item(way)["loaded"] == 10
    way.act("unload", bookings=[way.booking["id"]])
    assert item(way)["loaded"] == 0
    late = [taken(way, minutes=-58, device="phone-2"), act(way, "load", minutes=-49, device="phone-2", pieces=10)]
    assert told(way, *late, trader=way.market.carrier) == ["applied", "applied"]
    assert (item(way)["loaded"], way.booking["state"]) == (0, "cargo_received")
    assert told(way, act(way, "load", minutes=0, pieces=10)) == ["applied"]
    assert (item(way)["loaded"], way.booking["state"]) == (10, "loaded")


def test_what_was_weighed_last_counts_and_the_difference_is_shown(packed):
    way = packed
    late = taken(way, gross_kg="126.5", device="phone-2", minutes=-10)
    assert told(way, late) == ["applied"]
    early = taken(way, gross_kg="120", minutes=-30)
    (answer,) = send(way, early)
    assert answer["answer"] == "conflict"
    assert answer["difference"]["counts"]["gross_kg"] == "126.500"
    assert item(way)["gross_kg"] == "126.500"
    (conflict,) = work(way)["conflicts"]
    assert (conflict["counts"]["device"], conflict["other"]["gross_kg"]) == ("phone-2", "120.000")
    again = taken(way, gross_kg="125.2", minutes=-5, base=work(way)["version"])
    assert told(way, again) == ["applied"]
    assert (item(way)["gross_kg"], item(way)["received"]) == ("125.200", 10)


def test_an_act_names_cartons_by_a_label_and_is_refused_in_words(packed):
    way = packed
    first, last = item(way)["labels"]
    assert told(way, taken(way, booking=None, label=f"(00){first}", pieces=9)) == ["applied"]
    assert item(way)["next"] == 10
    assert told(way, taken(way, booking=None, label=last, pieces=1)) == ["applied"]
    refused = [
        (taken(way, label="104099999999000004", booking=None), "label"),
        (taken(way, pieces=11), "pieces"),
        (taken(way, pieces=1, gross_kg=None), "gross_kg"),
        (taken(way, minutes=60 * 24), "done_at"),
        (act(way, "seal"), "seals"),
        (act(way, "receive", booking=None), "booking"),
    ]
    for sent, field in refused:
        (answer,) = send(way, sent)
        assert (answer["answer"], answer["problem"]["errors"][0]["field"]) == ("refused", field)
        assert answer["problem"]["errors"][0]["message"]
    assert item(way)["received"] == 10


def test_an_act_that_a_missing_paper_refuses_is_kept_as_refused(packed):
    way = packed
    papers = f"/order-lines/{way.line_id}/papers"
    way.call(way.market.merchant, "PUT", papers, key="wood-1", json={"wood": "wood"}, expect=200)
    way.act("close")
    assert told(way, taken(way), act(way, "load", minutes=-50, pieces=10)) == ["applied", "applied"]
    doors = act(way, "seal", minutes=-40, seals=["CN-1"])
    (answer,) = send(way, doors)
    assert (answer["answer"], answer["problem"]["type"]) == ("refused", "urn:city:problem:papers_missing")
    kept = next(one for one in work(way)["acts"] if one["id"] == doors["id"])
    assert (kept["outcome"], kept["refusal"]) == ("refused", "papers_missing")
    marked = {"wood": "wood", "wood_marks": ["CN-440001-HT"]}
    way.call(way.market.merchant, "PUT", papers, key="wood-2", json=marked, expect=200)
    assert told(way, doors) == ["applied"]
    kept = next(one for one in work(way)["acts"] if one["id"] == doors["id"])
    assert (kept["outcome"], kept["refusal"]) == ("applied", None)


def test_one_id_is_one_act_and_no_other_companys(packed):
    way = packed
    sent = taken(way)
    assert told(way, sent) == ["applied"]
    assert told(way, sent | {"gross_kg": "130"}) == ["refused"]
    assert told(way, sent, trader=way.market.carrier) == ["refused"]
    assert send(way, sent, trader=way.market.buyer, expect=403)
    assert work(way, trader=way.market.carrier)["cargo"][0]["received"] == 10
    work(way, trader=way.market.merchant, expect=403)


def test_a_carrier_works_a_whole_departure_by_acts(packed):
    way, carrier = packed, packed.market.carrier
    way.act("close")
    assert told(way, taken(way), act(way, "load", minutes=-50), trader=carrier) == ["applied", "applied"]
    seals = act(way, "seal", minutes=-40, seals=["CQ-1", "CQ-2"])
    assert told(way, seals, trader=carrier) == ["applied"]
    assert told(way, act(way, "seal", minutes=-39, seals=["CQ-1"], device="phone-2")) == ["applied"]
    assert told(way, act(way, "gate_out", minutes=-30), trader=carrier) == ["applied"]
    assert told(way, act(way, "gate_out", minutes=-29, device="phone-2")) == ["applied"]
    seen = work(way)
    assert (seen["seals"], seen["state"]) == (["CQ-1", "CQ-2"], "departed")
    arrived = told(way, act(way, "arrived", minutes=0), act(way, "stripped", minutes=0), trader=carrier)
    assert arrived == ["applied", "applied"]
    assert told(way, act(way, "out_for_delivery", minutes=0), trader=carrier) == ["applied"]
    halves = [
        act(way, "receipt", minutes=0, pieces=4, damaged=1, damage="wet", signed=True),
        act(way, "receipt", minutes=0, first=5, pieces=6, device="phone-2"),
        act(way, "receipt", minutes=0, first=1, pieces=4, device="phone-3"),
    ]
    assert told(way, halves[0], trader=carrier) == ["applied"]
    assert item(way)["counted"] == 4
    assert told(way, halves[2], trader=carrier) == ["conflict"]
    assert told(way, halves[1], trader=carrier) == ["applied"]
    found = item(way)
    assert (found["counted"], found["state"]) == (10, "completed")
    receipts = way.seen()["bookings"][0]["receipts"]
    assert [(one["cartons"], one["damaged_cartons"]) for one in receipts] == [(4, 1), (6, 0)]


def test_goods_that_did_not_come_are_not_counted_and_later_acts_go_on(packed):
    way = packed
    way.act("close")
    early, good = act(way, "receipt", minutes=-70, pieces=1), taken(way)
    (refused, applied) = send(way, early, good)
    assert (refused["answer"], refused["problem"]["type"]) == ("refused", "urn:city:problem:state")
    assert refused["problem"]["title"]
    assert applied["answer"] == "applied"
    assert told(way, act(way, "receipt", minutes=-50, pieces=1)) == ["refused"]


def test_doors_are_not_sealed_on_what_another_phone_may_have_loaded(packed):
    way = packed
    assert told(way, taken(way)) == ["applied"]
    way.act("close")
    (answer,) = send(way, act(way, "seal", seals=["CQ-1"]))
    assert (answer["answer"], answer["problem"]["type"]) == ("refused", "urn:city:problem:not_aboard")


def test_a_page_without_script_does_one_act_a_form(app, packed):
    way, path = packed, f"/operator/departures/{packed.booking['departure_id']}/work"
    reader = visitor(app, way.operator)
    assert "Take in" in reader.open(path)
    form = {
        "booking": way.booking["id"],
        "pieces": "10",
        "gross_kg": "125",
        "m3": "0.96",
        "damaged": "1",
        "damage": "wet",
        "remarks": "Wet at one corner",
    }
    reader.send(path, form | {"gross_kg": "", "photos": (BytesIO(png()), "wet.png")}, status=422)
    assert 'id="error-receive-gross_kg"' in reader.shown
    reader.send(path, form | {"photos": (BytesIO(png()), "wet.png")})
    assert item(way)["received"] == 10
    (done,) = work(way)["acts"]
    assert (done["remarks"], done["content"]["damaged"], len(done["photos"])) == ("Wet at one corner", 1, 1)
    shown = f"{done['id']}/files/{done['photos'][0]}"
    way.call(way.market.buyer, "GET", f"/handling-acts/{shown}", expect=403)
    assert reader.client.get(f"/partner/handled/{shown}").status_code == 200
    assert "Wet at one corner" in reader.open(path)


def test_a_batch_from_a_page_answers_each_act(app, packed):
    way, path = packed, f"/partner/departures/{packed.booking['departure_id']}/work"
    reader = visitor(app, way.market.carrier)
    reader.open(path)
    good, bad = taken(way), taken(way, gross_kg="heavy")
    files = {f"photos.{good['id']}": (BytesIO(png()), "box.png")}
    sent = reader.hidden(path) | {"acts": json.dumps([good, bad, {"kind": "dance"}])} | files
    answers = reader.client.post(path, data=sent).get_json()["answers"]
    assert {one["id"]: one["answer"] for one in answers} == {good["id"]: "applied", bad["id"]: "refused", "": "refused"}
    assert len(work(way)["acts"][0]["photos"]) == 1
    for acts in ("no JSON", '{"id": 1}', '["act"]', f"[{'1,' * 100}1]"):
        answer = reader.client.post(path, data=reader.hidden(path) | {"acts": acts})
        assert answer.status_code in (400, 422), answer.text


def test_a_carrier_sees_its_own_departures_only(app, packed):
    way = packed
    path = f"/partner/departures/{way.booking['departure_id']}/work"
    visitor(app, way.market.carrier).open(path)
    with unit_of_work() as session:
        other = factories.trader(session, app, name="Another", country="CN", kind=CompanyKind.CARRIER, now=clock.now())
    visitor(app, other).open(path, 404)
    way.call(other, "GET", f"/departures/{way.booking['departure_id']}/work", expect=404)
    (answer,) = send(way, taken(way), trader=other)
    assert answer["problem"]["status"] == 404


def test_the_worker_that_keeps_lists_stands_at_the_root(client):
    with client.get("/work-worker.js") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
