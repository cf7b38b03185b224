from datetime import date

import pytest

from marketplace.logistics.borders.rules.lanes import LaneRule, LaneRuleCode
from marketplace.logistics.planning.rules.segregation import (
    FOOD_DISTANCE_MM,
    HOUSE_RULES,
    LABELS,
    Apart,
    HouseRule,
    Nature,
    apart,
    barred,
    distance_mm,
    house_rules,
    seen_by,
)
from tests.unit.logistics.planning.making import ACETONE, BATTERY, FOOD, FROZEN, FRUIT, POISON


def labelled(*labels):
    return Nature("1000", labels)


@pytest.mark.parametrize(
    ("one", "other", "mixes"),
    [
        ("3", "5.1", True),
        ("3", "8", True),
        ("6.1", "9A", True),
        ("2.1", "7A", True),
        ("1.4S", "3", True),
        ("1.4S", "1.4S", True),
        ("1.4S", "4.1+1", False),
        ("1.4S", "1.1", False),
        ("1.4", "3", False),
        ("1.1", "1.1", True),
        ("1.1", "1.2", False),
        ("4.1+1", "4.1", False),
        ("4.1+1", "4.1+1", True),
        ("5.2+1", "5.2", False),
        ("9", "1.5", False),
    ],
)
def test_labels_stand_together_as_the_table_of_adr_says_and_whatever_it_leaves_blank_does_not(one, other, mixes):
    found = apart(labelled(one), labelled(other))
    assert (found is None) is mixes
    assert apart(labelled(other), labelled(one)) is found
    assert found in (None, Apart.LABELS)


def test_every_pair_of_labels_has_the_same_answer_both_ways_and_goods_stand_with_their_own_kind():
    for one in LABELS:
        assert apart(labelled(one), labelled(one)) is None
        for other in LABELS:
            assert apart(labelled(one), labelled(other)) is apart(labelled(other), labelled(one))


def test_every_label_of_a_package_counts_but_not_against_itself():
    both = labelled("1.4", "8")
    assert apart(both, both) is None
    assert apart(both, labelled("8")) is Apart.LABELS


def test_poison_may_share_a_lorry_with_food_at_a_distance_that_the_floor_plan_keeps():
    nine = Nature("3245", ("9",))
    for dangerous in (POISON, nine, labelled("6.2")):
        assert apart(FOOD, dangerous) is None
        assert distance_mm(FOOD, dangerous) == distance_mm(dangerous, FOOD) == FOOD_DISTANCE_MM == 800
    assert distance_mm(FOOD, ACETONE) == distance_mm(POISON, ACETONE) == 0
    assert distance_mm(FOOD, Nature("3077", ("9",))) == 0


def test_one_lorry_has_one_set_point():
    assert apart(FRUIT, FROZEN) is apart(FROZEN, FRUIT) is Apart.TEMPERATURE
    assert apart(FRUIT, Nature(temp_max=40)) is None
    assert apart(FRUIT, FOOD) is None


def test_rules_of_the_house_are_stricter_than_adr_for_their_time():
    assert apart(BATTERY, FOOD) is apart(FOOD, BATTERY) is Apart.BATTERIES_FOOD
    assert apart(BATTERY, FOOD, house=()) is None
    assert apart(BATTERY, ACETONE) is None
    ended = HouseRule(Apart.BATTERIES_FOOD, date(2020, 1, 1), date(2020, 6, 1), "notice")
    assert house_rules(date(2020, 5, 31), [ended]) == (ended,)
    assert house_rules(date(2020, 6, 1), [ended]) == ()
    assert house_rules(date(2019, 12, 31), [ended]) == ()
    assert house_rules(date(2026, 11, 29)) == HOUSE_RULES


def rule(code, **parameters):
    return [LaneRule(LaneRuleCode(code), parameters)]


def test_lanes_bar_and_part_goods():
    assert barred(BATTERY, rule("no_dangerous")) is LaneRuleCode.NO_DANGEROUS
    assert barred(labelled("3"), rule("no_dangerous")) is LaneRuleCode.NO_DANGEROUS
    assert barred(FOOD, rule("no_dangerous")) is None
    assert barred(BATTERY, []) is None
    longan, durian = Nature(food=True, product="081090"), Nature(food=True, product="081060")
    for code in ("one_farm_product", "no_mixed_cargo"):
        assert apart(longan, durian, lane=rule(code)) is LaneRuleCode(code)
        assert apart(longan, longan, lane=rule(code)) is None
    assert apart(FOOD, FOOD, lane=rule("no_mixed_cargo")) is LaneRuleCode.NO_MIXED_CARGO
    assert apart(FOOD, Nature(), lane=rule("food_alone")) is LaneRuleCode.FOOD_ALONE
    assert apart(FOOD, FRUIT, lane=rule("food_alone")) is None
    assert apart(Nature(company="A"), Nature(company="B"), lane=rule("one_company")) is LaneRuleCode.ONE_COMPANY
    assert barred(Nature(product="870829"), rule("only_chapters", chapters=["08"])) is LaneRuleCode.ONLY_CHAPTERS
    assert barred(durian, rule("only_chapters", chapters=["08"])) is None
    assert barred(durian, rule("max_stay_hours", hours=36)) is None


def test_goods_are_of_a_kind_unless_some_lane_tells_them_apart():
    sort = Nature(food=True, product="081090", company="A")
    assert seen_by(sort, []) == seen_by(sort, rule("food_alone")) == Nature(food=True)
    assert seen_by(sort, rule("one_company")) == Nature(food=True, company="A")
    assert seen_by(sort, rule("only_chapters", chapters=["08"])) == Nature(food=True, product="081090")
