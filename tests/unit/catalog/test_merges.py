"""Merged cells: every row reads what its sheet shows there, and no other column does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.merges import filled_down


def is_blank(row):
    return not any(row)


@pytest.mark.parametrize(
    ("rows", "ranges", "shown"),
    [
        # Down a column, past the end of shorter rows.
        ([["a", "CN"], ["b"], ["c"]], [(0, 1, 2, 1)], [["a", "CN"], ["b", "CN"], ["c", "CN"]]),
        ([["a", None, None, "X"], ["b"]], [(0, 3, 1, 3)], [["a", None, None, "X"], ["b", None, None, "X"]]),
        # Rows with nothing of their own stay as they are.
        ([["a", "CN"], [], ["b"], [None, None]], [(0, 1, 3, 1)], [["a", "CN"], [], ["b", "CN"], [None, None]]),
        # Over columns: the first alone, and what is hidden below a range is not read.
        ([["a", "X", "Y"], ["b", "Y", "Z"]], [(0, 1, 1, 2)], [["a", "X", None], ["b", "X", None]]),
        ([["a", "b", "c"]], [(0, 1, 0, 1)], [["a", "b", "c"]]),
        # An empty range, one below the last row, one whose rows were cut off, one far to the right.
        ([["a", None], ["b", "hidden"]], [(0, 1, 1, 1)], [["a", None], ["b", None]]),
        ([["a"]], [(5, 0, 9, 0)], [["a"]]),
        ([["a"]], [(0, 0, 1_048_575, 16_383)], [["a"]]),
        ([["a"], ["b"]], [(0, 200, 1, 200)], [["a"], ["b"]]),
        # One behind another in the same column, in any order.
        (
            [["a", "X"], ["b"], ["c", "Y"], ["d"]],
            [(2, 1, 3, 1), (0, 1, 1, 1)],
            [["a", "X"], ["b", "X"], ["c", "Y"], ["d", "Y"]],
        ),
    ],
)
def test_what_a_sheet_with_merged_cells_shows(rows, ranges, shown):
    assert list(filled_down(rows, ranges, is_blank)) == shown


def test_ranges_that_overlap_against_the_rules_of_sheets_hide_what_lies_below_them():
    ranges = [(0, 0, 2, 1), (1, 0, 2, 2), (1, 1, 1, 1)]
    rows = [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i", "j"]]
    assert list(filled_down(rows, ranges, is_blank)) == [["a", None, "c"], [None] * 3, [None, None, None, "j"]]


@st.composite
def merged_tables(draw):
    """Draw a table whose first column is never blank, and ranges beside it of which no two overlap."""
    height, width = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    cells = st.one_of(st.none(), st.text("xyz", min_size=1, max_size=2))
    rows = [[f"r{line}", *draw(st.lists(cells, max_size=width))] for line in range(height)]
    ranges, taken = [], set()
    for _ in range(draw(st.integers(0, 6))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(1, width))
        bottom, right = draw(st.integers(top, height + 2)), draw(st.integers(left, width))
        area = {(line, column) for line in range(top, bottom + 1) for column in range(left, right + 1)}
        if not area & taken:
            taken |= area
            ranges.append((top, left, bottom, right))
    return rows, ranges


@given(merged_tables())
def test_each_cell_shows_the_first_of_its_range_in_the_ranges_first_column(drawn):
    rows, ranges = drawn
    before = [list(row) for row in rows]

    def stored(line, column):
        return before[line][column] if column < len(before[line]) else None

    def shown(line, column):
        for top, left, bottom, right in ranges:
            if top <= line <= bottom and left <= column <= right:
                return stored(top, left) if column == left else None
        return stored(line, column)

    found = list(filled_down(rows, ranges, is_blank))
    assert len(found) == len(before)
    for line, row in enumerate(found):
        assert [*row, *[None] * (9 - len(row))] == [shown(line, column) for column in range(9)]
