"""Check an answer from the instance alone: nothing that made it is trusted or shared."""

from collections.abc import Mapping

from marketplace.kernel.quantity import DIMENSIONS
from marketplace.logistics.borders.rules.lanes import Contents, refusals
from marketplace.logistics.planning.rules.instance import Instance, Lorry, Parcel
from marketplace.logistics.planning.rules.segregation import apart, goods_of


def faults(instance: Instance, answer: Mapping[str, str]) -> list[str]:
    """Return everything that is wrong with an answer, as short sentences with keys; nothing for a valid one.

    It says what rides where; what it leaves out stays behind. One that leaves a pinned parcel out is valid: a pin may
    be impossible, and then the reason says so.
    """
    wrong: list[str] = []
    parcels = {parcel.key: parcel for parcel in instance.parcels}
    lorries = {lorry.key: lorry for lorry in instance.lorries}
    aboard: dict[str, list[Parcel]] = {}
    for key, lorry_key in answer.items():
        if key not in parcels or lorry_key not in lorries:
            wrong.append(f"{key} on {lorry_key}: unknown")
            continue
        aboard.setdefault(lorry_key, []).append(parcels[key])
        wrong += [f"{key} on {lorry_key}: {fault}" for fault in _alone(parcels[key], lorries[lorry_key])]
    for lorry_key, goods in aboard.items():
        wrong += [f"{lorry_key}: {fault}" for fault in _together(instance, lorries[lorry_key], goods)]
    return wrong


def objective(instance: Instance, answer: Mapping[str, str]) -> int:
    """Return what an answer is worth."""
    parcels = {parcel.key: parcel for parcel in instance.parcels}
    lorries = {lorry.key: lorry for lorry in instance.lorries}
    return sum(instance.worth(parcels[key], lorries[lorry_key]) for key, lorry_key in answer.items())


def gap_permyriad(objective: int, bound: int) -> int:
    """Return how far an answer may be from the best, in hundredths of a percent of the bound, rounded up."""
    return -(-(bound - objective) * 10_000 // bound) if bound > 0 else 0


def _alone(parcel: Parcel, lorry: Lorry) -> list[str]:
    wrong: list[str] = []
    if parcel.to not in lorry.reaches:
        return ["place not served"]
    if parcel.pinned is not None and parcel.pinned != lorry.key:
        wrong.append("pinned elsewhere")
    if lorry.floor is not None and (parcel.key in lorry.floor.left or parcel.home != lorry.key):
        wrong.append("no place on its floor")
    if lorry.papers_over and parcel.home != lorry.key:
        wrong.append("its papers would come too late")
    if parcel.due is not None and lorry.reaches[parcel.to] > parcel.due:
        wrong.append("arrives after its due")
    if parcel.ready is not None and parcel.ready > lorry.cutoff:
        wrong.append("ready after the cut-off")
    return wrong


def _together(instance: Instance, lorry: Lorry, goods: list[Parcel]) -> list[str]:
    wrong: list[str] = []
    for name in DIMENSIONS:
        load, room = sum(getattr(parcel.load, name) for parcel in goods), getattr(lorry.room, name)
        if load > room:
            wrong.append(f"{name} {load} of {room}")
    lows = [parcel.nature.temp_min for parcel in goods if parcel.nature.temp_min is not None]
    highs = [parcel.nature.temp_max for parcel in goods if parcel.nature.temp_max is not None]
    if lows or highs:
        if lorry.temp_min is None or lorry.temp_max is None:
            wrong.append("keeps no temperature")
        elif max([*lows, lorry.temp_min]) > min([*highs, lorry.temp_max]):
            wrong.append("no set point for all aboard")
    for at, one in enumerate(goods):
        for other in goods[at + 1 :]:
            why = apart(one.nature, other.nature, house=instance.house)
            if why is not None:
                wrong.append(f"{one.key} beside {other.key}: {why}")
    aboard = Contents(tuple(goods_of(parcel.nature, parcel.key) for parcel in goods))
    wrong += [f"{', '.join(refusal.keys)} on its lane: {refusal.code}" for refusal in refusals(lorry.lane, aboard)]
    return wrong
