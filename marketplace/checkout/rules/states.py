"""The states of a checkout attempt."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class AttemptState(StrEnum):
    """How far a checkout is."""

    HELD = "held"
    AWAITING_PAYMENT = "awaiting_payment"
    ORDERED = "ordered"
    ABANDONED = "abandoned"


LIFECYCLE: Final = Lifecycle(
    "checkout",
    {
        AttemptState.HELD: {
            "await": AttemptState.AWAITING_PAYMENT,
            "order": AttemptState.ORDERED,
            "abandon": AttemptState.ABANDONED,
        },
        AttemptState.AWAITING_PAYMENT: {"order": AttemptState.ORDERED, "abandon": AttemptState.ABANDONED},
    },
)
OPEN: Final = (AttemptState.HELD, AttemptState.AWAITING_PAYMENT)
