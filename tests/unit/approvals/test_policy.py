"""Which rule applies, with which tier, what hides another, and what a rule may say."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from marketplace.approvals.rules.asking import asked_for
from marketplace.approvals.rules.facts import Facts, Sort, Who, pairs, total_in
from marketplace.approvals.rules.policy import (
    Condition,
    Rule,
    Step,
    Tier,
    applying,
    check_tiers,
    hidden_by,
    step_errors,
)
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money

NOW = datetime(2026, 8, 19, 3, tzinfo=UTC)
BUYER, CHIEF, UNIT, MERCHANT = (new_id() for _ in range(4))
CHAINS, PADS = Sort(MERCHANT, "chains", "VNHAN"), Sort(MERCHANT, "pads", "VNHAN")
FACTS = Facts(
    who=Who(person_id=BUYER, roles=frozenset({"purchasing"}), unit_id=UNIT),
    totals=(Money(1_000_00, "CNY"), Money(100_00, "USD")),
    goods=(CHAINS, PADS),
    days_left=3,
)
RATES = {("USD", "CNY"): Decimal("7.125")}
ANYBODY = (Step(roles=frozenset({"approver"})),)


def rule(*tiers, currency="CNY", **about):
    made = tuple(Tier(from_minor=minor, steps=ANYBODY) for minor in tiers or (0,))
    return Rule(id=new_id(), name="R", condition=Condition(**about), currency=currency, tiers=made)


def test_amounts_of_several_currencies_are_one_rounded_once():
    assert total_in("CNY", FACTS.totals, RATES) == Money(1_712_50, "CNY")
    assert total_in("CNY", [], {}) == Money(0, "CNY")
    assert total_in("THB", FACTS.totals, RATES) is None
    thirds = [Money(1, "USD")] * 3
    assert total_in("CNY", thirds, {("USD", "CNY"): Decimal("0.5")}) == Money(2, "CNY")
    assert pairs({"CNY", "VND"}, FACTS.totals) == {("USD", "CNY"), ("USD", "VND"), ("CNY", "VND")}


@pytest.mark.parametrize(
    ("about", "other"),
    [
        ({"categories": frozenset({"chains"})}, {"categories": frozenset({"fruit"})}),
        ({"merchants": frozenset({MERCHANT})}, {"merchants": frozenset({BUYER})}),
        ({"destinations": frozenset({"VNHAN"})}, {"destinations": frozenset({"LAVTE"})}),
        ({"units": frozenset({UNIT})}, {"units": frozenset({BUYER})}),
        ({"roles": frozenset({"purchasing"})}, {"roles": frozenset({"owner"})}),
        ({"people": frozenset({BUYER})}, {"people": frozenset({CHIEF})}),
        ({"departs_within": 3}, {"departs_within": 2}),
    ],
)
def test_every_part_of_a_condition_must_hold(about, other):
    assert Condition(**about).holds(FACTS, CHAINS)
    assert not Condition(**other).holds(FACTS, CHAINS)
    assert Condition(**about).covers(Condition(**about))
    assert Condition().covers(Condition(**about))
    assert not Condition(**about).covers(Condition())
    assert not Condition(**about).covers(Condition(**other)) or about == {"departs_within": 3}


def test_a_departure_that_is_not_known_is_not_near():
    assert not Condition(departs_within=3).holds(replace(FACTS, days_left=None), CHAINS)
    assert Condition(departs_within=3).covers(Condition(departs_within=2))
    assert not Condition(departs_within=2).covers(Condition(departs_within=3))


def test_the_first_rule_that_applies_counts_with_the_highest_tier_that_is_reached():
    low, high, other = rule(1_000_00, 1_500_00, 9_000_00), rule(0), rule(0, people=frozenset({CHIEF}))
    (found,) = applying([other, low, high], FACTS, RATES)
    assert (found.rule, found.tier.from_minor, found.amount) == (low, 1_500_00, Money(1_712_50, "CNY"))
    assert [each.rule for each in applying([rule(1_712_51), high], FACTS, RATES)] == [high]
    assert applying([rule(1_712_50)], FACTS, RATES) != ()
    assert applying([rule(1_712_51)], FACTS, RATES) == ()
    assert applying([], FACTS, RATES) == ()
    assert [low.from_amount(tier) for tier in low.tiers][:2] == [Money(1_000_00, "CNY"), Money(1_500_00, "CNY")]


def test_goods_under_a_mild_rule_take_nothing_away_from_a_strict_one():
    free = Rule(
        id=new_id(),
        name="Free",
        condition=Condition(categories=frozenset({"pads"})),
        currency="CNY",
        tiers=(Tier(from_minor=0, steps=()),),
    )
    strict = rule(1_000_00)
    found = applying([free, strict], FACTS, RATES)
    assert [(each.rule, each.amount) for each in found] == [
        (free, Money(1_712_50, "CNY")), (strict, Money(1_712_50, "CNY"))
    ]  # fmt: skip
    only_pads = replace(FACTS, goods=(PADS,))
    assert [each.rule for each in applying([free, strict], only_pads, RATES)] == [free]
    ask = {"spent": [], "rates": RATES, "now": NOW, "zone": "Asia/Hanoi"}
    assert asked_for([free, strict], [], only_pads, **ask) is None
    asked = asked_for([free, strict, rule(0)], [], FACTS, **ask)
    assert [(each.id, asked.steps) for each in asked.causes] == [(strict.id, ANYBODY)]
    # The same people are asked once, whatever number of rules names them.
    pads, chains = rule(categories=frozenset({"pads"})), rule(categories=frozenset({"chains"}))
    asked = asked_for([pads, chains], [], FACTS, **ask)
    assert ([each.id for each in asked.causes], asked.steps) == ([pads.id, chains.id], ANYBODY)


def test_without_a_rate_a_rule_applies_with_its_highest_tier():
    (found,) = applying([rule(1, 9_000_00)], FACTS, {})
    assert (found.tier.from_minor, found.amount) == (9_000_00, None)


def test_a_rule_that_an_earlier_one_leaves_nothing_to_is_named():
    all_of_it, chains = rule(0), rule(500_00, categories=frozenset({"chains"}))
    assert hidden_by([all_of_it, chains]) == {chains.id: all_of_it.id}
    assert hidden_by([chains, all_of_it]) == {}
    same, dearer = rule(500_00), rule(400_00)
    assert hidden_by([same, dearer]) == {}
    assert hidden_by([dearer, same]) == {same.id: dearer.id}
    assert hidden_by([rule(500_00), rule(900_00, currency="THB")]) == {}  # rates move


def test_what_is_wrong_with_tiers_is_said_of_each():
    approvers, people = frozenset({"approver"}), frozenset({CHIEF})
    check_tiers([Tier(from_minor=0, steps=()), Tier(from_minor=5, steps=ANYBODY)], approvers=approvers, people=people)
    wrong = [
        Tier(from_minor=-1, steps=(Step(),)),
        Tier(from_minor=-1, steps=(Step(roles=frozenset({"sales"}), people=frozenset({BUYER}), count=9),)),
        *(Tier(from_minor=number, steps=ANYBODY * 5) for number in range(5)),
        Tier(from_minor=1, steps=ANYBODY),
    ]
    with pytest.raises(Refused) as refused:
        check_tiers(wrong, approvers=approvers, people=people)
    fields = [(each.field, each.code) for each in refused.value.errors]
    assert fields[:7] == [
        ("tiers", "too_long"),
        ("tiers.0.from", "too_small"),
        ("tiers.0.steps.0.people", "nobody_named"),
        ("tiers.1.from", "too_small"),
        ("tiers.1.steps.0.roles", "choice"),
        ("tiers.1.steps.0.people", "approver"),
        ("tiers.1.steps.0.count", "range"),
    ]
    assert ("tiers.2.steps", "too_long") in fields
    assert ("tiers.7.from", "tiers_rise") in fields
    with pytest.raises(Refused) as refused:
        check_tiers([], approvers=approvers, people=people)
    assert refused.value.errors[0].code == "required"


def test_no_more_can_have_to_approve_than_are_named():
    step = Step(people=frozenset({CHIEF, BUYER}), count=2)
    assert step_errors([step], "steps", approvers=frozenset(), people=step.people) == []
    (error,) = step_errors([replace(step, count=3)], "steps", approvers=frozenset(), people=step.people)
    assert (error.field, error.accepted) == ("steps.0.count", "1 to 2")
