"""A merchant's saved answer to "which column of your sheet is which of ours".

JSON by our column: a header text, or an object with one of ``header``, ``column`` (a letter as the sheet program shows
it), ``value`` (the same for every row) or ``made_from`` (a column whose text tells the goods apart, for sheets without
article numbers), and optionally ``unit``. A header ``if_there`` counts for a sheet that has it: a mapping that was kept
from one sheet suits the next with other headers, too::

    {"sku": "Artikel", "gross_kg": {"column": "X", "unit": "g"}, "currency": {"value": "IDR"},
     "place": {"header": "Lager", "if_there": true}}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from marketplace.catalog.rules.headers import UNITS, is_column
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.texts import UNSTORABLE

_LETTERS: Final = re.compile(r"[A-Z]{1,2}", re.ASCII)
_KINDS: Final = ("header", "column", "value", "made_from")
_LONGEST: Final = 500
ACCEPTED: Final = "our column names, each with a header text or an object with header, column, value or made_from"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the values of one of our columns come from; ``column`` and ``made_from`` count from zero."""

    header: str | None = None
    column: int | None = None
    value: str | None = None
    made_from: int | None = None
    unit: str | None = None
    if_there: bool = False


def read_mapping(given: Any) -> dict[str, Source]:
    """Return the mapping, or refuse ``mapping`` naming each part that cannot be read."""
    if not isinstance(given, Mapping):
        raise Refused.field("mapping", "mapping", ACCEPTED)
    parts = cast("Mapping[Any, Any]", given)
    found: dict[str, Source] = {}
    errors: list[FieldError] = []
    for name, part in parts.items():
        source = _source(part) if isinstance(name, str) and is_column(name) else None
        if source is None:
            errors.append(FieldError("mapping", "mapping", ACCEPTED, {"part": str(name)[:60]}))
        else:
            found[str(name)] = source
    if errors:
        raise Refused.fields(*errors)
    return found


def kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping that was read once, for sheets that may have other headers."""
    whole = {name: {"header": part} if isinstance(part, str) else dict(part) for name, part in given.items()}
    return {name: {**part, "if_there": True} if "header" in part else part for name, part in whole.items()}


def column_index(letters: str) -> int | None:
    """Return the position of a column from zero, ``A`` 0 and ``AB`` 27; None for what is no column."""
    text = letters.strip().upper()
    if not _LETTERS.fullmatch(text):
        return None
    index = 0
    for letter in text:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _source(part: Any) -> Source | None:
    if isinstance(part, str):
        part = {"header": part}
    if not isinstance(part, Mapping):
        return None
    given = cast("Mapping[Any, Any]", part)
    kinds = [kind for kind in _KINDS if kind in given]
    unit, if_there = given.get("unit"), given.get("if_there", False)
    if len(kinds) != 1 or given.keys() - {*_KINDS, "unit", "if_there"} or (unit is not None and unit not in UNITS):
        return None
    if not isinstance(if_there, bool) or (if_there and kinds != ["header"]):
        return None
    value = given[kinds[0]]
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST or UNSTORABLE.search(value):
        return None
    return _source_of(kinds[0], value, None if unit is None else UNITS[str(unit)], if_there=if_there)


def _source_of(kind: str, value: str, unit: str | None, *, if_there: bool) -> Source | None:
    if kind == "header":
        return Source(header=value, unit=unit, if_there=if_there)
    if kind == "value":
        return Source(value=value, unit=unit)
    index = column_index(value)
    if index is None:
        return None
    return Source(column=index, unit=unit) if kind == "column" else Source(made_from=index)
