"""The rows of a sheet as values of ours; what cannot be read is said field by field, never guessed."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from itertools import islice
from statistics import median_low
from typing import Any, Final

from marketplace.catalog.rules import numbers
from marketplace.catalog.rules.headers import LWH, TIER, UNITS
from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.catalog.rules.sheet_words import country, currency, unit
from marketplace.catalog.rules.sheets import (
    LONGEST_CELL,
    MOST_ROWS,
    Cell,
    Column,
    Formula,
    Layout,
    RawSheet,
    is_blank,
    shown,
    trimmed,
)
from marketplace.kernel.errors import FieldError, TooLarge
from marketplace.kernel.texts import UNSTORABLE

# Each in our own small unit: millimetres, grams.
_TO_MM: Final = {"mm": 1, "cm": 10, "m": 1_000}
_TO_G: Final = {"g": 1, "kg": 1_000, "t": 1_000_000}
_WHOLE: Final = frozenset({"moq", "multiple", "carton_units", "stock", "lead_days"})
_SIDES: Final = ("carton_l", "carton_w", "carton_h")
_TIMES: Final = re.compile(r"\s*[*x×X]\s*")
_MONEY_SIGNS: Final = {"¥": ("CNY", "JPY"), "$": ("USD", "SGD", "BND", "AUD", "NZD"), "฿": ("THB",), "₫": ("VND",)}
# What a row with further prices of an article says; exact weights are kept by no row that is written down.
_PRICED: Final = frozenset({"price", "tiers", "money_signs", "currency", "incoterm", "place", "gross_exact", "follows"})
Basis = tuple[str, str, str]
_LEAST_WEIGHT: Final = 5
_HEAVIEST: Final = 2_000_000


@dataclass(slots=True)
class SheetRow:
    """One row: its number as the sheet program shows it, what was read, and what could not be."""

    number: int
    cells: tuple[Cell, ...]
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    errors: list[FieldError] = field(default_factory=list[FieldError])
    warnings: list[FieldError] = field(default_factory=list[FieldError])


def read_rows(sheet: RawSheet, layout: Layout) -> Iterator[SheetRow]:
    """Read every row that is not blank; an article number comes again with further prices alone.

    Such a row's ``follows`` is the position, from one, of the article's first; any other repetition is refused naming
    that row. TooLarge, before the first row, when there are more than are taken.
    """
    styles = _styles(sheet, layout)
    width = max((at + 1 for at, text in enumerate(layout.headers) if text), default=0) if sheet.ragged else 0
    seen: dict[str, tuple[int, int]] = {}
    bases: dict[str, list[Basis]] = {}
    position = 0
    for number, cells in _data(sheet, layout):
        if is_blank(cells):
            continue
        position += 1
        row = _row(number, cells, layout, styles)
        if len(cells) < width:
            facts = {"cells": len(cells), "columns": width}
            row.warnings.append(FieldError("row", "row_short", f"{width} cells", facts))
        sku = row.values.get("sku")
        if sku is not None:
            at, before = seen.setdefault(sku, (number, position))
            if before != position:
                first = _row(at, sheet.rows[at - 1], layout, styles)
                _repeat(row, first, before, bases.setdefault(sku, [basis_of(first.values, {})]))
        yield row


def says_more(values: Mapping[str, Any], first: Mapping[str, Any], bases: Collection[Basis]) -> bool:
    """Tell whether a row says further prices of an article, and nothing else that its first row does not say."""
    is_priced = all("price" in each or "tiers" in each for each in (first, values))
    others = {name: value for name, value in values.items() if name not in _PRICED}
    is_alike = all(first.get(name) == value for name, value in others.items())
    return is_priced and is_alike and basis_of(values, first) not in bases


def twice(line: int) -> FieldError:
    """Return the refusal of an article number that stands in another line already."""
    accepted = "each article number once, or again with prices in another currency, rule or place"
    return FieldError("sku", "sku_twice", accepted, {"row": line})


def basis_of(values: Mapping[str, Any], otherwise: Mapping[str, Any]) -> Basis:
    """Return the currency, rule and place that a row's prices hold on, as they are written."""
    named = [str(values.get(name, otherwise.get(name, ""))) for name in ("currency", "incoterm", "place")]
    return named[0], named[1], named[2].casefold()


def _row(number: int, cells: Sequence[Cell], layout: Layout, styles: Mapping[str, numbers.Style]) -> SheetRow:
    row = SheetRow(number, tuple(_kept(cell) for cell in trimmed(cells)))
    for column in layout.columns:
        _read(row, column, cells, styles)
    return row


def _repeat(row: SheetRow, first: SheetRow, position: int, bases: list[Basis]) -> None:
    """Take a row for further prices of an article, or refuse it: two rows may not say two things."""
    if says_more(row.values, first.values, bases):
        bases.append(basis_of(row.values, first.values))
        row.values["follows"] = position
    else:
        row.errors.append(twice(first.number))


def weights_of(rows: Iterable[SheetRow]) -> list[Decimal]:
    """Return the gross weights of rows that have one, as they are written."""
    return [row.values["gross_exact"] for row in rows if "gross_exact" in row.values]


def doubtful(weights: Collection[Decimal]) -> list[FieldError]:
    """Return what looks wrong with a whole column though every cell could be read: grams taken for kilograms."""
    found: list[FieldError] = []
    if weights:
        middle = median_low(weights)
        if middle < _LEAST_WEIGHT:
            found.append(FieldError("gross_kg", "weights_tiny", "kg", {"grams": str(middle)}))
        elif middle > _HEAVIEST:
            found.append(FieldError("gross_kg", "weights_huge", "g", {"grams": str(middle)}))
    return found


def _data(sheet: RawSheet, layout: Layout) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Yield the rows below the headers with their numbers; where a header reaches down into them, it is no value."""
    headers = [merged for merged in sheet.merged if merged.top < layout.data_from <= merged.bottom]
    for index, cells in enumerate(islice(sheet.rows, layout.data_from, None), start=layout.data_from):
        covered = {merged.left for merged in headers if merged.bottom >= index}
        if covered:
            cells = [None if column in covered else cell for column, cell in enumerate(cells)]  # noqa: PLW2901
        yield index + 1, cells


def _styles(sheet: RawSheet, layout: Layout) -> dict[str, numbers.Style]:
    """Let each numeric column say how its decimals are written, and count the rows on the way."""
    places = [
        (column.name, column.index) for column in layout.columns if column.index is not None and _is_number(column.name)
    ]
    styles = {name: numbers.Style() for name, _ in places}
    count = 0
    for _, row in _data(sheet, layout):
        count += not is_blank(row)
        for name, index in places:
            cell = row[index] if index < len(row) else None
            # Only a mark is evidence: most cells are numbers already, or whole.
            if isinstance(cell, Formula):
                continue
            if isinstance(cell, str) and ("." in cell or "," in cell or not cell.isascii()):
                text = numbers.split_unit(_bare(cell)[0])[0]
                texts = _TIMES.split(text) if name == LWH else [text]
                styles[name] = styles[name].joined(numbers.style_of(texts))
    if count > MOST_ROWS:
        raise TooLarge("sheet_rows", accepted=f"{MOST_ROWS} rows")
    return styles


def _is_number(name: str) -> bool:
    return name in _READERS or name in _WHOLE or name.startswith("price")


def _read(row: SheetRow, column: Column, cells: Sequence[Cell], styles: Mapping[str, numbers.Style]) -> None:
    cell = column.value if column.index is None else cells[column.index] if column.index < len(cells) else None
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return
    if isinstance(cell, Formula):
        # A text that is missing is asked for where it is needed; a number that is missing may change a price.
        said = row.errors if _is_number(column.name) else row.warnings
        said.append(FieldError(column.name, "formula_empty", "a value, or the workbook saved by a sheet program"))
        return
    if isinstance(cell, bool):
        row.errors.append(FieldError(column.name, "text", "text or a number, no tick"))
        return
    style = styles.get(column.name, numbers.Style())
    name = column.name
    if column.is_made:
        row.values[name] = hashlib.sha256(shown(cell).encode()).hexdigest()[:12].upper()
    elif name in _READERS:
        _READERS[name](row, column, cell, style)
    elif name.startswith("price"):
        _price(row, name, cell, style)
    elif name in _WHOLE:
        _whole(row, name, cell, style)
    else:
        _text(row, name, cell)


def _text(row: SheetRow, name: str, cell: str | Decimal) -> None:
    text = unicodedata.normalize("NFC", shown(cell)).strip()
    if UNSTORABLE.search(text):
        row.errors.append(FieldError(name, "control_characters", "text without control characters"))
        return
    base, _, language = name.partition("_")
    if base != "description":
        text = " ".join(text.split())
    if language and base in {"title", "description"}:
        row.values.setdefault(f"{base}s", {})[language] = text
        return
    words = {"origin": country, "unit": unit, "currency": currency}
    if name == "hs" and isinstance(cell, Decimal) and len(text) % 2:
        text = f"0{text}"  # a number has lost the zero that chapters 01 to 09 begin with
    row.values[name] = words[name](text) if name in words else text.upper() if name == "incoterm" else text


def _number(
    row: SheetRow, name: str, cell: str | Decimal, style: numbers.Style, *, whole: bool = False
) -> Decimal | None:
    if isinstance(cell, Decimal):
        return cell
    reading = numbers.read(numbers.plain(cell))
    value = style.choose(reading, whole=whole)
    if value is None and len(reading.values) > 1:
        accepted = " / ".join(sorted(f"{_short(option):f}" for option in reading.values))
        row.errors.append(FieldError(name, "number_ambiguous", accepted, {"text": cell[:40]}))
    elif value is None:
        row.errors.append(FieldError(name, "number", "a number such as 1234.50", {"text": cell[:40]}))
    return value


def _whole(row: SheetRow, name: str, cell: str | Decimal, style: numbers.Style) -> None:
    text = numbers.split_unit(cell)[0] if isinstance(cell, str) else cell
    value = _number(row, name, text, style, whole=True)
    if value is None:
        return
    if not 0 <= value <= LARGEST_QUANTITY:
        row.errors.append(FieldError(name, "too_small" if value < 0 else "too_large", f"0 to {LARGEST_QUANTITY}"))
        return
    if value != value.to_integral_value():
        row.errors.append(FieldError(name, "whole_number", f"a whole number from 0 to {LARGEST_QUANTITY}"))
        return
    row.values[name] = int(value)


def _price(row: SheetRow, name: str, cell: str | Decimal, style: numbers.Style) -> None:
    text, signs = _bare(cell)
    value = _number(row, name, text, style)
    if value is None:
        return
    value = _short(value)
    if value <= 0 or value >= Decimal(10) ** 12 or value != round(value, 6):
        row.errors.append(FieldError(name, "price", "above 0, with at most 6 decimals"))
        return
    if signs:
        row.values.setdefault("money_signs", []).extend(signs)
    if tier := TIER.fullmatch(name):
        row.values.setdefault("tiers", []).append([int(tier[1]), f"{value:f}"])
    else:
        row.values[name] = f"{value:f}"


def _bare(cell: str | Decimal) -> tuple[Any, list[str]]:
    """Part a price from the currency that is written beside it, and say which currencies that may be."""
    if not isinstance(cell, str):
        return cell, []
    text = numbers.plain(cell)
    inner = re.sub(r"^[^\d+\-.,]+|[^\d.,]+$", "", text, flags=re.ASCII)
    beside = text.replace(inner, "", 1).strip().upper() if inner else ""
    if not beside:
        return text, []
    codes = next((found for sign, found in _MONEY_SIGNS.items() if beside.endswith(sign) and len(beside) == 1), None)
    return inner, list(codes or (currency(beside),))


def _length(row: SheetRow, column: Column, cell: str | Decimal, style: numbers.Style) -> None:
    text, written = numbers.split_unit(cell) if isinstance(cell, str) else (cell, "")
    factor = _factor(row, column, written, _TO_MM, "cm")
    value = _number(row, column.name, text, style) if factor else None
    if value is not None and factor:
        row.values[column.name] = _bounded((value * factor).to_integral_value(ROUND_CEILING))


def _sides(row: SheetRow, column: Column, cell: str | Decimal, style: numbers.Style) -> None:
    text, written = numbers.split_unit(shown(cell))
    parts = _TIMES.split(text)
    if len(parts) != 3:
        row.errors.append(FieldError(LWH, "carton_lwh", "length × width × height such as 60×40×35"))
        return
    for name, part in zip(_SIDES, parts, strict=True):
        _length(row, Column(name, unit=UNITS.get(written) or column.unit), numbers.split_unit(part)[0], style)


def _weight(row: SheetRow, column: Column, cell: str | Decimal, style: numbers.Style) -> None:
    text, written = numbers.split_unit(cell) if isinstance(cell, str) else (cell, "")
    factor = _factor(row, column, written, _TO_G, "kg")
    value = _number(row, column.name, text, style) if factor else None
    if value is None or not factor:
        return
    grams = value * factor
    if column.name == "gross_kg":
        row.values["gross_exact"] = grams
    row.values["gross_g" if column.name == "gross_kg" else "net_g"] = _bounded(grams.to_integral_value(ROUND_HALF_UP))


def _factor(row: SheetRow, column: Column, written: str, factors: Mapping[str, int], ours: str) -> int | None:
    """Return what the cell's own unit, else the header's, else ours is worth."""
    wanted = (UNITS.get(written, written) if written else column.unit) or ours
    factor = factors.get(wanted)
    if factor is None:
        row.errors.append(FieldError(column.name, "measure", ", ".join(factors), {"unit": wanted[:12]}))
    return factor


def _bounded(value: Decimal) -> int:
    """Keep absurd sizes within what a column holds; the check of the packing refuses them anyway."""
    return int(max(Decimal(-1), min(value, Decimal(10) ** 12)))


def _short(value: Decimal) -> Decimal:
    """Return a decimal without zeros behind its last digit."""
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()


def _kept(cell: Cell) -> Cell:
    return cell[:LONGEST_CELL] if isinstance(cell, str) else cell


_READERS: Final[dict[str, Callable[[SheetRow, Column, str | Decimal, numbers.Style], None]]] = {
    **dict.fromkeys(_SIDES, _length),
    LWH: _sides,
    "gross_kg": _weight,
    "net_kg": _weight,
}
