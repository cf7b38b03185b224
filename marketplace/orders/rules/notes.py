"""Credit and debit notes: for which causes, and what they cannot say."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules.claims import ClaimReason
from marketplace.payments.rules.allowances import Why


class NoteKind(StrEnum):
    """Whether the issuer asks less or more."""

    CREDIT = "credit"
    DEBIT = "debit"


class NoteReason(StrEnum):
    """Why: the words that stand on the paper."""

    CLAIM_DAMAGED = "claim_damaged"
    CLAIM_LOST = "claim_lost"
    CLAIM_SHORT = "claim_short"
    CLAIM_WRONG = "claim_wrong"
    CLAIM_DEFECTIVE = "claim_defective"
    CLAIM_LATE = "claim_late"
    CLAIM_WARRANTY = "claim_warranty"
    PRICE = "price"
    SAMPLE = "sample"
    CHANGE = "change"
    REJECTED = "rejected"
    NOT_DELIVERED = "not_delivered"
    HELD_TOO_LONG = "held_too_long"  # of before what goes back at a provider's limit stayed agreed
    ADDED_LINE = "added_line"
    SURCHARGE = "surcharge"
    REINSPECTION = "reinspection"
    COMPENSATION = "compensation"


_REASONS: Final = {
    Why.REJECTED: NoteReason.REJECTED,
    Why.CHANGE: NoteReason.CHANGE,
    Why.NOT_DELIVERED: NoteReason.NOT_DELIVERED,
}


def reason_of(claim: ClaimReason | None, why: Why) -> NoteReason:
    """Return the words for what is let off: those of the claim it ends, else of what happened, else of the price."""
    return _REASONS.get(why, NoteReason.PRICE) if claim is None else NoteReason(f"claim_{claim}")


def check_debit(amount: Money, *, currency: str) -> None:
    """Refuse a debit note of nothing, or in another currency than its order's."""
    if amount.currency != currency:
        raise Refused.field("currency", "currency", currency)
    if amount.minor <= 0:
        raise Refused.field("amount", "too_small", "more than 0")
