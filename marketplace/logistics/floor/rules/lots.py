"""How a loose lot counts that was weighed and measured by volume alone: as blocks on pallets."""

from typing import Final

from marketplace.logistics.floor.rules.boxes import Item

# A pallet of EN 13698-1, how high and how heavy one is stacked where nobody measured.
PALLET_MM: Final = (1_200, 800)
HIGHEST_MM: Final = 2_200
HEAVIEST_G: Final = 1_500_000


def blocks(*, unit: str, cm3: int, grams: int, stop: int, highest_mm: int = HIGHEST_MM) -> tuple[Item, ...]:
    """Return the fewest equal pallet-size blocks that hold a lot's volume and bear its weight, each marked as assumed.

    Their weights add up to the lot's. ``highest_mm``: the inside of the lorry, where it is lower than a stack.
    """
    most = min(HIGHEST_MM, highest_mm)
    area = PALLET_MM[0] * PALLET_MM[1]
    mm3 = cm3 * 1_000
    number = max(-(-mm3 // (area * most)), -(-grams // HEAVIEST_G), 1)
    height = -(-mm3 // (area * number))
    each, rest = divmod(grams, number)
    return tuple(
        Item(unit, block, *PALLET_MM, height, each + (block < rest), stop, assumed=True) for block in range(number)
    )
