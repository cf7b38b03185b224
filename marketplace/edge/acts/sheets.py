"""Tables as files: a workbook of several, or one as CSV; whatever people wrote stays text."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import xlsxwriter
from flask import Response

from marketplace.edge.acts import files
from marketplace.files.rules import MediaType
from marketplace.kernel.cells import as_csv

Cell = Decimal | int | str
_LITERAL: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the names of its columns; amounts are exact numbers beside their currency."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(tables: Sequence[Table], *, name: str) -> Response:
    """Answer with a workbook of a sheet for each table."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**_LITERAL, "in_memory": True}) as book:
        for table in tables:
            sheet = book.add_worksheet(table.name)
            for place, row in enumerate((table.columns, *table.rows)):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(place, column, cell)
                    else:
                        # The library writes decimals exactly; its annotations do not say so.
                        sheet.write_number(place, column, cell)  # pyrefly: ignore[no-matching-overload]
    return files.attached(target.getvalue(), media_type=MediaType.XLSX, name=f"{name}.xlsx")


def csv(table: Table, *, name: str) -> Response:
    """Answer with one table as CSV."""
    rows = ([f"{cell:f}" if isinstance(cell, Decimal) else cell for cell in row] for row in table.rows)
    response = Response(as_csv([table.columns, *rows]), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response
