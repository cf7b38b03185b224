"""Formulas of a workbook that have no value beside them: the program that wrote the file never worked them out.

The reader of workbooks sees empty cells there. This looks at the markup of one sheet, in the reader's child process
and after its measures; what is written in an unusual way is not found, and its cell stays empty.
"""

import io
import re
import zipfile
from html import unescape
from typing import Final

from marketplace.catalog.rules.mapping import column_index

_MOST_READ: Final = 64 * 1024**2
_MOST_FOUND: Final = 20_000
_LONGEST: Final = 200
_SHEET: Final = re.compile(rb"<sheet\b[^<>]*>")
_RELATION: Final = re.compile(rb"<Relationship\b[^<>]*>")
_ATTRIBUTE: Final = re.compile(rb'([A-Za-z:]+)="([^"<>]*)"')
_CELL: Final = re.compile(
    rb"<c\b([^<>]*)>\s*<f\b[^<>]*?(?:/>|>([^<>]*)</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>",
)
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)


def without_value(content: bytes, sheet: str) -> dict[int, dict[int, str]]:
    """Return the formulas of a sheet that have no value, by row and column from zero."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        path = _path_of(archive, sheet)
        if path is None or archive.getinfo(path).file_size > _MOST_READ:
            return {}
        markup = archive.read(path)
    found: dict[int, dict[int, str]] = {}
    for count, cell in enumerate(_CELL.finditer(markup)):
        if count >= _MOST_FOUND:
            break
        facts = _attributes(cell[1])
        place = _REFERENCE.fullmatch(facts.get("r", ""))
        column = column_index(place[1]) if place else None
        # A formula that came to an empty text is worked out.
        if place is None or column is None or facts.get("t") == "str":
            continue
        text = unescape((cell[2] or b"").decode("utf-8", "replace"))
        found.setdefault(int(place[2]) - 1, {})[column] = f"={text}"[:_LONGEST]
    return found


def _path_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return where a workbook keeps a sheet, None when it does not say so in the usual way."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    sheets = [_attributes(tag) for tag in _SHEET.findall(archive.read("xl/workbook.xml"))]
    wanted = next((each.get("r:id") for each in sheets if each.get("name") == sheet), None)
    relations = [_attributes(tag) for tag in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))]
    target = next((each.get("Target", "") for each in relations if wanted and each.get("Id") == wanted), "")
    path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return path if path in names else None


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode(): unescape(value.decode("utf-8", "replace")) for name, value in _ATTRIBUTE.findall(tag)}
