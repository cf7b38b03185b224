"""The states of a case, who may decide a step, for whom, and what a decision does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.approvals.rules.policy import Step
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle

# How long somebody may stand in for another, and how far ahead it may be said.
LONGEST_STAND_IN: Final = 366
LONGEST_NOTE: Final = 1_000


class CaseState(StrEnum):
    """Where a case stands; an approval that was used stays approved."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOIDED = "voided"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


CASE: Final = Lifecycle(
    "approval",
    {
        CaseState.PENDING: {
            "approve": CaseState.APPROVED,
            "reject": CaseState.REJECTED,
            "void": CaseState.VOIDED,
            "expire": CaseState.EXPIRED,
            "withdraw": CaseState.WITHDRAWN,
        },
        CaseState.APPROVED: {
            "void": CaseState.VOIDED,
            "expire": CaseState.EXPIRED,
            "withdraw": CaseState.WITHDRAWN,
        },
    },
)
OPEN: Final = (CaseState.PENDING, CaseState.APPROVED)


class Verdict(StrEnum):
    """What an approver says."""

    APPROVE = "approve"
    REJECT = "reject"


class Why(StrEnum):
    """Why a case was voided, beside what moved in it."""

    CHANGED = "changed"
    DEPARTURE_FULL = "departure_full"
    NOT_NEEDED = "not_needed"
    REQUESTER_LEFT = "requester_left"


@dataclass(frozen=True, slots=True)
class Delegation:
    """From a day to a day, both included, by the company's calendar, one may decide in the place of another."""

    person_id: UUID
    delegate_id: UUID
    first_day: date
    last_day: date

    def runs(self, today: date) -> bool:
        """Tell whether it holds today."""
        return self.first_day <= today <= self.last_day


@dataclass(frozen=True, slots=True)
class Said:
    """An approval that counts for these steps; ``seat`` is in whose place it was given, often one's own."""

    person_id: UUID
    seat: UUID
    counts_for: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Who sits at a case: members who may approve with their roles, who leads, who asked, who stands in for whom."""

    members: Mapping[UUID, frozenset[str]]
    leading: str
    requester_id: UUID
    delegations: tuple[Delegation, ...] = ()

    def seats(self, step: Step) -> frozenset[UUID]:
        """Return who may decide a step in his own right.

        The requester never. Where fewer are left than must approve, those who lead the company join them.
        """
        named = {
            person
            for person, roles in self.members.items()
            if person != self.requester_id and (person in step.people or roles & step.roles)
        }
        if len(named) < step.count:
            named |= {
                person
                for person, roles in self.members.items()
                if person != self.requester_id and self.leading in roles
            }
        return frozenset(named)

    def seat_for(self, person_id: UUID, step: Step, said: Collection[Said], *, today: date) -> UUID | None:
        """Return in whose place somebody may decide a step now: his own, or that of one he stands in for; else None.

        Nobody speaks twice in a case, no seat is taken twice, and nobody stands in for the requester.
        """
        taken = {each.seat for each in said} | {each.person_id for each in said}
        if person_id == self.requester_id or person_id not in self.members or person_id in taken:
            return None
        free = self.seats(step) - taken
        if person_id in free:
            return person_id
        mine = (each.person_id for each in self.delegations if each.delegate_id == person_id and each.runs(today))
        return min((seat for seat in mine if seat in free), default=None)

    def deciders(self, step: Step, said: Collection[Said], *, today: date) -> frozenset[UUID]:
        """Return who may decide a step now."""
        return frozenset(
            person for person in self.members if self.seat_for(person, step, said, today=today) is not None
        )

    def counts_for(self, person_id: UUID, seat: UUID, steps: Sequence[Step], at: int) -> tuple[int, ...]:
        """Return the steps for which an approval counts: the present one, and later ones that name one of the two."""
        later = range(at + 1, len(steps))
        return (at, *(index for index in later if self.seats(steps[index]) & {person_id, seat}))


def step_after(steps: Sequence[Step], said: Collection[Said], at: int) -> int:
    """Return the first step from ``at`` on that lacks approvals; the number of steps when none does."""
    for index in range(at, len(steps)):
        if sum(index in each.counts_for for each in said) < steps[index].count:
            return index
    return len(steps)


def too_few(table: Table, steps: Sequence[Step]) -> Step | None:
    """Return a step that cannot be decided because too few people are left for it; None when each can."""
    return next((step for step in steps if len(table.seats(step)) < step.count), None)


def check_delegation(
    wanted: Delegation, kept: Collection[Delegation], *, members: Collection[UUID], today: date
) -> None:
    """Refuse each field of a delegation that nobody can follow; ``kept``: those of the same person."""
    errors: list[FieldError] = []
    furthest = today + timedelta(days=LONGEST_STAND_IN)
    if wanted.person_id not in members:
        errors.append(FieldError("person_id", "approver", "members who may approve"))
    if wanted.delegate_id not in members or wanted.delegate_id == wanted.person_id:
        errors.append(FieldError("delegate_id", "approver_other", "another member who may approve"))
    if not today <= wanted.first_day <= furthest:
        errors.append(FieldError("first_day", "day_within", f"{today} to {furthest}"))
    elif not wanted.first_day <= wanted.last_day <= furthest:
        errors.append(FieldError("last_day", "day_within", f"{wanted.first_day} to {furthest}"))
    elif any(each.first_day <= wanted.last_day and wanted.first_day <= each.last_day for each in kept):
        errors.append(FieldError("first_day", "delegated_already", "days on which nobody stands in yet"))
    if errors:
        raise Refused.fields(*errors)
