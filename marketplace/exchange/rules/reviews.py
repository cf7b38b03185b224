"""Reviews of goods that a company received: three marks, a text, and how long they can be changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from marketplace.catalog.rules.said import ASPECTS
from marketplace.kernel.errors import Conflict, FieldError, Refused

LEAST: Final = 1
MOST: Final = 5
# So many stand on the product page itself.
ON_PAGE: Final = 3


@dataclass(frozen=True, slots=True)
class Marks:
    """From 1 (bad) to 5 (good): goods as described, packing, on time."""

    goods: int
    packing: int
    on_time: int

    def __post_init__(self) -> None:
        """Refuse each mark that is none."""
        wrong = [name for name in ASPECTS if not LEAST <= getattr(self, name) <= MOST]
        if wrong:
            raise Refused.fields(*(FieldError(name, "range", f"{LEAST} to {MOST}") for name in wrong))


def open_until(written_at: datetime, days: int) -> datetime:
    """Return until when a review can be changed, a setting's days after it was first written."""
    return written_at + timedelta(days=days)


def check_turn(*, seen: int, version: int, until: datetime | None, now: datetime) -> None:
    """Refuse a review written over another than its writer saw (``seen``, 0 for none), and one that is too old.

    Conflict ``review_changed``: a colleague was faster; ``review_over`` with the moment.
    """
    if seen != version:
        raise Conflict("review_changed", version=version)
    if until is not None and now > until:
        raise Conflict("review_over", until=until.date().isoformat())
