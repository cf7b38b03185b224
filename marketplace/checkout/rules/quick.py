"""Quick orders: lines of an article number and a quantity, pasted or from a sheet, with a heading or without."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from marketplace.catalog.rules import headers, sheet_words
from marketplace.catalog.rules.numbers import Style, plain, read
from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.catalog.rules.rows import NamedRow
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import MINOR_UNITS

MOST_LINES: Final = 500
LONGEST_TEXT: Final = 100_000
LONGEST_CELL: Final = 200
COLUMNS: Final = ("sku", "quantity", "merchant", "currency", "price_basis")
# A heading stands near the top, below a title and perhaps a note.
_HEADING_WITHIN: Final = 10
_MARKS: Final = ("\t", ";", "|", ",")
# What is ours alone to read; the rest is called as in the price lists that merchants bring in.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "sku": ("mã hàng", "mã sản phẩm", "mã số", "part number", "part no", "oe number", "oe no", "零件号", "mã phụ tùng"),
    "quantity": ("数量", "quantity", "qty", "order qty", "order quantity", "pcs", "订购数量", "采购数量", "件数",
                 "số lượng", "sl"),
    "merchant": ("商家", "商户", "merchant", "seller", "supplier", "卖家", "供应商", "nhà bán", "nhà bán hàng",
                 "người bán", "nhà cung cấp"),
    "currency": ("tiền tệ", "loại tiền"),
    "price_basis": ("điều kiện giá", "điều kiện giao hàng"),
    "place": ("địa điểm giao hàng",),
}  # fmt: skip
_IMPORTED: Final = {"sku": "sku", "currency": "currency", "incoterm": "price_basis", "place": "place"}
_BLANKS: Final = re.compile(r"\s+")
# A quantity behind a blank that is written with commas between its thousands: they part no cells.
_GROUPED: Final = re.compile(r"\s\d{1,3}(,\d{3})+\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line as it was written; ``number`` counts from 1 as its sheet does."""

    number: int
    sku: str
    quantity: str
    merchant: str = ""
    currency: str = ""
    price_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """So much of whatever goes by a number, or of a listing named by its id; the merchant by name or id."""

    quantity: int
    sku: str = ""
    listing_id: UUID | None = None
    merchant: str = ""
    currency: str | None = None
    incoterm: str | None = None
    place: str | None = None


def cells_of(text: str) -> list[list[str]]:
    """Part pasted text into cells, each line by its own mark: the one that most lines have, else another, else blanks.

    A list that was put together from several sources has several.
    """
    lines = text.splitlines()

    def parted(mark: str) -> int:
        return sum(mark in line for line in lines if mark != "," or not _GROUPED.search(line))

    usual = max(_MARKS, key=parted)
    return [_parted(line, usual) for line in lines]


def _parted(line: str, usual: str) -> list[str]:
    mark = next((each for each in (usual, *_MARKS) if each in line), None)
    if mark is None or (mark == "," != usual and _GROUPED.search(line)):
        return line.rsplit(None, 1)
    # A quotation mark is closed in its line: else one would swallow all that follows.
    return line.split(mark) if mark == "\t" else next(csv.reader([line], delimiter=mark), list[str]())


def rows_of(cells: Sequence[Sequence[str]]) -> tuple[Row, ...]:
    """Read lines by their heading, or in the order of ``COLUMNS`` where there is none; blank lines are left out.

    Refused ``lines`` when there are more than ``MOST_LINES``.
    """
    tidy = [[_BLANKS.sub(" ", cell).strip() for cell in line] for line in cells]
    at, places = _heading(tidy)
    rows = tuple(
        _row(number, line, places) for number, line in enumerate(tidy[at:], start=at + 1) if any(cell for cell in line)
    )
    if len(rows) > MOST_LINES:
        raise Refused.field("lines", "too_long", f"at most {MOST_LINES} entries")
    return rows


def as_text(rows: Sequence[Row]) -> str:
    """Write lines so that ``cells_of`` and ``rows_of`` read them as they are."""
    written = ([row.sku, row.quantity, row.merchant, row.currency, row.price_basis] for row in rows)
    return "\n".join("\t".join(cells).rstrip("\t") + ("" if any(cells[1:]) else "\t") for cells in written)


def asked(row: Row) -> Asked:
    """Return what a line asks for; Refused naming every field of it that cannot be read."""
    errors: list[FieldError] = []
    if not row.sku:
        errors.append(FieldError("sku", "required", "a value"))
    errors += [
        FieldError(name, "too_long", f"at most {LONGEST_CELL} characters")
        for name in COLUMNS
        if len(getattr(row, name)) > LONGEST_CELL
    ]
    quantity = Style().choose(read(plain(row.quantity)), whole=True)
    if quantity is None or quantity != quantity.to_integral_value():
        errors.append(FieldError("quantity", "whole_number", "a whole number"))
    elif abs(quantity) > LARGEST_QUANTITY:
        errors.append(FieldError("quantity", "too_large", f"{LARGEST_QUANTITY} or less"))
    currency = sheet_words.currency(row.currency) if row.currency else None
    if currency not in (None, *MINOR_UNITS):
        errors.append(FieldError("currency", "currency", ", ".join(MINOR_UNITS)))
    if errors or quantity is None:
        raise Refused.fields(*errors)
    rule, _, place = plain(row.price_basis).upper().partition(" ")
    return Asked(
        sku=row.sku,
        quantity=int(quantity),
        merchant=row.merchant,
        currency=currency,
        incoterm=rule or None,
        place=place.strip() or None,
    )


def choose(wish: Asked, found: Sequence[NamedRow], *, company_id: UUID) -> UUID:
    """Return the listing that a line means, of those that go by its number.

    An article number comes before the number of a part, other merchants' goods before the company's own. Refused
    ``sku`` when nothing goes by it, ``merchant`` naming those who have it when the one named has not, or several do.
    """
    if not found:
        raise Refused.field("sku", "number_unknown", "a number of goods that are on sale here")
    sellers = "; ".join(dict.fromkeys(row.merchant for row in found))
    named = [row for row in found if not wish.merchant or _is_named(row, wish.merchant)]
    if not named:
        raise Refused.field("merchant", "merchant_without", sellers)
    articles = [row for row in named if row.is_article(wish.sku)] or named
    # Two articles of one merchant may differ in a hyphen alone.
    exact = [row for row in articles if row.sku == wish.sku] or articles
    others = [row for row in exact if row.merchant_id != company_id] or exact
    if len({row.merchant_id for row in others}) > 1:
        raise Refused.field("merchant", "merchant_several", sellers)
    if len(others) > 1:
        raise Refused.field("sku", "number_several", ", ".join(row.sku for row in others))
    return others[0].listing_id


def _is_named(row: NamedRow, merchant: str) -> bool:
    text = plain(merchant).casefold()
    return text in (plain(row.merchant).casefold(), str(row.merchant_id))


def _heading(lines: Sequence[Sequence[str]]) -> tuple[int, Mapping[str, int]]:
    """Return where the lines begin, and in which place each column stands."""
    for at, line in enumerate(lines[:_HEADING_WITHIN]):
        places: dict[str, int] = {}
        for place, cell in enumerate(line):
            name = _column(cell)
            if name is not None:
                places.setdefault(name, place)
        if {"sku", "quantity"} <= places.keys():
            return at + 1, places
    return 0, {name: place for place, name in enumerate(COLUMNS)}


def _column(cell: str) -> str | None:
    own = _BY_NAME.get(headers.folded(cell))
    known = None if own else headers.recognise(cell)
    return own or (_IMPORTED.get(known.name) if known else None)


def _row(number: int, line: Sequence[str], places: Mapping[str, int]) -> Row:
    facts: dict[str, Any] = {
        name: line[place] if place < len(line) else "" for name, place in places.items() if name in COLUMNS
    }
    named = places.get("place")
    if named is not None and named < len(line):
        facts["price_basis"] = f"{facts.get('price_basis', '')} {line[named]}".strip()
    return Row(number=number, **facts)


_BY_NAME: Final = {headers.folded(written): name for name, names in _NAMES.items() for written in (name, *names)}
