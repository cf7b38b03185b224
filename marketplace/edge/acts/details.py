"""What merchants say of goods beside the offer, as it is typed."""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final, cast

from marketplace.catalog.rules.details import PAPERS, DetailKind, fitment
from marketplace.edge.acts import files as uploads
from marketplace.edge.parsing import parse
from marketplace.edge.requests.details import DetailsBody
from marketplace.files.services import Upload

# What a form holds one a line, with the names of what a semicolon parts.
LINES: Final[dict[str, tuple[str, ...]]] = {"parts.crosses": ("brand", "number"), "fitment.vehicles": fitment.COLUMNS}

# Chinese keyboards write the wide one.
_PARTING: Final = re.compile("[;；]")


def sent(body: DetailsBody) -> dict[DetailKind, Mapping[str, Any] | None]:
    """Return the parts that were sent, as JSON values."""
    values = body.model_dump(mode="json", include=body.model_fields_set)
    return {DetailKind(name): value for name, value in values.items()}


def received(kind: DetailKind, files: Any) -> dict[str, Upload]:
    """Return the papers that a form brings, by their fields, read and checked; they are written down by the act."""
    start = f"{kind.value}."
    return {
        name: uploads.received(name, purpose="licence")
        for name, upload in files.items()
        if name.startswith(start) and upload.filename
    }


def parse_part(kind: DetailKind, form: Any, papers: Mapping[str, str]) -> DetailsBody:
    """Read the form of one part, whose fields are ``<kind>.<field>``; an empty field is not stated.

    ``papers`` are ids of files by field. Fields of rows are ``<kind>.items.<position>.<field>``; a row of which nothing
    is stated is none. A part of which nothing is stated is taken away.
    """
    start = f"{kind.value}."
    given: dict[str, Any] = {name: value for name, value in form.items() if name.startswith(start) and value.strip()}
    given |= papers
    document: dict[str, Any] = {}
    rows: dict[int, dict[str, Any]] = {}
    for name, value in given.items():
        first, *rest = name.removeprefix(start).split(".")
        if name in LINES:
            document[first] = [_line(text, LINES[name]) for text in value.splitlines() if text.strip()]
        elif first == "items" and len(rest) == 2 and rest[0].isdecimal():
            rows.setdefault(int(rest[0]), {})[rest[1]] = value
        elif name == "food.allergens":
            document[first] = form.getlist(name)
        else:
            document[first] = value
    # A paper that was there before says nothing alone: its row was emptied.
    kept = [row for _, row in sorted(rows.items()) if row.keys() - PAPERS]
    if kept:
        document["items"] = kept
    return parse(DetailsBody, {kind.value: document or None})


def control(name: str, known: Mapping[str, Any]) -> str:
    """Return the control that a refused field was typed in: of ``parts.crosses.0.number`` it is ``parts.crosses``."""
    while name not in known and "." in name:
        name = name.rpartition(".")[0]
    return name


def line_of(name: str) -> int | None:
    """Return on which line a refused field stands, from 1, None for a control of its own."""
    first = next((each for each in LINES if name.startswith(f"{each}.")), None)
    return int(name.removeprefix(f"{first}.").split(".")[0]) + 1 if first else None


def form_values(kind: DetailKind, document: Any) -> dict[str, Any]:
    """Return a part as the values of its form."""
    values: dict[str, Any] = {}
    for name, value in cast("dict[str, Any]", document or {}).items():
        field = f"{kind.value}.{name}"
        if field in LINES:
            values[field] = "\n".join(_written(each, LINES[field]) for each in value)
        elif name == "items":
            values |= {
                f"{field}.{position}.{key}": part or ""
                for position, row in enumerate(value)
                for key, part in row.items()
            }
        else:
            values[field] = {True: "1", False: "0"}[value] if isinstance(value, bool) else value
    return values


def _line(text: str, names: Sequence[str]) -> dict[str, str]:
    parts = _PARTING.split(text, len(names) - 1)
    return {name: part.strip() for name, part in zip_longest(names, parts, fillvalue="")}


def _written(entry: Mapping[str, Any], names: Sequence[str]) -> str:
    parts = ["" if entry[name] is None else str(entry[name]) for name in names]
    while len(parts) > 2 and not parts[-1]:
        parts.pop()
    return "; ".join(parts)
