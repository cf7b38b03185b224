"""Which column of a merchant's sheet is which of ours: headers in Chinese or English, in any order."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from marketplace.catalog.rules import sheet_details, sheet_variants
from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.catalog.rules.texts import LANGUAGES

LWH: Final = "carton_lwh"
# What merchants call our columns; the first is the one that we print ourselves, in Chinese.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "sku": ("货号", "sku", "商品编码", "产品编号", "编号", "型号", "item no", "item number", "article", "article no"),
    "title": ("品名", "title", "名称", "商品名称", "产品名称", "标题", "name", "product", "product name", "item name"),
    "hs": ("海关编码", "hs", "hs code", "hs编码", "hscode", "税号", "税则号", "商品编号", "tariff code", "hs no"),
    "origin": ("原产地", "origin", "产地", "原产国", "country of origin"),
    "unit": ("单位", "unit", "计量单位", "uom", "unit of measure"),
    "currency": ("币种", "currency", "货币"),
    "price": ("单价", "price", "价格", "unit price"),
    "moq": ("起订量", "moq", "最小起订量", "最小订货量", "起批量", "minimum order", "minimum order quantity",
            "min order"),
    "multiple": ("倍数", "multiple", "订货倍数", "order multiple"),
    "carton_units": (
        "装箱数", "carton_units", "每箱数量", "箱装数", "装箱量", "装箱数量", "每箱件数", "每箱个数", "pcs/ctn",
        "pcs/carton", "qty/ctn", "units/carton", "units per carton", "qty per carton", "quantity per carton",
        "pcs per carton", "pcs per ctn", "pieces per carton", "pack qty", "packing qty",
    ),
    "carton_l": ("长", "carton_l", "箱长", "外箱长", "length", "carton length", "l"),
    "carton_w": ("宽", "carton_w", "箱宽", "外箱宽", "width", "carton width", "w"),
    "carton_h": ("高", "carton_h", "箱高", "外箱高", "height", "carton height", "h"),
    LWH: ("长宽高", LWH, "carton_l/w/h", "外箱尺寸", "箱规", "装箱尺寸", "carton size", "carton dimensions", "lxwxh"),
    "gross_kg": ("毛重", "gross_kg", "每箱毛重", "gross", "gross weight", "gross weight per carton", "g.w.", "gw"),
    "net_kg": ("净重", "net_kg", "每箱净重", "net", "net weight", "net weight per carton", "n.w.", "nw"),
    "stock": ("库存", "stock", "库存数量", "库存量", "现货", "on hand", "inventory", "stock qty", "qty in stock"),
    "lead_days": ("交货期", "lead_days", "交期", "货期", "生产周期", "lead time", "lead days", "lead time days"),
    "incoterm": ("价格条款", "incoterm", "贸易条款", "贸易术语", "incoterms", "price basis", "price terms",
                 "trade terms"),
    "place": (
        "交货地", "place", "交货地点", "地点", "交货城市", "交货港", "指定地点", "named place",
        "place of delivery", "delivery place", "location",
    ),
    "description": ("描述", "description", "商品描述", "产品描述", "详情", "details"),
    "category": ("类别", "category", "分类", "类目", "品类", "product category"),
    "commodity": ("商品页", "commodity"),
    "grade": ("等级", "grade", "级别"),
    "pictures": ("图片", "pictures", "picture", "images", "image", "photos", "photo", "图片链接",
                 "图片地址", "image url"),
    "pictures_alt": ("图片说明", "pictures_alt", "picture texts", "alt", "alt text", "image alt"),
}  # fmt: skip
# What is said beside the offer; names that merchants use for columns of their own are none of ours.
DETAILS: Final[Mapping[str, tuple[str, ...]]] = {
    "parts_manufacturer": ("零件制造商", "parts manufacturer"),
    "parts_number": ("制造商零件号", "parts number"),
    "parts_crosses": ("零件替代号", "parts cross references"),
    "brand_relation": ("品牌关系", "brand relation"),
    "brand_name": ("所称品牌", "brand name"),
    "brand_letter": ("品牌授权书", "brand letter"),
    "brand_until": ("品牌授权截止", "brand until"),
    "dangerous": ("危险品申报", "dangerous goods answer"),
    "dangerous_un": ("危险品联合国编号", "dangerous un number"),
    "dangerous_class": ("危险品类别", "dangerous class"),
    "dangerous_group": ("危险品包装类别", "dangerous packing group"),
    "dangerous_net": ("危险品净量", "dangerous net quantity"),
    "dangerous_unit": ("危险品净量单位", "dangerous net unit"),
    "dangerous_battery": ("危险品电池", "dangerous battery"),
    "dangerous_wh": ("危险品瓦时", "dangerous watt hours"),
    "dangerous_test": ("危险品测试概要", "dangerous test summary"),
    "dangerous_test_on": ("危险品测试日期", "dangerous test summary date"),
    "dangerous_sheet": ("危险品安全数据表", "dangerous safety data sheet"),
    "dangerous_sheet_on": ("危险品安全数据表日期", "dangerous safety data sheet date"),
    "dangerous_confirmed": ("危险品确认", "dangerous confirmed"),
    "food_days": ("食品保质期天数", "food shelf life days"),
    "food_least_celsius": ("食品最低储存温度", "food least celsius"),
    "food_most_celsius": ("食品最高储存温度", "food most celsius"),
    "food_lot": ("食品批号", "food lot code"),
    "food_facility": ("食品设施注册号", "food facility code"),
    "food_scheme": ("食品注册机构", "food facility scheme"),
    "food_allergens": ("食品过敏原", "food allergens"),
    "certificate_list": ("证书列表", "certificate list"),
    "warranty_months": ("质保月数", "warranty months"),
    "warranty_km": ("质保公里", "warranty km"),
    "warranty_covers": ("质保范围", "warranty covers"),
    "warranty_covers_en": ("质保范围英文", "warranty covers english"),
    "warranty_covers_zh": ("质保范围中文", "warranty covers chinese"),
    "warranty_covers_vi": ("质保范围越文", "warranty covers vietnamese"),
    "sample_price": ("样品报价", "sample price"),
    "sample_currency": ("样品币种", "sample currency"),
    "sample_days": ("样品天数", "sample days"),
    "pallet_units": ("托盘数量", "pallet units"),
    "pallet_mm": ("托盘高度毫米", "pallet height mm"),
    "visibility": ("价格可见", "price visibility"),
    "stock_places": ("各仓库存", "stock by warehouse"),
}  # fmt: skip
# Which goods belong together.
VARIANTS: Final[Mapping[str, tuple[str, ...]]] = {
    sheet_variants.GROUP: ("变体组", "variant group", "nhóm biến thể"),
    sheet_variants.VALUES: ("变体值", "variant values", "giá trị biến thể"),
}
UNITS: Final[Mapping[str, str]] = {
    "mm": "mm", "毫米": "mm", "㎜": "mm", "cm": "cm", "厘米": "cm", "公分": "cm", "㎝": "cm", "m": "m", "米": "m",
    "g": "g", "gr": "g", "gram": "g", "grams": "g", "克": "g", "kg": "kg", "kgs": "kg", "公斤": "kg", "千克": "kg",
    "㎏": "kg", "t": "t", "吨": "t",
}  # fmt: skip
# What changes from day to day, and pictures: a sheet of an article number and these alone updates what is there.
DAILY: Final = frozenset(
    {
        "sku", "price", "currency", "incoterm", "place", "stock", "lead_days", "moq", "multiple", "pictures",
        "pictures_alt",
    }
)  # fmt: skip
TIER: Final = re.compile(r"price@([1-9][0-9]{0,9})", re.ASCII)
_TIER_HEADER: Final = re.compile(r"(.+?)@([0-9][0-9,. ]*)\+?", re.ASCII | re.DOTALL)
_ATTRIBUTE_HEADER: Final = re.compile(r"(?:attribute|属性)@([a-z][a-z0-9_]{0,39})", re.ASCII)
_BRACKETS: Final = re.compile(r"[(\[{【（]([^(\[{【（)\]}】）]*)[)\]}】）]")
_TEXT_IN: Final = re.compile(r"(title|description|品名|描述)[ _-]?(" + "|".join(LANGUAGES) + ")")
# 英文品名, "English name": the language stands before the word.
_LANGUAGE_WORDS: Final = {
    "英文": "en", "英语": "en", "english": "en", "中文": "zh", "chinese": "zh", "越南文": "vi", "越文": "vi",
    "越南语": "vi", "vietnamese": "vi", "泰文": "th", "泰语": "th", "thai": "th",
}  # fmt: skip
_IN_LANGUAGE: Final = re.compile("(" + "|".join(_LANGUAGE_WORDS) + ")(.+)")
_NOISE: Final = re.compile(r"[*:：#\s]+|\.$")
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Known:
    """One of our columns, and the unit that the header names (None: ours)."""

    name: str
    unit: str | None = None


def folded(text: str) -> str:
    """Return a header as headers are compared: width, case, blanks, stars and colons do not matter."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def recognise(header: str) -> Known | None:
    """Return which column of ours a header names, None for one of the merchant's own."""
    text = unicodedata.normalize("NFKC", header).strip()
    if not text or len(text) > _LONGEST:
        return None
    unit = next((UNITS[part] for part in map(folded, _BRACKETS.findall(text)) if part in UNITS), None)
    name = folded(_BRACKETS.sub("", text))
    if tier := _TIER_HEADER.fullmatch(name):
        return _tier(tier[1], tier[2])
    if coded := _coded(name):
        return Known(coded)
    if name in _BY_NAME:
        return Known(_BY_NAME[name], unit)
    if (language := _IN_LANGUAGE.fullmatch(name)) and _BY_NAME.get(language[2]) in _BY_LANGUAGE:
        return Known(f"{_BY_NAME[language[2]]}_{_LANGUAGE_WORDS[language[1]]}")
    return _with_unit_behind(name)


def _coded(name: str) -> str | None:
    """Return the column of ours that a header names by a code: an attribute, or the language of a text."""
    if found := _ATTRIBUTE_HEADER.fullmatch(name):
        return f"attribute@{found[1]}"
    language = _TEXT_IN.fullmatch(name)
    return f"{_BY_NAME[language[1]]}_{language[2]}" if language else None


def is_column(name: str) -> bool:
    """Tell whether a mapping may name this column."""
    base, _, language = name.rpartition("_")
    return (
        name in NAMES
        or TIER.fullmatch(name) is not None
        or (base in _BY_LANGUAGE and language in LANGUAGES)
        or name in VARIANTS
        or sheet_details.is_column(name)
    )


def is_daily(names: Collection[str]) -> bool:
    """Tell whether columns are an article number and prices, stock, variants or what is said beside offers alone."""
    return "sku" in names and all(
        name in DAILY or name in VARIANTS or TIER.fullmatch(name) or sheet_details.is_column(name) for name in names
    )


def sides_of(merged: Sequence[Known | None]) -> list[Known | None]:
    """Let a header that lies over three columns and means length, width and height name each of them."""
    columns = list(merged)
    for start in range(len(columns) - 2):
        over = columns[start]
        if over is not None and over.name == LWH and columns[start + 1 : start + 3] == [over, over]:
            columns[start : start + 3] = [Known(name, over.unit) for name in ("carton_l", "carton_w", "carton_h")]
    return columns


def _tier(base: str, quantity: str) -> Known | None:
    digits = re.sub(r"[,. ]", "", quantity)
    if _BY_NAME.get(base) != "price" or not 1 <= int(digits) <= LARGEST_QUANTITY:
        return None
    return Known(f"price@{int(digits)}")


def _with_unit_behind(name: str) -> Known | None:
    """Read ``gross_g``, ``carton_l_mm`` and ``毛重kg``: a name with its unit behind."""
    for written, unit in UNITS.items():
        for stem in (name.removesuffix(f"_{written}"), name.removesuffix(written)):
            if stem != name and stem in _BY_NAME and _BY_NAME[stem] in _MEASURED:
                return Known(_BY_NAME[stem], unit)
    return None


_BY_LANGUAGE: Final = ("title", "description")
_MEASURED: Final = frozenset({"carton_l", "carton_w", "carton_h", LWH, "gross_kg", "net_kg"})
_BY_NAME: Final = {
    **{folded(written): name for name, names in {**DETAILS, **VARIANTS}.items() for written in (name, *names)},
    **{name: name for name in sheet_details.HOW},
    **{folded(written): name for name, names in NAMES.items() for written in names},
}
