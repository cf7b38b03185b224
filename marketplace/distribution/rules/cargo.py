"""What a merchant said of goods, as far as it decides what stands beside them on a lorry."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.dangerous import Answer

# Food that may lie warmer than this needs no reefer: it is dry goods with a word about shelves (our own threshold).
_COOL_TENTHS: Final = 150
_RADIOACTIVE: Final = "7"
# The label of lithium and sodium ion batteries is one of its own (UN Model Regulations, 5.2.2.2.2, No. 9A).
_BATTERIES: Final = frozenset({"lithium_ion", "lithium_metal", "sodium_ion"})


@dataclass(frozen=True, slots=True)
class Said:
    """Danger, food and cold of goods; temperatures in tenths of °C."""

    un_number: str = ""
    labels: tuple[str, ...] = ()
    packing_group: str = ""
    food: bool = False
    temp_min: int | None = None
    temp_max: int | None = None
    fresh: bool = False

    @property
    def is_dangerous(self) -> bool:
        """Whether the merchant declared the goods as dangerous."""
        return bool(self.labels)

    @property
    def is_plain(self) -> bool:
        """Whether nothing was said that keeps other goods away."""
        return not (self.labels or self.un_number or self.food) and self.temp_min is None and self.temp_max is None


# Goods of which nothing was said.
NOTHING_SAID: Final = Said()


def said(documents: Mapping[str, Any], *, fresh: bool, kept_at: tuple[int | None, int | None] | None) -> Said:
    """Return what documents of a listing say, with the temperatures that an order agreed on (hundredths of °C)."""
    danger: Mapping[str, Any] = documents.get(DetailKind.DANGEROUS.value) or {}
    food = documents.get(DetailKind.FOOD.value)
    low, high = _cold(food, kept_at)
    if danger.get("answer") != Answer.DANGEROUS:
        return Said(food=bool(food) or fresh, temp_min=low, temp_max=high, fresh=fresh)
    return Said(
        un_number=danger.get("un_number") or "",
        labels=(_label(danger),),
        packing_group=danger.get("packing_group") or "",
        food=bool(food) or fresh,
        temp_min=low,
        temp_max=high,
        fresh=fresh,
    )


def _label(danger: Mapping[str, Any]) -> str:
    if danger.get("battery") in _BATTERIES:
        return "9A"
    # Category III is the strictest of three that stand with the same goods.
    return "7C" if danger["hazard_class"] == _RADIOACTIVE else str(danger["hazard_class"])


def _cold(
    food: Mapping[str, Any] | None, kept_at: tuple[int | None, int | None] | None
) -> tuple[int | None, int | None]:
    if kept_at is not None:
        low, high = kept_at
        return (None if low is None else -(-low // 10)), (None if high is None else high // 10)
    if not food or food.get("most_celsius") is None:
        return None, None
    high = int(Decimal(food["most_celsius"]) * 10)
    if high > _COOL_TENTHS:
        return None, None
    least = food.get("least_celsius")
    return (None if least is None else int(Decimal(least) * 10)), high
