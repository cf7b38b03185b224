"""Lots: their status, their movements, how long they may stay in bond, and which of them goes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Conflict, FieldError, Refused

LARGEST_QUANTITY: Final = 1_000_000_000
LONGEST_NUMBER: Final = 40
# Days before the last day in bond on which its owner is told; 0: once the day has passed.
STAGES: Final = (30, 7, 1, 0)


class Status(StrEnum):
    """Whether duty is still to come."""

    BONDED = "bonded"
    FREE = "free"


class Move(StrEnum):
    """What happened to units of a lot."""

    IN = "in"
    OUT = "out"
    SENT = "sent"
    ARRIVED = "arrived"
    RELEASED = "released"  # out of the bonded lot
    CLEARED = "cleared"  # into the free one
    COUNTED = "counted"
    DAMAGED = "damaged"
    REEXPORTED = "reexported"
    PROMISED = "promised"
    FREED = "freed"


_COMES: Final = frozenset({Move.IN, Move.ARRIVED, Move.CLEARED})
_GOES: Final = frozenset({Move.OUT, Move.SENT, Move.RELEASED, Move.DAMAGED, Move.REEXPORTED})


@dataclass(frozen=True, slots=True)
class Change:
    """By how much the two figures of a lot move."""

    on_hand: int
    promised: int


def change_of(move: Move, quantity: int, *, was_promised: bool = False) -> Change:
    """Return what a movement of so many units does; only a count has a sign. Refused ``quantity`` below one.

    ``was_promised``: units that go out were promised before, and are promised no more.
    """
    if move is Move.COUNTED:
        return Change(quantity, 0)
    if not 1 <= quantity <= LARGEST_QUANTITY:
        raise Refused.field("quantity", "whole_range", f"1 to {LARGEST_QUANTITY}")
    if move in _COMES:
        return Change(quantity, 0)
    if move in _GOES:
        return Change(-quantity, -quantity if was_promised else 0)
    return Change(0, quantity if move is Move.PROMISED else -quantity)


@dataclass(frozen=True, slots=True)
class Papers:
    """Under which papers goods lie: in bond the warehouse entry and the two days, free imports the declaration."""

    status: Status
    entry_number: str | None = None
    bonded_since: date | None = None
    bonded_until: date | None = None
    is_imported: bool = True
    declaration_number: str | None = None
    declaration_line: int | None = None
    declared_on: date | None = None


def check_papers(papers: Papers, *, has_licence: bool, today: date) -> None:
    """Refuse, by field, goods whose papers are not those of their status, or say what is still to come."""
    errors: list[FieldError] = []
    if papers.status is Status.BONDED:
        if not has_licence:
            errors.append(FieldError("status", "not_bonded_centre", "free, at a centre without a licence for bond"))
        given = (
            ("entry_number", papers.entry_number),
            ("bonded_since", papers.bonded_since),
            ("bonded_until", papers.bonded_until),
        )
        errors += [FieldError(name, "required", "a value") for name, value in given if value is None]
        if papers.bonded_since and papers.bonded_since > today:
            errors.append(FieldError("bonded_since", "in_future", today.isoformat()))
        elif papers.bonded_since and papers.bonded_until and papers.bonded_until < papers.bonded_since:
            errors.append(FieldError("bonded_until", "before_entry", papers.bonded_since.isoformat()))
    elif papers.is_imported:
        given = (("declaration_number", papers.declaration_number), ("declaration_line", papers.declaration_line))
        errors += [FieldError(name, "required", "a value") for name, value in given if value is None]
    if errors:
        raise Refused.fields(*errors)


def days_left(bonded_until: date, today: date) -> int:
    """Return how many days goods may still stay in bond, the last one counted as 0; below 0 once it has passed."""
    return (bonded_until - today).days


def stage_of(bonded_until: date, today: date) -> int | None:
    """Return of which stage an owner is to know, None while there is time."""
    left = days_left(bonded_until, today)
    reached = [stage for stage in STAGES if stage and left <= stage]
    return 0 if left < 0 else min(reached, default=None)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A lot as somebody chooses among lots: what is left of it, and its last day in bond."""

    lot_id: UUID
    status: Status
    left: int
    bonded_until: date | None


def pick(shelves: Iterable[Shelf], *, status: Status, quantity: int, today: date) -> list[tuple[UUID, int]]:
    """Return how many units to take of which lots of one status: those that must leave bond first, then the oldest.

    Goods whose last day has passed are left: they may only be released or go back. Conflict ``lots_short`` naming what
    is there, with nothing taken, where it is too little; the other status is never taken instead.
    """
    able = [one for one in shelves if one.status is status and (one.bonded_until is None or one.bonded_until >= today)]
    taken: list[tuple[UUID, int]] = []
    wanted = quantity
    # Ids are made in the order of time.
    for one in sorted(able, key=lambda each: (each.bonded_until or date.max, each.lot_id)):
        units = min(one.left, wanted)
        if units:
            taken.append((one.lot_id, units))
            wanted -= units
    if wanted:
        raise Conflict("lots_short", status=str(status), left=quantity - wanted)
    return taken


def portion(units: Iterable[tuple[UUID, int]], quantity: int) -> list[tuple[UUID, int]]:
    """Return so many of these units, in the order of the lots; fewer where there are not as many."""
    taken: list[tuple[UUID, int]] = []
    for lot_id, there in units:
        if part := min(there, quantity):
            taken.append((lot_id, part))
            quantity -= part
    return taken


def check_release(*, quantity: int, left: int) -> None:
    """Refuse to release more than lies there unpromised."""
    if not 1 <= quantity <= left:
        raise Refused.field("quantity", "whole_range", f"1 to {left}" if left else "nothing: all of it is promised")
