"""Rows of a sheet as fitments: which article fits which vehicles, each article whole, or why a row cannot be read.

A sheet says all of an article that it names: its rows take the place of what was said. A row of an article number
alone says that it fits nothing in particular.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marketplace.catalog.rules.details import fitment
from marketplace.catalog.rules.headers import folded
from marketplace.catalog.rules.sheets import Cell, is_blank, shown
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.texts import UNSTORABLE

MOST_ROWS: Final = 20_000
MOST_ARTICLES: Final = 2_000
COLUMNS: Final = ("sku", *fitment.COLUMNS)
# What merchants call the columns; the first is ours.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "sku": ("sku", "货号", "商品编码", "产品编号", "item no", "item number", "article", "article no", "mã hàng"),
    "make": ("make", "品牌", "厂牌", "brand", "hãng xe", "hãng"),
    "model": ("model", "车型", "机型", "型号", "vehicle", "dòng xe", "đời xe"),
    "year_from": ("year_from", "起始年份", "开始年份", "from", "year", "first year", "từ năm"),
    "year_to": ("year_to", "截止年份", "结束年份", "to", "last year", "đến năm"),
    "note": ("note", "备注", "说明", "engine", "发动机", "ghi chú"),
}
_NEEDED: Final = frozenset({"sku", "make", "model", "year_from"})
_HEADER_WITHIN: Final = 30
_BY_NAME: Final = {folded(written): name for name, names in NAMES.items() for written in names}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the sheet, and its cells by our columns."""

    number: int
    cells: Mapping[str, str]

    @property
    def is_bare(self) -> bool:
        """Whether it names an article and nothing else."""
        return not any(self.cells[name] for name in fitment.COLUMNS)


def rows_of(sheet: Sequence[Sequence[Cell]]) -> tuple[Row, ...]:
    """Return the rows below the headers that are not blank; Refused ``file`` without headers, or for too many."""
    headers = ((number, _places(line)) for number, line in enumerate(sheet[:_HEADER_WITHIN]))
    top, places = next(((number, found) for number, found in headers if found.keys() >= _NEEDED), (0, None))
    if places is None:
        raise Refused.field("file", "fitment_header", ", ".join(COLUMNS))
    found = tuple(
        Row(number, {name: _cell(line, places.get(name)) for name in COLUMNS})
        for number, line in enumerate(sheet[top + 1 :], start=top + 2)
        if not is_blank(line)
    )
    if len(found) > MOST_ROWS or len({row.cells["sku"] for row in found}) > MOST_ARTICLES:
        accepted = f"at most {MOST_ROWS} rows of {MOST_ARTICLES} articles"
        raise Refused.field("file", "fitment_large", accepted)
    if not found:
        raise Refused.field("file", "fitment_empty", "a row each vehicle")
    return found


def judge(rows: Sequence[Row], known: Collection[str]) -> dict[str, dict[str, Any] | None]:
    """Return what each article fits, as it is stored, None for nothing; ``known`` are article numbers there are.

    Refused ``rows.<number in the sheet>.<column>`` for everything that is wrong.
    """
    errors: list[FieldError] = []
    articles: dict[str, list[Row]] = {}
    for row in rows:
        bad = [name for name, text in row.cells.items() if UNSTORABLE.search(text)]
        errors += [_error(row, name, "control_characters", "text without control characters") for name in bad]
        sku = row.cells["sku"]
        if not sku:
            errors.append(_error(row, "sku", "required", "an article number of yours"))
        elif sku not in known:
            errors.append(_error(row, "sku", "fitment_article", "an article number of yours"))
        elif not bad:
            articles.setdefault(sku, []).append(row)
    found: dict[str, dict[str, Any] | None] = {}
    for sku, its in articles.items():
        try:
            found[sku] = _fitment(its)
        except Refused as refusal:
            errors += [_placed(error, its) for error in refusal.errors]
    if errors:
        raise Refused.fields(*sorted(errors, key=lambda error: int(error.field.split(".")[1])))
    return found


def _fitment(rows: Sequence[Row]) -> dict[str, Any] | None:
    if len(rows) == 1 and rows[0].is_bare:
        return None
    return fitment.parse({"vehicles": [row.cells for row in rows]}).document


def _placed(error: FieldError, rows: Sequence[Row]) -> FieldError:
    """Return what is wrong with a vehicle as said of its row; too many are said of the first row too many."""
    _vehicles, *where = error.field.split(".")
    if not where:
        return _error(rows[fitment.MOST_VEHICLES], "sku", error.code, error.accepted)
    return _error(rows[int(where[0])], where[1], error.code, error.accepted)


def _error(row: Row, name: str, code: str, accepted: str) -> FieldError:
    return FieldError(f"rows.{row.number}.{name}", code, accepted)


def _places(line: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(line):
        name = _BY_NAME.get(folded(shown(cell)))
        if name is not None:
            found.setdefault(name, place)
    return found


def _cell(line: Sequence[Cell], place: int | None) -> str:
    text = shown(line[place]) if place is not None and place < len(line) else ""
    return " ".join(unicodedata.normalize("NFC", text).split())
