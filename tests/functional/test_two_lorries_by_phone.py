"""Goods change lorry by phones without a network: counted by labels, once, and loaded on the second lorry."""

from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.reports import queries as reports
from tests.support.two_lorries import Rode, open_roads
from tests.support.visitors import Visitor, enrolled

pytestmark = pytest.mark.both_databases
OVER_BORDER = True


@pytest.fixture
def there(app, call, market, operator):
    """Ten cartons that the first lorry has brought to the place of change."""
    rode = Rode(call, open_roads(app, market), operator)
    rode.place().confirm().to_hub()
    rode.leaves()
    return rode


def act(rode, kind, minutes=-30, device="phone-1", **said):
    booking = rode.booking(second=True)
    return {
        "id": str(uuid4()),
        "kind": kind,
        "departure": booking["departure_id"],
        "device": device,
        "done_at": (clock.now() + timedelta(minutes=minutes)).isoformat(),
    } | ({"booking": booking["id"]} | said if "label" not in said else said)


def told(rode, *acts, trader=None):
    sent = rode.call(trader or rode.roads.second, "POST", "/handling-acts", json={"acts": acts}, expect=200)
    return [one["answer"] if one["answer"] != "refused" else one["problem"]["type"] for one in sent["answers"]]


def work(rode, second=True, trader=None):
    path = f"/departures/{rode.booking(second)['departure_id']}/work"
    return rode.call(trader or rode.operator, "GET", path, expect=200)["cargo"]


def test_two_phones_count_what_the_first_lorry_brought_and_it_changes_hands_once(there):
    rode = there
    ((first,), (second,)) = work(rode, second=False), work(rode)
    assert first["goes_on_by"]["departure"] == rode.booking(second=True)["departure"]
    assert second["comes_by"]["departure"] == rode.booking()["departure"]
    assert (second["labels"], second["received"], second["cartons"]) == (first["labels"], 0, 10)
    begin, end = second["labels"]
    assert told(rode, act(rode, "receive", first=1, pieces=6)) == ["applied"]
    assert (work(rode)[0]["received"], rode.states()) == (6, ("arrived", "confirmed"))
    # Another phone counted two of the same, and the rest by the label of the last carton.
    other = [
        act(rode, "receive", minutes=-29, device="phone-2", first=5, pieces=5),
        act(rode, "receive", minutes=-28, device="phone-2", label=f"(00){end}"),
    ]
    assert told(rode, *other) == ["applied", "applied"]
    assert told(rode, *other) == ["already_applied", "already_applied"]
    assert rode.states() == ("completed", "cargo_received")
    assert told(rode, act(rode, "receive", minutes=-5, device="phone-3", label=begin)) == ["applied"]
    found = work(rode)[0]
    assert (found["received"], found["gross_kg"], found["next"]) == (10, "125.000", 1)
    assert reports.check(reading()) == []


def test_phones_load_the_second_lorry_by_the_labels_of_the_first(there):
    rode = there
    assert told(rode, act(rode, "receive", pieces=10)) == ["applied"]
    rode.act("strip")
    rode.act("close", second=True)
    begin, _end = work(rode)[0]["labels"]
    assert told(rode, act(rode, "load", minutes=-20, label=begin)) == ["applied"]
    assert (work(rode)[0]["loaded"], rode.states()[1]) == (1, "cargo_received")
    assert told(rode, act(rode, "load", minutes=-19, first=2, pieces=9)) == ["applied"]
    assert (work(rode)[0]["loaded"], rode.states()[1]) == (10, "loaded")
    lorry = {"departure": rode.booking(second=True)["departure_id"]}
    for minutes, (kind, said) in enumerate([("seal", {"seals": ["S-2"]}), ("gate_out", {}), ("arrived", {})], -18):
        one = act(rode, kind, minutes, **said) | lorry
        one.pop("booking")
        assert told(rode, one) == ["applied"]
    assert told(rode, act(rode, "receipt", minutes=-10, label=begin)) == ["applied"]
    assert told(rode, act(rode, "receipt", minutes=-9, device="phone-2", pieces=10, first=1)) == ["applied"]
    assert rode.line["parts"] == {"delivered": 400}
    assert reports.check(reading()) == []


def test_what_no_phone_finds_was_lost_on_the_first_lorry_and_is_not_found_twice(there):
    rode = there
    few = act(rode, "receive", pieces=4, complete=True)
    assert told(rode, few) == ["urn:city:problem:few_came"]
    assert told(rode, act(rode, "receive", pieces=9, damaged=1, complete=True)) == ["applied"]
    assert rode.line["parts"] == {"in_transit": 360, "lost": 40}
    assert told(rode, act(rode, "receive", first=10, pieces=1)) == ["urn:city:problem:state"]
    rode.act("strip")
    rode.act("close", second=True)
    assert told(rode, act(rode, "load", first=1, pieces=9)) == ["applied"]
    assert rode.states() == ("completed", "loaded")
    assert reports.check(reading()) == []


def test_goods_taken_over_on_a_page_are_loaded_by_a_phone(app, there):
    rode = there
    rode.change_over(cartons=9)
    rode.act("strip")
    rode.act("close", second=True)
    # Nobody said which carton is missing: nine labels are read, whichever they are.
    assert told(rode, act(rode, "load", first=2, pieces=9)) == ["applied"]
    assert rode.states() == ("completed", "loaded")
    staff = Visitor(app)
    staff.log_in(rode.operator.login)
    enrolled(staff)
    page = staff.open(f"/operator/departures/{rode.booking(second=True)['departure_id']}/work")
    assert "Comes by lorry" in page


def test_nothing_is_counted_off_a_lorry_that_is_not_there(app, call, market, operator):
    rode = Rode(call, open_roads(app, market), operator).place().confirm()
    rode.to_hub()
    assert told(rode, act(rode, "receive", pieces=10)) == ["urn:city:problem:state"]
    assert work(rode)[0]["received"] == 0
