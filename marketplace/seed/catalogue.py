"""The first goods of the demo city's two merchants.

Goods, tariff codes and packing are of the kind that really travels between Chongqing and ASEAN; prices are made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.texts import How
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.services import details, listings
from marketplace.kernel.actor import Actor
from marketplace.moderation import queries as moderation
from marketplace.moderation import services as reviews


@dataclass(frozen=True, slots=True)
class Goods:
    """One listing in a line: tiers as (quantity, price), the carton as units, l × w × h mm, gross and net g."""

    sku: str
    commodity: str
    own: str
    english: str
    hs: str
    unit: str
    moq: int
    multiple: int
    price: str
    tiers: tuple[tuple[int, str], ...]
    carton: tuple[int, int, int, int, int, int]
    stock: int | None = None
    lead_days: int | None = None
    grade: str = ""


# The first merchant: CNY, FCA at the hub of Chongqing.
_PARTS: Final = (
    Goods("CQ-CH428-116", "motorcycle-chain", "摩托车链条 428H 116节", "Motorcycle chain 428H, 116 links",
          "73151100", "H87", 120, 40, "27.40", ((480, "26.00"), (4800, "23.125")), (40, 400, 300, 220, 44_000,
          42_800), 12_000),
    Goods("CQ-CH520-120", "motorcycle-chain", "摩托车链条 520 120节 金色", "Motorcycle chain 520, 120 links, gold",
          "73151100", "H87", 60, 20, "46.80", ((600, "43.50"),), (20, 400, 300, 220, 38_500, 37_400), 3_200),
    Goods("CQ-BP125-F", "motorcycle-brake-pads", "125cc 前刹车片", "Front brake pads, 125 cc", "87141000", "PR",
          200, 100, "6.35", ((2000, "5.60"), (10000, "4.95")), (200, 420, 310, 260, 24_000, 23_000), 40_000),
    Goods("CQ-CL150", "motorcycle-clutch", "150cc 离合器片 5片装", "Clutch plates, 150 cc, set of five", "87141000",
          "SET", 100, 50, "18.20", ((1000, "16.90"),), (50, 400, 350, 250, 21_000, 20_000), 6_500),
    Goods("CQ-MR-UNI", "motorcycle-mirror", "通用后视镜 8mm 10mm", "Universal mirrors, 8 and 10 mm", "70091000",
          "PR", 100, 50, "14.50", ((1000, "12.80"),), (50, 620, 420, 380, 19_500, 18_000), None, 12),
    Goods("CQ-SP-A7TC", "spark-plug", "火花塞 A7TC", "Spark plug A7TC", "85111000", "H87", 500, 500, "3.15", ((5000,
          "2.72"), (20000, "2.48")), (500, 380, 260, 180, 23_500, 22_500), 80_000),
    Goods("CQ-CB-PZ27", "carburettor", "化油器 PZ27", "Carburettor PZ27", "84099199", "H87", 50, 25, "58.00", ((500,
          "53.20"),), (25, 450, 350, 300, 17_500, 16_500), 2_400),
    Goods("CQ-TY-27517", "motorcycle-tyre", "轮胎 2.75-17 8PR", "Tyre 2.75-17, 8 PR", "40114000", "H87", 100, 20,
          "49.00", ((1000, "45.30"),), (20, 620, 620, 900, 74_000, 72_000), None, 15),
    Goods("CQ-LB-6C", "laptop-battery", "笔记本电池 6芯 11.1V", "Laptop battery, six cells, 11.1 V", "85076000",
          "H87", 50, 50, "72.00", ((500, "66.50"),), (50, 480, 360, 240, 18_500, 17_000), None, 10),
    Goods("CQ-KB-US", "laptop-keyboard", "笔记本键盘 美式", "Laptop keyboard, US layout", "84716071", "H87", 100,
          50, "31.00", ((1000, "28.40"),), (50, 460, 380, 260, 12_500, 11_500), 5_000),
    Goods("CQ-LED-9W", "led-bulb", "LED灯泡 9W E27 6500K", "LED bulb 9 W, E27, 6500 K", "85395210", "H87", 1000,
          100, "3.20", ((10000, "2.85"),), (100, 520, 320, 280, 6_800, 5_900), 60_000),
    Goods("CQ-TILE-60", "porcelain-tile", "抛光瓷砖 600×600", "Polished porcelain tile, 600 × 600 mm", "69072190",
          "MTK", 144, 144, "38.50", ((1440, "35.90"),), (144, 1200, 1000, 900, 3_050_000, 2_990_000), None, 20),
    Goods("CQ-HP-500", "hot-pot-seasoning", "牛油火锅底料 500g", "Beef-tallow hot-pot seasoning, 500 g", "21039090",
          "BG", 300, 30, "13.80", ((3000, "12.40"),), (30, 400, 300, 250, 16_200, 15_000), 18_000),
)  # fmt: skip
# The second merchant: THB, DAP Chongqing.
_FRUIT: Final = (
    Goods("CTB-DUR-MT-A", "durian", "ทุเรียนหมอนทอง เกรด A", "Durian Monthong, grade A", "08106000", "KGM", 1800,
          18, "168.00", ((9000, "159.00"), (18000, "152.50")), (18, 500, 400, 300, 19_500, 18_000), 36_000, None,
          "A"),
    Goods("CTB-DUR-MT-B", "durian", "ทุเรียนหมอนทอง เกรด B", "Durian Monthong, grade B", "08106000", "KGM", 1800,
          18, "138.00", ((9000, "131.00"),), (18, 500, 400, 300, 19_500, 18_000), 27_000, None, "B"),
    Goods("CTB-MGS-1", "mangosteen", "มังคุดผิวมัน", "Mangosteen, glossy skin", "08045030", "KGM", 800, 8, "96.00",
          ((4000, "89.50"),), (8, 400, 300, 200, 8_900, 8_000), 12_000),
    Goods("CTB-LNG-AA", "longan", "ลำไยสด AA", "Fresh longan, AA", "08109010", "KGM", 1150, 23, "62.00", ((5750,
          "57.50"),), (23, 560, 380, 260, 24_600, 23_000), 23_000, None, "AA"),
    Goods("CTB-COC-9", "young-coconut", "มะพร้าวน้ำหอมควั่น", "Young aromatic coconuts, trimmed", "08011910", "H87",
          900, 9, "32.00", ((9000, "29.40"),), (9, 450, 450, 150, 8_400, 7_650), 30_000),
    Goods("CTB-MGD-500", "dried-mango", "มะม่วงอบแห้ง 500 กรัม", "Dried mango, 500 g", "08045020", "BG", 200, 20,
          "142.00", ((2000, "131.00"),), (20, 450, 320, 280, 11_200, 10_000), 8_000),
    Goods("CTB-CSH-W320", "cashew", "เม็ดมะม่วงหิมพานต์ W320", "Cashew kernels W320", "08013200", "KGM", 454, 454,
          "265.00", ((4540, "252.00"),), (454, 1000, 800, 1000, 482_000, 454_000), None, 14, "W320"),
    Goods("CTB-RICE-5", "jasmine-rice", "ข้าวหอมมะลิ 5 กก.", "Jasmine rice, 5 kg bags", "10063040", "BG", 400, 4,
          "189.00", ((4000, "178.00"),), (4, 480, 340, 160, 20_400, 20_000), 16_000),
    Goods("CTB-RSS3", "rss3", "ยางแผ่นรมควันชั้น 3", "Ribbed smoked sheet RSS3", "40012130", "TNE", 10, 1,
          "71500.00", ((20, "70200.00"),), (1, 1200, 1100, 1000, 1_012_000, 1_000_000), None, 21, "RSS3"),
    Goods("CTB-PIL-CT", "latex-pillow", "หมอนยางพารา ทรงโค้ง", "Contour latex pillow", "94049000", "H87", 100, 10,
          "415.00", ((1000, "385.00"),), (10, 640, 420, 600, 17_500, 15_500), 4_000),
    Goods("CTB-RAT-1", "rattan-chair", "เก้าอี้หวาย", "Rattan armchair", "94015300", "H87", 20, 2, "1850.00", ((200,
          "1720.00"),), (2, 800, 750, 1100, 19_000, 16_400), None, 30),
)  # fmt: skip
# Samples that go with a courier or with the next lorry.
_BY_BOTH: Final[dict[str, Any]] = {
    "currency": "CNY", "lead_days": 3, "least": 1, "most": 5, "per_buyer": 10, "lorry": True, "courier_fee": "120",
    "courier_days": 4,
}  # fmt: skip
# What is said of some of them beside the offer, by article number; numbers of parts and codes are made up.
_SAID: Final[Mapping[str, Mapping[DetailKind, Mapping[str, Any]]]] = {
    "CQ-CH428-116": {
        DetailKind.ATTRIBUTES: {"links": "116", "colour": "steel", "material": "40Mn"},
        DetailKind.PARTS: {
            "manufacturer": "Demo Jialing",
            "number": "JL-428H-116",
            "crosses": [{"brand": "Demo Drive", "number": "428 H 116"}],
        },
        DetailKind.FITMENT: {
            "vehicles": [
                {"make": "Demo Motor", "model": "Wave 110", "year_from": 2012, "year_to": 2020},
                {"make": "Demo Motor", "model": "Dream 125", "year_from": 2016, "note": "116 links"},
            ]
        },
        DetailKind.WARRANTY: {"months": 12, "kilometres": 15_000, "covers": "Links, pins and rollers"},
        DetailKind.SAMPLE: _BY_BOTH | {"price": "45", "credit_days": 90, "credit_least": 480},
        DetailKind.PALLET: {"units": 1_440, "height_mm": 1_500},
    },
    "CQ-CH520-120": {DetailKind.ATTRIBUTES: {"links": "120", "colour": "gold", "material": "40Mn"}},
    "CQ-LB-6C": {DetailKind.ATTRIBUTES: {"voltage": "11.1", "energy": "48.8"}},
    "CQ-BP125-F": {DetailKind.SAMPLE: _BY_BOTH | {"price": "12.50", "credit_days": 60, "credit_least": 400}},
    "CQ-LED-9W": {
        DetailKind.ATTRIBUTES: {"power": "9", "colour_temperature": "6500"},
        # Free of charge; the customs want to know what it is worth.
        DetailKind.SAMPLE: _BY_BOTH | {"price": "0", "customs_value": "3.20"},
    },
    "CQ-HP-500": {
        DetailKind.FOOD: {"shelf_days": 365, "most_celsius": "25", "lot": "date of filling", "allergens": ["soy"]},
    },
    "CTB-DUR-MT-A": {DetailKind.ATTRIBUTES: {"ripeness": "75", "weight": "3.2", "washed": "yes"}},
    "CTB-DUR-MT-B": {DetailKind.ATTRIBUTES: {"ripeness": "72", "weight": "2.4", "washed": "yes"}},
    "CTB-RICE-5": {DetailKind.ATTRIBUTES: {"broken": "5", "moisture": "14"}},
}


def offer_goods(session: Session, *, parts: Actor, fruit: Actor, now: datetime) -> int:
    """Write the goods of the two merchants and hand them in; return how many."""
    drafts = [(parts, draft_of(goods, _CHONGQING)) for goods in _PARTS]
    drafts = [(actor, replace(draft, ladders=(*draft.ladders, *_ABROAD.get(draft.sku, ())))) for actor, draft in drafts]
    drafts += [(fruit, draft_of(goods, _CHANTHABURI)) for goods in _FRUIT]
    for actor, draft in drafts:
        made = listings.create(session, actor=actor, draft=draft, now=now)
        if said := _SAID.get(draft.sku):
            details.put(session, actor=actor, listing_id=made, documents=said, now=now)
        details.mark_text(session, actor=actor, listing_id=made, language="en", how=How.PERSON, now=now)
        listings.submit(session, actor=actor, listing_id=made, now=now)
    return len(drafts)


def approve_goods(session: Session, *, moderator: Actor, now: datetime) -> int:
    """Approve what waits, in a unit of work after the one that handed it in; return how many."""
    waiting = moderation.queue(session, size=1_000).items
    for case in waiting:
        reviews.decide(session, actor=moderator, case_id=case.id, decision="approve", now=now)
    return len(waiting)


@dataclass(frozen=True, slots=True)
class _Terms:
    """How a merchant offers: his language, his goods' origin, currency and price basis."""

    locale: str
    origin: str
    currency: str
    incoterm: str
    place: str
    hub: str


# Also delivered to another country: such goods may be sold from bond there.
_ABROAD: Final = {"CQ-BP125-F": (make_ladder("CNY", "DAP", "VNHAN", price=Decimal("7.10"), moq=200),)}
_CHONGQING: Final = _Terms("zh", "CN", "CNY", "FCA", "CN-NANPENG", "CN-NANPENG")
_CHANTHABURI: Final = _Terms("th", "TH", "THB", "DAP", "CNCQI", "THBKK")


def draft_of(goods: Goods, terms: _Terms) -> ListingDraft:
    """Return the listing that a line of the table describes."""
    units, length, width, height, gross, net = goods.carton
    titles: Mapping[str, str] = {terms.locale: goods.own, "en": goods.english}
    return ListingDraft(
        sku=goods.sku,
        titles=titles,
        source_locale=terms.locale,
        hs=goods.hs,
        origin=terms.origin,
        unit=goods.unit,
        moq=goods.moq,
        multiple=goods.multiple,
        ladders=(
            make_ladder(
                terms.currency,
                terms.incoterm,
                terms.place,
                price=Decimal(goods.price),
                tiers=[(quantity, Decimal(price)) for quantity, price in goods.tiers],
                moq=goods.moq,
            ),
        ),
        stock=goods.stock,
        lead_days=goods.lead_days,
        packing=Packing(units, length, width, height, gross, net),
        commodity=goods.commodity,
        grade=goods.grade,
        hub_code=terms.hub,
    )
