"""An enquiry of an exhibitor, investor or buyer: who answers it, until when, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle

LONGEST_TEXT: Final = 4_000


class EnquiryKind(StrEnum):
    """Who asks."""

    EXHIBITOR = "exhibitor"
    INVESTOR = "investor"
    BUYER = "buyer"
    OTHER = "other"


class EnquiryState(StrEnum):
    """How far the operator has come with an enquiry."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


ENQUIRY: Final = Lifecycle(
    "enquiry",
    {
        EnquiryState.OPEN: {"answer": EnquiryState.ANSWERED, "close": EnquiryState.CLOSED},
        # Who asked may hear of it again.
        EnquiryState.ANSWERED: {"answer": EnquiryState.ANSWERED, "close": EnquiryState.CLOSED},
    },
)
ACTIONS: Final = ("answer", "close")


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks, and the consent to be answered."""

    kind: EnquiryKind
    name: str
    email: str
    company: str
    country: str
    text: str
    has_consented: bool


def check_question(question: Question) -> None:
    """Refuse a question without words, an address, or the consent to be answered."""
    needed = {"name": question.name, "email": question.email, "text": question.text}
    errors = [FieldError(name, "required", "a value") for name, value in needed.items() if not value.strip()]
    if len(question.text) > LONGEST_TEXT:
        errors.append(FieldError("text", "too_long", f"at most {LONGEST_TEXT} characters"))
    if not question.has_consented:
        errors.append(FieldError("consent", "consent", "a tick"))
    if errors:
        raise Refused.fields(*errors)


def check_act(action: str, text: str) -> None:
    """Refuse an unknown act, an answer without words, and to close without saying why."""
    if action not in ACTIONS:
        raise Refused.field("action", "choice", ", ".join(ACTIONS))
    if not text.strip():
        raise Refused.field("text", "required", "words")
    if len(text) > LONGEST_TEXT:
        raise Refused.field("text", "too_long", f"at most {LONGEST_TEXT} characters")
