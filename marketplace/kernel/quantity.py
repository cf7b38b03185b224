"""How much room goods take: weight, volume, loading length and pallet places, in exact small units."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# A loading metre is one metre of a lorry's floor over its whole width of 2.4 m.
LORRY_WIDTH_MM: Final = 2_400
DIMENSIONS: Final = ("grams", "cm3", "ldm_mm", "pallets")


@dataclass(frozen=True, slots=True)
class Load:
    """What a lorry runs out of: grams, cubic centimetres, millimetres of loading metre, pallet places."""

    grams: int = 0
    cm3: int = 0
    ldm_mm: int = 0
    pallets: int = 0

    def __add__(self, other: "Load") -> "Load":
        """Add in every dimension."""
        return Load(
            self.grams + other.grams,
            self.cm3 + other.cm3,
            self.ldm_mm + other.ldm_mm,
            self.pallets + other.pallets,
        )

    def __sub__(self, other: "Load") -> "Load":
        """Subtract in every dimension; the result may be negative."""
        return Load(
            self.grams - other.grams,
            self.cm3 - other.cm3,
            self.ldm_mm - other.ldm_mm,
            self.pallets - other.pallets,
        )

    def fits(self, room: "Load") -> bool:
        """Tell whether this fits into the room in every dimension."""
        return (
            self.grams <= room.grams
            and self.cm3 <= room.cm3
            and self.ldm_mm <= room.ldm_mm
            and self.pallets <= room.pallets
        )

    def lacking(self, room: "Load") -> tuple[str, ...]:
        """Name the dimensions in which this does not fit."""
        return tuple(name for name in DIMENSIONS if getattr(self, name) > getattr(room, name))

    @property
    def is_nothing(self) -> bool:
        """Tell whether every dimension is zero."""
        return self == Load()

    @property
    def kg(self) -> Decimal:
        """Weight in kilograms, three places."""
        return Decimal(self.grams).scaleb(-3)

    @property
    def m3(self) -> Decimal:
        """Volume in cubic metres, six places."""
        return Decimal(self.cm3).scaleb(-6)

    @property
    def ldm(self) -> Decimal:
        """Loading metres, three places."""
        return Decimal(self.ldm_mm).scaleb(-3)
