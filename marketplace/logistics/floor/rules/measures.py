"""What a lorry's inside and axles may measure."""

from dataclasses import asdict, dataclass
from typing import Final

from marketplace.kernel.errors import FieldError, Refused

_MOST: Final = {
    "inner_length_mm": 20_000,
    "inner_width_mm": 3_000,
    "inner_height_mm": 4_000,
    "front_axle_mm": 20_000,
    "front_axle_limit_g": 60_000_000,
    "rear_axle_mm": 20_000,
    "rear_axle_limit_g": 60_000_000,
    "tare_g": 30_000_000,
}
_INSIDE: Final = ("inner_length_mm", "inner_width_mm", "inner_height_mm")
_AXLES: Final = ("front_axle_mm", "front_axle_limit_g", "rear_axle_mm", "rear_axle_limit_g", "tare_g")


@dataclass(frozen=True, slots=True)
class Measures:
    """Inside and axles of a kind of lorry in millimetres from the front wall and grams; None where unknown."""

    inner_length_mm: int | None = None
    inner_width_mm: int | None = None
    inner_height_mm: int | None = None
    front_axle_mm: int | None = None
    front_axle_limit_g: int | None = None
    rear_axle_mm: int | None = None
    rear_axle_limit_g: int | None = None
    tare_g: int | None = None


def check_measures(measures: Measures) -> None:
    """Refuse what no lorry measures, sides or axles that are known in part, and a rear axle before the front one."""
    values = asdict(measures)
    errors = [
        FieldError(name, "range", f"1 to {_MOST[name]}")
        for name, value in values.items()
        if value is not None and not 1 <= value <= _MOST[name]
    ]
    for group in (_INSIDE, _AXLES):
        missing = [name for name in group if values[name] is None]
        if 0 < len(missing) < len(group):
            errors += [FieldError(name, "all_or_none") for name in missing]
    front, rear = measures.front_axle_mm, measures.rear_axle_mm
    if front is not None and rear is not None and rear <= front:
        errors.append(FieldError("rear_axle_mm", "rear_before_front"))
    if errors:
        raise Refused.fields(*errors)
