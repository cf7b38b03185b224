"""Sheets of official invoices: what is handed out so that they can be issued, what is read of those that were."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from marketplace.kernel.errors import Refused

MOST_ROWS: Final = 1_000
# A row a line, each column by its name here.
COLUMNS: Final = (
    "buyer_tax_id", "buyer", "buyer_address", "goods", "article", "hs_code", "unit", "quantity", "unit_price",
    "amount", "currency", "rate", "rate_into", "rate_of", "rate_source", "order", "line",
    "purchase_order", "handed_over",
)  # fmt: skip
_OURS: Final = (
    "Buyer's tax id", "Buyer", "Buyer's address", "Goods", "Article no.", "HS code", "Unit", "Quantity", "Unit price",
    "Amount", "Currency", "Exchange rate", "Rate into", "Rate of", "Source of the rate",
    "Order", "Line", "Buyer's order no.", "Handed over on",
)  # fmt: skip
# As the fields are printed on the fapiao, and as a Vietnamese invoice names its contents (Decree 123/2020/ND-CP,
# article 10); what those forms do not have keeps a name of ours in the language.
_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "CN": (
        "购买方纳税人识别号", "购买方名称", "购买方地址", "项目名称", "规格型号", "海关编码", "单位", "数量", "单价",
        "金额", "币种", "汇率", "汇率币种", "汇率日期", "汇率来源", "订单号", "行号", "采购订单号", "交货日期",
    ),
    "VN": (
        "Mã số thuế người mua", "Tên người mua", "Địa chỉ người mua", "Tên hàng hóa, dịch vụ", "Mã hàng", "Mã HS",
        "Đơn vị tính", "Số lượng", "Đơn giá", "Thành tiền", "Đồng tiền", "Tỷ giá",
        "Đồng tiền quy đổi", "Ngày của tỷ giá", "Nguồn tỷ giá", "Số đơn hàng", "Dòng", "Số đơn mua hàng",
        "Ngày giao hàng",
    ),
}  # fmt: skip
_LANGUAGES: Final = {"CN": "zh", "VN": "vi"}
_UNITS: Final = {
    "CN": {"H87": "件", "SET": "套", "PR": "双", "KGM": "千克", "TNE": "吨", "MTK": "平方米", "CT": "箱", "BG": "袋"},
    "VN": {"H87": "cái", "SET": "bộ", "PR": "đôi", "KGM": "kg", "TNE": "tấn", "MTK": "m²", "CT": "thùng", "BG": "bao"},
}
_PLAIN: Final = {
    "H87": "piece", "SET": "set", "PR": "pair", "KGM": "kg", "TNE": "t", "MTK": "m²", "CT": "carton", "BG": "bag",
}  # fmt: skip
# What a column of a sheet of issued invoices is called; the first names are ours.
_READ: Final[dict[str, tuple[str, ...]]] = {
    "order": ("order", "订单号", "订单", "số đơn hàng", "đơn hàng"),
    "country": ("country", "国家", "quốc gia"),
    "type": ("type", "发票类型", "类型", "loại hóa đơn"),
    "code": ("code", "发票代码", "ký hiệu", "ký hiệu hóa đơn"),
    "number": ("number", "发票号码", "数电票号码", "số hóa đơn"),
    "issued_on": ("issued_on", "开票日期", "ngày lập", "ngày hóa đơn"),
    "amount": ("amount", "金额", "不含税金额", "thành tiền", "tiền chưa thuế"),
    "tax": ("tax", "税额", "tiền thuế"),
    "currency": ("currency", "币种", "đồng tiền"),
    "refers_to": ("refers_to", "原发票号码", "số hóa đơn gốc"),
}
_FIELDS: Final = {name: field for field, names in _READ.items() for name in names}
_NEEDED: Final = ("order", "country", "type", "number", "issued_on", "amount", "tax", "currency")


def headings(country: str) -> tuple[str, ...]:
    """Return the names of the columns where the seller issues its invoices."""
    return _HEADINGS.get(country, _OURS)


def goods_name(titles: Mapping[str, str], country: str) -> str:
    """Return the goods' name in the language of the seller's state, English or any where there is none."""
    wanted = _LANGUAGES.get(country, "en")
    return titles.get(wanted) or titles.get("en") or next(iter(titles.values()), "")


def unit_name(code: str, country: str) -> str:
    """Return a unit's name as invoices of a country have it, its code where there is none."""
    return _UNITS.get(country, _PLAIN).get(code, code)


def rows_of(rows: Sequence[Sequence[object]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Return the rows of a sheet below its header, each with its number and its cells by field; blank ones are none.

    Refused ``file`` without the columns that are needed, or with more than 1,000 rows.
    """
    header = next(iter(rows), ())
    fields = [_FIELDS.get(_text(cell).casefold()) for cell in header]
    if lacking := [name for name in _NEEDED if name not in fields]:
        raise Refused.field("file", "columns", ", ".join(lacking))
    found = [
        (number, {field: _text(cell) for field, cell in zip(fields, row, strict=False) if field and _text(cell)})
        for number, row in enumerate(rows, start=1)
        if number > 1
    ]
    filled = [(number, cells) for number, cells in found if cells]
    if len(filled) > MOST_ROWS:
        raise Refused.field("file", "too_many", f"at most {MOST_ROWS} rows")
    return iter(filled)


def _text(cell: object) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else str(cell).strip()
