"""Relax, round, refill; then look around: a departure and its neighbours solved exactly, again and again."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from marketplace.logistics.planning.rules.filling import Filling, Ground, first_fit, rounded
from marketplace.logistics.planning.rules.instance import Instance
from marketplace.logistics.planning.solver.highs import Model, Pair, Relaxed

# One neighbourhood's time: most end long before.
_ROUND_SECONDS: Final = 2.0
# A departure is looked at with so many that want the same consignments.
_NEAREST: Final = 6
_Group = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An answer that is better than those before; ``rounds`` neighbourhoods were looked at."""

    filling: Filling
    worth: int
    bound: int
    rounds: int
    prices: Sequence[tuple[float, ...]]


def search(instance: Instance, *, seconds: float, seed: int, rounds: int | None = None) -> Iterator[Found]:
    """Yield better and better answers until the time is over, the bound is reached, or so many rounds were made.

    The first comes at once, before anything is solved, so that there is an answer whatever happens to the solver.
    With the same seed the same neighbourhoods are looked at in the same order; how far it comes depends on the time.
    """
    ends = time.monotonic() + seconds
    ground = Ground(instance)
    start = Filling(ground)
    free = [one for one in range(len(instance.parcels)) if one not in start.at]
    room = dict(enumerate(start.left))
    _bar_foes(ground, start)
    best = first_fit(ground)
    everything = sum(parcel.value for parcel in instance.parcels)
    yield Found(best.copy(), best.worth, everything, 0, ())
    relaxed = Model(ground, free, room).relax(seconds=seconds, seed=seed)
    bound = relaxed.bound + start.worth
    order = _by_worth(ground, relaxed, free)
    best = max((rounded(ground, relaxed.fractions, order), best), key=lambda filling: filling.worth)
    yield Found(best.copy(), best.worth, bound, 0, relaxed.prices)
    neighbours = _Neighbours(ground, set(free), seed)
    done, worth = 0, best.worth
    while worth < bound and time.monotonic() < ends and done != rounds and (group := neighbours.next()) is not None:
        done += 1
        if _improve(ground, best, neighbours, group, seconds=min(_ROUND_SECONDS, ends - time.monotonic()), seed=seed):
            worth = best.worth
            yield Found(best.copy(), worth, bound, done, relaxed.prices)


def _bar_foes(ground: Ground, start: Filling) -> None:
    """Take the departures off a parcel's options where something pinned keeps it away."""
    for parcel, options in enumerate(ground.options):
        if parcel not in start.at:
            ground.options[parcel] = tuple(lorry for lorry in options if start.takes(parcel, lorry))


def _by_worth(ground: Ground, relaxed: Relaxed, parcels: Sequence[int]) -> list[int]:
    """Return parcels by what they are worth beside what their room is worth on their cheapest departure."""

    def surplus(parcel: int) -> float:
        amounts = ground.amounts[parcel]
        costs = [
            sum(price * need for price, need in zip(relaxed.prices[lorry], amounts, strict=True))
            - ground.worth(parcel, lorry)
            for lorry in ground.options[parcel]
        ]
        return min(costs, default=0.0)

    return sorted(parcels, key=lambda parcel: (surplus(parcel), parcel))


class _Neighbours:
    """Which departures are looked at together: those that compete for the same consignments, by turns.

    Two at a time: first the nearest, then those farther off. Of three the solver sometimes does not come back.
    """

    def __init__(self, ground: Ground, free: set[int], seed: int) -> None:
        self.free = free
        self.candidates: list[list[int]] = [[] for _ in ground.instance.lorries]
        for parcel in sorted(free):
            for lorry in ground.options[parcel]:
                self.candidates[lorry].append(parcel)
        self._random = random.Random(seed)  # noqa: S311  a reproducible order, no secret
        wanted = [set(each) for each in self.candidates]
        self._near = [_nearest(lorry, wanted) for lorry in range(len(wanted))]
        self._reach = _NEAREST
        self._vain: set[_Group] = set()
        self._all = self._groups()
        self._turn: list[_Group] = []

    def _groups(self) -> list[_Group]:
        found: set[_Group] = set()
        for lorry, near in enumerate(self._near):
            if self.candidates[lorry]:
                found.update((min(lorry, other), max(lorry, other)) for other in near[: self._reach])
                if not near:
                    found.add((lorry,))
        return sorted(found)

    def next(self) -> _Group | None:
        """Return departures to look at, None when everything was looked at in vain."""
        while len(self._vain) == len(self._all):
            if self._reach >= len(self._near):
                return None
            self._reach *= 2
            self._all, self._turn = self._groups(), []
        while True:
            if not self._turn:
                self._turn = [group for group in self._all if group not in self._vain]
                self._random.shuffle(self._turn)
            group = self._turn.pop()
            if group not in self._vain:
                return group

    def in_vain(self, group: _Group) -> None:
        """Look at these no more until one of them changes."""
        self._vain.add(group)

    def changed(self, group: _Group) -> None:
        """Look again at everything that these departures are part of."""
        self._vain = {other for other in self._vain if not set(other) & set(group)}


def _nearest(lorry: int, wanted: list[set[int]]) -> list[int]:
    """Return the departures that compete with one for the most consignments."""
    shared = [(len(wanted[lorry] & its), other) for other, its in enumerate(wanted) if other != lorry]
    return [other for count, other in sorted(shared, key=lambda each: (-each[0], each[1])) if count]


def _improve(
    ground: Ground, best: Filling, neighbours: _Neighbours, lorries: _Group, *, seconds: float, seed: int
) -> bool:
    inside = sorted(one for lorry in lorries for one in best.aboard[lorry] if one in neighbours.free)
    waiting = sorted({one for lorry in lorries for one in neighbours.candidates[lorry] if one not in best.at})
    before: set[Pair] = {(one, best.at[one]) for one in inside}
    worth = sum(ground.worth(*each) for each in before)
    room = {lorry: _with_back(ground, best, lorry, inside) for lorry in lorries}
    solved = Model(ground, inside + waiting, room).solve(before, seconds=seconds, seed=seed)
    if solved is None or sum(ground.worth(*each) for each in solved) <= worth:
        neighbours.in_vain(lorries)
        return False
    for one in inside:
        best.drop(one)
    for one, lorry in solved:
        best.put(one, lorry)
    neighbours.changed(lorries)
    return True


def _with_back(ground: Ground, best: Filling, lorry: int, inside: list[int]) -> list[int]:
    """Return the room of a departure with what may be moved taken off."""
    mine = [ground.amounts[one] for one in inside if best.at[one] == lorry]
    return [left + sum(amounts[at] for amounts in mine) for at, left in enumerate(best.left[lorry])]
