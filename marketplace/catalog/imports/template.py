"""The workbook that merchants may begin with: our columns and rows that show how, in English and in Chinese.

The first row stands by itself, and is the one that is copied; the two below it are variants of one article.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import xlsxwriter

from marketplace.catalog.rules.headers import NAMES, VARIANTS

Value = str | int | Decimal
NAME: Final = "price-list.xlsx"
_SHEETS: Final = {"en": "Price list", "zh": "价格表"}


@dataclass(frozen=True, slots=True)
class _Column:
    """One of our columns: its name in English, the example in both languages, the unit that its header names.

    ``variants`` are the cells of the rows below, where they are others.
    """

    name: str
    english: str
    example: Value
    chinese: Value | None = None
    unit: str = ""
    variants: Mapping[str, tuple[Value, Value]] = field(default_factory=dict[str, tuple[Value, Value]])

    def header(self, language: str) -> str:
        """Return its header."""
        text = self.english if language == "en" else (NAMES.get(self.name) or VARIANTS[self.name])[0]
        return f"{text} ({self.unit})" if self.unit else text

    def cells(self, language: str) -> tuple[Value, Value, Value]:
        """Return its cells in the rows that show how."""
        first = self.example if language == "en" or self.chinese is None else self.chinese
        return (first, *self.variants.get(language, (first, first)))


_COLUMNS: Final = (
    _Column("sku", "Item number", "EXAMPLE-1", variants=dict.fromkeys(("en", "zh"), ("EXAMPLE-2", "EXAMPLE-3"))),
    _Column(
        "title", "Product name", "Motorcycle chain 420", "摩托车链条 420",
        variants={
            "en": ("Motorcycle chain 428H, 116 links", "Motorcycle chain 428H, 132 links"),
            "zh": ("摩托车链条 428H，116 节", "摩托车链条 428H，132 节"),
        },
    ),
    _Column("description", "Description", "Hardened", "加强型"),
    _Column("hs", "HS code", "871410"),
    _Column("origin", "Country of origin", "China", "中国"),
    _Column("category", "Category", "", ""),
    _Column("unit", "Unit", "piece", "件"),
    _Column("currency", "Currency", "CNY", "人民币"),
    _Column("price", "Unit price", Decimal("27.40")),
    _Column("moq", "MOQ", 40),
    _Column("multiple", "Order multiple", 40),
    _Column("incoterm", "Incoterm", "FCA"),
    _Column("place", "Named place", "Nanpeng", "南彭"),
    _Column("stock", "Stock", 1000),
    _Column("lead_days", "Lead time days", "", ""),
    _Column("carton_units", "Units per carton", 40),
    _Column("carton_l", "Carton length", 50, unit="cm"),
    _Column("carton_w", "Carton width", 40, unit="cm"),
    _Column("carton_h", "Carton height", 30, unit="cm"),
    _Column("gross_kg", "Gross weight", Decimal("12.5"), unit="kg"),
    _Column("net_kg", "Net weight", 11, unit="kg"),
    _Column(
        "variant_group", "Variant group", "", "",
        variants={"en": ("Chain 428H", "Chain 428H"), "zh": ("链条 428H", "链条 428H")},
    ),
    _Column(
        "variant_values", "Variant values", "", "",
        variants={"en": ("Links=116", "Links=132"), "zh": ("节数=116", "节数=132")},
    ),
)  # fmt: skip


def template(language: str) -> bytes:
    """Return the workbook, the sheet of a language first: that one is read when it comes back."""
    target = io.BytesIO()
    first = "zh" if language.startswith("zh") else "en"
    with xlsxwriter.Workbook(target, {"strings_to_numbers": False, "in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for each in (first, *(other for other in _SHEETS if other != first)):
            sheet = book.add_worksheet(_SHEETS[each])
            for position, column in enumerate(_COLUMNS):
                header = column.header(each)
                sheet.set_column(position, position, max(12, len(header) + 2))
                sheet.write_string(0, position, header, bold)
                for line, cell in enumerate(column.cells(each), start=1):
                    if isinstance(cell, str):
                        sheet.write_string(line, position, cell)
                    else:
                        # The library writes decimals exactly; its annotations do not say so.
                        sheet.write_number(line, position, cell)  # pyrefly: ignore[no-matching-overload]
            sheet.freeze_panes(1, 0)
    return target.getvalue()
