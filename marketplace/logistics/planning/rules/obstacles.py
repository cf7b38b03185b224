"""Why a consignment does not ride on a departure, and of all departures what would free it with the least change."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marketplace.kernel.quantity import DIMENSIONS
from marketplace.logistics.planning.rules.instance import Lorry, Parcel
from marketplace.logistics.planning.rules.segregation import barred


class Why(StrEnum):
    """What keeps a consignment off a departure, the plainest first."""

    NO_DEPARTURE = "no_departure"
    PIN = "pin"
    TOO_LARGE = "too_large"
    LANE = "lane"
    TEMPERATURE = "temperature"
    DUE = "due"
    READY = "ready"
    PAPERS = "papers"
    STANDS_WITH = "stands_with"
    FLOOR = "floor"
    ROOM = "room"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One of them; ``short`` says how much is lacking (share, seconds), so that the least can be found."""

    why: Why
    short: float
    facts: dict[str, Any]


def always(parcel: Parcel, lorry: Lorry) -> list[Obstacle]:
    """Return what keeps a consignment off a departure that serves its place, whatever else is aboard."""
    found: list[Obstacle] = []
    if parcel.pinned not in (None, lorry.key):
        found.append(Obstacle(Why.PIN, 0, {"pinned": parcel.pinned}))
    if lacking := parcel.load.lacking(lorry.room):
        found.append(
            Obstacle(
                Why.TOO_LARGE,
                max(share(getattr(parcel.load, name), getattr(lorry.room, name)) for name in lacking),
                {"over": {name: getattr(parcel.load, name) - getattr(lorry.room, name) for name in lacking}},
            )
        )
    if lorry.floor is not None and not lorry.floor.takes(parcel, lorry.key):
        placed, total = lorry.floor.placed, lorry.floor.total
        found.append(Obstacle(Why.FLOOR, total - placed, {"placed": placed, "total": total}))
    if lorry.papers_over and parcel.home != lorry.key:
        found.append(Obstacle(Why.PAPERS, 0, {}))
    if (rule := barred(parcel.nature, lorry.lane)) is not None:
        found.append(Obstacle(Why.LANE, 0, {"rule": str(rule)}))
    if not keeps(parcel, lorry):
        found.append(Obstacle(Why.TEMPERATURE, 0, {"min": parcel.nature.temp_min, "max": parcel.nature.temp_max}))
    arrives = lorry.reaches[parcel.to]
    if parcel.due is not None and arrives > parcel.due:
        found.append(Obstacle(Why.DUE, arrives - parcel.due, {"arrives": arrives, "due": parcel.due}))
    if parcel.ready is not None and parcel.ready > lorry.cutoff:
        found.append(Obstacle(Why.READY, parcel.ready - lorry.cutoff, {"ready": parcel.ready, "cutoff": lorry.cutoff}))
    return found


def keeps(parcel: Parcel, lorry: Lorry) -> bool:
    """Tell whether a lorry keeps the temperature that a consignment asks for; most ask for none."""
    low, high = parcel.nature.temp_min, parcel.nature.temp_max
    if low is None and high is None:
        return True
    if lorry.temp_min is None or lorry.temp_max is None:
        return False
    return (high is None or high >= lorry.temp_min) and (low is None or low <= lorry.temp_max)


def share(load: int, room: int) -> float:
    """Return how much of a room a load is over it."""
    return (load - room) / max(room, 1)


def room_short(parcel: Parcel, left: tuple[int, ...], whole: tuple[int, ...]) -> Obstacle | None:
    """Return by how much a consignment is over what is left, None where it fits."""
    over = {
        name: getattr(parcel.load, name) - free
        for name, free in zip(DIMENSIONS, left, strict=True)
        if getattr(parcel.load, name) > free
    }
    if not over:
        return None
    of: dict[str, int] = dict(zip(DIMENSIONS, whole, strict=True))
    return Obstacle(Why.ROOM, max(by / max(of[name], 1) for name, by in over.items()), {"over": over})
