"""What an application needs, and who may decide it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.accounts.rules.numbers import Proof
from marketplace.kernel.errors import NotAllowed, Refused
from marketplace.merchants.rules.states import DECISIONS, STANDING_ACTS, ApplicationState

LONGEST_REASON: Final = 2_000


class Item(StrEnum):
    """What a company shows before it sells."""

    REGISTRATION = "registration"
    LICENCE = "licence"
    PAYEE = "payee"


class ItemState(StrEnum):
    """How one of them stands."""

    MISSING = "missing"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One item with its state, worked out when it is read."""

    item: Item
    state: ItemState


def requirements(
    *,
    application: ApplicationState | None,
    proof: Proof | None,
    licence_until: date | None,
    has_payee: bool,
    today: date,
) -> tuple[Requirement, ...]:
    """Return how every item of a company stands; a licence that ran out is flagged, never a silent suspension."""
    decided = _by_application(application)
    registration = ItemState.ACCEPTED if decided is ItemState.PENDING and proof is Proof.CHECKSUM else decided
    is_over = licence_until is not None and licence_until < today
    return (
        Requirement(Item.REGISTRATION, registration),
        Requirement(Item.LICENCE, ItemState.EXPIRED if is_over else decided),
        Requirement(Item.PAYEE, ItemState.ACCEPTED if has_payee else ItemState.MISSING),
    )


def check_licence_date(until: date | None, *, today: date) -> None:
    """Refuse a licence that is over already."""
    if until is not None and until < today:
        raise Refused.field("licence_until", "licence_over", f"{today.isoformat()} or later")


def check_decision(decision: str, reason: str) -> None:
    """Refuse an unknown decision, and one without a reason."""
    if decision not in DECISIONS:
        raise Refused.field("decision", "choice", ", ".join(DECISIONS))
    _check_reason(reason)


def check_standing(action: str, reason: str) -> None:
    """Refuse an unknown act on a merchant's standing, and one without a reason."""
    if action not in STANDING_ACTS:
        raise Refused.field("action", "choice", ", ".join(STANDING_ACTS))
    _check_reason(reason)


def check_impartial(
    *, reviewer: UUID | None, reviewer_companies: Collection[UUID], applicant: UUID, submitted_by: UUID | None
) -> None:
    """Refuse somebody who would decide about a company of their own."""
    if applicant in reviewer_companies or (reviewer is not None and reviewer == submitted_by):
        raise NotAllowed("own_application")


def _by_application(state: ApplicationState | None) -> ItemState:
    match state:
        case None:
            return ItemState.MISSING
        case ApplicationState.SUBMITTED:
            return ItemState.PENDING
        case ApplicationState.APPROVED:
            return ItemState.ACCEPTED
        case _:
            return ItemState.REJECTED


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused.field("reason", "required", "why, in words the company can act on")
    if len(reason) > LONGEST_REASON:
        raise Refused.field("reason", "too_long", f"at most {LONGEST_REASON} characters")
