"""Lists that stand in one cell of a sheet, ``Bosch | 0 986 494 123; TRW | GDB1550``.

A mark that belongs to a text has a backslash before it.
"""

import re
from collections.abc import Sequence
from typing import Final

_MARKS: Final = re.compile(r"([\\;|])")
_MARKED: Final = re.compile(r"\\([\\;|])")


def entries(text: str) -> list[list[str]]:
    """Return the entries of a list in a cell, each as its parts."""
    return [list(map(_unmarked, _parted(entry, "|"))) for entry in _parted(text, ";") if entry.strip()]


def joined(rows: Sequence[Sequence[str]]) -> str:
    """Return entries as the text of one cell, so that ``entries`` reads them again."""
    return "; ".join(" | ".join(_MARKS.sub(r"\\\1", part) for part in row) for row in rows)


def _parted(text: str, mark: str) -> list[str]:
    """Part a text at a mark, but not where a backslash stands before it; backslashes stay."""
    found, start, at = list[str](), 0, 0
    while at < len(text):
        if text[at] == mark:
            found.append(text[start:at])
            start = at + 1
        at += 2 if text[at] == "\\" else 1
    return [*found, text[start:]]


def _unmarked(text: str) -> str:
    return _MARKED.sub(r"\1", text.strip())
