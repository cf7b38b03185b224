"""What may stand on one lorry: ADR by danger labels, food beside poison, temperatures, and the house's rules."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from marketplace.logistics.borders.rules.lanes import Contents, Goods, LaneRule, LaneRuleCode, refusals

# Mixed loading by danger labels, ADR 7.5.2.1, as printed at della.eu/en-pt/perevozka-opasnie/dang_cargo_pravila_11_2,
# table 5 (read 2026-11-29): these stand with each other, what the table leaves blank is prohibited.
ADR_SOURCE: Final = "ADR 7.5.2.1"
_MIXED: Final = frozenset(
    {"2.1", "2.2", "2.3", "3", "4.1", "4.2", "4.3", "5.1", "5.2", "6.1", "6.2", "7A", "7B", "7C", "8", "9", "9A"}
)
# Goods of 1.4S stand with these; labels with the subsidiary label 1 only with their own kind.
_SAFE_EXPLOSIVE: Final = "1.4S"
_ALONE: Final = frozenset({"4.1+1", "5.2+1"})
_EXPLOSIVES: Final = frozenset({"1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", _SAFE_EXPLOSIVE})
LABELS: Final = tuple(sorted(_MIXED | _ALONE | _EXPLOSIVES))
# ADR 7.5.4 (CV28), as printed at gefahrgutbrumme.de/SVz/CV28.html (read 2026-11-29): not beside food, unless a full
# partition, other goods or 0.8 m are between.
FOOD_SOURCE: Final = "ADR 7.5.4"
FOOD_DISTANCE_MM: Final = 800
_POISONS: Final = frozenset({"6.1", "6.2"})
_NINES_BESIDE_FOOD: Final = frozenset({"2212", "2315", "2590", "3151", "3152", "3245"})
# UN numbers of lithium and sodium ion batteries, alone, packed with or contained in equipment.
BATTERIES: Final = frozenset({"3090", "3091", "3480", "3481", "3551", "3552"})


class Apart(StrEnum):
    """Why two consignments do not stand on one lorry, or only at a distance."""

    LABELS = "labels"
    FOOD_DISTANCE = "food_distance"
    TEMPERATURE = "temperature"
    BATTERIES_FOOD = "batteries_food"


@dataclass(frozen=True, slots=True)
class HouseRule:
    """A rule of the house stricter than ADR, for a time, with where it comes from."""

    apart: Apart
    valid_from: date
    valid_to: date | None
    source: str


# The house's own rules; fictitious, for nobody published the road's.
HOUSE_RULES: Final = (HouseRule(Apart.BATTERIES_FOOD, date(2021, 1, 1), None, "house rule (fictitious)"),)


@dataclass(frozen=True, slots=True)
class Nature:
    """What stands next to what is decided by: labels, UN number, food, temperatures in tenths of °C, product, company.

    ``product`` is the tariff code and ``company`` whose the goods are, as lanes over borders ask; empty where nobody
    said.
    """

    un_number: str = ""
    labels: tuple[str, ...] = ()
    food: bool = False
    temp_min: int | None = None
    temp_max: int | None = None
    product: str = ""
    company: str = ""

    @property
    def is_dangerous(self) -> bool:
        """Whether it bears a danger label or a UN number."""
        return bool(self.labels or self.un_number)

    @property
    def poisons_food(self) -> bool:
        """Whether ADR keeps it away from food."""
        return bool(_POISONS & set(self.labels)) or self.un_number in _NINES_BESIDE_FOOD


# Rules of lanes for which it is all the same what goods are called in the tariff.
_NAMELESS: Final = frozenset(
    {LaneRuleCode.ONE_COMPANY, LaneRuleCode.NO_DANGEROUS, LaneRuleCode.FOOD_ALONE, LaneRuleCode.MAX_STAY_HOURS}
)
# Goods of which nothing was said.
PLAIN: Final = Nature()


def apart(
    one: Nature, other: Nature, *, lane: Iterable[LaneRule] = (), house: Iterable[HouseRule] = HOUSE_RULES
) -> Apart | LaneRuleCode | None:
    """Return why two do not stand on one lorry, None where they do (perhaps at a distance: ``distance_mm``)."""
    same = one.labels == other.labels
    if not same and not all(_may_mix(mine, its) for mine in one.labels for its in other.labels):
        return Apart.LABELS
    if not _one_set_point(one, other):
        return Apart.TEMPERATURE
    strict = {rule.apart for rule in house}
    if Apart.BATTERIES_FOOD in strict and (_battery_by_food(one, other) or _battery_by_food(other, one)):
        return Apart.BATTERIES_FOOD
    return _refused(lane, one, other)


def distance_mm(one: Nature, other: Nature) -> int:
    """Return how far apart two that share a lorry must stand, for the floor plan: 0 where they may touch."""
    beside = (one.food and other.poisons_food) or (other.food and one.poisons_food)
    return FOOD_DISTANCE_MM if beside else 0


def house_rules(day: date, rules: Iterable[HouseRule] = HOUSE_RULES) -> tuple[HouseRule, ...]:
    """Return the house's rules that hold on a day."""
    return tuple(rule for rule in rules if rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to))


def barred(nature: Nature, lane: Iterable[LaneRule]) -> LaneRuleCode | None:
    """Return the rule of a lane that a consignment breaks alone, None where it breaks none."""
    return _refused(lane, nature)


def goods_of(nature: Nature, key: str) -> Goods:
    """Return a consignment as the rules of lanes see it."""
    return Goods(key, nature.product, nature.product, nature.company, nature.is_dangerous, nature.food)


def seen_by(nature: Nature, lanes: Iterable[LaneRule]) -> Nature:
    """Return a nature without what none of these lanes looks at, so that goods which differ in it only are of a kind.

    Lanes whose rules name neither tariff codes nor companies let thousands of consignments be a handful of kinds.
    """
    codes = {rule.code for rule in lanes}
    return replace(
        nature,
        product=nature.product if codes - _NAMELESS else "",
        company=nature.company if LaneRuleCode.ONE_COMPANY in codes else "",
    )


def _refused(lane: Iterable[LaneRule], *natures: Nature) -> LaneRuleCode | None:
    """Return the first rule that some goods break together; every rule is one of single goods or of pairs."""
    goods = tuple(goods_of(nature, str(at)) for at, nature in enumerate(natures))
    return next((refusal.code for refusal in refusals(lane, Contents(goods))), None)


def _may_mix(one: str, other: str) -> bool:
    if _SAFE_EXPLOSIVE in (one, other):
        return one == other or ({one, other} - {_SAFE_EXPLOSIVE}) <= _MIXED
    # Compatibility groups (7.5.2.2) are not stated, so explosives stand with their own division only.
    return one == other if one not in _MIXED else other in _MIXED


def _one_set_point(one: Nature, other: Nature) -> bool:
    return not (_colder(one, other) or _colder(other, one))


def _colder(one: Nature, other: Nature) -> bool:
    return one.temp_max is not None and other.temp_min is not None and one.temp_max < other.temp_min


def _battery_by_food(one: Nature, other: Nature) -> bool:
    return one.un_number in BATTERIES and other.food
