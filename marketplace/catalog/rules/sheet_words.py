"""Words of sheets for what we keep as codes: countries, units and currencies in the languages of the corridor."""

import unicodedata
from functools import cache
from typing import Final

from babel import Locale

from marketplace.kernel.money import MINOR_UNITS
from marketplace.reference.rules import RCEP, UNITS

_UNIT_WORDS: Final = {
    "H87": "piece pieces pc pcs ea each unit units 件 个 只 支 台 条 块 片 张 把 根 本 辆 cái chiếc",
    "SET": "set sets 套 组 副 bộ",
    "PR": "pair pairs pr 双 对 đôi",
    "KGM": "kg kgs kilogram kilograms 公斤 千克",
    "TNE": "t ton tons tonne tonnes mt 吨",
    "MTK": "m² m2 sqm 平方米 平米",
    "CT": "carton cartons ctn ctns box boxes 箱 thùng",
    "BG": "bag bags 袋 包 bao",
}
_CURRENCY_WORDS: Final = {
    "人民币": "CNY", "RMB": "CNY", "元": "CNY", "CN¥": "CNY", "泰铢": "THB", "BAHT": "THB", "越南盾": "VND",
    "VNĐ": "VND", "美元": "USD", "US$": "USD", "印尼盾": "IDR", "RP": "IDR", "马来西亚林吉特": "MYR",
    "林吉特": "MYR", "RM": "MYR",
    "新加坡元": "SGD", "S$": "SGD", "老挝基普": "LAK", "基普": "LAK", "缅元": "MMK", "瑞尔": "KHR", "菲律宾比索": "PHP",
}  # fmt: skip


def country(text: str) -> str:
    """Return the ISO 3166-1 code of a party of RCEP that is named; the text itself when none is."""
    return _countries().get(_folded(text), text.strip().upper())


def unit(text: str) -> str:
    """Return the UN/ECE Recommendation 20 code of a unit that is named; the text itself when none is."""
    return _UNITS.get(_folded(text), text.strip().upper())


def currency(text: str) -> str:
    """Return the ISO 4217 code of a currency that is named; the text itself when none is."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    return code if code in MINOR_UNITS else _CURRENCY_WORDS.get(code, code)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


@cache
def _countries() -> dict[str, str]:
    # Read with the first sheet: the names of nine languages take ten megabytes.
    known = {code.casefold(): code for code in RCEP}
    for language in ("en", "zh", "vi", "th", "id", "ms", "lo", "km", "my"):
        names = Locale(language).territories
        known |= {_folded(names[code]): code for code in RCEP}
    return known | {"p.r. china": "CN", "prc": "CN", "中国大陆": "CN", "viet nam": "VN", "lao pdr": "LA", "korea": "KR"}


_UNITS: Final = {
    **{_folded(code): code for code in UNITS},
    **{_folded(word): code for code, words in _UNIT_WORDS.items() for word in words.split()},
}
