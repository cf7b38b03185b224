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
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from marketplace import paths
from marketplace.catalog.rules.headers import recognise
from marketplace.catalog.rules.sheets import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Cell, Merged, RawSheet
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
    try:
        done = subprocess.run(
            [sys.executable, "-m", "marketplace.catalog.imports.reader"],
            input=order + b"\n" + content,
            capture_output=True,
            timeout=patience,
            cwd=paths.ROOT,
            env={"PATH": "", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooLarge("sheet_memory", accepted=f"{MOST_ROWS} rows, {MOST_COLUMNS} columns") from None
    if done.returncode != 0 or len(done.stdout) > _MOST_ANSWER:
        # The limits ended it: whatever was in there, it was no price list.
        raise TooLarge("sheet_memory", accepted=f"{MOST_ROWS} rows, {MOST_COLUMNS} columns")
    return _answer(json.loads(done.stdout), sheet)


def _answer(found: dict[str, Any], sheet: str | None) -> tuple[list[str], RawSheet]:
    if "refused" in found:
        if found["refused"] == "sheet":
            raise Refused.field("sheet", "choice", ", ".join(found["sheets"]))
        if found["refused"] == "too_large":
            raise TooLarge("sheet_memory", accepted=f"{MOST_ROWS} rows, {MOST_COLUMNS} columns")
        raise Refused.field("file", found["refused"], "a workbook (XLSX) or a table of text (CSV)")
    if not found["sheets"]:
        raise NotFound("sheet", sheet=sheet)
    rows = [[_cell(cell) for cell in row] for row in found["rows"]]
    return found["sheets"], RawSheet(found["sheet"], rows, [Merged(*range_) for range_ in found["merged"]])


def _cell(cell: Any) -> Cell:
    """Read a cell as the child writes it: text, a number as a list of one, a tick, nothing."""
    return Decimal(cell[0]) if isinstance(cell, list) else cell


# --- in the child -----------------------------------------------------------------------------------------------


def _read(order: dict[str, Any], content: bytes) -> dict[str, Any]:
    return _read_csv(content) if order["csv"] else _read_xlsx(content, order["sheet"])


def _read_xlsx(content: bytes, wanted: str | None) -> dict[str, Any]:
    import python_calamine  # noqa: PLC0415  only the child loads it

    _measure(content)
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        names = [item.name for item in book.sheets_metadata if item.typ == python_calamine.SheetTypeEnum.WorkSheet]
        if wanted is not None and wanted not in names:
            return {"refused": "sheet", "sheets": names}
        # The first sheet with a header of ours, else the first: covers and instructions come before prices.
        for name in [wanted] if wanted else names:
            found = book.get_sheet_by_name(name)
            rows = found.to_python(skip_empty_area=False, nrows=_ROWS_READ)
            if wanted or name == names[-1] or _has_header(rows):
                break
        else:
            return {"refused": "sheet_empty"}
        if not wanted and not _has_header(rows):
            found = book.get_sheet_by_name(names[0])
            rows = found.to_python(skip_empty_area=False, nrows=_ROWS_READ)
        merged = [
            [top, left, bottom, right] for (top, left), (bottom, right) in (found.merged_cell_ranges or [])[:5_000]
        ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("sheet_unreadable") from error
    return {"sheets": names, "sheet": found.name, "rows": [_trimmed(row) for row in rows], "merged": merged}


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
    return any(
        len({known.name for cell in row if isinstance(cell, str) and (known := recognise(cell))}) >= 3
        for row in rows[:30]
    )


def _read_csv(content: bytes) -> dict[str, Any]:
    text = _decoded(content)
    csv.field_size_limit(LONGEST_CELL * 4)
    delimiter = _delimiter(text)
    try:
        rows = [
            row
            for row, _ in zip(csv.reader(io.StringIO(text), delimiter=delimiter), range(_ROWS_READ + 1), strict=False)
        ]
    except csv.Error as error:
        raise Unreadable("csv_broken") from error
    if len(rows) > _ROWS_READ:
        raise Unreadable("too_large")
    return {"sheets": ["CSV"], "sheet": "CSV", "rows": [_trimmed(row) for row in rows], "merged": []}


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
        return [f"{Decimal(format(cell, '.15g')):f}"] if cell == cell and abs(cell) < 1e24 else "NaN"  # noqa: PLR0124
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell or None


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    order, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        found = _read(json.loads(order), content)
    except Unreadable as error:
        found = {"refused": str(error)}
    json.dump(found, sys.stdout, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    _main()
