"""Links that show the way of a booking to whoever has one: how they are made, and how long they are good."""

from datetime import datetime, timedelta
from typing import Final

from marketplace.logistics.rules.states import CURRENT, BookingState

# 128 bits: nobody guesses one, however many there are.
TOKEN_BYTES: Final = 16
LINKS_A_BOOKING: Final = 20


def is_shown(
    *, state: BookingState, delivered_at: datetime | None, revoked_at: datetime | None, days: int, now: datetime
) -> bool:
    """Tell whether a link still shows its booking: not revoked, not given up, and not long delivered."""
    if revoked_at is not None or state not in CURRENT:
        return False
    return delivered_at is None or now < delivered_at + timedelta(days=days)
