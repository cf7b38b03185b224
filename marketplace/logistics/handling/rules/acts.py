"""Which acts there are, how they end, and when one can have been done."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from marketplace.kernel.errors import Refused


class Kind(StrEnum):
    """What somebody did."""

    RECEIVE = "receive"
    LOAD = "load"
    SEAL = "seal"
    GATE_OUT = "gate_out"
    AT_BORDER = "at_border"
    CLEARED = "cleared"
    ARRIVED = "arrived"
    STRIPPED = "stripped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    RECEIPT = "receipt"


class Outcome(StrEnum):
    """What became of an act: it counts, or it does not, for now."""

    APPLIED = "applied"
    REFUSED = "refused"


class Answer(StrEnum):
    """What whoever sent an act is told."""

    APPLIED = "applied"
    ALREADY = "already_applied"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Damage(StrEnum):
    """What is wrong with cartons."""

    CRUSHED = "crushed"
    WET = "wet"
    TORN = "torn"
    LEAKING = "leaking"
    OTHER = "other"


# Acts about the cartons of one booking; the others are about the lorry.
ABOUT_CARTONS: Final = frozenset({Kind.RECEIVE, Kind.LOAD, Kind.RECEIPT})
OF_BOOKINGS: Final = ABOUT_CARTONS | {Kind.OUT_FOR_DELIVERY}
# A phone whose clock goes a little fast is believed; what it says of tomorrow, or of last week, is not.
FAST_CLOCK: Final = timedelta(minutes=5)
OLDEST: Final = timedelta(days=7)


def check_time(done_at: datetime, *, now: datetime) -> datetime:
    """Return when an act happened, not after ``now``; Refused ``done_at`` for what is yet to come or long ago."""
    if done_at > now + FAST_CLOCK:
        raise Refused.field("done_at", "in_the_future", f"{now.isoformat(timespec='seconds')} or earlier")
    if done_at < now - OLDEST:
        raise Refused.field("done_at", "too_long_ago", f"{(now - OLDEST).isoformat(timespec='seconds')} or later")
    return min(done_at, now)


def range_of(
    said_first: int | None, said_pieces: int | None, *, first: int, pieces: int | None, cartons: int
) -> tuple[int, int]:
    """Return the first carton's number and how many there are: as said, else ``first`` and at most ``pieces``.

    ``pieces`` None: they have to be said. Refused ``first`` or ``pieces`` for numbers that no carton has.
    """
    begins = first if said_first is None else said_first
    if not 1 <= begins <= cartons:
        raise Refused.field("first", "range", f"1 to {cartons}")
    most = cartons - begins + 1
    many = said_pieces if pieces is None or said_pieces is not None else min(pieces, most)
    if many is None or not 1 <= many <= most:
        raise Refused.field("pieces", "range", f"1 to {most}")
    return begins, many


def fingerprint(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what an act says: under one id there is one act."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
