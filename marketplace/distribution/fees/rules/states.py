"""Where a fee stands, and who may end it."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle

PREFIX: Final = "FEE"
LONGEST_REASON: Final = 1_000


class FeeState(StrEnum):
    """Whether a fee is owed."""

    WAITING = "waiting"  # the carrier has named no account in its currency
    CHARGED = "charged"
    WAIVER_ASKED = "waiver_asked"  # one person would let it off, another decides
    WAIVED = "waived"


_F = FeeState
FEE: Final = Lifecycle[FeeState](
    "booking_fee",
    {
        _F.WAITING: {"charge": _F.CHARGED, "waive": _F.WAIVED},
        _F.CHARGED: {"waive": _F.WAIVED, "ask": _F.WAIVER_ASKED},
        _F.WAIVER_ASKED: {"waive": _F.WAIVED, "keep": _F.CHARGED},
    },
)


class WaiverCause(StrEnum):
    """Whose doing it was that the goods came late or not at all; goodwill where it was nobody else's."""

    CARRIER = "carrier"
    CUSTOMS = "customs"
    PLATFORM = "platform"
    GOODWILL = "goodwill"
