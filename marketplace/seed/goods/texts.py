"""How the demo's merchants describe an offer, in the language each of them writes."""

from collections.abc import Mapping
from typing import Final

from babel import Locale

from marketplace.catalog.rules.packing import Packing

_PACKED: Final[Mapping[str, str]] = {
    "en": "{title}. Packed by {units} {unit}: {l} × {w} × {h} cm, gross {gross} kg, net {net} kg. Origin: {country}.",
    "zh": "{title}。每件{units}{unit}，外包装{l} × {w} × {h}厘米；毛重{gross}千克，净重{net}千克。原产地：{country}。",
    "vi": "{title}. {units} {unit} mỗi thùng {l} × {w} × {h} cm; cả bì {gross} kg, tịnh {net} kg. Xuất xứ: {country}.",
    "th": "{title} บรรจุ {units} {unit} ต่อกล่อง ขนาด {l} × {w} × {h} ซม. น้ำหนักรวม {gross} กก. น้ำหนักสุทธิ {net} กก. "
    "ประเทศต้นกำเนิด: {country}",
    "lo": "{title}. {units} {unit} ຕໍ່ກ່ອງ ຂະໜາດ {l} × {w} × {h} ຊມ, ນ້ຳໜັກລວມ {gross} ກກ, ນ້ຳໜັກສຸດທິ {net} ກກ. "
    "ແຫຼ່ງກຳເນີດ: {country}",
    "km": "{title}។ {units} {unit} ក្នុងមួយកេស ទំហំ {l} × {w} × {h} សម ទម្ងន់សរុប {gross} គក ទម្ងន់សុទ្ធ {net} គក។ "
    "ប្រភពដើម៖ {country}",
    "my": "{title}။ တစ်ပုံးလျှင် {units} {unit}၊ အရွယ် {l} × {w} × {h} စင်တီမီတာ၊ စုစုပေါင်းအလေးချိန် {gross} ကီလို၊ "
    "အသားတင် {net} ကီလို။ မူလနိုင်ငံ - {country}",
    "ms": "{title}. {units} {unit} setiap kotak {l} × {w} × {h} cm; berat kasar {gross} kg, bersih {net} kg. "
    "Negara asal: {country}.",
    "id": "{title}. {units} {unit} per karton {l} × {w} × {h} cm; berat kotor {gross} kg, bersih {net} kg. "
    "Negara asal: {country}.",
}
# Units as people write them; where a language is missing, Latin letters are read along the whole corridor.
_UNITS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"H87": "pcs", "SET": "sets", "PR": "pairs", "KGM": "kg", "TNE": "t", "MTK": "m²", "BG": "bags", "CT": "ctn"},
    "zh": {"H87": "个", "SET": "套", "PR": "副", "KGM": "千克", "TNE": "吨", "MTK": "平方米", "BG": "袋", "CT": "箱"},
    "vi": {
        "H87": "chiếc", "SET": "bộ", "PR": "đôi", "KGM": "kg", "TNE": "tấn", "MTK": "m²", "BG": "túi", "CT": "thùng",
    },
}  # fmt: skip


def describe(locale: str, title: str, *, packing: Packing, unit: str, country: str) -> str:
    """Return an offer's description in a language, from its packing and origin."""
    return _PACKED[locale].format(
        title=title,
        units=packing.carton_units,
        unit=_UNITS.get(locale, _UNITS["en"])[unit],
        l=_tenths(packing.length_mm),
        w=_tenths(packing.width_mm),
        h=_tenths(packing.height_mm),
        gross=_thousandths(packing.gross_g),
        net=_thousandths(packing.net_g),
        country=Locale(locale).territories[country],
    )


def _tenths(millimetres: int) -> str:
    return f"{millimetres // 10}.{millimetres % 10}".removesuffix(".0")


def _thousandths(grams: int) -> str:
    return f"{grams // 1000}.{grams % 1000:03d}".rstrip("0").removesuffix(".")
