"""What was published of the corridor, and how it is shared among lorries so that every total comes out exactly.

Totals are of ichongqing.info, 2021-01-08: "over 5,000" departures, 11,252 TEU, 75,100 t and 2.9 bn yuan since the first
run on 2016-04-28; in 2020 alone 2,824 departures, 6,354 TEU, about 50,000 t and about 1.4 bn yuan. What is not
published is ours: which lorry ran on which line and day, what it carried, and for whom.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Final

# One lorry is a 40-foot container of 2 TEU, all others are 13.7 m long, 2.25: together 11,252 TEU.
DEPARTURES: Final = 5_001
_OF_2020: Final = 2_824
# The week of January 2021 ran like those before it.
_OF_2021: Final = 57
_FIRST_RUN: Final = 10
# Goods come in cartons of 20 kg at two prices: of so many cartons, with so many dear ones among them, weight and value
# are the published ones.
CARTON_KG: Final = 20
CHEAP_YUAN, DEAR_YUAN = 500, 1_500
_CARTONS, _DEAR = 3_755_000, 1_022_500
_CARTONS_OF_2020, _DEAR_OF_2020 = 2_500_000, 150_000
# 23 t: no lorry takes more.
MOST_CARTONS: Final = 1_150
_SEED: Final = 20160428


@dataclass(frozen=True, slots=True)
class Period:
    """A time of which totals are known: lorries, cartons, and how many of those are of the dear kind.

    Dear goods ride in the first of every ``dear_in`` lorries; traffic grows by ``growth`` from first to last day.
    """

    first: date
    last: date
    lorries: int
    cartons: int
    dear: int
    dear_in: int = 1
    growth: float = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """One lorry as planned: its number, its day and the how manyeth of that, and its cartons, dear ones included."""

    number: int
    day: date
    turn: int
    cartons: int
    dear: int
    is_container: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """What a history comes to: TEU in hundredths, weight in kilograms, value in yuan."""

    departures: int
    teu_hundredths: int
    kilograms: int
    yuan: int


def scaled(total: int, departures: int) -> int:
    """Return the part of a published total that falls to so many departures, rounded half up."""
    return (2 * total * departures + DEPARTURES) // (2 * DEPARTURES)


def share(total: int, weights: Sequence[float], most: Sequence[int]) -> list[int]:
    """Share a total by weights in whole numbers, none above its most: by largest remainder, so that the sum is exact.

    What does not fit goes to the others by the same weights. ValueError where it cannot fit at all.
    """
    shares = [0] * len(weights)
    rest = total
    while rest:
        open_ = [at for at, weight in enumerate(weights) if weight > 0 and shares[at] < most[at]]
        whole = sum(weights[at] for at in open_)
        if not open_:
            msg = f"{rest} of {total} fit nowhere"
            raise ValueError(msg)
        wanted = {at: rest * weights[at] / whole for at in open_}
        given = {at: min(int(wanted[at]), most[at] - shares[at]) for at in open_}
        for at, amount in given.items():
            shares[at] += amount
        rest -= sum(given.values())
        if rest < len(open_):
            by_remainder = sorted(open_, key=lambda at: (int(wanted[at]) - wanted[at], at))
            for at in [at for at in by_remainder if shares[at] < most[at]][:rest]:
                shares[at] += 1
                rest -= 1
    return shares


def periods(departures: int) -> tuple[Period, ...]:
    """Return the periods of a history of so many departures, its totals in proportion to the published ones."""
    in_2020, late = scaled(_OF_2020, departures), max(1, scaled(_OF_2021, departures))
    early = departures - in_2020 - late
    sides = (early, late)
    cartons, dear = (
        share(scaled(whole, departures) - scaled(of_2020, departures), sides, [MOST_CARTONS * side for side in sides])
        for whole, of_2020 in ((_CARTONS, _CARTONS_OF_2020), (_DEAR, _DEAR_OF_2020))
    )
    busy = Period(
        date(2020, 1, 1),
        date(2020, 12, 31),
        in_2020,
        scaled(_CARTONS_OF_2020, departures),
        scaled(_DEAR_OF_2020, departures),
        dear_in=6,
        growth=1.5,
    )
    return (
        Period(date(2016, 4, 28), date(2019, 12, 31), early, cartons[0], dear[0], growth=8.0),
        busy,
        Period(date(2021, 1, 1), date(2021, 1, 7), late, cartons[1], dear[1]),
    )


def totals(departures: int, *, of_2020: bool = False) -> Totals:
    """Return what a history of so many departures comes to, or its year 2020."""
    parts = periods(departures)
    wanted = parts[1:2] if of_2020 else parts
    lorries, cartons = sum(part.lorries for part in wanted), sum(part.cartons for part in wanted)
    dear = sum(part.dear for part in wanted)
    return Totals(
        lorries,
        lorries * 225 - (0 if of_2020 else 25),
        cartons * CARTON_KG,
        cartons * CHEAP_YUAN + dear * (DEAR_YUAN - CHEAP_YUAN),
    )


def runs(departures: int) -> list[Run]:
    """Return every lorry of the history in the order of their days; the same ones at every call."""
    chance = Random(_SEED)  # noqa: S311  told apart, not kept secret
    made: list[Run] = []
    for period in periods(departures):
        days = _days(period, first=max(1, scaled(_FIRST_RUN, departures)) if not made else 0)
        cartons = share(period.cartons, [chance.uniform(0.7, 1.25) for _ in days], [MOST_CARTONS] * period.lorries)
        weights = [
            boxes * chance.uniform(0.8, 1.2) if at % period.dear_in == 0 else 0.0 for at, boxes in enumerate(cartons)
        ]
        dear = share(period.dear, weights, cartons)
        for at, day in enumerate(days):
            turn = made[-1].turn + 1 if made and made[-1].day == day else 0
            is_container = period.dear_in == 1 and not any(run.is_container for run in made) and at == len(days) // 2
            made.append(Run(len(made) + 1, day, turn, cartons[at], dear[at], is_container))
    return made


def _days(period: Period, *, first: int) -> list[date]:
    """Spread lorries over the days of a period, the first so many on its first day, more on each day than before."""
    length = (period.last - period.first).days + 1
    sums = list(accumulate(1 + (period.growth - 1) * day / length for day in range(length)))
    rest = period.lorries - first
    steps = ((turn + 0.5) / rest * sums[-1] for turn in range(rest))
    return [period.first] * first + [period.first + timedelta(days=bisect_left(sums, step)) for step in steps]
