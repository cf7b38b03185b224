import pytest
from hypothesis import given, settings

from marketplace.kernel.quantity import Load
from marketplace.logistics.planning.rules import checking
from marketplace.logistics.planning.rules.filling import Filling, Ground, first_fit, rounded
from marketplace.logistics.planning.rules.instance import Floor, Instance
from marketplace.logistics.planning.rules.obstacles import Why
from marketplace.logistics.planning.rules.reasons import Reason, reasons
from marketplace.logistics.planning.rules.states import PLAN, PlanState
from tests.conftest import SOAK
from tests.unit.logistics.planning.making import (
    BATTERY,
    FOOD,
    FROZEN,
    FRUIT,
    NONE_DANGEROUS,
    instance,
    instances,
    lorry,
    parcel,
)

_MANY = 500 if SOAK else 30
HALF = Load(12_000_000, 40_000_000, 6_800, 16)


@pytest.mark.soak
@settings(max_examples=_MANY, deadline=None)
@given(instances())
def test_an_instance_comes_back_from_its_document_with_the_same_hash(given_instance):
    again = Instance.of(given_instance.document())
    assert again == given_instance
    assert again.sha256 == given_instance.sha256


@pytest.mark.soak
@settings(max_examples=_MANY, deadline=None)
@given(instances())
def test_first_fit_and_rounding_make_valid_answers_and_every_one_left_behind_has_a_reason(given_instance):
    ground = Ground(given_instance)
    half = {(one, lorry): 0.5 for one, options in enumerate(ground.options) for lorry in options}
    by_value = sorted(range(len(given_instance.parcels)), key=lambda at: -given_instance.parcels[at].value)
    for filling in (first_fit(ground), first_fit(ground, by_value), rounded(ground, half, by_value)):
        answer = filling.answer()
        assert checking.faults(given_instance, answer) == []
        assert checking.objective(given_instance, answer) == filling.worth
        left = reasons(given_instance, answer)
        assert left.keys() == {each.key for each in given_instance.parcels} - answer.keys()
        assert all(reason.why is not Why.VALUE for reason in left.values())


def test_first_come_first_served_by_ready_date_on_the_first_departure_with_room():
    goods = [
        parcel("late", load=HALF, ready=2),
        parcel("early", load=HALF, ready=1),
        parcel("last", load=HALF, ready=3),
    ]
    one = instance(goods, [lorry("second", cutoff=20), lorry("first", cutoff=10)])
    assert first_fit(Ground(one)).answer() == {"early": "first", "late": "first", "last": "second"}


def test_the_largest_part_of_a_lorry_is_rounded_first_and_the_rest_refilled_in_its_order():
    big, small = Load(20_000_000, 1, 1, 1), Load(5_000_000, 1, 1, 1)
    one = instance([parcel("big", load=big), parcel("small", load=small), parcel("tiny")], [lorry("A"), lorry("B")])
    filling = rounded(Ground(one), {(0, 0): 0.5, (1, 0): 1.0}, [0, 2, 1])
    assert filling.answer() == {"big": "A", "tiny": "A", "small": "B"}


def test_what_is_dropped_leaves_its_room_and_its_kind_behind():
    one = instance(
        [parcel("food", nature=FOOD), parcel("battery", nature=BATTERY), parcel("more", nature=FOOD)], [lorry()]
    )
    filling = Filling(Ground(one))
    filling.put(0, 0)
    filling.put(2, 0)
    assert not filling.stands(1, 0)
    filling.drop(0)
    assert not filling.takes(1, 0)
    filling.drop(2)
    assert filling.takes(1, 0)
    assert filling.left[0] == [24_000_000, 80_000_000, 13_600, 33]


def test_what_is_pinned_is_aboard_first_and_moving_costs():
    goods = [parcel("free", load=HALF), parcel("set", load=HALF, pinned="B"), parcel("too", load=HALF, pinned="B")]
    goods += [parcel("no", load=HALF, pinned="B"), parcel("home", home="A")]
    one = instance(goods, [lorry("A"), lorry("B")])
    filling = Filling(Ground(one))
    assert filling.answer() == {"set": "B", "too": "B"}
    assert one.worth(goods[4], one.lorries[0]) == 1_000
    assert one.worth(goods[4], one.lorries[1]) == 980
    week = 7 * 86_400
    later = instance(
        goods, [lorry("A"), lorry("B", reaches={"VNHAN": 2_000 + week}), lorry("C", reaches={"VNHAN": 200 * week})]
    )
    assert [later.worth(goods[4], each) for each in later.lorries] == [1_000, 945, 500]
    assert instance(goods, [lorry("B")]).worth(goods[4], lorry("B")) == 980
    left = reasons(one, filling.answer() | {"free": "A"})
    assert left["no"].why is Why.ROOM
    assert left["home"] == Reason(Why.VALUE, "A", {}, 1_000)


def test_the_checker_trusts_nothing():
    goods = [
        parcel("a", nature=FOOD),
        parcel("b", nature=BATTERY, due=1_999, ready=1_001),
        parcel("c", to="THBKK"),
        parcel("d", nature=FRUIT),
        parcel("e", nature=FROZEN, pinned="M"),
        parcel("f", load=Load(25_000_000, 1, 1, 1)),
    ]
    cold = lorry("M", temp_min=-250, temp_max=250)
    warm = lorry("W", temp_min=100, temp_max=250)
    one = instance(goods, [lorry(), cold, warm, lorry("N", lane=NONE_DANGEROUS)])
    assert checking.faults(one, {"a": "L", "x": "L", "b": "Y"}) == ["x on L: unknown", "b on Y: unknown"]
    assert checking.faults(one, {"c": "L"}) == ["c on L: place not served"]
    together = checking.faults(one, {"a": "L", "b": "L"})
    assert together == [
        "b on L: arrives after its due",
        "b on L: ready after the cut-off",
        "L: a beside b: batteries_food",
    ]
    assert checking.faults(one, {"d": "L"}) == ["L: keeps no temperature"]
    assert checking.faults(one, {"d": "M"}) == []
    assert checking.faults(one, {"d": "W"}) == ["W: no set point for all aboard"]
    assert "e on L: pinned elsewhere" in checking.faults(one, {"e": "L"})
    assert checking.faults(one, {"b": "N"})[-1] == "N: b on its lane: no_dangerous"
    assert checking.faults(one, {"f": "L"}) == ["L: grams 25000000 of 24000000"]


@pytest.mark.parametrize(("objective", "bound", "gap"), [(100, 100, 0), (0, 0, 0), (9_999, 10_000, 1), (1, 3, 6_667)])
def test_a_gap_is_rounded_up(objective, bound, gap):
    assert checking.gap_permyriad(objective, bound) == gap


def left_behind(one, lorries, answer=None, prices=(), others=()):
    found = instance([one, *others], lorries)
    return reasons(found, answer or {}, prices)[one.key]


def test_reasons_name_what_is_nearest_to_being_solved():
    assert left_behind(parcel(to="X"), [lorry()]) == Reason(Why.NO_DEPARTURE, None, {"to": "X"}, 1_000)
    found = left_behind(parcel(due=1_500), [lorry(), lorry("M", reaches={"VNHAN": 1_600})])
    assert (found.why, found.lorry, found.facts) == (Why.DUE, "M", {"arrives": 1_600, "due": 1_500})
    found = left_behind(parcel(ready=1_100), [lorry()])
    assert (found.why, found.facts) == (Why.READY, {"ready": 1_100, "cutoff": 1_000})
    assert left_behind(parcel(nature=FRUIT), [lorry(), lorry("M", temp_min=100, temp_max=200)]).why is Why.TEMPERATURE
    assert left_behind(parcel(nature=FROZEN), [lorry(temp_min=-100, temp_max=200)]).why is Why.TEMPERATURE
    assert left_behind(parcel(nature=BATTERY), [lorry(lane=NONE_DANGEROUS)]).facts == {"rule": "no_dangerous"}
    assert left_behind(parcel(load=Load(24_500_000, 1, 1, 1)), [lorry()]).facts == {"over": {"grams": 500_000}}
    assert left_behind(parcel(pinned="M"), [lorry()]).facts == {"pinned": "M"}


def test_what_has_no_place_on_a_floor_rides_elsewhere_and_nothing_more_comes_there():
    goods = [parcel("left", home="L"), parcel("stands", home="L"), parcel("comes", home="M")]
    lorries = [lorry(floor=Floor(51, 60, frozenset({"left"}))), lorry("M", cutoff=2_000)]
    one = instance(goods, lorries)
    assert Instance.of(one.document()) == one
    assert first_fit(Ground(one)).answer() == {"left": "M", "stands": "L", "comes": "M"}
    assert checking.faults(one, {"stands": "L"}) == []
    for key in ("left", "comes"):
        assert checking.faults(one, {key: "L"}) == [f"{key} on L: no place on its floor"]
    alone = instance(goods[:1], lorries[:1])
    assert reasons(alone, {})["left"] == Reason(Why.FLOOR, "L", {"placed": 51, "total": 60}, 1_000)


def test_past_the_papers_of_a_departure_only_what_is_booked_on_it_rides_there():
    goods = [parcel("booked", home="L"), parcel("comes", home="M")]
    lorries = [lorry(papers_over=True), lorry("M", cutoff=2_000)]
    one = instance(goods, lorries)
    assert Instance.of(one.document()) == one
    assert first_fit(Ground(one)).answer() == {"booked": "L", "comes": "M"}
    assert checking.faults(one, {"booked": "L"}) == []
    assert checking.faults(one, {"comes": "L"}) == ["comes on L: its papers would come too late"]
    assert reasons(instance(goods[1:], lorries[:1]), {})["comes"] == Reason(Why.PAPERS, "L", {}, 980)


def test_reasons_name_neighbours_and_the_room_that_lacks_with_its_price():
    food, more = parcel("food", nature=FOOD), parcel("more", load=Load(23_000_000, 1, 1, 1))
    found = left_behind(parcel(nature=BATTERY), [lorry()], {"food": "L"}, others=[food])
    assert (found.why, found.facts) == (Why.STANDS_WITH, {"with": ["food"], "rule": "batteries_food"})
    tight = parcel(load=Load(1_150_000, 1, 1, 1))
    found = left_behind(tight, [lorry()], {"more": "L"}, others=[more])
    assert (found.why, found.facts, found.cost) == (Why.ROOM, {"over": {"grams": 150_000}}, None)
    found = left_behind(tight, [lorry()], {"more": "L"}, [(0.002, 0.0, 0.0, 0.0)], others=[more])
    assert (found.gain, found.cost) == (1_000, 300)


def test_a_plan_is_applied_once_or_superseded():
    assert PLAN.apply(PlanState.DRAFT, "apply") is PlanState.APPLIED
    assert PLAN.apply(PlanState.DRAFT, "supersede") is PlanState.SUPERSEDED
    assert not PLAN.allows(PlanState.APPLIED, "apply")


def test_a_copy_is_changed_by_itself():
    ground = Ground(instance([parcel("P0"), parcel("P1")], [lorry("A")]))
    first = Filling(ground)
    first.put(0, 0)
    second = first.copy()
    second.put(1, 0)
    second.drop(0)
    assert (first.answer(), second.answer()) == ({"P0": "A"}, {"P1": "A"})
    assert (first.aboard, second.aboard, sum(first.kinds[0].values())) == ([{0}], [{1}], 1)
    assert first.left == second.left
