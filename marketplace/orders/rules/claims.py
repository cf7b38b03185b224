"""Claims: for which reasons, whose they are to answer, what they block, and how they end."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.orders.rules.parts import Parts
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.rules.states import LineState

PREFIX: Final = "CLM"


class ClaimReason(StrEnum):
    """What is wrong."""

    SHORT = "short"
    DAMAGED = "damaged"
    WRONG = "wrong"
    LATE = "late"
    DEFECTIVE = "defective"
    LOST = "lost"
    WARRANTY = "warranty"


class ClaimState(StrEnum):
    """Where a claim stands."""

    NEGOTIATING = "negotiating"
    ESCALATED = "escalated"
    SENDING = "sending"  # what was agreed is to be sent
    SENT = "sent"  # and the other side is to say that it came
    DECIDED = "decided"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class Respondent(StrEnum):
    """Who answers a claim."""

    MERCHANT = "merchant"
    CARRIER = "carrier"


class Owner(StrEnum):
    """Whose move it is."""

    CLAIMANT = "claimant"
    RESPONDENT = "respondent"
    OPERATOR = "operator"


_S = ClaimState
_ENDS: Final = {"settle": _S.SETTLED, "withdraw": _S.WITHDRAWN}
CLAIMS: Final = Lifecycle[ClaimState](
    "claim",
    {
        _S.NEGOTIATING: {
            "answer": _S.NEGOTIATING, "show": _S.NEGOTIATING, "escalate": _S.ESCALATED, "perform": _S.SENDING, **_ENDS,
        },
        _S.ESCALATED: {
            "answer": _S.ESCALATED, "show": _S.ESCALATED, "decide": _S.DECIDED, "perform": _S.SENDING, **_ENDS,
        },
        _S.SENDING: {"show": _S.SENDING, "send": _S.SENT, "fail": _S.SETTLED, "withdraw": _S.WITHDRAWN},
        _S.SENT: {
            "show": _S.SENT, "confirm": _S.SETTLED, "fail": _S.SETTLED, "contest": _S.ESCALATED,
            "withdraw": _S.WITHDRAWN,
        },
    },
)  # fmt: skip
OPEN: Final = (_S.NEGOTIATING, _S.ESCALATED, _S.SENDING, _S.SENT)

# Where claimed units stand while the claim is open; goods that came late are there all the same.
STANDING: Final[dict[ClaimReason, LineState | None]] = {
    ClaimReason.SHORT: LineState.SHORT,
    ClaimReason.DAMAGED: LineState.DAMAGED,
    ClaimReason.WRONG: LineState.WRONG,
    ClaimReason.DEFECTIVE: LineState.WRONG,
    ClaimReason.LOST: LineState.LOST,
    ClaimReason.LATE: None,
    ClaimReason.WARRANTY: None,
}
# The action that takes delivered units there.
FAULTS: Final[dict[LineState, str]] = {
    LineState.SHORT: "short",
    LineState.DAMAGED: "damage",
    LineState.WRONG: "wrong",
    LineState.LOST: "lose",
}
# Units that never reached the buyer: they cannot be kept, only closed.
NEVER_CAME: Final = frozenset({LineState.SHORT, LineState.LOST})
# What can only happen on the way; it is the carrier's once risk has passed at hand-over.
_ON_THE_WAY: Final = frozenset({ClaimReason.DAMAGED, ClaimReason.LOST, ClaimReason.LATE})
_RISK_PASSES_AT_HAND_OVER: Final = frozenset({"FCA", "CPT", "CIP"})


def reason_of(text: str) -> ClaimReason:
    """Return the reason of this code, or refuse ``reason``."""
    if text not in set(ClaimReason):
        raise Refused.field("reason", "choice", ", ".join(ClaimReason))
    return ClaimReason(text)


def respondent_for(reason: ClaimReason, incoterm: str) -> Respondent:
    """Return who answers: the carrier for what happens on the way after risk has passed, else the merchant."""
    after_risk = reason in _ON_THE_WAY and incoterm in _RISK_PASSES_AT_HAND_OVER
    return Respondent.CARRIER if after_risk else Respondent.MERCHANT


def blocks(reason: ClaimReason, incoterm: str) -> bool:
    """Tell whether the line's acceptance milestone waits for the claim.

    Goods late, but as agreed, are paid for; goods under warranty were accepted, and are too.
    """
    return respondent_for(reason, incoterm) is Respondent.MERCHANT and STANDING[reason] is not None


def is_merchants_loss(state: LineState, incoterm: str) -> bool:
    """Tell whether units that never came, recorded by those who counted, are not to be paid for."""
    if state not in NEVER_CAME:
        return False
    reason = ClaimReason.SHORT if state is LineState.SHORT else ClaimReason.LOST
    return respondent_for(reason, incoterm) is Respondent.MERCHANT


def holds_payment(state: LineState, incoterm: str) -> bool:
    """Tell whether faulty units that the buyer has not spoken about hold up the line's acceptance milestone."""
    return any(stands is state and blocks(reason, incoterm) for reason, stands in STANDING.items())


def is_kept(state: LineState) -> bool:
    """Tell whether faulty units that nobody claims are there to be kept."""
    return state in FAULTS and state not in NEVER_CAME


def unclaimed(parts: Parts, claimed: Parts) -> dict[LineState, int]:
    """Return the faulty units of a line without an open claim, by state."""
    faulty = {state: parts[state] - claimed.get(state, 0) for state in parts if state in (*FAULTS, LineState.RETURNED)}
    return {state: quantity for state, quantity in faulty.items() if quantity > 0}


def waiting(free: Parts, incoterm: str) -> dict[LineState, int]:
    """Return those unclaimed units that the buyer would lose money by: to be claimed, or given up, by his word."""
    return {
        state: quantity
        for state, quantity in free.items()
        if is_kept(state) or (state in NEVER_CAME and not is_merchants_loss(state, incoterm))
    }


def check_offer(offer: Money, *, value: Money, before: Money | None) -> None:
    """Refuse an offer beyond what is claimed, or below one that stands."""
    lowest = before or Money.zero(value.currency)
    if offer.currency != value.currency:
        raise Refused.field("currency", "currency", value.currency)
    if not lowest <= offer <= value:
        raise Refused.field("amount", "range", f"{lowest} to {value}")


def end_of_units(state: LineState, *, action: str, awarded: Money, value: Money, remedy: Remedy | None = None) -> str:
    """Return what happens to claimed units when their claim ends: kept by the buyer, closed, or gone back.

    A remedy that failed is money: what it was to do to the goods did not happen.
    """
    if action == "confirm" and remedy is Remedy.RETURN and state is not LineState.LOST:
        return "return"
    if (action == "confirm" and remedy is Remedy.REPLACEMENT) or (awarded and remedy is Remedy.DISPOSAL):
        return "close"
    if state is LineState.LOST or (state is LineState.SHORT and action != "withdraw"):
        return "close"
    return "close" if awarded and awarded == value else "accept"


def default_outcome(*, state: ClaimState, owner: Owner, offer: Money | None, value: Money) -> tuple[str, Money]:
    """Return what the end of a deadline does: action and amount.

    A respondent's silence escalates. A claimant's lets the offer stand, or the claim fall where nothing was offered.
    The operator's decides for the last offer, and for the whole claim where the respondent never answered. What was
    agreed and is not sent is paid for, or, where goods were to go back, kept; what was sent counts as received.
    """
    nothing = Money.zero(value.currency)
    if state is ClaimState.SENDING:
        # Who was to get something is paid instead; goods that were not sent back stay where they are.
        return ("withdraw", nothing) if owner is Owner.CLAIMANT else ("fail", offer or value)
    if state is ClaimState.SENT:
        return "confirm", nothing
    if state is ClaimState.ESCALATED:
        return "decide", value if offer is None else offer
    if owner is Owner.RESPONDENT:
        return "escalate", nothing
    return ("settle", offer) if offer else ("withdraw", nothing)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who carried the goods of an order, and under which freight contract."""

    company_id: UUID
    freight_id: UUID
