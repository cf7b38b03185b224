"""Which class of commodity goods are of: what is checked of them, and how long their buyer has to speak."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from marketplace.reference.rules import Setting


class CommodityClass(StrEnum):
    """A class of commodity."""

    STANDARD = "standard"
    FRESH = "fresh"
    MACHINERY = "machinery"


# Machinery of HS chapter 84 and rolling stock of 86, motors, generators and welders, vehicles, trailers.
_MACHINERY: Final = (
    "84", "86", "8501", "8502", "8515", "8701", "8702", "8703", "8704", "8705", "8709", "8710", "8711", "8716",
)  # fmt: skip
# The settings that windows are made of, read together when an order is placed.
WINDOW_SETTINGS: Final[tuple[Setting, ...]] = (
    Setting.ACCEPTANCE_DAYS,
    Setting.ACCEPTANCE_FRESH_HOURS,
    Setting.ACCEPTANCE_MACHINERY_DAYS,
    Setting.HIDDEN_DEFECT_DAYS,
    Setting.HIDDEN_DEFECT_FRESH_DAYS,
    Setting.HIDDEN_DEFECT_MACHINERY_DAYS,
    Setting.LATE_DAY_BASIS_POINTS,
    Setting.LATE_MOST_BASIS_POINTS,
)
_DAYS: Final = {
    CommodityClass.STANDARD: Setting.ACCEPTANCE_DAYS,
    CommodityClass.MACHINERY: Setting.ACCEPTANCE_MACHINERY_DAYS,
}
_HIDDEN: Final = {
    CommodityClass.STANDARD: Setting.HIDDEN_DEFECT_DAYS,
    CommodityClass.FRESH: Setting.HIDDEN_DEFECT_FRESH_DAYS,
    CommodityClass.MACHINERY: Setting.HIDDEN_DEFECT_MACHINERY_DAYS,
}


def class_of(*, fresh: bool, hs_code: str) -> CommodityClass:
    """Return the class of goods: fresh as their shelf says, machinery by the tariff, or standard."""
    if fresh:
        return CommodityClass.FRESH
    return CommodityClass.MACHINERY if hs_code.startswith(_MACHINERY) else CommodityClass.STANDARD


@dataclass(frozen=True, slots=True)
class Windows:
    """How long a line's buyer has: to accept or claim what came, to claim what nobody could see, and what delay costs.

    ``hours`` run by the clock and are those of fresh goods, ``days`` are working days of the others; hidden defects
    count working days for all. A day of delay is worth ``late_day_bp`` of the units' price, ``late_most_bp`` at most.
    """

    commodity: CommodityClass
    hours: int | None
    days: int | None
    hidden_days: int
    late_day_bp: int
    late_most_bp: int

    @property
    def document(self) -> dict[str, Any]:
        """What an order line keeps from its placement on."""
        return asdict(self) | {"commodity": str(self.commodity)}


def windows_of(commodity: CommodityClass, values: Mapping[Setting, int]) -> Windows:
    """Return the windows of a class of goods as the settings of a day say."""
    is_fresh = commodity is CommodityClass.FRESH
    return Windows(
        commodity=commodity,
        hours=values[Setting.ACCEPTANCE_FRESH_HOURS] if is_fresh else None,
        days=None if is_fresh else values[_DAYS[commodity]],
        hidden_days=values[_HIDDEN[commodity]],
        late_day_bp=values[Setting.LATE_DAY_BASIS_POINTS],
        late_most_bp=values[Setting.LATE_MOST_BASIS_POINTS],
    )


def stored_windows(document: Mapping[str, Any]) -> Windows:
    """Return the windows that a line keeps."""
    known: dict[str, Any] = {**document, "commodity": CommodityClass(document["commodity"])}
    return Windows(**known)
