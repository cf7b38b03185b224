"""How near the end of certificates and licences is, and that what is over is shown as over."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.details import DetailKind, ending
from marketplace.catalog.rules.details.ending import End, Stage

TODAY = date(2026, 3, 2)
FILE = "019fa1b2-0000-7000-8000-000000000001"


def certificate(number, until):
    return {"kind": "ccc", "number": number, "issuer": "CQC", "file": FILE, "valid_from": "2025-01-01",
            "valid_until": until}  # fmt: skip


def licence(until):
    return {"relation": "licensed", "brand": "Honda", "letter": FILE, "until": until}


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (31, None),
        (30, Stage.MONTH),
        (8, Stage.MONTH),
        (7, Stage.WEEK),
        (1, Stage.WEEK),
        (0, Stage.DAY),
        (-400, Stage.DAY),
    ],
)
def test_a_month_a_week_and_the_last_day(days, stage):
    assert ending.stage_of(TODAY + timedelta(days=days), TODAY) is stage


@given(st.lists(st.integers(-400, 400), max_size=8))
def test_every_stage_comes_once_and_in_order(days):
    until = TODAY
    stages = [ending.stage_of(until, until + timedelta(days=day)) for day in sorted(days)]
    order = [None, *Stage]
    assert [order.index(stage) for stage in stages] == sorted(order.index(stage) for stage in stages)


def test_what_ends_is_known_by_its_name_wherever_it_is_shown():
    document = {"items": [certificate("A-1", "2026-04-01"), certificate("B", None), certificate("a-1", "2026-03-05")]}
    first, second = ending.ends_of(DetailKind.CERTIFICATES, document)
    assert first == End(DetailKind.CERTIFICATES, "A-1 (CQC)", date(2026, 4, 1))
    assert first.key == second.key
    assert ending.first_end(DetailKind.CERTIFICATES, document) == date(2026, 3, 5)
    (brand,) = ending.ends_of(DetailKind.BRAND, licence("2026-03-01"))
    assert (brand.name, brand.key == first.key) == ("Honda", False)
    own = {"relation": "own", "brand": "Honda", "letter": None, "until": None}
    assert ending.ends_of(DetailKind.BRAND, own) == ()
    assert ending.ends_of(DetailKind.BRAND, None) == ()
    assert ending.first_end(DetailKind.FOOD, {"shelf_days": 30}) is None


def test_what_is_over_says_so_and_its_last_day_counts_whole():
    details = {
        "certificates": {
            "items": [certificate("A", "2026-03-01"), certificate("B", "2026-03-02"), certificate("C", None)]
        },
        "brand": licence("2026-03-01"),
        "food": {"shelf_days": 30},
    }
    shown = ending.marked(details, TODAY)
    assert [each["expired"] for each in shown["certificates"]["items"]] == [True, False, False]
    assert shown["brand"]["expired"] is True
    assert shown["food"] == details["food"]
    assert ending.marked({"brand": licence("2026-03-02")}, TODAY)["brand"]["expired"] is False
    own = {"relation": "own", "brand": "Honda", "letter": None, "until": None}
    assert ending.marked({"brand": own}, TODAY)["brand"]["expired"] is False
    assert "expired" not in details["brand"]
    assert ending.marked({}, TODAY) == {}


def test_papers_that_are_said_anew_are_not_over_and_those_that_were_there_may_be():
    over, good = certificate("1", "2026-03-01"), certificate("2", "2026-03-02")
    before = {"items": [over]}

    def refused(kind, old, new):
        found = ending.over_from_the_start(kind, old, new, TODAY)
        return [(each.field, each.code, each.accepted) for each in found]

    kind = DetailKind.CERTIFICATES
    assert refused(kind, None, {"items": [good, over]}) == [("items.1.valid_until", "too_small", "2026-03-02 or later")]
    assert refused(kind, before, {"items": [good, over]}) == refused(kind, before, None) == []
    kind = DetailKind.BRAND
    assert refused(kind, None, licence("2020-01-01")) == [("until", "too_small", "2026-03-02 or later")]
    assert refused(kind, licence("2020-01-01"), licence("2020-01-01")) == []
    assert refused(kind, None, {"relation": "own", "brand": "Honda", "letter": None, "until": None}) == []
