"""The lorries of the demo's history: each goes by its timetable, and some stand where visitors shall find them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

_HOUR: Final = timedelta(hours=1)
# Where a lorry stands now: of which line, after which act it stopped, and how long ago its plan must have reached that.
STANDING: Final[Mapping[str, tuple[str, str, timedelta]]] = {
    "departed": ("MIDDLE", "depart", 2 * _HOUR),
    "border": ("EAST", "at_border", _HOUR),
    "cleared": ("EAST", "clear", _HOUR),
    "held": ("FRUIT-N", "hold", 3 * _HOUR),
    "arrived": ("EAST-N", "arrive", _HOUR),
    "stripped": ("MIDDLE-N", "strip", _HOUR),
}
# Those that have not left: of which line, the how manyeth from now, and what was done with it so far.
WAITING: Final[Mapping[str, tuple[str, int, tuple[str, ...]]]] = {
    "sealed": ("EAST", 0, ("close", "load", "seal")),
    "loading": ("MIDDLE", 0, ("close", "load")),
    "closed": ("EAST-S", 0, ("close",)),
    "cancelled": ("SINGAPORE", 1, ("cancel",)),
}
# What is on a lorry is counted within this time after its arrival.
RECEIVED_WITHIN: Final = timedelta(hours=36)


@dataclass(slots=True)
class Lorry:
    """One departure; ``on_arrival`` are those who wait for it."""

    id: UUID
    line: str
    departs_at: datetime
    cutoff_cargo_at: datetime
    stops: tuple[tuple[str, datetime, bool], ...]
    role: str = ""
    on_arrival: list[Callable[[datetime], None]] = field(default_factory=list[Callable[[datetime], None]])
    is_off: bool = False

    @property
    def arrives_at(self) -> datetime:
        """When it is at the end of its line."""
        return self.stops[-1][1]

    def plan(self) -> Iterator[tuple[datetime, str, str | None]]:
        """Yield its acts by timetable, and the place of those on the way."""
        yield self.cutoff_cargo_at, "close", None
        yield self.departs_at - 3 * _HOUR, "load", None
        yield self.departs_at - _HOUR, "seal", None
        yield self.departs_at, "depart", None
        is_near_side = True
        for code, eta, is_border in self.stops[1:-1]:
            if is_border:
                yield eta, "at_border" if is_near_side else "clear", None
                is_near_side = not is_near_side
            else:
                yield eta, "arrive", code
        yield self.arrives_at, "arrive", None
        yield self.arrives_at + 3 * _HOUR, "strip", None

    def reaches(self, act: str) -> datetime:
        """Return the planned instant of an act; a lorry is held at its first border."""
        wanted = "at_border" if act == "hold" else act
        return next(at for at, name, place in self.plan() if name == wanted and place is None)


class Fleet:
    """Every departure of the history and of the weeks to come, with the role that some of them play."""

    def __init__(self, lorries: Sequence[Lorry], now: datetime) -> None:
        """Give out the roles; LookupError for a role that no lorry can play."""
        self.now = now
        self.lorries = lorries
        for role, (line, act, ago) in STANDING.items():
            self._give(role, [one for one in self._of(line)[::-1] if one.reaches(act) <= now - ago])
        for role, (line, number, _) in WAITING.items():
            self._give(role, [one for one in self._of(line) if one.departs_at > now + _HOUR][number:])

    def find(self, ride: str) -> Lorry | None:
        """Return the lorry that a ride names; None for an empty one: the first that takes the goods."""
        if not ride:
            return None
        if "+" in ride:
            line, _, number = ride.partition("+")
            # Papers are due a day before it leaves.
            bookable = self.now + timedelta(hours=25)
            return self._nth(ride, [one for one in self._of(line) if one.departs_at > bookable], int(number))
        if ":" in ride:
            line, _, number = ride.partition(":")
            done = [one for one in self._of(line)[::-1] if one.arrives_at + RECEIVED_WITHIN <= self.now]
            return self._nth(ride, done, int(number))
        return next(one for one in self.lorries if one.role == ride)

    def _of(self, line: str) -> list[Lorry]:
        return [one for one in self.lorries if one.line == line]

    def _give(self, role: str, fitting: list[Lorry]) -> None:
        self._nth(role, fitting, 0).role = role

    @staticmethod
    def _nth(wanted: str, fitting: list[Lorry], number: int) -> Lorry:
        free = [one for one in fitting if not one.role]
        if len(free) <= number:
            msg = f"no lorry for {wanted}"
            raise LookupError(msg)
        return free[number]
