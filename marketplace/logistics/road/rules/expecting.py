"""When a lorry is said to come: at a place ahead of it, soon enough to be believed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from marketplace.kernel.errors import Refused

# No way of this corridor takes longer.
LONGEST: Final = timedelta(days=30)


def check_place(place_code: str, *, ahead: Sequence[str]) -> None:
    """Refuse ``place`` that is not ahead of the lorry, with those that are."""
    if place_code not in ahead:
        raise Refused.field("place", "choice", ", ".join(ahead))


def check_time(expected_at: datetime, *, now: datetime) -> None:
    """Refuse ``expected_at`` that is over, or more than thirty days ahead."""
    if not now < expected_at <= now + LONGEST:
        ends = " to ".join(each.isoformat(timespec="minutes") for each in (now, now + LONGEST))
        raise Refused.field("expected_at", "range", ends)
