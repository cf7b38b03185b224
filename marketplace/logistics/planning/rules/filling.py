"""Departures being filled: what may go where, first-fit, rounding of fractions, refilling.

Parcels and lorries are their numbers in the instance. What is pinned is aboard from the beginning.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from marketplace.kernel.quantity import DIMENSIONS
from marketplace.logistics.planning.rules.instance import Instance, Lorry
from marketplace.logistics.planning.rules.obstacles import always
from marketplace.logistics.planning.rules.segregation import Nature, apart

Amounts = tuple[int, int, int, int]


class Ground:
    """What stays the same while an instance is solved: options of each parcel, kinds of cargo, who stands with whom."""

    def __init__(self, instance: Instance) -> None:
        """Work out where each parcel could go at all."""
        self.instance = instance
        self.amounts: list[Amounts] = [_amounts(parcel.load) for parcel in instance.parcels]
        natures: dict[Nature, int] = {}
        self.kind = [natures.setdefault(parcel.nature, len(natures)) for parcel in instance.parcels]
        self.natures = list(natures)
        self._lanes: dict[str, list[frozenset[int]]] = {}
        self.foes = [self._foes_of(lorry) for lorry in instance.lorries]
        self.options = self._options()

    def worth(self, parcel: int, lorry: int) -> int:
        """Return what it is worth that this rides there."""
        return self.instance.worth(self.instance.parcels[parcel], self.instance.lorries[lorry])

    def _options(self) -> list[tuple[int, ...]]:
        serving: dict[str, list[int]] = {}
        for at, lorry in enumerate(self.instance.lorries):
            for place in lorry.reaches:
                serving.setdefault(place, []).append(at)
        return [
            tuple(at for at in serving.get(parcel.to, ()) if not always(parcel, self.instance.lorries[at]))
            for parcel in self.instance.parcels
        ]

    def _foes_of(self, lorry: Lorry) -> list[frozenset[int]]:
        """Return for each kind which kinds do not stand with it on a lane (its own, where one product means one)."""
        asked = repr(lorry.lane)
        if asked not in self._lanes:
            self._lanes[asked] = [
                frozenset(
                    other
                    for other, its in enumerate(self.natures)
                    if apart(mine, its, lane=lorry.lane, house=self.instance.house) is not None
                )
                for mine in self.natures
            ]
        return self._lanes[asked]

    @cached_property
    def pinned(self) -> tuple[int, ...]:
        """The parcels that somebody set on a departure."""
        return tuple(at for at, parcel in enumerate(self.instance.parcels) if parcel.pinned is not None)


class Filling:
    """Departures with what is aboard."""

    def __init__(self, ground: Ground) -> None:
        """Put what is pinned aboard, in its order; what does not fit any more stays behind."""
        self.ground = ground
        self.left = [list(_amounts(lorry.room)) for lorry in ground.instance.lorries]
        self.aboard: list[set[int]] = [set() for _ in ground.instance.lorries]
        self.kinds: list[dict[int, int]] = [{} for _ in ground.instance.lorries]
        self.at: dict[int, int] = {}
        for parcel in ground.pinned:
            for lorry in ground.options[parcel]:
                if self.takes(parcel, lorry):
                    self.put(parcel, lorry)

    def copy(self) -> "Filling":
        """Return the same, to be changed by itself."""
        made = Filling.__new__(Filling)
        made.ground, made.at = self.ground, dict(self.at)
        made.left, made.aboard = [list(each) for each in self.left], [set(each) for each in self.aboard]
        made.kinds = [dict(each) for each in self.kinds]
        return made

    @property
    def worth(self) -> int:
        """What all that rides is worth."""
        return sum(self.ground.worth(parcel, lorry) for parcel, lorry in self.at.items())

    def takes(self, parcel: int, lorry: int) -> bool:
        """Tell whether a parcel that may go there at all fits and stands with what is aboard."""
        return self.fits(parcel, lorry) and self.stands(parcel, lorry)

    def fits(self, parcel: int, lorry: int) -> bool:
        """Tell whether there is room."""
        return all(need <= free for need, free in zip(self.ground.amounts[parcel], self.left[lorry], strict=True))

    def stands(self, parcel: int, lorry: int) -> bool:
        """Tell whether it may stand with what is aboard."""
        return self.ground.foes[lorry][self.ground.kind[parcel]].isdisjoint(self.kinds[lorry])

    def put(self, parcel: int, lorry: int) -> None:
        """Set it on a departure."""
        self._shift(parcel, lorry, 1)
        self.aboard[lorry].add(parcel)
        self.at[parcel] = lorry

    def drop(self, parcel: int) -> None:
        """Take it off its departure."""
        lorry = self.at.pop(parcel)
        self._shift(parcel, lorry, -1)
        self.aboard[lorry].discard(parcel)

    def _shift(self, parcel: int, lorry: int, by: int) -> None:
        left = self.left[lorry]
        for dimension, amount in enumerate(self.ground.amounts[parcel]):
            left[dimension] -= by * amount
        kind = self.ground.kind[parcel]
        count = self.kinds[lorry].get(kind, 0) + by
        if count:
            self.kinds[lorry][kind] = count
        else:
            del self.kinds[lorry][kind]

    def refill(self, order: Iterable[int]) -> None:
        """Set what is left behind on its best departure that takes it: most worth, else the fullest that does."""
        for parcel in order:
            if parcel in self.at:
                continue
            best = max(
                (lorry for lorry in self.ground.options[parcel] if self.takes(parcel, lorry)),
                key=lambda lorry: (self.ground.worth(parcel, lorry), -self.left[lorry][2], -lorry),
                default=None,
            )
            if best is not None:
                self.put(parcel, best)

    def answer(self) -> dict[str, str]:
        """Return which parcel rides on which departure, by their keys."""
        instance = self.ground.instance
        return {instance.parcels[one].key: instance.lorries[lorry].key for one, lorry in sorted(self.at.items())}


def first_fit(ground: Ground, order: Sequence[int] | None = None) -> Filling:
    """Fill first come, first served, by ready date unless another order is given: each on its first with room."""
    filling = Filling(ground)
    parcels = ground.instance.parcels
    if order is None:
        order = sorted(range(len(parcels)), key=lambda at: (parcels[at].ready or 0, at))
    by_time = sorted(range(len(ground.instance.lorries)), key=lambda at: (ground.instance.lorries[at].cutoff, at))
    turn = {lorry: at for at, lorry in enumerate(by_time)}
    for parcel in order:
        if parcel not in filling.at:
            for lorry in sorted(ground.options[parcel], key=turn.__getitem__):
                if filling.takes(parcel, lorry):
                    filling.put(parcel, lorry)
                    break
    return filling


def rounded(ground: Ground, fractions: Mapping[tuple[int, int], float], order: Sequence[int]) -> Filling:
    """Round a fractional answer: what takes the largest part of a lorry first, then the rest in an order.

    A small lot finds another place, a large one that waits for its turn finds none: by fractions alone, whatever the
    size, the answer stays several times as far from the bound.
    """
    filling = Filling(ground)

    def part(pair: tuple[int, int]) -> float:
        whole = _amounts(ground.instance.lorries[pair[1]].room)
        shares = (need / max(of, 1) for need, of in zip(ground.amounts[pair[0]], whole, strict=True))
        return round(max(shares) * fractions[pair], 9)

    for parcel, lorry in sorted(fractions, key=lambda pair: (-part(pair), pair)):
        if parcel not in filling.at and filling.takes(parcel, lorry):
            filling.put(parcel, lorry)
    filling.refill(order)
    return filling


def _amounts(load: object) -> Amounts:
    first, second, third, fourth = (getattr(load, name) for name in DIMENSIONS)
    return first, second, third, fourth
