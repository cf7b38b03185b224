"""How the statements of an account connect: each opens with the balance with which the one before it closed.

They stand in the order of their days, of one day in that of their numbers, then as they came in; of one day the one
that connects comes first. Statements that tell the same entries, in another form or for other days, need not connect.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from marketplace.payments.rules.statements import Span


@dataclass(frozen=True, slots=True)
class Told:
    """One imported statement: its span, how many entries it has, and how many of them none before it had brought."""

    id: UUID
    span: Span
    entries: int
    new_entries: int

    @property
    def tells_again(self) -> bool:
        """Tell whether another statement brought some of its entries before."""
        return self.new_entries < self.entries


def gaps(told: Sequence[Told]) -> dict[UUID, int | None]:
    """Return by how much an account moved unseen before each of its statements, given as they came in.

    None for the first and for one without balances; 0 says that nothing is missing.
    """
    return _connected(told)[0]


def last_closing(told: Sequence[Told]) -> int:
    """Return the balance after the last statement of an account, given as they came in; 0 where none has balances."""
    ends = _connected(told)[1]
    return ends[-1] if ends else 0


def _connected(told: Sequence[Told]) -> tuple[dict[UUID, int | None], list[int]]:
    found: dict[UUID, int | None] = {each.id: None for each in told}
    ends: list[int] = []
    before: list[Told] = []
    bearing = [each for each in told if each.span.opening is not None and each.span.closing is not None]
    for since, of_day in groupby(sorted(bearing, key=_place), key=lambda each: each.span.since):
        waiting = list(of_day)
        before = [each for each in before if each.span.until >= since]
        while waiting:
            one = _next(waiting, ends)
            waiting.remove(one)
            opening, closing = one.span.opening or 0, one.span.closing or 0
            same = next((each for each in before if _is_told_again(one, each)), None)
            if same is not None:
                found[one.id] = found[same.id]
                continue
            is_over = opening not in ends and any(_overlaps(one, each) for each in before)
            if ends:
                found[one.id] = 0 if is_over or opening in ends else opening - ends[-1]
            ends = [*ends, closing] if is_over else [closing]
            before.append(one)
    return found, ends


def _next(waiting: Sequence[Told], ends: Sequence[int]) -> Told:
    """Return which of the statements of one day comes next: one that connects, else one that follows none of them."""
    joined = [each for each in waiting if each.span.opening in ends]
    closings = [each.span.closing for each in waiting if each.span.closing != each.span.opening]
    first = [each for each in waiting if each.span.opening not in closings]
    return (joined or first or list(waiting))[0]


def _place(told: Told) -> tuple[object, ...]:
    """Return where a statement stands among those of its account; those of one place stay as they came in."""
    return told.span.since, told.span.until, [int(each) for each in re.findall(r"[0-9]{1,18}", told.span.number)]


def _is_told_again(one: Told, other: Told) -> bool:
    """Tell whether two statements are one in two forms."""
    here, there = one.span, other.span
    is_alike = (here.since, here.until, here.opening, here.closing) == (
        there.since, there.until, there.opening, there.closing,
    )  # fmt: skip
    return is_alike and (one.tells_again or other.tells_again or not one.entries)


def _overlaps(one: Told, earlier: Told) -> bool:
    """Tell whether a statement tells of days or of entries that one which began no later tells of, too."""
    if earlier.span.until > one.span.since:
        return True
    return earlier.span.until == one.span.since and (one.tells_again or earlier.tells_again)
