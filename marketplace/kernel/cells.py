"""Cells of tables that are written as text: none is taken for a formula, and each can be read back as it was."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

# Sheet programs begin a formula at these; in Chinese and Japanese also at the wide ones.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile(r"-[0-9]+(\.[0-9]+)?")


def inert(cell: object) -> str:
    """Return a cell with an apostrophe before what a sheet program would run; numbers stay numbers.

    A text that has such apostrophes already gets one more, so that ``as_it_was`` finds every text again.
    """
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def as_csv(rows: Iterable[Iterable[object]], *, end: str = "\r\n") -> str:
    """Return rows as CSV (RFC 4180) whose cells no sheet program takes for formulas."""
    written = io.StringIO()
    csv.writer(written, lineterminator=end).writerows([[inert(cell) for cell in row] for row in rows])
    return written.getvalue()


def as_it_was(text: str) -> str:
    """Return an inert cell without its apostrophe; any other as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
