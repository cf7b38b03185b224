"""A merchant's whole list as a file in the columns of the import: brought in again it changes nothing."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import IO, Final
from uuid import UUID

import xlsxwriter
from sqlalchemy.orm import Session

from marketplace.catalog.imports import price_list
from marketplace.kernel.cells import as_csv

_AT_ONCE: Final = 500
# Sheet programs on Windows take a table of text for the country's own letters unless it begins with this.
_MARK: Final = b"\xef\xbb\xbf"
_NUMBERS: Final = frozenset(
    {
        "moq", "multiple", "stock", "lead_days", "carton_units", "carton_l", "carton_w", "carton_h", "gross_kg",
        "net_kg", "price",
    }
)  # fmt: skip
# Rows go to disk as they come, and every text is written as text: none becomes a formula or a link.
_LITERAL: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}


class Shape(StrEnum):
    """What kind of file."""

    CSV = "csv"
    XLSX = "xlsx"


def write(session: Session, *, company_id: UUID, shape: Shape, target: IO[bytes]) -> None:
    """Write all listings of a company with all their prices, from a session that sees one instant."""
    columns = price_list.columns(session, company_id=company_id)
    numbers = {name for name in columns if name in _NUMBERS or name.startswith("price@")}
    write_rows(columns, _rows(session, company_id), shape, target, sheet="listings", numbers=numbers)


def write_rows(
    columns: Sequence[str],
    portions: Iterator[list[dict[str, str]]],
    shape: Shape,
    target: IO[bytes],
    *,
    sheet: str,
    numbers: Collection[str],
) -> None:
    """Write rows of cells by column, a portion at a time; ``numbers`` are the columns that a workbook keeps as such."""
    if shape is Shape.CSV:
        _write_csv(columns, portions, target)
    else:
        _write_workbook(columns, portions, target, sheet, numbers)


def _rows(session: Session, company_id: UUID) -> Iterator[list[dict[str, str]]]:
    after: UUID | None = None
    while found := price_list.portion(session, company_id=company_id, since=None, after=after, size=_AT_ONCE):
        after = found[-1][0]
        yield [cells for _, cells in found]
        session.expunge_all()


def _write_csv(columns: Sequence[str], portions: Iterator[list[dict[str, str]]], target: IO[bytes]) -> None:
    target.write(_MARK + as_csv([columns]).encode())
    for portion in portions:
        target.write(as_csv([[row.get(name, "") for name in columns] for row in portion]).encode())


def _write_workbook(
    columns: Sequence[str],
    portions: Iterator[list[dict[str, str]]],
    target: IO[bytes],
    name_of_sheet: str,
    numbers: Collection[str],
) -> None:
    with xlsxwriter.Workbook(target, _LITERAL) as book:
        sheet = book.add_worksheet(name_of_sheet)
        sheet.freeze_panes(1, 1)
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name)
        places = [(place, name, name in numbers) for place, name in enumerate(columns)]
        rows = (row for portion in portions for row in portion)
        for line, row in enumerate(rows, start=1):
            for place, name, is_number in places:
                cell = row.get(name)
                if cell is not None and is_number:
                    # The library writes decimals exactly; its annotations do not say so.
                    sheet.write_number(line, place, Decimal(cell))  # pyrefly: ignore[no-matching-overload]
                elif cell is not None:
                    sheet.write_string(line, place, cell)
