"""A sheet as it was read, the row its headers stand in, and where each of our columns comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from marketplace.catalog.rules.headers import NAMES, Known, folded, is_daily, recognise, sides_of
from marketplace.catalog.rules.mapping import Source
from marketplace.kernel.errors import FieldError, Refused, TooLarge

MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 32_767  # what a cell of a workbook holds at most
# Headers stand near the top, below a title and perhaps a note.
_HEADER_WITHIN: Final = 30
_FEWEST_MATCHES: Final = 3
# An article number beside one price or stock is a header, too.
_PAIR: Final = 2
_LEADING: Final = frozenset({"sku", "title", "price"})

Cell = str | Decimal | bool | None


class Formula(str):
    """A formula beside which its sheet program stored no value; it is never run, so its cell is as good as empty."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range, by positions from zero, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet: every row from the very first, as many cells a row as it has; large ones are read from disk anew.

    Merged cells are filled down already; ``merged`` are the ranges among the rows in which headers may stand.
    ``ragged`` rows have as many cells as were written, so that a row which was cut short can be told.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: Sequence[Merged] = ()
    ragged: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """Where one of our columns comes from: a position in the sheet, or one value for every row."""

    name: str
    index: int | None = None
    value: str | None = None
    unit: str | None = None
    is_made: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is read: its header texts by position, our columns, and the position of the first row of data."""

    headers: tuple[str, ...]
    columns: tuple[Column, ...]
    data_from: int
    warnings: tuple[FieldError, ...] = ()


def layout_of(sheet: RawSheet, mapping: Mapping[str, Source]) -> Layout:
    """Find header row and columns; Refused ``file`` when no header is found, or ``mapping`` when one it names is not.

    What the mapping names comes from there, the rest from headers that are known. A header ``if_there`` that the sheet
    has not is not asked for. TooLarge beyond rows and columns.
    """
    _check_size(sheet)
    mapping = _fitting(sheet, mapping)
    wanted = {folded(source.header): name for name, source in mapping.items() if source.header is not None}
    found = _header_row(sheet, wanted)
    if found is None:
        if wanted:
            raise Refused.field("mapping", "mapping_header", ", ".join(sorted(wanted)))
        if not any(source.column is not None for source in mapping.values()):
            raise Refused.field("file", "header_missing", ", ".join(name for name in NAMES if name != "carton_lwh"))
        first = next((index for index, row in enumerate(sheet.rows) if not is_blank(row)), 0)
        return Layout((), _columns([], mapping)[0], first)
    headers, data_from = found
    columns, warnings = _columns(headers, mapping)
    return Layout(tuple(text for text, _ in headers), columns, data_from, warnings)


def _fitting(sheet: RawSheet, mapping: Mapping[str, Source]) -> dict[str, Source]:
    """Return the mapping without the headers that count only if they are there, and are not."""
    there = {folded(shown(cell)) for row in sheet.rows[:_HEADER_WITHIN] for cell in row}
    return {
        name: source
        for name, source in mapping.items()
        if not source.if_there or source.header is None or folded(source.header) in there
    }


def is_blank(row: Sequence[Cell]) -> bool:
    """Tell whether a row has nothing in it."""
    return all(not shown(cell).strip() for cell in row)


def shown(cell: Cell) -> str:
    """Return a cell as text: whole numbers without a point, however the program stored them."""
    if cell is None or isinstance(cell, Formula):
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    return f"{cell:f}" if isinstance(cell, Decimal) else cell


def _check_size(sheet: RawSheet) -> None:
    used = widest = 0
    for row in sheet.rows:
        used += not is_blank(row)
        widest = max(widest, len(trimmed(row)))
    if used > MOST_ROWS + _HEADER_WITHIN:
        raise TooLarge("sheet_rows", accepted=f"{MOST_ROWS} rows")
    if widest > MOST_COLUMNS:
        raise TooLarge("sheet_columns", accepted=f"{MOST_COLUMNS} columns")


def trimmed(row: Sequence[Cell]) -> Sequence[Cell]:
    """Return a row without the empty cells at its end."""
    length = len(row)
    while length and is_blank(row[length - 1 : length]):
        length -= 1
    return row[:length]


def _header_row(sheet: RawSheet, wanted: Mapping[str, str]) -> tuple[list[tuple[str, Known | None]], int] | None:
    """Return the header texts with what each is known as, and where the data begin."""
    rows = [_filled(sheet, index) for index in range(min(len(sheet.rows), _HEADER_WITHIN))]
    scores = [_score(row, wanted) for row in rows]
    best = max(scores, default=0)
    if best < (len(wanted) or _FEWEST_MATCHES):
        return None
    at = scores.index(best)
    # A header over two rows that is merged downwards shows everything in both; the lower one is finer.
    while at + 1 < len(rows) and scores[at + 1] == best and rows[at + 1] != rows[at]:
        at += 1
    while at + 1 < len(rows) and rows[at + 1] == rows[at]:
        at += 1
    headers = _known(rows[at], above=rows[at - 1] if at else ())
    if at + 1 < len(rows) and _is_second_header(rows[at + 1]):
        below = _known(rows[at + 1], above=rows[at])
        headers = [lower if lower[1] else upper for upper, lower in zip(headers, below, strict=False)]
        at += 1
    return headers, at + 1


def _score(row: Sequence[str], wanted: Mapping[str, str]) -> int:
    """Count what of ours a row names; a mapping's headers count only all together."""
    texts = {folded(text) for text in row if text}
    if wanted:
        return len(wanted) if wanted.keys() <= texts else 0
    names = {known.name for _, known in _known(row, above=()) if known}
    if len(names) == _PAIR and "sku" in names and is_daily(names):
        return _FEWEST_MATCHES
    return len(names) if names & _LEADING else 0


def _known(row: Sequence[str], above: Sequence[str]) -> list[tuple[str, Known | None]]:
    """Return a header row's texts with what they are known as; a unit may stand in the group's header above."""
    known = sides_of([recognise(text) for text in row])
    for index, found in enumerate(known):
        over = recognise(above[index]) if index < len(above) else None
        if found is not None and found.unit is None and over is not None:
            known[index] = Known(found.name, over.unit)
    return list(zip(row, known, strict=True))


def _is_second_header(row: Sequence[str]) -> bool:
    texts = [text for text in row if text]
    return bool(texts) and all(recognise(text) for text in texts)


def _filled(sheet: RawSheet, index: int) -> list[str]:
    """Return a row's texts with merged cells filled over columns, too: in data that would invent values."""
    width = min(max((len(row) for row in sheet.rows[: _HEADER_WITHIN + 1]), default=0), MOST_COLUMNS + 1)
    row = sheet.rows[index]
    texts = [shown(row[column]).strip() if column < len(row) else "" for column in range(width)]
    for merged in sheet.merged:
        if merged.top <= index <= merged.bottom and merged.top < _HEADER_WITHIN:
            first = sheet.rows[merged.top]
            text = shown(first[merged.left]).strip() if merged.left < len(first) else ""
            for column in range(merged.left, min(merged.right + 1, width)):
                texts[column] = text
    return texts


def _columns(
    headers: Sequence[tuple[str, Known | None]], mapping: Mapping[str, Source]
) -> tuple[tuple[Column, ...], tuple[FieldError, ...]]:
    columns = {name: _mapped(name, source, headers) for name, source in mapping.items()}
    taken = {column.index for column in columns.values()}
    warnings: list[FieldError] = []
    for index, (text, known) in enumerate(headers):
        if known is None or index in taken:
            continue
        if known.name in columns:
            if known.name not in mapping:
                warnings.append(FieldError(known.name, "column_twice", text))
            continue
        columns[known.name] = Column(known.name, index, unit=known.unit)
    return tuple(columns.values()), tuple(warnings)


def _mapped(name: str, source: Source, headers: Sequence[tuple[str, Known | None]]) -> Column:
    if source.header is not None:
        index = next(at for at, (text, _) in enumerate(headers) if folded(text) == folded(source.header))
        known = headers[index][1]
        return Column(name, index, unit=source.unit or _bracketed(headers[index][0]) or (known.unit if known else None))
    if source.made_from is not None:
        return Column(name, source.made_from, is_made=True)
    return Column(name, source.column, source.value, source.unit)


def _bracketed(text: str) -> str | None:
    """Return the unit that a header of the merchant's own names in brackets: ``Berat* (Gram)``."""
    found = recognise(f"gross_kg {text[text.find('(') :]}") if "(" in text else None
    return found.unit if found else None
