"""What a listing's card carries beside the offer: answered questions, what reviews add up to, centres that sell it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

# Marks of a review: goods as described, packing, on time.
ASPECTS: Final = ("goods", "packing", "on_time")
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Said:
    """Counts of what the public reads about a listing; ``goods``, ``packing``, ``on_time`` are sums of marks 1 to 5.

    ``centres``: from how many distribution centres it is sold.
    """

    questions: int = 0
    reviews: int = 0
    goods: int = 0
    packing: int = 0
    on_time: int = 0
    centres: int = 0

    @property
    def overall(self) -> Decimal | None:
        """The mean of all marks to a tenth, half up; None without a review."""
        return self._mean(self.goods + self.packing + self.on_time, len(ASPECTS))

    def mean(self, aspect: str) -> Decimal | None:
        """The mean mark of one aspect to a tenth, half up; None without a review."""
        return self._mean(int(getattr(self, aspect)), 1)

    def _mean(self, total: int, marks: int) -> Decimal | None:
        if not self.reviews:
            return None
        return (Decimal(total) / (self.reviews * marks)).quantize(_TENTH, ROUND_HALF_UP)


def stored(said: Said) -> dict[str, int]:
    """Return the counts as JSON, without those that are none."""
    return {name: value for name, value in asdict(said).items() if value}


def read(kept: Mapping[str, Any]) -> Said:
    """Return the counts that were kept as JSON."""
    return Said(**kept)
