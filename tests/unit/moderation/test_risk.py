"""How closely a case is looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.moderation.rules import CaseKind, risk
from marketplace.moderation.rules.risk import History, Reason, Signals

KNOWN = History(approved=10)
CALM = {"kind": CaseKind.LISTING, "history": KNOWN, "has_packing": True, "rises": False, "price_jumped": False}


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, {}),
        ({"history": History(approved=0)}, {"new_merchant": 30}),
        ({"history": History(approved=4)}, {"little_known": 10}),
        ({"history": History(approved=9, decided=10, turned_down=5)}, {"declined_before": 10}),
        ({"history": History(approved=9, decided=900, turned_down=1)}, {"declined_before": 1}),
        ({"has_packing": False}, {"no_packing": 10}),
        ({"rises": True}, {"price_rises": 10}),
        ({"price_jumped": True}, {"price_jumped": 30}),
        ({"kind": CaseKind.PRICE}, {"price_jumped": 30}),
        ({"kind": CaseKind.CHANGE, "fields": frozenset({"titles"})}, {}),
        ({"kind": CaseKind.CHANGE, "fields": frozenset({"hs_code"})}, {"other_goods": 30}),
        ({"kind": CaseKind.LISTING, "fields": frozenset({"hs_code"})}, {}),
        ({"same_picture": True, "same_text": True}, {"same_picture": 25, "same_text": 15}),
        ({"reports": 1}, {"reported": 20}),
        ({"reports": 9}, {"reported": 40}),
    ],
)
def test_each_reason_has_its_points(changes, points):
    found = risk.weigh(Signals(**CALM | changes))
    assert {reason.value: count for reason, count in found.items()} == points
    assert risk.score(found) == sum(points.values())


SIGNALS = st.builds(
    Signals,
    kind=st.sampled_from(CaseKind),
    history=st.integers(0, 50).flatmap(
        lambda decided: st.builds(
            History, approved=st.integers(-1, 20), decided=st.just(decided), turned_down=st.integers(0, decided)
        )
    ),
    has_packing=st.booleans(),
    rises=st.booleans(),
    price_jumped=st.booleans(),
    fields=st.frozensets(st.sampled_from(["hs_code", "origin", "titles"])),
    same_picture=st.booleans(),
    same_text=st.booleans(),
    reports=st.integers(0, 9),
)


@given(SIGNALS)
def test_a_score_is_a_percentage_and_never_without_a_reason(signals):
    points = risk.weigh(signals)
    assert all(isinstance(reason, Reason) and count > 0 for reason, count in points.items())
    assert 0 <= risk.score(points) <= risk.HIGHEST
    assert (risk.score(points) > 0) is bool(points)
