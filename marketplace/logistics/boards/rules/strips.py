"""The days of a lorry as strips: its time at the hub, drives and borders, as planned and as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise


class Strip(StrEnum):
    """What a lorry does meanwhile."""

    HUB = "hub"
    DRIVE = "drive"
    BORDER = "border"
    HELD = "held"
    EXPECTED = "expected"


@dataclass(frozen=True, slots=True)
class Span:
    """A strip from one instant to another."""

    kind: Strip
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A stop: when it is planned, after how long a wait before a closed border, and when it was reached."""

    eta: datetime
    is_border: bool
    wait: timedelta = timedelta()
    reached_at: datetime | None = None


def planned(cargo_until: datetime, calls: Sequence[Call]) -> tuple[Span, ...]:
    """Return the plan: at the hub from the cut-off of cargo until the lorry leaves, then drives and borders.

    The way from one side of a border to the other counts as the border, as does the wait before it.
    """
    found = [Span(Strip.HUB, cargo_until, calls[0].eta)]
    for before, call in pairwise(calls):
        begins = max(before.eta, call.eta - call.wait)
        found += [Span(_way(before, call), before.eta, begins), Span(Strip.BORDER, begins, call.eta)]
    return _real(found)


def actual(
    calls: Sequence[Call], now: datetime, *, stands: Strip | None = None, expected_at: datetime | None = None
) -> tuple[Span, ...]:
    """Return what was: between stops that were reached, and while ``expected_at`` lies ahead up to now and from now on.

    ``stands``: why a lorry does not go on, None where it does. Nothing was before it left.
    """
    passed = [(call, call.reached_at) for call in calls if call.reached_at is not None]
    found = [Span(_way(one, two), since, until) for (one, since), (two, until) in pairwise(passed)]
    if passed and expected_at is not None:
        since = passed[-1][1]
        found += [Span(stands or Strip.DRIVE, since, now), Span(Strip.EXPECTED, now, expected_at)]
    return _real(found)


def within(spans: Sequence[Span], begin: datetime, end: datetime) -> tuple[Span, ...]:
    """Return what of these lies between two instants."""
    return _real([Span(one.kind, max(one.since, begin), min(one.until, end)) for one in spans])


def _way(before: Call, call: Call) -> Strip:
    return Strip.BORDER if before.is_border and call.is_border else Strip.DRIVE


def _real(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(one for one in spans if one.since < one.until)
