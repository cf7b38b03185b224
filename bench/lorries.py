"""Make consignments and departures to plan, seeded: the instances that `bench.consolidation` measures.

As in the measurement that the planner was chosen by: 30 days, 6 lines to 8 places, semi-trailers and 40HQ containers,
15 % reefers, pallets of 80 to 900 kg of which a third stacks, seven groups of cargo of which some do not stand
together, and 1.05 times the loading metres that there are.
"""

import random
from datetime import date

from marketplace.kernel.quantity import Load
from marketplace.logistics.planning.rules.instance import Instance, Lorry, Parcel
from marketplace.logistics.planning.rules.segregation import Nature

_HOUR, _DAY = 3_600, 86_400
_SEMI, _HQ = Load(24_000_000, 80_000_000, 13_600, 66), Load(26_000_000, 68_000_000, 12_000, 60)
# Places with hours on the way, by line; Hanoi is on two.
_LINES = (
    {"VNHAN": 45, "VNHPH": 52},
    {"VNHAN": 40, "VNHPH": 48},
    {"LAVTE": 96, "THBKK": 120},
    {"LAVTE": 90, "THBKK": 110, "MYPKG": 160},
    {"MMMDL": 120, "MMRGN": 150},
    {"SGSIN": 190, "MYPKG": 175},
)
_COLD, _COOL = (-220, -180), (20, 80)
_GROUPS: tuple[tuple[float, Nature], ...] = (
    (0.50, Nature()),
    (0.12, Nature(food=True)),
    (0.07, Nature(food=True, temp_min=_COOL[0], temp_max=_COOL[1])),
    (0.05, Nature(food=True, temp_min=_COLD[0], temp_max=_COLD[1])),
    (0.12, Nature("3480", ("9A",))),
    (0.08, Nature("1090", ("3",))),
    (0.06, Nature("2588", ("6.1",))),
)


def make(consignments: int, departures: int, *, seed: int, demand: float = 1.05) -> Instance:
    """Return an instance whose consignments ask for so many times the loading metres of its departures."""
    draw = random.Random(seed)
    lorries = [_lorry(draw, at, departures) for at in range(departures)]
    room = sum(lorry.room.ldm_mm for lorry in lorries)
    places = sorted({place for line in _LINES for place in line})
    sizes = [_pallets(draw) for _ in range(consignments)]
    stacked = [draw.random() < 0.35 for _ in range(consignments)]
    asked = sum(400 * size // (2 if stacks else 1) for size, stacks in zip(sizes, stacked, strict=True))
    # The pallets of a lot are set closer or wider, so that demand is what was asked for.
    length = int(400 * demand * room / asked)
    parcels = [
        _parcel(draw, f"C{at:05d}", draw.choice(places), sizes[at], length // (2 if stacked[at] else 1), lorries)
        for at in range(consignments)
    ]
    return Instance(tuple(parcels), tuple(lorries), date(2026, 11, 29))


def _lorry(draw: random.Random, at: int, departures: int) -> Lorry:
    leaves = (at * 30 * 24 // departures) * _HOUR + 2 * _DAY
    line = _LINES[at % len(_LINES)]
    is_cold = draw.random() < 0.15
    return Lorry(
        key=f"D{at:03d}",
        room=_SEMI if draw.random() < 0.7 else _HQ,
        cutoff=leaves - 6 * _HOUR,
        reaches={place: leaves + hours * _HOUR for place, hours in line.items()},
        temp_min=-250 if is_cold else None,
        temp_max=250 if is_cold else None,
    )


def _pallets(draw: random.Random) -> int:
    return 1 + int(draw.expovariate(1.6)) if draw.random() < 0.97 else draw.randint(2, 33)


def _parcel(draw: random.Random, key: str, to: str, pallets: int, length: int, lorries: list[Lorry]) -> Parcel:
    ready = draw.randint(0, 29 * _DAY)
    grams = sum(draw.randint(80_000, 900_000) for _ in range(pallets))
    way = max(lorry.reaches[to] - lorry.cutoff for lorry in lorries if to in lorry.reaches)
    load = Load(grams, pallets * draw.randint(700_000, 1_900_000), pallets * length, pallets)
    chargeable = max(grams // 1_000, load.cm3 * 333 // 1_000_000, load.ldm_mm * 1_850 // 1_000)
    return Parcel(
        key=key,
        to=to,
        load=load,
        value=int(chargeable * draw.uniform(0.8, 1.6) * 100),
        nature=draw.choices([nature for _, nature in _GROUPS], [share for share, _ in _GROUPS])[0],
        ready=ready,
        due=ready + way + draw.randint(3, 10) * _DAY,
    )
