"""Merged cells of a sheet: only the first cell of a range is stored, the whole range shows it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from marketplace.catalog.rules.sheets import MOST_COLUMNS

Range = tuple[int, int, int, int]
"""Top, left, bottom and right by positions from zero, both ends included."""
_NOTHING: Final = (None,)


def filled_down(
    rows: Iterable[list[Any]], ranges: Iterable[Range], is_blank: Callable[[list[Any]], bool]
) -> Iterator[list[Any]]:
    """Yield rows with the value of each merged range in every row that it covers.

    It stands in the first column of the range alone: the others are other columns of ours, and nobody wrote it there.
    What a sheet program keeps hidden below a range is not read. A row that has nothing of its own stays blank: ranges
    reach on below the last article.
    """
    waiting, at = sorted(ranges), 0
    # By their first column: two ranges that begin in one column do not share a row.
    covering: dict[int, tuple[int, int, Any]] = {}
    for number, row in enumerate(rows):
        covering = {left: range_ for left, range_ in covering.items() if range_[0] >= number}
        for left, (_, right, _) in covering.items():
            _clear(row, left, right)
        while at < len(waiting) and waiting[at][0] == number:
            _, left, bottom, right = waiting[at]
            at += 1
            # A sheet that has anything beyond the columns that are read is refused as a whole.
            if left < MOST_COLUMNS:
                covering[left] = (bottom, right, row[left] if left < len(row) else None)
                _clear(row, left + 1, right)
        if covering and not is_blank(row):
            _fill(row, covering)
        yield row


def _clear(row: list[Any], left: int, right: int) -> None:
    row[left : right + 1] = _NOTHING * len(row[left : right + 1])


def _fill(row: list[Any], covering: dict[int, tuple[int, int, Any]]) -> None:
    for left, (_, _, value) in covering.items():
        if value is not None:
            row.extend(_NOTHING * (left + 1 - len(row)))
            row[left] = value
