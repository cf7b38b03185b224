"""Credit and debit notes: for which causes, and what they cannot say."""

from enum import StrEnum

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules.claims import ClaimReason


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
    PRICE = "price"
    SAMPLE = "sample"
    CHANGE = "change"
    ADDED_LINE = "added_line"
    SURCHARGE = "surcharge"
    REINSPECTION = "reinspection"
    COMPENSATION = "compensation"


def reason_of(claim: ClaimReason | None) -> NoteReason:
    """Return why something is let off: the claim it ends, or the price without one."""
    return NoteReason.PRICE if claim is None else NoteReason(f"claim_{claim}")


def check_debit(amount: Money, *, currency: str) -> None:
    """Refuse a debit note of nothing, or in another currency than its order's."""
    if amount.currency != currency:
        raise Refused.field("currency", "currency", currency)
    if amount.minor <= 0:
        raise Refused.field("amount", "too_small", "more than 0")
