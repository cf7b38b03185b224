"""How long a whole lorry waited for its hirer: from what was noted, by the published rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from marketplace.logistics.rules.states import HoldCause

# What holds a lorry by the hirer's own doing: its papers, or what is named otherwise. Whatever else holds one - border,
# customs, breakdown, weather, road, police - is not counted.
_BY_HIRER: Final = frozenset({HoldCause.PAPERS, HoldCause.OTHER})
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to another; one that ends before it begins is empty."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is, never less than nothing."""
        return max(self.end - self.begin, timedelta(0))


@dataclass(frozen=True, slots=True)
class Hold:
    """That a lorry was held; ``until`` is None while it is."""

    cause: HoldCause
    begin: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Waited:
    """How long a lorry was at a place, and how many minutes of that count against its hirer."""

    span: Span
    minutes: int
    held_minutes: int


def at_loading(
    *, ready_at: datetime, came_at: datetime | None, loaded_at: datetime, cutoff_at: datetime, last_cargo_at: datetime
) -> Span | None:
    """Return how long a lorry waited to be loaded: from when it was to leave, or came where that is later.

    None where all goods were there by the cargo cut-off: then it did not wait for its hirer.
    """
    if last_cargo_at <= cutoff_at:
        return None
    return Span(max(ready_at, came_at or ready_at), loaded_at)


def waited(span: Span, holds: Sequence[Hold]) -> Waited:
    """Return how long of a stay counts: in whole minutes, without what the hirer did not cause."""
    held = sum((one.length for one in _merged(span, holds)), timedelta(0))
    return Waited(span, minutes=_minutes(span.length - held), held_minutes=held // _MINUTE)


def _merged(span: Span, holds: Iterable[Hold]) -> list[Span]:
    """Return the parts of a stay in which others held the lorry; those that overlap as one."""
    within = (
        Span(max(one.begin, span.begin), min(one.until or span.end, span.end))
        for one in holds
        if one.cause not in _BY_HIRER
    )
    found: list[Span] = []
    for one in sorted(within, key=lambda part: part.begin):
        if one.begin >= one.end:
            continue
        if found and one.begin <= found[-1].end:
            found[-1] = Span(found[-1].begin, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def _minutes(length: timedelta) -> int:
    return length // _MINUTE
