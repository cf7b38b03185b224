"""Which lorry runs on which line, from whom to whom, and when what happens to it; the same at every call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Final

from marketplace.seed.houses import House
from marketplace.seed.replay import cast
from marketplace.seed.replay.cast import Route
from marketplace.seed.replay.published import Run, runs

_SEED: Final = 20210108
# The day's first lorry leaves at eight by the clock of Chongqing, wherever its hub is: days are counted there.
_FIRST_AT: Final = time(0, 0, tzinfo=UTC)
_APART: Final = timedelta(minutes=40)
# Of the lateness that a border adds, in hours; most lorries wait no longer than the timetable has it.
_WAITS: Final = ((-2.0, 0.0, 80), (0.0, 4.0, 14), (4.0, 16.0, 6))


@dataclass(frozen=True, slots=True)
class Trip:
    """One lorry with its line, seller and buyer, cartons of each kind, and the hours that each border costs it."""

    run: Run
    route: Route
    seller: House
    buyer: House
    cartons: tuple[tuple[str, int], ...]
    waits: tuple[float, ...]

    @property
    def departs_at(self) -> datetime:
        """When it leaves its hub."""
        return datetime.combine(self.run.day, _FIRST_AT) + self.run.turn * _APART

    @property
    def to_place(self) -> str:
        """Where its goods leave it: the far end, or Chongqing."""
        return "CNCQI" if self.route.is_home else self.route.far

    @property
    def key(self) -> str:
        """The key that its order is placed under."""
        return f"replay-{self.run.number:05}"


def trips(departures: int) -> list[Trip]:
    """Return every lorry of a history of so many departures, in the order of their days."""
    chance = Random(_SEED)  # noqa: S311  told apart, not kept secret
    made: list[Trip] = []
    for run in runs(departures):
        open_ = [route for route in cast.ROUTES if route.since <= run.day]
        (route,) = chance.choices(open_, [each.weight for each in open_])
        here, there = _house(chance, cast.AT_CHONGQING), _house(chance, cast.ABROAD[route.far])
        seller, buyer = (there, here) if route.is_home else (here, there)
        made.append(Trip(run, route, seller, buyer, _kinds(run), tuple(_wait(chance) for _ in range(4))))
    return made


def _house(chance: Random, known: Sequence[tuple[House, object]]) -> House:
    return chance.choice(known)[0]


def _kinds(run: Run) -> tuple[tuple[str, int], ...]:
    """Split a lorry's cartons into one to three consignments: dear goods, cheap ones, in each fifth two kinds."""
    cheap = run.cartons - run.dear
    other = cheap // 3 if run.number % 5 == 0 else 0
    parts = ((cast.DEAR, run.dear), (cast.CHEAP, cheap - other), (cast.CHEAP_TOO, other))
    return tuple((kind, boxes) for kind, boxes in parts if boxes)


def _wait(chance: Random) -> float:
    ((least, most, _),) = chance.choices(_WAITS, [weight for *_, weight in _WAITS])
    return round(chance.uniform(least, most), 2)
