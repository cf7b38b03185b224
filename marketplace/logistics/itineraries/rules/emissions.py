"""What carrying a load emits: gross mass × kilometres × what a tonne emits on a kilometre by the mode.

The shape is that of ISO 14083: transport activity in tonne-kilometres by transport chain element, times an intensity
that counts fuel from the well to the wheel. Emissions of hubs and of empty kilometres beyond those that an average
factor contains are not in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.logistics.rules.states import Mode

EARTH_KM: Final = 6_371.0
# Roads between places of the corridor are 1.35 to 1.45 times as long as the great circle; sea and rail lines without
# kilometres are measured likewise, for want of better, and marked.
DERIVED_PERCENT: Final = 140
LARGEST_MG: Final = 1_000_000
_GOV: Final = "UK Government GHG conversion factors for company reporting 2025, kg CO2e per tonne-km: "


@dataclass(frozen=True, slots=True)
class Factor:
    """Milligrams of CO2e that a tonne emits on a kilometre, well to wheel; ``valid_from`` is None for a default."""

    mg_per_tkm: int
    source: str
    valid_from: datetime | None = None


# Published for another country's fleet, and in use until the operator puts figures of its carriers.
DEFAULTS: Final[Mapping[Mode, Factor]] = {
    Mode.ROAD: Factor(96_230, _GOV + "all articulated lorries, average laden: 0.07800 direct + 0.01823 well-to-tank"),
    Mode.RAIL: Factor(34_700, _GOV + "freight train: 0.02779 direct + 0.00691 well-to-tank"),
    Mode.SEA: Factor(19_770, _GOV + "container ship, average: 0.01612 direct + 0.00365 well-to-tank"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a way by one mode; ``is_derived`` where nobody measured its kilometres."""

    mode: Mode
    km: int
    is_derived: bool


def great_circle_km(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return the kilometres between two positions (latitude, longitude in millionths of a degree) on a sphere."""
    (lat, lon), (lat2, lon2) = (tuple(radians(part / 1e6) for part in place) for place in (one, other))
    chord = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, chord)))


def stretch(
    mode: Mode, km: int | None, one: tuple[int, int], other: tuple[int, int], *, is_assumed: bool = False
) -> Stretch:
    """Return a leg's stretch: its kilometres, or those derived from the positions of its ends.

    Kilometres that are an assumption themselves count as derived.
    """
    if km is not None:
        return Stretch(mode, km, is_derived=is_assumed)
    return Stretch(mode, round(great_circle_km(one, other) * DERIVED_PERCENT / 100), is_derived=True)


def grams_of(load_grams: int, way: Iterable[Stretch], factors: Mapping[Mode, Factor]) -> int:
    """Return the grams of CO2e of carrying so many grams this way, rounded once."""
    weighed = sum(each.km * factors[each.mode].mg_per_tkm for each in way)
    # g × km × mg/(t·km) = 1e-6 mg of what a tonne would be = 1e-9 g.
    return (load_grams * weighed + 500_000_000) // 1_000_000_000


def check_factor(mg_per_tkm: int, source: str) -> None:
    """Refuse a factor that is no figure of freight, or that nobody stands for."""
    errors: list[FieldError] = []
    if not 0 <= mg_per_tkm <= LARGEST_MG:
        errors.append(FieldError("grams_per_tkm", "too_large" if mg_per_tkm > 0 else "too_small", "0 to 1000"))
    if not source.strip():
        errors.append(FieldError("source", "required"))
    if errors:
        raise Refused.fields(*errors)
