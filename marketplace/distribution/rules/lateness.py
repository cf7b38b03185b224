"""By when goods were promised to be at the hub: the day from which a buyer waits in vain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# What comes within this time of its promise is told of when it is there.
_MUCH: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Lorry:
    """A departure that a line was booked on: until when it took cargo, whether its room was confirmed, and if it ran.

    ``is_given_up`` is a booking that ended otherwise than by a roll, or a departure that was cancelled.
    """

    cutoff_at: datetime
    is_confirmed: bool
    is_given_up: bool


def promised_at(lorries: Sequence[Lorry], *, ready_at: datetime | None, secured_at: datetime) -> datetime | None:
    """Return by when a line was to be at the hub, None for one that was never booked.

    The first lorry whose room was confirmed counts, not one that it was rolled to for want of goods, and not one that
    did not run; the ready date counts where it is earlier. Nobody is late before the order is secured.
    """
    ran = [lorry for lorry in lorries if not lorry.is_given_up] or list(lorries)
    bound = [lorry for lorry in ran if lorry.is_confirmed] or ran
    days = [lorry.cutoff_at for lorry in bound]
    if ready_at is not None:
        days.append(ready_at)
    return max(min(days), secured_at) if days else None


def comes_much_later(*, promised_at: datetime, expected_at: datetime) -> bool:
    """Tell whether goods are expected more than six hours later than they were promised."""
    return expected_at - promised_at > _MUCH
