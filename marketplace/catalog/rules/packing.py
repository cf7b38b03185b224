"""How goods are packed, and the room that a quantity of them takes on a lorry."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from marketplace.kernel.errors import FieldError
from marketplace.kernel.quantity import Load

# A pallet place: the EUR pallet of EN 13698-1 (1,200 × 800 mm), loaded to 1.6 m and 500 kg. Our documented rule of
# thumb for planning; the hub measures what really stands on the pallet.
PALLET_CM3: Final = 120 * 80 * 160
PALLET_GRAMS: Final = 500_000
# One such pallet takes 0.96 m² of a floor 2.4 m wide: 0.4 loading metres.
PALLET_LDM_MM: Final = 400
_LONGEST_SIDE_MM: Final = 13_000
_HEAVIEST_CARTON_G: Final = 30_000_000


@dataclass(frozen=True, slots=True)
class Packing:
    """One carton: units in it, outer size in millimetres, gross and net weight in grams."""

    carton_units: int
    length_mm: int
    width_mm: int
    height_mm: int
    gross_g: int
    net_g: int
    stackable: bool = True

    @property
    def carton_cm3(self) -> int:
        """The carton's volume, rounded up to whole cubic centimetres."""
        return -(-self.length_mm * self.width_mm * self.height_mm // 1_000)


def cartons(quantity: int, packing: Packing) -> int:
    """Return how many cartons a quantity fills, the last one begun counts whole."""
    return -(-quantity // packing.carton_units)


def net_of(quantity: int, packing: Packing) -> int:
    """Return what a quantity weighs without its cartons in grams, rounded up; a last carton may not be full."""
    return -(-quantity * packing.net_g // packing.carton_units)


def load_of(quantity: int, packing: Packing) -> Load:
    """Return the room that a quantity takes: whole cartons, pallets by volume or weight, stacked two high if they may.

    Loading metres of an odd pallet on stackable goods count as a whole pallet's: nothing may stand on it for certain.
    """
    boxes = cartons(quantity, packing)
    grams, cm3 = boxes * packing.gross_g, boxes * packing.carton_cm3
    pallets = max(-(-cm3 // PALLET_CM3), -(-grams // PALLET_GRAMS))
    places = -(-pallets // 2) if packing.stackable else pallets
    return Load(grams=grams, cm3=cm3, ldm_mm=places * PALLET_LDM_MM, pallets=pallets)


def most_units(room: Load, packing: Packing, *, multiple: int) -> int:
    """Return the greatest quantity, in steps of ``multiple``, whose load fits into a room; 0 for none."""
    boxes = min(room.grams // packing.gross_g, room.cm3 // packing.carton_cm3)
    steps = range(1, max(boxes, 0) * packing.carton_units // multiple + 1)
    return multiple * bisect_left(steps, True, key=lambda step: not load_of(step * multiple, packing).fits(room))


def check_packing(packing: Packing, *, multiple: int) -> list[FieldError]:
    """Return what is wrong with a packing."""
    errors: list[FieldError] = []
    if not 1 <= packing.carton_units <= 1_000_000:
        errors.append(FieldError("carton_units", "too_small", "1 to 1000000 units in a carton"))
    elif packing.carton_units % multiple and multiple % packing.carton_units:
        accepted = "a multiple that divides the carton, or whole cartons"
        errors.append(FieldError("multiple", "multiple_carton", accepted, {"carton_units": packing.carton_units}))
    sides = {"carton_l": packing.length_mm, "carton_w": packing.width_mm, "carton_h": packing.height_mm}
    errors += [
        FieldError(name, "carton_side", "0.1 to 1300 cm")
        for name, side in sides.items()
        if not 1 <= side <= _LONGEST_SIDE_MM
    ]
    if not 1 <= packing.gross_g <= _HEAVIEST_CARTON_G:
        errors.append(FieldError("gross_kg", "carton_weight", "0.001 to 30000 kg"))
    if not 1 <= packing.net_g <= packing.gross_g:
        errors.append(FieldError("net_kg", "net_weight", "more than 0 and no more than the gross weight"))
    return errors
