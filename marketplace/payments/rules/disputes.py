"""A card holder's dispute: its states, what it freezes, and who bears one that is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.payments.rules.provider import Evidence, ProviderDisputeState

PREFIX: Final = "DSP"
# The job that does what had to wait for the card's bank: refunds of a charge that was disputed.
RESUME: Final = "resume_refunds"
# So long before the bank stops listening finance is alarmed, if nothing was handed in.
ALARM: Final = timedelta(hours=48)
# The provider's longest text.
LONGEST: Final = 5_000
# What all files of one answer may have together; more no bank looks at.
# Sources: https://docs.stripe.com/file-upload, https://docs.stripe.com/disputes/responding
MOST_BYTES: Final = 4_500_000
MOST_PAGES: Final = 50


class DisputeState(StrEnum):
    """Where a dispute stands; its owner is the operator's treasury until it is answered, then the card's bank."""

    OPEN = "open"
    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # an inquiry that ended: nothing was taken


_S = DisputeState
_ENDS: Final = {"win": _S.WON, "lose": _S.LOST, "close": _S.CLOSED}
DISPUTES: Final = Lifecycle[DisputeState](
    "card_dispute",
    {
        _S.OPEN: {"answer": _S.ANSWERED, **_ENDS},
        # An inquiry that was answered may still become a dispute that wants an answer of its own.
        _S.ANSWERED: {"reopen": _S.OPEN, **_ENDS},
    },
)
# The bank has the money, or asks about it, and has not decided.
PENDING: Final = (_S.OPEN, _S.ANSWERED)


def resume_key(dispute_id: UUID, state: DisputeState) -> str:
    """Return the key of the job that goes on with what waited for a decision: one for each."""
    return f"{RESUME}:{dispute_id}:{state}"


class Doubt(StrEnum):
    """What a card's bank does to the money of a line."""

    DISPUTED = "disputed"  # it has not decided
    TAKEN_BACK = "taken_back"


class Bearer(StrEnum):
    """Who bears what a lost dispute takes of money that is already released."""

    PAYEE = "payee"
    HOUSE = "house"


# What the card's holder says of the goods or of the seller is the payee's; that the card was not his, or was charged
# wrongly, is the house's: it took the card. Reasons: https://docs.stripe.com/disputes/categories
_PAYEES: Final = frozenset(
    {"credit_not_processed", "product_not_received", "product_unacceptable", "subscription_canceled"}
)
_ACTIONS: Final[Mapping[ProviderDisputeState, str]] = {
    ProviderDisputeState.ANSWERED: "answer",
    ProviderDisputeState.WON: "win",
    ProviderDisputeState.LOST: "lose",
    ProviderDisputeState.CLOSED: "close",
}


def bearer_of(reason: str) -> Bearer:
    """Return who bears a lost dispute of this reason, where the money has left the held account."""
    return Bearer.PAYEE if reason in _PAYEES else Bearer.HOUSE


def action_towards(
    state: DisputeState, seen: ProviderDisputeState, *, was_inquiry: bool, is_inquiry: bool
) -> str | None:
    """Return the drawn step from our state to what the provider shows; None when it shows nothing newer."""
    if seen is ProviderDisputeState.OPEN:
        return "reopen" if state is DisputeState.ANSWERED and was_inquiry and not is_inquiry else None
    action = _ACTIONS[seen]
    return action if DISPUTES.allows(state, action) else None


def alarm_at(due_by: datetime | None) -> datetime | None:
    """Return when finance is alarmed of a dispute that nobody answered."""
    return due_by - ALARM if due_by else None


@dataclass(frozen=True, slots=True)
class Part:
    """A milestone that a dispute may be about."""

    id: UUID
    line_id: UUID
    minor: int


def parts_of(amount: int, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return how much of which milestones a disputed amount is about, at most all of them.

    An amount that is exactly one line's is about that line and touches no other; any other is taken from the last
    milestone backwards, which falls due last.
    """
    of_lines: dict[UUID, int] = {}
    for part in parts:
        of_lines[part.line_id] = of_lines.get(part.line_id, 0) + part.minor
    exact = [line_id for line_id, minor in of_lines.items() if minor == amount]
    if len(exact) == 1:
        return tuple(part for part in parts if part.line_id == exact[0] and part.minor)
    found: list[Part] = []
    left = amount
    for part in reversed(parts):
        taken = min(left, part.minor)
        if taken > 0:
            found.append(Part(part.id, part.line_id, taken))
            left -= taken
    return tuple(found)


def check_evidence(evidence: Evidence) -> None:
    """Refuse evidence that says nothing, or more than the provider takes."""
    texts = {name: getattr(evidence, name) for name in ("goods", "carrier", "waybill", "handed_over", "told")}
    if not texts["told"].strip():
        raise Refused.field("told", "required", "what the card's bank shall know")
    for name, text in texts.items():
        if len(text) > LONGEST:
            raise Refused.field(name, "too_long", f"at most {LONGEST} characters")
