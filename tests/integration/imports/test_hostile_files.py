"""Files that are none, or that would fill the machine: refused with a reason, nothing half written."""

import io
import re
import zipfile

import pytest
import xlsxwriter

from marketplace.catalog.rules import sheets
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.kernel.errors import DomainError, Refused
from tests.conftest import SOAK
from tests.support.sheets import comma_separated, row, table, workbook

MOST_ROWS = sheets.MOST_ROWS if SOAK else 1_000
# A file is opened before any row is written.
pytestmark = pytest.mark.one_database


def remade(content: bytes, change) -> bytes:
    """Write a workbook again with some members changed: ``change(name, bytes)`` gives the new bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target.getvalue()


def with_shared_texts() -> bytes:
    """Write a workbook whose texts stand in one table and are named by their number."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate(table([row()])):
            sheet.write_row(line, 0, ["" if cell is None else cell for cell in cells])
    return target.getvalue()


GOOD = with_shared_texts()


def far_cell(name: str, content: bytes) -> bytes:
    return content.replace(b'r="A2"', b'r="XFD1048576"') if name.endswith("sheet1.xml") else content


def many_rows(name: str, content: bytes) -> bytes:
    if not name.endswith("sheet1.xml"):
        return content
    count = MOST_ROWS * 11 // 10
    rows = b"".join(b'<row r="%d"><c r="A%d" t="n"><v>1</v></c></row>' % (line, line) for line in range(3, count + 3))
    return content.replace(b"</sheetData>", rows + b"</sheetData>")


def many_texts(name: str, content: bytes) -> bytes:
    """Name one long text from very many cells."""
    if name.endswith("sharedStrings.xml"):
        return re.sub(rb"<t>sku</t>", b"<t>" + b"s" * 4_000_000 + b"</t>", content)
    if not name.endswith("sheet1.xml"):
        return content
    cells = b"".join(b'<c t="s"><v>0</v></c>' for _ in range(50))
    return content.replace(
        b"</sheetData>", b"".join(b"<row>" + cells + b"</row>" for _ in range(2_000)) + b"</sheetData>"
    )


def bomb(name: str, content: bytes) -> bytes:
    return content + b" " * 300_000_000 if name.endswith("sheet1.xml") else content


def broken(name: str, content: bytes) -> bytes:
    return content[: len(content) // 2] if name.endswith("sheet1.xml") else content


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (far_cell, "sheet_memory"),
        (many_rows, "sheet_rows"),
        (many_texts, "sheet_memory"),
        (bomb, "sheet_memory"),
        (broken, "sheet_unreadable"),
    ],
)
def test_workbooks_that_are_no_price_lists_fail_with_a_reason(desk, monkeypatch, change, code):
    monkeypatch.setattr(sheets, "MOST_ROWS", MOST_ROWS)
    view = desk.bring(remade(GOOD, change))
    assert view.state is ImportState.FAILED
    assert view.failure is not None
    assert (view.failure.field, view.failure.code, view.total) == ("file", code, 0)
    assert view.failure.accepted


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "list.xlsx"),
        (b"PK\x03\x04 not a zip", "list.xlsx"),
        (b"", "list.csv"),
        (b"\0\1\2\3", "list.csv"),
        (b"<html><script>alert(1)</script>", "list.csv"),
    ],
)
def test_what_is_no_table_is_not_taken_in(desk, content, name):
    with pytest.raises(DomainError):
        desk.begin(content, name)


@pytest.mark.parametrize("content", [b"not a workbook at all", "价格表".encode("gb18030"), b"one\ntwo, three\n"])
def test_text_that_is_named_a_workbook_is_said_to_be_none(desk, content):
    with pytest.raises(Refused) as refusal:
        desk.begin(content, "LIST.XLSX")
    assert [(error.field, error.code) for error in refusal.value.errors] == [("file", "no_workbook")]
    # A table of text is read under any name, and said to have no headers under its own.
    assert desk.bring(comma_separated(table([row()])), "list.xlsx").counts[Outcome.CREATE] == 1
    view = desk.bring(b"one\ntwo, three\n", "list.csv")
    assert view.failure is not None
    assert view.failure.code == "header_missing"


def test_numbers_beyond_what_is_taken_are_said_to_be_too_large(desk):
    rows = [row(moq=1e30), row(sku="CH-2", stock=-5), row(sku="CH-3", stock=1.5), row(sku="CH-4", price=1e300)]
    view = desk.bring(workbook(table([*rows, row(sku="CH-5", gross_kg=1e300)])))
    errors = desk.errors(view)
    assert errors[0]["moq"] == "too_large"
    assert errors[1:4] == [{"stock": "too_small"}, {"stock": "whole_number"}, {"price": "price"}]
    assert list(errors[4]) == ["gross_kg"]
    assert desk.rows(view)[1].errors[0].accepted == "0 to 1000000000"


def test_a_text_of_ten_megabytes_is_refused_and_so_is_one_in_a_quoted_cell(desk):
    long = comma_separated(table([row(title="x" * 10_000_000), row(sku="CH-2")]))
    view = desk.bring(long, "list.csv")
    assert view.state is ImportState.FAILED
    assert view.failure is not None
    assert view.failure.code == "csv_broken"
    cells = comma_separated(table([row(title="x" * 30_000), row(sku="CH-2")]))
    view = desk.bring(cells, "list.csv")
    assert desk.errors(view) == [{"title": "too_long"}]
    assert view.counts[Outcome.CREATE] == 1


def test_formulas_are_values_and_never_run(desk):
    lines = table([row(title="=1+1", description='=WEBSERVICE("http://evil.invalid")')])
    view = desk.bring(workbook(lines))
    # openpyxl stores no value beside a formula, so there is nothing to read.
    assert desk.errors(view) == [{"title": "required"}]


def test_markup_is_text(desk):
    desk.bring(workbook(table([row(title="<script>alert(1)</script>")])))
    draft = desk.draft("CH-1")
    assert draft is not None
    assert draft.titles == {"en": "<script>alert(1)</script>"}


def test_more_columns_than_are_read_are_refused(desk):
    lines = [[*line, *range(sheets.MOST_COLUMNS)] for line in table([row()])]
    view = desk.bring(workbook(lines))
    assert view.failure is not None
    assert view.failure.code == "sheet_columns"


def test_a_sheet_without_known_headers_says_which_there_are(desk):
    view = desk.bring(workbook([["a", "b"], [1, 2]]))
    assert view.failure is not None
    assert view.failure.code == "header_missing"
    assert "sku" in view.failure.accepted
