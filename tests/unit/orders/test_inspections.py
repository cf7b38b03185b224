"""What an inspection's report does, and how an inspection ends when nobody moves."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.orders.rules import inspections as rules
from marketplace.orders.rules.classes import CommodityClass, class_of
from marketplace.orders.rules.inspections import CHECKLISTS, HOLDS_UP, INSPECTIONS, Check, Found, InspectionState

FINE = dict.fromkeys(CHECKLISTS[CommodityClass.STANDARD], Check.OK)
STANDARD = CommodityClass.STANDARD


@pytest.mark.parametrize(
    ("counts", "checklist", "act"),
    [
        ((0, 3, 5), FINE, "pass"),
        ((0, 3, 6), FINE, "condition"),
        ((0, 0, 0), FINE | {"marks": Check.NOT_OK}, "condition"),
        ((0, 0, 0), FINE | {"marks": Check.NOT_APPLICABLE}, "pass"),
        ((0, 4, 0), FINE, "fail"),
        ((1, 0, 0), FINE, "fail"),
    ],
)
def test_the_plan_decides(counts, checklist, act):
    assert rules.verdict(Found(*counts, checklist), major_accepted=3, minor_accepted=5) == act


@pytest.mark.parametrize(
    ("counts", "fields"), [((-1, 0, 51), ["critical", "minor"]), ((20, 20, 20), ["critical", "major", "minor"])]
)
def test_no_more_is_bad_than_was_looked_at(counts, fields):
    with pytest.raises(Refused) as refused:
        rules.check_found(Found(*counts, FINE), sample=50, commodity=STANDARD)
    assert [error.field for error in refused.value.errors] == fields


def test_the_checklist_is_that_of_the_goods():
    rules.check_found(Found(0, 0, 50, FINE), sample=50, commodity=STANDARD)
    with pytest.raises(Refused) as refused:
        rules.check_found(Found(0, 0, 0, FINE), sample=50, commodity=CommodityClass.FRESH)
    assert "temperature" in str(refused.value.errors[0].accepted)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("state", rules.OPEN)
def test_every_silence_has_an_outcome_and_failed_goods_never_go_by_it(state, number):
    act = rules.default_act(state, number=number)
    after = INSPECTIONS.apply(state, act)
    if state is InspectionState.FAILED or (state is InspectionState.SEEKING and number > 1):
        assert after in {*HOLDS_UP, InspectionState.REPEATED}
    assert INSPECTIONS.allows(state, "cancel")


@pytest.mark.parametrize(
    ("fresh", "hs_code", "commodity"),
    [
        (True, "84295100", CommodityClass.FRESH),
        (False, "84295100", CommodityClass.MACHINERY),
        (False, "87112020", CommodityClass.MACHINERY),
        (False, "871410", CommodityClass.STANDARD),
        (False, "08106000", CommodityClass.STANDARD),
    ],
)
def test_goods_are_of_one_class(fresh, hs_code, commodity):
    assert class_of(fresh=fresh, hs_code=hs_code) is commodity
