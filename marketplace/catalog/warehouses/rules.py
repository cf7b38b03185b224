"""What warehouses are called, and how units of goods are spread over them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.kernel.errors import FieldError, Refused

MOST_WAREHOUSES: Final = 20
LONGEST_NAME: Final = 60
LONGEST_PLACE: Final = 100
_BLANKS: Final = re.compile(r"\s+")
Key = TypeVar("Key", UUID, str)


@dataclass(frozen=True, slots=True)
class Figure:
    """The units that are to lie in a warehouse; ``was`` is how many were seen there, None where nobody looked."""

    warehouse_id: UUID
    on_hand: int
    was: int | None = None


def check_texts(name: str, place: str) -> tuple[str, str]:
    """Return name and place of a warehouse as they are kept; Refused names both where both are wrong."""
    kept_name, kept_place = _BLANKS.sub(" ", name).strip(), _BLANKS.sub(" ", place).strip()
    errors: list[FieldError] = []
    if not kept_name:
        errors.append(FieldError("name", "required", "a value"))
    elif len(kept_name) > LONGEST_NAME:
        errors.append(FieldError("name", "too_long", f"at most {LONGEST_NAME} characters"))
    if len(kept_place) > LONGEST_PLACE:
        errors.append(FieldError("place", "too_long", f"at most {LONGEST_PLACE} characters"))
    if errors:
        raise Refused.fields(*errors)
    return kept_name, kept_place


def name_key(name: str) -> str:
    """Return a name as names are compared: neither case, width nor blanks matter."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()


def spread(lying: Mapping[Key, int], difference: int, *, first: Key) -> dict[Key, int]:
    """Return the places that change with the total, and what lies there then.

    ``lying`` are the places in their merchant's order of preference: what leaves is taken from one after the other in
    that order, what comes is put into the ``first`` warehouse.
    """
    if difference > 0:
        return {first: lying.get(first, 0) + difference}
    changed: dict[Key, int] = {}
    leaving = -difference
    for key, units in lying.items():
        taken = min(units, leaving)
        if taken:
            changed[key] = units - taken
            leaving -= taken
    return changed


def merged(lying: Mapping[UUID, int], figures: Sequence[Figure], *, is_split: bool) -> dict[UUID, int]:
    """Return what lies in each warehouse once the figures hold; Refused names every figure at fault.

    Who leaves a figure as it was seen leaves it as it is now; one that is changed must still be what was seen. Places
    without a figure stay; of a listing that was not split before (``lying``: all of it in one place) they are none.
    """
    errors: list[FieldError] = []
    wanted: dict[UUID, int] = {}
    for position, figure in enumerate(figures):
        name, now = f"places.{position}", lying.get(figure.warehouse_id, 0)
        if figure.warehouse_id in wanted:
            errors.append(FieldError(f"{name}.warehouse_id", "warehouse_twice", "each warehouse once"))
        elif not 0 <= figure.on_hand <= LARGEST_QUANTITY:
            code = "too_small" if figure.on_hand < 0 else "too_large"
            errors.append(FieldError(f"{name}.on_hand", code, f"0 to {LARGEST_QUANTITY}"))
        elif figure.was is not None and figure.on_hand != figure.was and now not in {figure.on_hand, figure.was}:
            errors.append(FieldError(f"{name}.on_hand", "stock_moved", str(now)))
        wanted[figure.warehouse_id] = now if figure.on_hand == figure.was else figure.on_hand
    whole = {**lying, **wanted} if is_split else wanted
    if not errors and sum(whole.values()) > LARGEST_QUANTITY:
        errors.append(FieldError("places", "too_large", f"0 to {LARGEST_QUANTITY}"))
    if errors:
        raise Refused.fields(*errors)
    return whole


def check_promised(
    lying: Mapping[UUID, int], wanted: Mapping[UUID, int], figures: Sequence[Figure], *, promised: int
) -> None:
    """Refuse less in all than is promised or held: the figure that was lowered most, with the least it may be."""
    lacking = promised - sum(wanted.values())
    if lacking <= 0:
        return
    lowered = [lying.get(figure.warehouse_id, 0) - wanted[figure.warehouse_id] for figure in figures]
    position = lowered.index(max(lowered))
    least = wanted[figures[position].warehouse_id] + lacking
    raise Refused.field(f"places.{position}.on_hand", "places_promised", f"{least} or more", promised=promised)
