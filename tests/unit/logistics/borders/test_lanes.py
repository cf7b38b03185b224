"""What a lane takes is data; refusals name the rule and the goods to take off."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Refused
from marketplace.logistics.borders.rules.lanes import (
    Contents,
    Goods,
    LaneRule,
    LaneRuleCode,
    Refusal,
    checked_parameters,
    refusals,
)

DURIAN = Goods("1", "081060", "durian", "fruit house")
LYCHEE = Goods("2", "081090", "lychee", "fruit house")
CHAIN = Goods("3", "731511", "chain", "chain works")
PILOT = (
    LaneRule(LaneRuleCode.NO_MIXED_CARGO, {}),
    LaneRule(LaneRuleCode.ONE_FARM_PRODUCT, {}),
    LaneRule(LaneRuleCode.ONE_COMPANY, {}),
    LaneRule(LaneRuleCode.MAX_STAY_HOURS, {"hours": 36}),
)
FOOD = LaneRule(LaneRuleCode.ONLY_CHAPTERS, {"chapters": ["08", "22"]})
NO_FOOD = LaneRule(LaneRuleCode.EXCEPT_CHAPTERS, {"chapters": ["08"]})


def test_one_product_of_one_company_rides():
    assert refusals(PILOT, Contents((DURIAN, Goods("9", "081060", "durian", "fruit house")), stay_hours=36)) == ()
    assert refusals(PILOT, Contents(())) == ()


def test_each_rule_says_what_it_refuses_and_what_would_be_taken():
    found = refusals(PILOT, Contents((DURIAN, CHAIN, LYCHEE), stay_hours=37))
    assert found == (
        Refusal(LaneRuleCode.NO_MIXED_CARGO, ("3", "2"), "081060"),
        Refusal(LaneRuleCode.ONE_FARM_PRODUCT, ("2",), "durian"),
        Refusal(LaneRuleCode.ONE_COMPANY, ("3",), "fruit house"),
        Refusal(LaneRuleCode.MAX_STAY_HOURS, (), "36 h"),
    )
    assert refusals((FOOD, NO_FOOD), Contents((DURIAN, CHAIN))) == (
        Refusal(LaneRuleCode.ONLY_CHAPTERS, ("3",), "08, 22"),
        Refusal(LaneRuleCode.EXCEPT_CHAPTERS, ("1",), "08"),
    )
    assert refusals((FOOD,), Contents((LYCHEE,))) == refusals((NO_FOOD,), Contents((CHAIN,))) == ()


def test_lanes_without_danger_for_food_alone_and_goods_without_a_code():
    food = Goods("f", "", "", "", is_food=True)
    acid, soap = Goods("a", "", "", "", is_dangerous=True), Goods("s", "", "", "")
    bare, alone, mixed = (LaneRule(LaneRuleCode(code), {}) for code in ("no_dangerous", "food_alone", "no_mixed_cargo"))
    assert refusals((bare,), Contents((food, acid))) == (Refusal(bare.code, ("a",), ""),)
    assert refusals((bare, alone, mixed), Contents((food,))) == ()
    assert refusals((alone,), Contents((food, acid, soap))) == (Refusal(alone.code, ("f",), "other goods"),)
    assert [each.keys for each in refusals((mixed,), Contents((acid, soap)))] == [("s",)]


def test_parts_are_no_farm_products():
    assert (DURIAN.is_farm_product, CHAIN.is_farm_product) == (True, False)


@pytest.mark.parametrize(
    ("code", "given_", "kept"),
    [
        (LaneRuleCode.NO_MIXED_CARGO, {"hours": None, "chapters": []}, {}),
        (LaneRuleCode.MAX_STAY_HOURS, {"hours": 24, "chapters": []}, {"hours": 24}),
        (LaneRuleCode.ONLY_CHAPTERS, {"hours": None, "chapters": ["10", "08", "10"]}, {"chapters": ["08", "10"]}),
    ],
)
def test_parameters_are_those_of_the_rule(code, given_, kept):
    assert checked_parameters(code, **given_) == kept


@pytest.mark.parametrize(
    ("code", "hours", "chapters", "fields"),
    [
        (LaneRuleCode.MAX_STAY_HOURS, None, [], {"hours"}),
        (LaneRuleCode.MAX_STAY_HOURS, 721, ["08"], {"hours", "chapters"}),
        (LaneRuleCode.NO_MIXED_CARGO, 24, [], {"hours"}),
        (LaneRuleCode.EXCEPT_CHAPTERS, None, [], {"chapters"}),
        (LaneRuleCode.ONLY_CHAPTERS, None, ["98"], {"chapters"}),
        (LaneRuleCode.ONLY_CHAPTERS, None, ["8"], {"chapters"}),
    ],
)
def test_other_parameters_are_refused(code, hours, chapters, fields):
    with pytest.raises(Refused) as refused:
        checked_parameters(code, hours=hours, chapters=chapters)
    assert {error.field for error in refused.value.errors} == fields


GOODS = some.lists(some.sampled_from([DURIAN, LYCHEE, CHAIN]), max_size=5).map(tuple)


@given(aboard=GOODS, more=GOODS)
def test_goods_that_are_added_lift_no_refusal(aboard, more):
    before = {each.code for each in refusals((*PILOT, FOOD), Contents(aboard))}
    assert before <= {each.code for each in refusals((*PILOT, FOOD), Contents((*aboard, *more)))}


@given(aboard=GOODS, rule=some.sampled_from([*PILOT[:3], FOOD, NO_FOOD]))
def test_what_is_named_is_what_to_take_off(aboard, rule):
    for refusal in refusals((rule,), Contents(aboard)):
        rest = tuple(each for each in aboard if each.key not in refusal.keys)
        assert refusals((rule,), Contents(rest)) == ()
