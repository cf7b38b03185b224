"""Where in a merchant's own sheet something was found wrong: his header, and the cell as his program names it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from marketplace.catalog.rules.headers import LWH

# The columns in which bad rows are given back with their number in the sheet and their reasons, by the merchant's
# language. They come back with the mended rows, so what they are called is read as much as it is shown.
_GIVEN_BACK: Final = {
    "en": ("error_row", "error"),
    "zh": ("出错行号", "出错原因"),
    "vi": ("Dòng lỗi", "Lý do lỗi"),
}
_LINES: Final = frozenset(line for line, _reasons in _GIVEN_BACK.values())
GIVEN_BACK: Final = frozenset(name for names in _GIVEN_BACK.values() for name in names)
_SIDES: Final = ("carton_l", "carton_w", "carton_h")


@dataclass(frozen=True, slots=True)
class Spot:
    """A header of the sheet and the letters of its column; either may be unknown."""

    header: str | None = None
    column: str | None = None

    def cell(self, line: int) -> str | None:
        """Return the cell in a line, ``F3``."""
        return f"{self.column}{line}" if self.column else None


def spot_of(field: str, columns: Mapping[str, str], headers: Sequence[str]) -> Spot:
    """Return where a column of ours comes from; ``columns`` names its header, ``#3`` without one, or ``= value``."""
    source = columns.get(column_of(field, columns) or "")
    if source is None or source.startswith("= "):
        return Spot()
    if source in headers:
        return Spot(source, letters(headers.index(source)))
    position = source.removeprefix("#")
    return Spot(None, letters(int(position) - 1)) if position.isdecimal() else Spot()


def given_back(language: str) -> tuple[str, str]:
    """Return what the columns of rows' numbers and reasons are called; a language without names has the English."""
    return _GIVEN_BACK.get(language, _GIVEN_BACK["en"])


def line_column(headers: Sequence[str]) -> int | None:
    """Return the position of the column that says which bad row a row was, in whatever language it is named."""
    return next((at for at, header in enumerate(headers) if header in _LINES), None)


def ignored(columns: Mapping[str, str], headers: Sequence[str]) -> tuple[str, ...]:
    """Return the headers that no column of ours comes from, each once."""
    used = {*columns.values(), *GIVEN_BACK}
    return tuple(dict.fromkeys(text for text in headers if text and text not in used))


def letters(index: int) -> str:
    """Return a column's letters by its position from zero: ``A`` 0, ``AB`` 27."""
    found, left = "", index + 1
    while left:
        left, rest = divmod(left - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def place_of(name: str, columns: Mapping[str, str], headers: Sequence[str]) -> int | None:
    """Return the position, from zero, of the column of a sheet that one of ours comes from."""
    source = columns.get(name, "")
    if source in headers:
        return headers.index(source)
    position = source.removeprefix("#")
    return int(position) - 1 if source.startswith("#") and position.isdecimal() else None


def column_of(field: str, columns: Mapping[str, str]) -> str | None:
    """Return the column that a field was read from: a side from all three together, a title from a language's."""
    if field in columns:
        return field
    if field in _SIDES and LWH in columns:
        return LWH
    return next((name for name in columns if name.startswith((f"{field}@", f"{field}_"))), None)
