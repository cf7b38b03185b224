"""A lead: somebody who stood before a tenant's booth and may buy. Who answers, until when, and how it went."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.merchants.rules.requirements import check_reason

LONGEST_MESSAGE: Final = 2_000


class LeadState(StrEnum):
    """How far a tenant has come with a lead."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CLOSED = "closed"


# Somebody was talked to, and it is not over.
FOLLOWED: Final = (LeadState.CONTACTED, LeadState.QUALIFIED)
LEAD: Final = Lifecycle(
    "lead",
    {
        LeadState.NEW: {"contact": LeadState.CONTACTED, "close": LeadState.CLOSED},
        LeadState.CONTACTED: {"qualify": LeadState.QUALIFIED, "close": LeadState.CLOSED},
        LeadState.QUALIFIED: {"close": LeadState.CLOSED},
    },
)
NOTE: Final = "note"  # said at any time, and changes no state
ACTIONS: Final = ("contact", "qualify", "close", NOTE)


@dataclass(frozen=True, slots=True)
class Card:
    """What a visitor leaves: a name, an address or a number, words, and the consent to be written to."""

    name: str
    email: str
    phone: str
    message: str
    has_consented: bool


def check_card(card: Card) -> None:
    """Refuse a card without a name, a way to answer, or the consent to do so."""
    errors: list[FieldError] = []
    if not card.name.strip():
        errors.append(FieldError("name", "required", "a name"))
    if not card.email and not card.phone:
        errors.append(FieldError("email", "required", "an e-mail address or a phone number"))
    if len(card.message) > LONGEST_MESSAGE:
        errors.append(FieldError("message", "too_long", f"at most {LONGEST_MESSAGE} characters"))
    if not card.has_consented:
        errors.append(FieldError("consent", "consent", "a tick"))
    if errors:
        raise Refused.fields(*errors)


def check_action(action: str, text: str) -> None:
    """Refuse an unknown act, to close a lead without saying why, and a note that says nothing."""
    if action not in ACTIONS:
        raise Refused.field("action", "choice", ", ".join(ACTIONS))
    check_reason(text, is_needed=action in {"close", NOTE}, field="text")
