"""What a lane of a crossing takes: rules as data, checked over plain facts of what a lorry carries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from marketplace.kernel.errors import FieldError, Refused

MOST_HOURS: Final = 30 * 24


class LaneRuleCode(StrEnum):
    """What a rule of a lane asks for."""

    NO_MIXED_CARGO = "no_mixed_cargo"
    ONE_FARM_PRODUCT = "one_farm_product"
    ONE_COMPANY = "one_company"
    NO_DANGEROUS = "no_dangerous"
    FOOD_ALONE = "food_alone"
    MAX_STAY_HOURS = "max_stay_hours"
    ONLY_CHAPTERS = "only_chapters"
    EXCEPT_CHAPTERS = "except_chapters"


_OF_CHAPTERS: Final = (LaneRuleCode.ONLY_CHAPTERS, LaneRuleCode.EXCEPT_CHAPTERS)


@dataclass(frozen=True, slots=True)
class LaneRule:
    """A rule with its parameters: ``{"hours": 36}`` or ``{"chapters": ["08", "10"]}``, else none."""

    code: LaneRuleCode
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods on a lorry: ``key`` names them to the caller, ``hs`` is their code (six digits or more, no dots).

    ``product`` tells farm products apart (a heading, a commodity, whatever the caller keeps), ``company`` whose they
    are: of the party that declares them at this border. Goods whose code nobody said mix with no others.
    """

    key: str
    hs: str
    product: str
    company: str
    is_dangerous: bool = False
    is_food: bool = False

    @property
    def chapter(self) -> str:
        """The chapter of the tariff they fall under."""
        return self.hs[:2]

    @property
    def is_farm_product(self) -> bool:
        """Whether they are live animals, plants, or what grows on them: chapters 01 to 14."""
        return "01" <= self.chapter <= "14"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a lorry carries across, and for how many hours it is to stay on the other side; None: not known."""

    goods: tuple[Goods, ...]
    stay_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that contents break, the keys of the goods that break it, and what would be taken instead."""

    code: LaneRuleCode
    keys: tuple[str, ...]
    allowed: str


def refusals(rules: Iterable[LaneRule], contents: Contents) -> tuple[Refusal, ...]:
    """Return what the rules of one lane say against contents, in the order of the rules; empty: the lane takes them.

    Pure, so that a planner may ask for every candidate before goods are put on a lorry: pass the rules in force on the
    day of the crossing (``borders.queries.lane_rules``) with ``Contents`` of everything that would be aboard at this
    border. Adding goods never lifts a refusal, so a prefix that is refused needs no more looking at. ``keys`` of a
    refusal name the goods to take off: those outside the largest group that could ride alone (of equally large ones,
    that of the first goods), or those of a chapter that is not taken. A stay that is not known is not refused.
    """
    found = (_refusal(rule, contents) for rule in rules)
    return tuple(each for each in found if each is not None)


def checked_parameters(code: LaneRuleCode, *, hours: int | None, chapters: Sequence[str]) -> dict[str, Any]:
    """Return the parameters of a rule as they are kept; Refused for what is missing and for what it does not take."""
    errors: list[FieldError] = []
    if code is LaneRuleCode.MAX_STAY_HOURS and (hours is None or not 1 <= hours <= MOST_HOURS):
        errors.append(FieldError("hours", "required", f"1 to {MOST_HOURS}"))
    if code is not LaneRuleCode.MAX_STAY_HOURS and hours is not None:
        errors.append(FieldError("hours", "unknown_field", "only the rule of a longest stay has hours"))
    if code in _OF_CHAPTERS and (not chapters or not all(_is_chapter(each) for each in chapters)):
        errors.append(FieldError("chapters", "chapters", "01 to 97, such as 08 10"))
    if code not in _OF_CHAPTERS and chapters:
        errors.append(FieldError("chapters", "unknown_field", "only rules of chapters have chapters"))
    if errors:
        raise Refused.fields(*errors)
    if code is LaneRuleCode.MAX_STAY_HOURS:
        return {"hours": hours}
    return {"chapters": sorted(set(chapters))} if code in _OF_CHAPTERS else {}


def _is_chapter(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit() and "01" <= text <= "97"


def _refusal(rule: LaneRule, contents: Contents) -> Refusal | None:
    goods = contents.goods
    match rule.code:
        case LaneRuleCode.MAX_STAY_HOURS:
            hours = int(rule.parameters["hours"])
            is_longer = contents.stay_hours is not None and contents.stay_hours > hours
            return Refusal(rule.code, (), f"{hours} h") if is_longer else None
        case LaneRuleCode.NO_MIXED_CARGO:
            return _odd(rule.code, [(each.hs[:6] or each.key, each.key) for each in goods])
        case LaneRuleCode.ONE_FARM_PRODUCT:
            return _odd(rule.code, [(each.product, each.key) for each in goods if each.is_farm_product])
        case LaneRuleCode.ONE_COMPANY:
            return _odd(rule.code, [(each.company, each.key) for each in goods])
        case LaneRuleCode.FOOD_ALONE:
            return _odd(rule.code, [("food" if each.is_food else "other goods", each.key) for each in goods])
        case _:
            keys = tuple(each.key for each in goods if _breaks(rule, each))
            chapters: Sequence[str] = rule.parameters.get("chapters", ())
            return Refusal(rule.code, keys, ", ".join(chapters)) if keys else None


def _breaks(rule: LaneRule, goods: Goods) -> bool:
    """Tell whether goods break a rule of single goods."""
    if rule.code is LaneRuleCode.NO_DANGEROUS:
        return goods.is_dangerous
    chapters: list[str] = list(rule.parameters["chapters"])
    return (goods.chapter in chapters) is not (rule.code is LaneRuleCode.ONLY_CHAPTERS)


def _odd(code: LaneRuleCode, groups: Sequence[tuple[str, str]]) -> Refusal | None:
    """Return the goods outside the largest of the groups, None where there is one group at most."""
    names = [name for name, _key in groups]
    if len(set(names)) < 2:
        return None
    kept = max(dict.fromkeys(names), key=names.count)
    return Refusal(code, tuple(key for name, key in groups if name != kept), kept)
