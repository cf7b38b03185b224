"""Who may drive a departure from one stop to another: papers, times, cooling, dangerous goods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.kernel.errors import FieldError, Refused
from marketplace.logistics.fleet.rules.papers import Kind, Lack, Paper, Trip, lacks


@dataclass(frozen=True, slots=True)
class Span:
    """The time from a stop to another, and the positions of both on the way."""

    first: int
    last: int
    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Span") -> bool:
        """Tell whether both are at work at the same time; one may begin when the other ends."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def shares_legs(self, other: "Span") -> bool:
        """Tell whether both drive some leg of the same departure."""
        return self.first < other.last and other.first < self.last


@dataclass(frozen=True, slots=True)
class Member:
    """A tractor, trailer or driver as the rules see it; ``field`` is where a form names it."""

    field: str
    id: UUID
    kind: Kind
    reference: str
    home: frozenset[str]
    papers: tuple[Paper, ...]
    is_reefer: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What a vehicle or driver is assigned to already."""

    member_id: UUID
    departure_reference: str
    span: Span


def span_of(etas: Sequence[datetime], first: int | None, last: int | None) -> Span:
    """Return the span between two stops, the whole way where none is named; Refused for what is no way forward."""
    end = len(etas) - 1
    begin, until = 0 if first is None else first, end if last is None else last
    if not 0 <= begin < end:
        raise Refused.field("from_stop", "range", f"0 to {end - 1}")
    if not begin < until <= end:
        raise Refused.field("to_stop", "range", f"{begin + 1} to {end}")
    return Span(begin, until, etas[begin], etas[until])


def planned_return(span: Span, *, given: datetime | None, chained: datetime | None) -> datetime:
    """Return when a crew is back: as it was said, at the end of its rotation, or after as long a way back as out.

    Refused where it would be back before it arrives.
    """
    if given is not None:
        if given < span.ends_at:
            raise Refused.field("returns_at", "returns_early", span.ends_at.isoformat())
        return given
    if chained is not None:
        return max(chained, span.ends_at)
    return span.ends_at + (span.ends_at - span.starts_at)


def check_crew(crew: Sequence[Member], trip: Trip, span: Span, taken: Sequence[Taken]) -> None:
    """Refuse a crew, each member by its field with the paper and the day, or with what it is assigned to meanwhile."""
    if errors := [error for member in crew for error in _against(member, trip, span, taken)]:
        raise Refused.fields(*errors)


def _against(member: Member, trip: Trip, span: Span, taken: Sequence[Taken]) -> Iterator[FieldError]:
    if member.kind is Kind.TRAILER and trip.is_cooled and not member.is_reefer:
        yield FieldError(member.field, "reefer_needed", facts={"reference": member.reference})
    for lack in lacks(member.kind, member.home, member.papers, trip):
        yield _refused(member, lack, trip)
    for other in taken:
        if other.member_id == member.id and span.meets(other.span):
            facts = {"reference": member.reference, "departure": other.departure_reference}
            yield FieldError(member.field, "crew_busy", facts=facts)


def _refused(member: Member, lack: Lack, trip: Trip) -> FieldError:
    code = "crew_paper_missing" if lack.until is None else "crew_paper_ends"
    facts = {
        "reference": member.reference,
        "paper_kinds": [lack.kind.value],
        "country": lack.country or "",
        "until": lack.until.isoformat() if lack.until else "",
        "back": trip.last.isoformat(),
    }
    return FieldError(member.field, f"{code}_for" if lack.country else code, facts=facts)
