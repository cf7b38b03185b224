"""Lorries and cargo for floor plans, by chance from a seed."""

import random

from marketplace.logistics.floor.rules.boxes import Apart, Axles, Item, Spot, Task, Vehicle

AXLES = Axles(front_mm=1_500, front_limit_g=18_000_000, rear_mm=9_700, rear_limit_g=24_000_000, tare_g=7_000_000)
LORRY = Vehicle(13_600, 2_450, 2_700, 24_000_000, AXLES)
# The same as the API takes it.
MEASURES = {
    "inner_length_mm": 13_600,
    "inner_width_mm": 2_450,
    "inner_height_mm": 2_700,
    "front_axle_mm": 1_500,
    "front_axle_limit_kg": "18000",
    "rear_axle_mm": 9_700,
    "rear_axle_limit_kg": "24000",
    "tare_kg": "7000",
    "source": "Of the tests.",
}


def cargo(number: int, *, seed: int, stops: int = 3) -> tuple[Item, ...]:
    """Return pallets of three sizes, a third of them stackable, for so many stops in turn."""
    chance = random.Random(seed)
    items: list[Item] = []
    for place in range(number):
        length, width = chance.choice([(1_200, 800), (1_200, 1_000), (800, 600)])
        items.append(
            Item(
                f"{place:018d}", 0, length, width, chance.randint(600, 1_800), chance.randint(80, 500) * 1_000,
                place % stops, chance.random() < 0.35,
            )
        )  # fmt: skip
    return tuple(items)


def task(number: int, *, seed: int, apart: tuple[Apart, ...] = (), pins: tuple[Spot, ...] = ()) -> Task:
    """Return such cargo to be packed into a trailer of 13.6 m."""
    return Task(LORRY, cargo(number, seed=seed), apart, pins)
