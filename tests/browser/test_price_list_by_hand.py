"""A price list by hand: template, mapping, preview, bad rows mended, cancelled, the same again, out and in."""

import io
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect

from marketplace.seed.cast import PARTS
from tests.browser.people import Enter, Person, a_file
from tests.support.sheets import comma_separated, row, table

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WAIT = 60_000


def test_a_template_is_filled_and_run_and_run_again(enter: Enter) -> None:
    """Two good rows, one article twice, one price that nobody can read: only the bad ones are run again."""
    merchant = enter(PARTS)
    merchant.menu("Selling > Bring a price list")
    merchant.looks_fine()
    book = openpyxl.load_workbook(io.BytesIO(merchant.take("Template with examples (XLSX)")))
    filled = _filled(book, ["T-1", "T-2", "T-2", "T-3"], prices=[27.4, 31.5, 99, "a lot"])
    _bring(merchant, "prices.xlsx", filled)
    _counted(merchant, All=4, new=2, bad=2)
    expect(merchant.row("T-3")).to_contain_text("“a lot” is no number")
    expect(merchant.page.locator("main tbody tr", has_text="T-2").nth(1)).to_contain_text("stands in row 3 already")
    merchant.looks_fine()
    merchant.click("Write the good rows")
    _done(merchant)

    merchant.click("Mend rows here")
    merchant.looks_fine()
    merchant.page.get_by_label("Row 5: Price").fill("41.00")
    merchant.page.get_by_label("Row 4: Article number").fill("T-4")
    merchant.click("Run these rows")
    _done(merchant)
    _counted(merchant, All=2, new=2, bad=0)
    merchant.click("See that import")
    merchant.said("2 rows were mended since. 0 rows still need mending.")
    merchant.looks_fine()
    assert [_price(merchant, sku) for sku in ("T-1", "T-2", "T-3", "T-4")] == ["27.40", "31.50", "41.00", "99.00"]

    _bring(merchant, "prices.xlsx", _filled(book, ["T-1", "T-2"], prices=[27.4, 31.5]))
    merchant.said("Nothing would change: your list stands as it is in this file.")
    _bring(merchant, "prices.xlsx", _filled(book, ["T-1", "T-2"], prices=[28.4, 31.5]))
    _counted(merchant, All=2, changed=1, unchanged=1)
    expect(merchant.row("T-1")).to_contain_text("changed")
    merchant.click("Cancel")
    merchant.said("Cancelled")
    assert _price(merchant, "T-1") == "27.40"


def test_foreign_headers_are_mapped_once_and_decimal_commas_are_read(enter: Enter) -> None:
    """A table of text with headers of the merchant's own: matched by hand once, known the next time."""
    merchant = enter(PARTS)
    lines = _own_headers(row(sku="C-1", price="27,40", gross_kg="12,5", **{"price@500": "25,90"}))
    _bring(merchant, "eigene.csv", comma_separated(lines, delimiter=";"))
    merchant.said("3 columns were not recognised and are ignored.")
    merchant.looks_fine()
    for header, column in (("Ref", "Article number (sku)"), ("Wo", "Place (place)"), ("Netz", "Price (price)")):
        merchant.page.get_by_label(f"{header} (optional)").select_option(label=column)
    merchant.click("Read it again with these columns")
    _looked_through(merchant)
    _counted(merchant, All=1, new=1)
    merchant.click("Write the good rows")
    _done(merchant)
    assert _price(merchant, "C-1") == "25.90"

    again = _own_headers(row(sku="C-2", price="1.027,40", gross_kg="12,5", **{"price@500": "1.025,90"}))
    _bring(merchant, "eigene.csv", comma_separated(again, delimiter=";"))
    _counted(merchant, All=1, new=1)
    merchant.click("Write the good rows")
    _done(merchant)
    assert _price(merchant, "C-2") == "1,025.90"


def test_what_is_taken_along_and_brought_in_again_changes_nothing(enter: Enter) -> None:
    merchant = enter(PARTS)
    merchant.menu("Selling > My listings")
    taken = merchant.take("Take along (XLSX)")
    listings = len({cells[0] for cells in _cells(taken)[1:]})
    _bring(merchant, "mine.xlsx", taken)
    merchant.said("Nothing would change: your list stands as it is in this file.")
    merchant.menu("Selling > Bring a price list")
    table_taken = merchant.take("As a table (CSV)")
    _bring(merchant, "mine.csv", table_taken)
    merchant.said("Nothing would change: your list stands as it is in this file.")
    assert listings > 1


def _filled(book: Any, skus: list[str], *, prices: list[Any]) -> bytes:
    """Return the template with these articles in place of its example."""
    sheet = book.worksheets[0]
    headers = [cell.value for cell in sheet[1]]
    example = [cell.value for cell in sheet[2]]
    for number, (sku, price) in enumerate(zip(skus, prices, strict=True)):
        for column, value in enumerate(example, start=1):
            sheet.cell(number + 2, column, value)
        sheet.cell(number + 2, headers.index("Item number") + 1, sku)
        sheet.cell(number + 2, headers.index("Unit price") + 1, price)
    sheet.delete_rows(len(skus) + 2, sheet.max_row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _own_headers(cells: dict[str, Any]) -> list[list[Any]]:
    lines = table([cells])
    own = {"sku": "Ref", "place": "Wo", "price": "Netz"}
    return [[own.get(header, header) for header in lines[0]], *lines[1:]]


def _cells(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(line) for line in sheet.iter_rows(values_only=True)]


def _bring(merchant: Person, name: str, content: bytes) -> None:
    """Bring a file in, to be looked through first, and wait until it was."""
    merchant.menu("Selling > Bring a price list")
    merchant.page.set_input_files("[name=file]", a_file(name, WORKBOOK, content))
    merchant.click("Bring in")
    _looked_through(merchant)


def _looked_through(merchant: Person) -> None:
    expect(merchant.page.locator("main .page-head")).to_contain_text("Looked through", timeout=WAIT)


def _done(merchant: Person) -> None:
    expect(merchant.page.locator("main .page-head")).to_contain_text("Done", timeout=WAIT)


def _counted(merchant: Person, **counts: int) -> None:
    names = {"bad": "needs mending"}
    for outcome, count in counts.items():
        assert _count(merchant, names.get(outcome, outcome)) == count, outcome


def _count(merchant: Person, outcome: str) -> int:
    tab = merchant.page.locator("main nav[aria-label='Outcomes'] a").filter(has_text=outcome).first
    return int(tab.locator(".count").inner_text().replace(",", ""))


def _price(merchant: Person, sku: str) -> str:
    """Return from which price the merchant's own list says that an article is sold."""
    merchant.menu("Selling > My listings")
    shown = merchant.row(sku).locator("td").nth(1).inner_text()
    return shown.split("\n")[0].replace("CNY", "").replace("¥", "").strip()
