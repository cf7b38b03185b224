"""Where units lie, as a column of a sheet: ``Chongqing 1: 400; Nanning: 60``.

A cell says the whole split: what it does not name holds nothing. Beside it the total need not stand; where it does, it
is the sum. A row that has a new total alone leaves the split to the order of preference.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from marketplace.catalog.rules.list_cells import entries
from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.catalog.rules.sheet_details import PLACES
from marketplace.catalog.warehouses.rules import name_key, spread
from marketplace.kernel.errors import FieldError

ACCEPTED: Final = "Chongqing 1: 400; Nanning: 60"
# The name may hold colons; the last one stands before the units. Chinese keyboards write a wide one.
_ENTRY: Final = re.compile(r"(?P<name>.+)[:：]\s*(?P<units>[0-9]{1,15})", re.ASCII | re.DOTALL)


def read_split(
    values: Mapping[str, Any], known: Mapping[str, str], errors: list[FieldError]
) -> tuple[Mapping[str, Any], dict[str, int] | None]:
    """Return a row's values with the total that its split makes, and the places with units; None where it has no split.

    ``known`` are the names of the merchant's warehouses by their keys. What is wrong goes to ``errors``.
    """
    text = values.get(PLACES)
    if not isinstance(text, str):
        return values, None
    places = _places(text, known, errors)
    if places is None:
        # Its total is not missing, it cannot be told.
        return {"stock": 0, **values}, None
    total = sum(places.values())
    if not total <= LARGEST_QUANTITY:
        errors.append(FieldError(PLACES, "too_large", f"0 to {LARGEST_QUANTITY}"))
    elif values.get("stock", total) != total:
        errors.append(FieldError(PLACES, "places_sum", str(values["stock"]), {"total": total}))
    return {"stock": total, **values}, {name: places[name] for name in known.values() if places.get(name)}


def after(
    split: Mapping[str, int] | None, before: Mapping[str, int], known: Mapping[str, str], *, stock: int | None
) -> dict[str, int]:
    """Return the places once a row with this split, if it has one, and this total is written."""
    if split is not None or not before or not known:
        return dict(split or before) if stock else {}
    changed = spread(before, (stock or 0) - sum(before.values()), first=next(iter(known.values())))
    return {name: units for name, units in {**before, **changed}.items() if units}


def _places(text: str, known: Mapping[str, str], errors: list[FieldError]) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for parts in entries(text):
        entry = _ENTRY.fullmatch(parts[0]) if len(parts) == 1 else None
        if entry is None:
            errors.append(FieldError(PLACES, "places_cell", ACCEPTED))
            return None
        name = known.get(name_key(entry["name"]))
        if name is None:
            named = {"name": entry["name"].strip()[:60]}
            code = "warehouse_unknown" if known else "warehouse_none"
            errors.append(FieldError(PLACES, code, ", ".join(known.values()), named))
            return None
        if name in found:
            errors.append(FieldError(PLACES, "warehouse_twice", "each warehouse once"))
            return None
        found[name] = int(entry["units"])
    return found
