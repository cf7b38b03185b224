"""Small instances: drawn by hand, or by hypothesis."""

from datetime import date

from hypothesis import strategies as st

from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.rules.lanes import LaneRule, LaneRuleCode
from marketplace.logistics.planning.rules.instance import Floor, Instance, Lorry, Parcel
from marketplace.logistics.planning.rules.segregation import Nature

DAY = date(2026, 11, 29)
ROOM = Load(24_000_000, 80_000_000, 13_600, 33)
FRUIT = Nature(food=True, temp_min=20, temp_max=80)
FROZEN = Nature(food=True, temp_min=-220, temp_max=-180)
FOOD = Nature(food=True)
BATTERY = Nature("3480", ("9A",))
POISON = Nature("2588", ("6.1",))
ACETONE = Nature("1090", ("3",))
NATURES = (Nature(), FOOD, FRUIT, FROZEN, BATTERY, POISON, ACETONE, Nature("0030", ("1.1",)),
           Nature(product="081060", company="A"), Nature(product="081090", company="B"))  # fmt: skip
NONE_DANGEROUS = (LaneRule(LaneRuleCode.NO_DANGEROUS, {}),)
LANE_RULES = (
    *(LaneRule(LaneRuleCode(code), {}) for code in ("no_mixed_cargo", "one_farm_product", "one_company")),
    *(LaneRule(LaneRuleCode(code), {}) for code in ("no_dangerous", "food_alone")),
    LaneRule(LaneRuleCode.ONLY_CHAPTERS, {"chapters": ["08"]}),
    LaneRule(LaneRuleCode.EXCEPT_CHAPTERS, {"chapters": ["08"]}),
)
LEFT = st.frozensets(st.sampled_from(["P0", "P1"]))


def parcel(key: str = "P", **given) -> Parcel:
    given.setdefault("load", Load(1_000_000, 2_000_000, 400, 1))
    return Parcel(**{"key": key, "to": "VNHAN", "value": 1_000} | given)


def lorry(key: str = "L", **given) -> Lorry:
    return Lorry(**{"key": key, "room": ROOM, "cutoff": 1_000, "reaches": {"VNHAN": 2_000}} | given)


def instance(parcels, lorries, **given) -> Instance:
    return Instance(tuple(parcels), tuple(lorries), DAY, **given)


@st.composite
def instances(draw, most_parcels=7, most_lorries=3):
    """Draw an instance that brute force solves: tight room, foes, temperatures, lanes, pins, homes."""
    lorries = [
        lorry(
            f"L{at}",
            room=Load(draw(st.integers(0, 12)) * 1_000_000, 80_000_000, draw(st.integers(0, 10)) * 400, 33),
            cutoff=draw(st.integers(0, 5)),
            reaches={place: draw(st.integers(6, 12)) for place in draw(st.sets(st.sampled_from("AB"), min_size=1))},
            **draw(st.sampled_from([{}, {"temp_min": -250, "temp_max": 250}])),
            floor=draw(st.one_of(st.none(), st.none(), st.builds(Floor, st.just(1), st.just(2), LEFT))),
            lane=tuple(draw(st.lists(st.sampled_from(LANE_RULES), max_size=1))),
        )
        for at in range(draw(st.integers(1, most_lorries)))
    ]
    keys = st.sampled_from([one.key for one in lorries])
    parcels = [
        parcel(
            f"P{at}",
            to=draw(st.sampled_from("AB")),
            load=Load(draw(st.integers(1, 6)) * 1_000_000, 1_000_000, draw(st.integers(0, 5)) * 400, 1),
            value=draw(st.integers(1, 50)) * 100,
            nature=draw(st.sampled_from(NATURES)),
            ready=draw(st.one_of(st.none(), st.integers(0, 5))),
            due=draw(st.one_of(st.none(), st.integers(6, 12))),
            home=draw(st.one_of(st.none(), keys)),
            pinned=draw(st.one_of(st.none(), st.none(), st.none(), keys)),
        )
        for at in range(draw(st.integers(0, most_parcels)))
    ]
    return instance(parcels, lorries)
