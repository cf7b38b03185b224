"""Lists that stand in one cell of a sheet, ``Bosch | 0 986 494 123; TRW | GDB1550``.

A mark that belongs to a text has a backslash before it.
"""

import re
from collections.abc import Sequence
from typing import Final

_BEHIND: Final = "\\"
_MARKS: Final = ";|"


def entries(text: str) -> list[list[str]]:
    """Return the entries of a list in a cell, each as its parts."""
    return [[unmarked(part, _MARKS) for part in parted(entry, "|")] for entry in parted(text, ";") if entry.strip()]


def joined(rows: Sequence[Sequence[str]]) -> str:
    """Return entries as the text of one cell, so that ``entries`` reads them again."""
    return "; ".join(" | ".join(marked(part, _MARKS) for part in row) for row in rows)


def parted(text: str, marks: str) -> list[str]:
    """Part a text at any of the marks, but not where a backslash stands before it; backslashes stay."""
    found, start, at = list[str](), 0, 0
    while at < len(text):
        if text[at] in marks:
            found.append(text[start:at])
            start = at + 1
        at += 2 if text[at] == _BEHIND else 1
    return [*found, text[start:]]


def marked(text: str, marks: str) -> str:
    """Return a text with a backslash before each mark and backslash of its own."""
    return re.sub(f"([{re.escape(_BEHIND + marks)}])", r"\\\1", text)


def unmarked(text: str, marks: str) -> str:
    """Return the text that was marked, without blanks around it."""
    return re.sub(rf"\\([{re.escape(_BEHIND + marks)}])", r"\1", text.strip())
