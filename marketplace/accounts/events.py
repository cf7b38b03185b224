"""What happened to companies and people, by id."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRegistered(Event):
    """A company joined the city with its first member."""

    company_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyChanged(Event):
    """A company says something else of itself: its name, its tax id, where it sits."""

    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Event):
    """A person became a member of a company."""

    company_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEnded(Event):
    """A person is no longer a member: what was assigned to them needs another hand."""

    company_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDisabled(Event):
    """A person can no longer log in."""

    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """A person's data is gone; whoever keeps more of it erases that too."""

    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureEntered(Event):
    """A company said on which days it will be closed: what is promised for those days may need another word."""

    company_id: UUID
    closure_id: UUID
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Event):
    """All that a leaver had in hand is a successor's now: whoever keeps more of it by person passes that on, too."""

    company_id: UUID
    leaver_id: UUID
    successor_id: UUID
