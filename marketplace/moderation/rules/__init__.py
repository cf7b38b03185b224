"""Cases: their kinds and states, and what a decision needs."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle

LONGEST_REASON: Final = 2_000


class CaseKind(StrEnum):
    """What a case is about."""

    LISTING = "listing"
    CHANGE = "listing_change"
    PRICE = "listing_price"
    REPORT = "listing_report"
    TAKEDOWN = "takedown"
    APPEAL = "appeal"


# What a merchant describes goods by: it can be sent back to be written better.
DESCRIBED: Final = frozenset({CaseKind.LISTING, CaseKind.CHANGE})
# A merchant may ask another reviewer to look again, once, when one of these was declined.
APPEALABLE: Final = frozenset({CaseKind.LISTING, CaseKind.CHANGE, CaseKind.TAKEDOWN, CaseKind.REPORT})
# Those whose decline takes a listing off the shelf that was up.
TAKES_DOWN: Final = frozenset({CaseKind.TAKEDOWN, CaseKind.REPORT})


class CaseState(StrEnum):
    """Where a case stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CHANGES_REQUESTED = "changes_requested"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What a moderator may decide, in the words in which applications of merchants are decided too."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"


# A merchant was told no, or not so.
TURNED_DOWN: Final = frozenset({CaseState.DECLINED, CaseState.CHANGES_REQUESTED})
CASE: Final = Lifecycle(
    "case",
    {
        CaseState.PENDING: {
            Decision.APPROVE: CaseState.CONFIRMED,
            Decision.REQUEST_CHANGES: CaseState.CHANGES_REQUESTED,
            Decision.REJECT: CaseState.DECLINED,
            "withdraw": CaseState.WITHDRAWN,
        }
    },
)


def parse_decision(kind: CaseKind, decision: str) -> Decision:
    """Return the decision, or refuse it naming those this kind of case takes."""
    # What is up already is seen, or it comes down; an appeal is granted or not.
    possible = [each for each in Decision if kind in DESCRIBED or each is not Decision.REQUEST_CHANGES]
    if decision not in possible:
        raise Refused.field("decision", "choice", ", ".join(possible))
    return Decision(decision)


def check_reason(decision: Decision, reason: str, *, is_chosen: bool = False) -> str:
    """Return the reason without its margins; every decision but an approval needs one, written or chosen."""
    text = reason.strip()
    if decision is not Decision.APPROVE and not text and not is_chosen:
        raise Refused.field("reason", "required", "what the merchant should change, or why not")
    if len(text) > LONGEST_REASON:
        raise Refused.field("reason", "too_long", f"at most {LONGEST_REASON} characters")
    return text
