"""The demo city's shelves and its commodities."""

from typing import Final

from sqlalchemy.orm import Session

from marketplace.catalog.rules.details.attributes import Attribute, AttributeKind, Wanted
from marketplace.catalog.services import taxonomy
from marketplace.seed.goods.offers import ARTICLES

# Code, English, Chinese, Vietnamese, drawing, fresh, HS chapters that only this shelf takes.
CATEGORIES: Final = (
    ("motorcycle-parts", "Motorcycle parts", "摩托车配件", "Phụ tùng xe máy", "motorcycle-parts", False, ("87",)),
    ("car-parts", "Car parts", "汽车配件", "Phụ tùng ô tô", "car-parts", False, ()),
    ("fruit", "Fresh fruit", "新鲜水果", "Trái cây tươi", "fruit", True, ("08",)),
    ("rice", "Rice", "大米", "Gạo", "rice", False, ("10",)),
    ("nuts", "Nuts and dried fruit", "坚果与果干", "Hạt và trái cây sấy", "nuts", False, ("20",)),
    ("coffee", "Coffee, tea and cocoa", "咖啡、茶与可可", "Cà phê, trà và ca cao", "coffee", False, ("09", "18")),
    ("spices", "Spices and sauces", "香料与调味品", "Gia vị và nước chấm", "spices", False, ("21",)),
    ("pantry", "Oils, starches and pulses", "油脂、淀粉与豆类", "Dầu, tinh bột và đậu", "pantry", False,
     ("04", "07", "11", "12", "15", "17", "19")),
    ("seafood", "Seafood", "水产品", "Thủy sản", "seafood", False, ("03", "16")),
    ("rubber", "Rubber and latex", "橡胶与乳胶", "Cao su và latex", "rubber", False, ("40",)),
    ("furniture", "Furniture and bedding", "家具与寝具", "Nội thất và chăn gối", "furniture", False, ("46", "94")),
    ("electronics", "Electronics", "电子产品", "Điện tử", "electronics", False, ("84", "85")),
    ("lamps", "Lamps", "灯具", "Đèn", "lamps", False, ("94",)),
    ("machinery", "Small machines", "小型机械", "Máy móc nhỏ", "machinery", False, ()),
    ("building", "Building materials", "建筑材料", "Vật liệu xây dựng", "building", False, ("68", "69")),
    ("hardware", "Hardware and tools", "五金工具", "Kim khí và dụng cụ", "hardware", False, ("73", "82", "83")),
    ("household", "Houseware", "家居用品", "Đồ gia dụng", "household", False, ("39", "96")),
    ("textiles", "Textiles", "纺织品", "Hàng dệt", "textiles", False, ("52", "61", "62", "63")),
    ("general", "Other goods", "其他商品", "Hàng khác", "carton", False, ()),
)  # fmt: skip

# Category, code, English, Chinese, Vietnamese, kind, unit, choices as code=English=Chinese=Vietnamese.
ATTRIBUTES: Final = (
    ("motorcycle-parts", "material", "Material", "材料", "Vật liệu", "text", None, ""),
    ("motorcycle-parts", "colour", "Colour", "颜色", "Màu", "choice", None,
     "black=Black=黑色=Đen|gold=Gold=金色=Vàng|steel=Steel=钢色=Thép"),
    ("motorcycle-parts", "links", "Links", "链节", "Số mắt xích", "number", "H87", ""),
    ("fruit", "ripeness", "Ripeness", "成熟度", "Độ chín", "number", "P1", ""),
    ("fruit", "weight", "Weight of a fruit", "单果重", "Trọng lượng quả", "number", "KGM", ""),
    ("fruit", "washed", "Washed", "已清洗", "Đã rửa", "flag", None, ""),
    ("rice", "broken", "Broken grains", "碎米率", "Tỷ lệ tấm", "number", "P1", ""),
    ("rice", "moisture", "Moisture", "水分", "Độ ẩm", "number", "P1", ""),
    ("coffee", "moisture", "Moisture", "水分", "Độ ẩm", "number", "P1", ""),
    ("electronics", "voltage", "Voltage", "电压", "Điện áp", "number", "VLT", ""),
    ("electronics", "energy", "Energy", "能量", "Năng lượng", "number", "WHR", ""),
    ("lamps", "power", "Power", "功率", "Công suất", "number", "WTT", ""),
    ("lamps", "colour_temperature", "Colour temperature", "色温", "Nhiệt độ màu", "number", "KEL", ""),
)  # fmt: skip


def fill_shelves(session: Session) -> None:
    """Make the categories with what they ask, and the commodities, or bring them up to date."""
    for position, (code, english, chinese, vietnamese, drawing, fresh, chapters) in enumerate(CATEGORIES):
        taxonomy.put_category(
            session,
            code=code,
            names={"en": english, "zh": chinese, "vi": vietnamese},
            drawing=drawing,
            fresh=fresh,
            hs_chapters=chapters,
            position=position,
        )
    for article in ARTICLES:
        taxonomy.put_commodity(
            session,
            slug=article.slug,
            names={"en": article.en, "zh": article.zh, "vi": article.vi, **article.own},
            category=article.category,
            hs6=article.hs,
        )
    for position, (category, code, english, chinese, vietnamese, kind, unit, choices) in enumerate(ATTRIBUTES):
        attribute = Attribute(
            code,
            {"en": english, "zh": chinese, "vi": vietnamese},
            AttributeKind(kind),
            Wanted.WANTED,
            unit,
            {
                name: dict(zip(("en", "zh", "vi"), names, strict=True))
                for name, *names in (each.split("=") for each in choices.split("|") if each)
            },
        )
        taxonomy.put_attribute(session, category=category, attribute=attribute, position=position)
