"""How many lorries would have sufficed for loads: a bound that no plan beats, and a count that a plan reaches."""

from collections.abc import Sequence

from marketplace.kernel.quantity import Load

__all__ = ["fewest", "first_fit_decreasing"]


def fewest(loads: Sequence[Load], capacity: Load) -> int:
    """Return a lower bound: in each of the four dimensions the sum of the loads by the room of a lorry, rounded up."""
    whole = sum(loads, Load())
    return max(-(-used // room) for used, room in zip(_parts(whole), _parts(capacity), strict=True))


def first_fit_decreasing(loads: Sequence[Load], capacity: Load) -> int:
    """Return how many lorries first-fit-decreasing fills: the largest load first, each onto the first with room for it.

    Large is what takes the largest share of a lorry in any dimension. ValueError for a load that no lorry takes.
    """
    if any(not load.fits(capacity) for load in loads):
        msg = "a load is larger than a lorry"
        raise ValueError(msg)
    left: list[Load] = []
    for load in sorted(loads, key=lambda one: _share(one, capacity), reverse=True):
        at = next((at for at, room in enumerate(left) if load.fits(room)), None)
        if at is None:
            left.append(capacity - load)
        else:
            left[at] -= load
    return len(left)


def _share(load: Load, capacity: Load) -> float:
    return max(used / room for used, room in zip(_parts(load), _parts(capacity), strict=True))


def _parts(load: Load) -> tuple[int, int, int, int]:
    return load.grams, load.cm3, load.ldm_mm, load.pallets
