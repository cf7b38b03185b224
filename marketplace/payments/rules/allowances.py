"""Why something is let off a price: the word that goes with the refund, and from which the paper takes its own."""

from enum import StrEnum
from typing import Final


class Why(StrEnum):
    """What happened, one for each cause."""

    CLAIM = "claim"
    REJECTED = "rejected"  # the merchant took the line off the order
    CHANGE = "change"  # both sides agreed on fewer units
    DISCOUNT = "discount"  # both sides agreed on a lower price
    NOT_DELIVERED = "not_delivered"  # what never came, or went back, is closed
    HELD_TOO_LONG = "held_too_long"  # the provider lets money wait no longer
    FREIGHT = "freight"  # the goods take less room than was paid for


# What both sides agreed on: the price itself is less. All else is credited for a cause, but what was held too long:
# that is still agreed, and buyer and merchant settle it directly.
BY_AGREEMENT: Final = (Why.REJECTED, Why.CHANGE, Why.DISCOUNT)
