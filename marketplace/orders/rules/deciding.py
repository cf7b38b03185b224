"""What was decided about a claim, and why it fell: read from what happened to it, in the order in which it did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from marketplace.kernel.money import Money
from marketplace.orders.rules.remedies import Remedy


class Decider(StrEnum):
    """Who decided a claim."""

    OPERATOR = "operator"
    DEADLINE = "deadline"  # the operator's time passed


class Fallen(StrEnum):
    """Why a claim was withdrawn."""

    CLAIMANT = "claimant"
    NOT_SENT_BACK = "not_sent_back"  # what was to go back was not handed over in time
    SILENCE = "silence"  # nothing was offered, and its claimant said nothing in time


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a claim; without a company the clock did it. ``minor``: the money it was about."""

    act: str
    at: datetime
    company_id: UUID | None
    minor: int | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: ``amount`` with ``remedy``, None where the claim was refused."""

    by: Decider
    at: datetime
    amount: Money
    remedy: Remedy | None


@dataclass(frozen=True, slots=True)
class Course:
    """How a claim went: the offer that its respondent made last, the last decision, and why it fell."""

    offer: Money | None = None
    decision: Decision | None = None
    fallen: Fallen | None = None


def course_of(steps: Iterable[Step], *, claimant_id: UUID, respondent_id: UUID, currency: str) -> Course:
    """Return how a claim went; ``steps`` are oldest first, amounts at the prices of the sale."""
    offer, decision, fallen = None, None, None
    is_escalated, is_begun = False, False
    for step in steps:
        amount = None if step.minor is None else Money(step.minor, currency)
        by_clock = step.company_id is None
        if step.act == "answer":
            offer = amount
        elif step.act in ("escalate", "contest"):
            is_escalated = True
        elif step.act in ("decide", "perform"):
            # What its claimant takes is agreed; what goes on without him is decided, by the operator or his silence.
            is_decided = step.act == "decide" or (
                is_escalated if by_clock else step.company_id not in (claimant_id, respondent_id)
            )
            if is_decided and amount is not None:
                by = Decider.DEADLINE if by_clock else Decider.OPERATOR
                decision = Decision(by, step.at, amount, _remedy(step.remedy))
            is_begun, is_escalated = step.act == "perform", False
        elif step.act == "withdraw":
            fallen = (Fallen.NOT_SENT_BACK if is_begun else Fallen.SILENCE) if by_clock else Fallen.CLAIMANT
    return Course(offer, decision, fallen)


def _remedy(text: str | None) -> Remedy | None:
    return Remedy(text) if text in set(Remedy) else None
