"""Workbooks as merchants send them."""

import csv
import io
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.utils import range_boundaries

HEADERS_ZH = {
    "sku": "货号",
    "title": "品名",
    "hs": "海关编码",
    "origin": "原产地",
    "unit": "单位",
    "currency": "币种",
    "price": "单价",
    "moq": "起订量",
    "multiple": "倍数",
    "carton_units": "装箱数",
    "carton_l": "长",
    "carton_w": "宽",
    "carton_h": "高",
    "gross_kg": "毛重",
    "net_kg": "净重",
    "stock": "库存",
    "lead_days": "交货期",
    "incoterm": "价格条款",
    "place": "交货地",
    "description": "描述",
}
ROW = {
    "sku": "CH-1",
    "title": "摩托车链条",
    "hs": "8714.10",
    "origin": "CN",
    "unit": "H87",
    "currency": "CNY",
    "price": 27.4,
    "price@500": 25.9,
    "moq": 40,
    "multiple": 40,
    "carton_units": 40,
    "carton_l": 50,
    "carton_w": 40,
    "carton_h": 30,
    "gross_kg": 12.5,
    "net_kg": 11,
    "stock": 1000,
    "incoterm": "FCA",
    "place": "CN-NANPENG",
    "description": "加强型",
}


def row(**changes: Any) -> dict[str, Any]:
    return {**ROW, **changes}


def table(rows: list[dict[str, Any]], *, chinese: bool = False, order: list[str] | None = None) -> list[list[Any]]:
    """Return headers and cells as a sheet has them."""
    names = order or list(dict.fromkeys(name for values in rows for name in values))
    headers = [HEADERS_ZH.get(name, name.replace("price@", "单价@")) if chinese else name for name in names]
    return [headers, *([values.get(name) for name in names] for values in rows)]


def workbook(*sheets: list[list[Any]], title: str | None = None, merge: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for number, lines in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet(f"Sheet {number + 1}")
        assert sheet is not None
        if title is not None:
            sheet.append([title])
            sheet.append([])
            sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=6)
        for line in lines:
            sheet.append(line)
        for area in merge:
            sheet.merge_cells(area)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def written_by_programs(lines: list[list[Any]], *, merge: tuple[str, ...] = ()) -> bytes:
    """Write a sheet as programs do that say the border of every covered cell, with the texts in a table beside it."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as book:
        sheet, border = book.add_worksheet(), book.add_format({"border": 1})
        for line, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(line, column, cell)
        for area in merge:
            left, top, *_ = (place or 1 for place in range_boundaries(area))
            first = lines[top - 1][left - 1]
            sheet.merge_range(area, "" if first is None else first, border)
    return target.getvalue()


def comma_separated(lines: list[list[Any]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows(lines)
    return target.getvalue().encode(encoding)
