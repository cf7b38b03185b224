"""The only module that opens a workbook: bytes in, cells out, in a child process with limits.

A workbook is a zip of XML from a stranger: what it unpacks to, how far its cells lie apart and how often a long text
is repeated can all be made to fill a machine. So the archive is measured first, and whatever a measure misses ends
the child, which has no database, no settings and no network. Formulas are never run; the value that was stored with
one is read.
"""

import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import weakref
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import IO, Any, Final, overload

from marketplace import paths
from marketplace.catalog.imports import formulas
from marketplace.catalog.rules.headers import is_daily, recognise
from marketplace.catalog.rules.merges import filled_down
from marketplace.catalog.rules.sheets import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Cell, Formula, Merged, RawSheet
from marketplace.kernel.cells import as_it_was
from marketplace.kernel.errors import NotFound, Refused, TooLarge

PATIENCE: Final = 60  # seconds; twenty thousand rows of sixty columns take five
_MEMORY: Final = 1_536 * 1024**2
_MOST_ANSWER: Final = 256 * 1024**2
# What an honest workbook of the largest size unpacks to, with room to spare.
_MOST_UNPACKED: Final = 200 * 1024**2
_MOST_ENTRIES: Final = 2_000
_PIECE: Final = 1024**2
# Beyond the rows that are taken stand titles and blank lines.
_ROWS_READ: Final = MOST_ROWS + 2_000
_SAMPLE: Final = 50
_TOP: Final = 30  # rows in which a header is looked for
_MOST_HEADING: Final = 5_000  # merged ranges in these rows
_DELIMITERS: Final = (",", ";", "\t", "|")
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


class Unreadable(Exception):
    """The bytes are no sheet that can be read; the code says why."""


def read_sheet(
    content: bytes, *, is_csv: bool, sheet: str | None, patience: float = PATIENCE
) -> tuple[list[str], RawSheet]:
    """Return the names of all sheets and the cells of one, the first with cells unless it is named.

    Refused ``file`` when it cannot be read, ``sheet`` when there is none of this name; TooLarge beyond the limits.
    """
    order = json.dumps({"csv": is_csv, "sheet": sheet}).encode()
    answer = tempfile.TemporaryFile()  # noqa: SIM115  closed with the rows that are read from it
    try:
        done = subprocess.run(
            [sys.executable, "-m", "marketplace.catalog.imports.reader"],
            input=order + b"\n" + content,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            cwd=paths.ROOT,
            env={"PATH": "", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        answer.close()
        raise TooLarge("sheet_memory", accepted=f"{MOST_ROWS} rows, {MOST_COLUMNS} columns") from None
    rows = Spooled(answer)
    if done.returncode != 0:
        # The limits ended it: whatever was in there, it was no price list.
        raise TooLarge("sheet_memory", accepted=f"{MOST_ROWS} rows, {MOST_COLUMNS} columns")
    return _answer(rows, sheet)


class Spooled(Sequence[list[Cell]]):
    """The rows that the child wrote, on disk: a line each, behind one that describes the sheet."""

    def __init__(self, file: IO[bytes]) -> None:
        """Note where every line begins; the file is closed with the last use of these rows."""
        self._file = file
        weakref.finalize(self, file.close)
        file.seek(0)
        starts, refused, at = array("q"), None, 0
        for line in file:
            if line.startswith(b"{"):
                # The last line that is no row has the last word: rows may end in a refusal.
                refused = line
            else:
                starts.append(at)
            at += len(line)
        self.head: dict[str, Any] = json.loads(refused or b"{}")
        self._starts = starts

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> list[Cell]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[Cell]]: ...
    def __getitem__(self, index: int | slice) -> list[Cell] | list[list[Cell]]:
        """Read a row, or the rows of a slice."""
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        self._file.seek(self._starts[index])
        return _cells(self._file.readline())

    def __iter__(self) -> Iterator[list[Cell]]:
        """Read row after row."""
        for place in range(len(self)):
            self._file.seek(self._starts[place])
            yield _cells(self._file.readline())


def _answer(rows: Spooled, sheet: str | None) -> tuple[list[str], RawSheet]:
    found = rows.head
    if "refused" in found:
        if found["refused"] == "sheet":
            raise Refused.field("sheet", "choice", ", ".join(found["sheets"]))
        if found["refused"] == "too_large":
            raise TooLarge("sheet_memory", accepted=f"{MOST_ROWS} rows, {MOST_COLUMNS} columns")
        raise Refused.field("file", found["refused"], "a workbook (XLSX) or a table of text (CSV)")
    if not found["sheets"]:
        raise NotFound("sheet", sheet=sheet)
    merged = [Merged(*range_) for range_ in found["merged"]]
    return found["sheets"], RawSheet(found["sheet"], rows, merged, ragged=found.get("ragged", False))


def _cells(line: bytes) -> list[Cell]:
    """Read cells as the child writes them: text, a number as a list of one, a formula in an object, a tick, nothing."""
    return [cell if cell.__class__ is str else _cell(cell) for cell in json.loads(line)]


def _cell(cell: Any) -> Cell:
    if isinstance(cell, dict):
        return Formula(cell["formula"])
    return Decimal(cell[0]) if isinstance(cell, list) else cell


# --- in the child -----------------------------------------------------------------------------------------------


def _read(order: dict[str, Any], content: bytes) -> Iterator[Any]:
    """Yield what describes the sheet, then its rows."""
    return _read_csv(content) if order["csv"] else _read_xlsx(content, order["sheet"])


def _read_xlsx(content: bytes, wanted: str | None) -> Iterator[Any]:
    import python_calamine  # noqa: PLC0415  only the child loads it

    _measure(content)
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        names = [item.name for item in book.sheets_metadata if item.typ == python_calamine.SheetTypeEnum.WorkSheet]
        if wanted is not None and wanted not in names:
            yield {"refused": "sheet", "sheets": names}
            return
        if not names:
            yield {"refused": "sheet_empty"}
            return
        # The first sheet with a header of ours, else the first: covers and instructions come before prices.
        for name in [wanted] if wanted else names:
            found = book.get_sheet_by_name(name)
            if wanted or _has_header(found.to_python(skip_empty_area=False, nrows=_TOP)):
                break
        else:
            found = book.get_sheet_by_name(names[0])
        merged = [(*first, *last) for first, last in found.merged_cell_ranges or ()]
        # Here the values are filled down, row after row; who reads the rows needs the ranges for headers alone.
        heading = [range_ for range_ in merged if range_[0] < _TOP and range_[1] <= MOST_COLUMNS]
        yield {"sheets": names, "sheet": found.name, "merged": heading[:_MOST_HEADING]}
        rows = found.to_python(skip_empty_area=False, nrows=_ROWS_READ)
        whole = _with_formulas(map(_trimmed, rows), formulas.without_value(content, found.name))
        yield from filled_down(whole, merged, _is_blank)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("sheet_unreadable") from error


def _with_formulas(rows: Iterable[list[Any]], without_value: dict[int, dict[int, str]]) -> Iterator[list[Any]]:
    """Put formulas where their value was not stored: their cells look empty otherwise."""
    for number, row in enumerate(rows):
        for column, text in without_value.get(number, {}).items():
            row.extend([None] * (column + 1 - len(row)))
            if row[column] is None:
                row[column] = {"formula": text}
        yield row


def _is_blank(row: list[Any]) -> bool:
    return not any((isinstance(cell, bool | list) or (isinstance(cell, str) and cell.strip())) for cell in row)


def _measure(content: bytes) -> None:
    """Refuse an archive that unpacks to more than a workbook of the largest size, by unpacking it piece by piece."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
                raise Unreadable("too_large")
            for entry in entries:
                # Reads no more than is declared, and refuses when that is not all or another text.
                with archive.open(entry) as stream:
                    while stream.read(_PIECE):
                        pass
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise Unreadable("sheet_unreadable") from error


def _has_header(rows: Sequence[Sequence[Any]]) -> bool:
    named = (
        {known.name for cell in row if isinstance(cell, str) and (known := recognise(cell))} for row in rows[:_TOP]
    )
    return any(len(names) >= 3 or (len(names) == 2 and is_daily(names)) for names in named)


def _read_csv(content: bytes) -> Iterator[Any]:
    text = _decoded(content)
    csv.field_size_limit(LONGEST_CELL * 4)
    yield {"sheets": ["CSV"], "sheet": "CSV", "merged": [], "ragged": True}
    try:
        for count, row in enumerate(csv.reader(io.StringIO(text), delimiter=_delimiter(text))):
            if count >= _ROWS_READ:
                raise Unreadable("too_large")
            yield [_plain(as_it_was(cell)) for cell in row]
    except csv.Error as error:
        raise Unreadable("csv_broken") from error


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("csv_encoding")


def _delimiter(text: str) -> str:
    """Return the mark that parts the first lines into most known headers, else into most cells alike."""
    lines = io.StringIO(text[: 64 * 1024])
    sample = [line for line, _ in zip(lines, range(_SAMPLE), strict=False)]
    return max(_DELIMITERS, key=lambda mark: _fit(sample, mark))


def _fit(sample: list[str], mark: str) -> tuple[int, int]:
    try:
        rows = list(csv.reader(sample, delimiter=mark))
    except csv.Error:
        return (0, 0)
    known = max((sum(recognise(cell) is not None for cell in row) for row in rows), default=0)
    widths = sorted(len(row) for row in rows if row)
    return known, widths[len(widths) // 2] if widths else 0


def _trimmed(row: Iterable[Any]) -> list[Any]:
    cells = [_plain(cell) for cell in row]
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return cells


def _plain(cell: Any) -> Any:
    """Return a cell as JSON: a number as the fifteen digits that sheet programs show, so 0.1 + 0.2 is 0.3."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, int | float):
        return [f"{Decimal(format(cell, '.15g')):f}"] if isfinite(cell) else "NaN"
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell or None


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What it writes goes to disk: a file that grows beyond the limit ends the child too.
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_ANSWER, _MOST_ANSWER))
    order, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        for line in _read(json.loads(order), content):
            sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    except Unreadable as error:
        sys.stdout.write(json.dumps({"refused": str(error)}) + "\n")


if __name__ == "__main__":
    _main()
