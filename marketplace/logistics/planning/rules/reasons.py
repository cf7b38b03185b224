"""Say of each consignment left behind why, and what least change would free it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marketplace.kernel.quantity import DIMENSIONS
from marketplace.logistics.planning.rules.filling import Filling, Ground
from marketplace.logistics.planning.rules.instance import Instance
from marketplace.logistics.planning.rules.obstacles import Obstacle, Why, always, room_short
from marketplace.logistics.planning.rules.segregation import apart

# What stands in the way, from what is easily changed to what hardly is.
_EASE: Final = (
    *(Why.VALUE, Why.ROOM, Why.STANDS_WITH, Why.FLOOR, Why.READY, Why.PAPERS, Why.DUE),
    *(Why.PIN, Why.TEMPERATURE, Why.LANE, Why.TOO_LARGE),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a consignment stays behind: the code of what is nearest to being solved, where, and its facts.

    ``facts`` of ``room``: ``over`` by dimension; of ``stands_with``: ``with`` (keys) and ``rule``; of ``due``,
    ``ready``: instants in epoch seconds; of ``floor``: ``placed`` of ``total`` items; of ``value``: ``instead``, what
    would go for it. ``gain`` is what it would bring, ``cost`` what the room that it lacks is worth by the relaxation's
    prices, in minor units.
    """

    why: Why
    lorry: str | None
    facts: Mapping[str, Any]
    gain: int
    cost: int | None = None


def reasons(instance: Instance, answer: Mapping[str, str], prices: Sequence[Sequence[float]] = ()) -> dict[str, Reason]:
    """Return the reason of every consignment that an answer leaves behind, by its key."""
    ground = Ground(instance)
    filling = Filling(ground)
    for key, lorry in answer.items():
        at = instance.by_key[key]
        if filling.at.get(at) != instance.lorry_at[lorry]:
            filling.put(at, instance.lorry_at[lorry])
    return {
        parcel.key: _reason(filling, at, prices)
        for at, parcel in enumerate(instance.parcels)
        if parcel.key not in answer
    }


def hindrances(filling: Filling, parcel: int, lorry: int) -> list[Obstacle]:
    """Return everything that keeps a consignment off a departure that serves its place, with what is aboard now."""
    instance = filling.ground.instance
    its, there = instance.parcels[parcel], instance.lorries[lorry]
    found = always(its, there)
    whole = tuple(getattr(there.room, name) for name in DIMENSIONS)
    left = tuple(filling.left[lorry])
    if Why.TOO_LARGE not in {each.why for each in found} and (short := room_short(its, left, whole)):
        found.append(short)
    if not filling.stands(parcel, lorry):
        found.append(_company(filling, parcel, lorry))
    return found


def _company(filling: Filling, parcel: int, lorry: int) -> Obstacle:
    instance = filling.ground.instance
    mine, lane = instance.parcels[parcel].nature, instance.lorries[lorry].lane
    foes = [
        (other, why)
        for other in sorted(filling.aboard[lorry] - {parcel})
        if (why := apart(mine, instance.parcels[other].nature, lane=lane, house=instance.house)) is not None
    ]
    facts = {"with": [instance.parcels[other].key for other, _ in foes], "rule": str(foes[0][1])}
    return Obstacle(Why.STANDS_WITH, len(foes), facts)


def _reason(filling: Filling, parcel: int, prices: Sequence[Sequence[float]]) -> Reason:
    instance = filling.ground.instance
    its = instance.parcels[parcel]
    serving = [at for at, lorry in enumerate(instance.lorries) if its.to in lorry.reaches]
    if not serving:
        return Reason(Why.NO_DEPARTURE, None, {"to": its.to}, its.value)
    nearest: tuple[tuple[Any, ...], int, Obstacle] | None = None
    for lorry in serving:
        found = hindrances(filling, parcel, lorry)
        hardest = max(found, key=lambda each: (_EASE.index(each.why), each.short), default=_FREE)
        rank = (_EASE.index(hardest.why), len(found), hardest.short, lorry)
        if nearest is None or rank < nearest[0]:
            nearest = rank, lorry, hardest
    assert nearest is not None  # noqa: S101  some departure serves the place
    _, lorry, obstacle = nearest
    gain = instance.worth(its, instance.lorries[lorry])
    return Reason(obstacle.why, instance.lorries[lorry].key, obstacle.facts, gain, _cost(obstacle, lorry, prices))


# Nothing stands in its way: an answer that was not refilled.
_FREE: Final = Obstacle(Why.VALUE, 0, {})


def _cost(obstacle: Obstacle, lorry: int, prices: Sequence[Sequence[float]]) -> int | None:
    if obstacle.why is not Why.ROOM or not prices:
        return None
    of: dict[str, float] = dict(zip(DIMENSIONS, prices[lorry], strict=True))
    return round(sum(of[name] * by for name, by in obstacle.facts["over"].items()))
