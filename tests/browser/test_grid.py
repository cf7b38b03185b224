"""A grid is walked through by keys and takes what was copied in a sheet program; its script is all that is needed."""

import pytest
from playwright.sync_api import Browser

from marketplace import paths

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ("price", "moq", "stock")
GRID = (
    "<table data-grid><tbody>"
    + "".join(
        f'<tr><th scope="row">A-{row}<input type="hidden" name="version.{row}"></th>'
        + "".join(
            f'<td><input id="{name}-{row}" value="{row}{at}"></td>' for at, name in enumerate(("price", "moq", "stock"))
        )
        + "</tr>"
        for row in range(3)
    )
    + "</tbody></table>"
)
SCRIPT = (paths.ROOT / "static" / "js" / "grid.js").read_text(encoding="utf-8").replace("export function", "function")
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const pasted = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(pasted);
}"""


@pytest.fixture
def grid(chrome: Browser):
    page = chrome.new_page()
    page.set_content(GRID)
    page.add_script_tag(content=f"{SCRIPT}\nwatchGrids();")
    yield page
    page.close()


def at(page) -> str:
    return page.evaluate("document.activeElement.id")


def test_arrows_and_enter_lead_from_cell_to_cell(grid):
    grid.focus("#price-0")
    for key, expected in (
        ("ArrowDown", "price-1"),
        ("ArrowRight", "moq-1"),
        ("Enter", "moq-2"),
        ("ArrowDown", "moq-2"),
        ("Shift+Enter", "moq-1"),
        ("ArrowUp", "moq-0"),
        ("ArrowLeft", "price-0"),
        ("ArrowLeft", "price-0"),
    ):
        grid.keyboard.press(key)
        assert at(grid) == expected, key


def test_cells_of_a_sheet_program_are_pasted_as_they_lie(grid):
    grid.focus("#moq-1")
    grid.evaluate(PASTE, "40\t1000\r\n80\t2000\r\n120\t3000\r\n")
    expected = {"moq-0": "01", "moq-1": "40", "stock-1": "1000", "moq-2": "80", "stock-2": "2000", "price-2": "20"}
    assert {cell: grid.input_value(f"#{cell}") for cell in expected} == expected
