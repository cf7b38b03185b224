"""What a merchant packs for a line, and how many units are in the cartons that came or stayed away."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from stdnum import ean

from marketplace.catalog.rules.packing import Packing, cartons, net_of
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.orders.rules.packed_lots import Lot, checked

# Extension digit 1 keeps labels of merchants apart from those that hubs print; 040 is GS1's range for use inside
# one company.
_SSCC_START: Final = "1040"
_PER_BLOCK: Final = 100_000
BLOCKS: Final = 10**8
MOST_CARTONS: Final = _PER_BLOCK
_LONGEST_SIDE_MM: Final = 13_000
_HEAVIEST_LINE_G: Final = 40_000_000


@dataclass(frozen=True, slots=True)
class Declared:
    """A line as its merchant packed it: cartons, gross grams in all, outer millimetres of one carton, marks, lots.

    ``confirmed`` that it is packed so, however few the cartons are.
    """

    cartons: int
    gross_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    marks: str = ""
    lots: tuple[Lot, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Packed:
    """A declaration made whole by the packing of the offer."""

    cartons: int
    carton_units: int
    gross_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    marks: str
    lots: tuple[Lot, ...]


def packed(declared: Declared, *, quantity: int, packing: Packing | None) -> Packed:
    """Return what a line is packed as; what the merchant leaves out is as the offer said, else Refused names it.

    Conflict ``fewer_cartons`` for fewer than the offer fills, until somebody says that they hold all of it.
    """
    errors: list[FieldError] = []
    most = min(quantity, MOST_CARTONS)
    if not 1 <= declared.cartons <= most:
        errors.append(
            FieldError("cartons", "too_small" if declared.cartons < 1 else "too_large", f"1 to {most} cartons")
        )
        raise Refused.fields(*errors)
    gross_g = declared.gross_g if declared.gross_g is not None else _offered_weight(declared.cartons, quantity, packing)
    least = net_of(quantity, packing) if packing else 1
    if gross_g is None:
        errors.append(FieldError("gross_kg", "required", "gross weight of all cartons in kg"))
    elif not 1 <= gross_g <= _HEAVIEST_LINE_G:
        errors.append(FieldError("gross_kg", "carton_weight", f"0.001 to {_HEAVIEST_LINE_G // 1_000} kg"))
    elif gross_g < least:
        weight = f"{Decimal(least) / 1_000:f}"
        errors.append(
            FieldError("gross_kg", "too_small", f"at least {weight} kg, what the goods alone weigh as offered")
        )
    sides = {
        name: getattr(declared, f"{name}_mm") or (getattr(packing, f"{name}_mm") if packing else None)
        for name in ("length", "width", "height")
    }
    for name, side in sides.items():
        if side is None:
            errors.append(FieldError(f"{name}_cm", "required", "outer size of one carton in cm"))
        elif not 1 <= side <= _LONGEST_SIDE_MM:
            errors.append(FieldError(f"{name}_cm", "carton_side", "0.1 to 1300 cm"))
    if errors:
        raise Refused.fields(*errors)
    expected = cartons(quantity, packing) if packing is not None else None
    if expected is not None and declared.cartons < expected and not declared.confirmed:
        raise Conflict("fewer_cartons", packed=declared.cartons, expected=expected)
    as_offered = expected == declared.cartons
    return Packed(
        cartons=declared.cartons,
        carton_units=packing.carton_units if packing and as_offered else -(-quantity // declared.cartons),
        gross_g=int(gross_g or 0),
        length_mm=int(sides["length"] or 0),
        width_mm=int(sides["width"] or 0),
        height_mm=int(sides["height"] or 0),
        marks=declared.marks,
        lots=checked(declared.lots, cartons=declared.cartons),
    )


def units_in(count: int, *, cartons: int, units: int, carton_units: int) -> int:
    """Return how many of the units are in so many of the cartons: full ones are counted first, none is empty."""
    if count >= cartons:
        return units
    return min(count * carton_units, units - (cartons - count))


def cartons_of(count: int, *, cartons: int, units: int, carton_units: int) -> int:
    """Return in how many of the cartons so many of the units are: full ones are opened first."""
    return cartons if count >= units else min(cartons, -(-count // carton_units))


def cartons_of_lot(before: int, after: int) -> int:
    """Return in how many cartons a lot goes that follows others, by those that were opened before and with it.

    Lots of whole cartons sum to all of them. What was left in an opened one goes in one of its own.
    """
    return max(after - before, 1)


def label(block: int, number: int) -> str:
    """Return the serial shipping container code of a carton, by its number from 1 in the line's block."""
    digits = f"{_SSCC_START}{block:08d}{number - 1:05d}"
    return digits + ean.calc_check_digit(digits)


def _offered_weight(count: int, quantity: int, packing: Packing | None) -> int | None:
    """Return the gross weight of the offer's cartons, however many the merchant made of them."""
    if packing is None:
        return None
    return max(count, cartons(quantity, packing)) * packing.gross_g
