"""What the style guide shows: goods that really travel here, in the shapes the components ask for."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from marketplace.kernel.money import Money, UnitPrice

_NOON: Final = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
_SHANGHAI: Final = "Asia/Shanghai"
_HANOI: Final = "Asia/Ho_Chi_Minh"
_FCA: Final = {"rule": "FCA", "place": "Chongqing Nanpeng"}
_DRAWINGS: Final = [
    "fruit",
    "nuts",
    "coffee",
    "rice",
    "rubber",
    "furniture",
    "spices",
    "motorcycle-parts",
    "car-parts",
    "electronics",
    "lamps",
    "building",
    "hardware",
    "textiles",
    "seafood",
    "carton",
]


def sample() -> dict[str, Any]:
    """Return one of everything."""
    total = Money.of("12480.00", "CNY")
    return {
        "figures": [
            {"label": "Open orders", "value": "128", "note": "12 in transit", "href": "#tables"},
            {"label": "Due to you", "value": "1,284,600.00 CNY", "note": "in 9 payments"},
            {"label": "Awaiting a slip", "value": "3", "note": "oldest 4 days", "tone": "warn"},
            {"label": "Overdue", "value": "1", "note": "ORD-7K3M-Q9TX", "tone": "bad"},
        ],
        "price": UnitPrice.of("118500", "VND"),
        "points": [112, 114, 113, 117, 119, 118, 116, 121, 124, 122, 127, 126, 130, 128, 118],
        "total": total,
        "basis": _FCA,
        "approx": {
            "amount": Money.of("45210000", "VND"),
            "rate": Decimal("3622.60"),
            "source": "demo",
            "date": date(2026, 11, 24),
        },
        "offers": _offers(),
        "categories": [
            {"label": name.replace("-", " ").capitalize(), "href": "#listing", "drawing": name, "count": 17}
            for name in _DRAWINGS
        ],
        "tiers": [
            {"quantity": 120, "price": UnitPrice.of("27.40", "CNY")},
            {"quantity": 480, "price": UnitPrice.of("26.00", "CNY"), "current": True},
            {"quantity": 4800, "price": UnitPrice.of("23.125", "CNY")},
        ],
        "components": [
            {"label": "Goods, FCA Chongqing", "amount": total},
            {"label": "Freight by lorry", "amount": Money.of("1862.40", "CNY"), "note": "792.5 chargeable kg × 2.35"},
            {"label": "Export customs", "included": True},
            {"label": "VAT 8 %", "amount": Money.of("1147.39", "CNY"), "note": "demo rate, unverified"},
            {"label": "Inspection", "unknown": "unknown: no tariff of this border yet"},
        ],
        "landed": Money.of("15489.79", "CNY"),
        "departures": [
            _departure("DEP-2026-1127-HAN", "open", 6400),
            _departure("DEP-2026-1201-HAN", "loading", 22800),
        ],
        "axes": _axes(),
        "events": [
            {"at": _NOON, "zone": _HANOI, "text": "Temperature −18.4 °C", "who": "carrier"},
            {"at": _NOON - timedelta(hours=5), "zone": _SHANGHAI, "text": "Seal CN4471902 closed"},
        ],
        "orders": _orders(total),
    }


def _offers() -> list[dict[str, Any]]:
    def offer(
        drawing: str, title: str, second: str, language: str, merchant: str, price: UnitPrice, unit: str, moq: int
    ) -> dict[str, Any]:
        return {
            "href": "#price",
            "category": drawing,
            "title": title,
            "second": second,
            "second_lang": language,
            "merchant": merchant,
            "price": price,
            "unit": unit,
            "moq": moq,
            "basis": _FCA,
            "lead": "21 days",
        }

    return [
        offer(
            "fruit",
            "Frozen durian Monthong, A grade",
            "冰冻榴莲 金枕",
            "zh",
            "Chanthaburi Fruits",
            UnitPrice.of("1240", "THB"),
            "ctn",
            120,
        ),
        offer(
            "motorcycle-parts",
            "Brake disc 220 mm",
            "摩托车制动盘",
            "zh",
            "山城机车配件",
            UnitPrice.of("38.6", "CNY"),
            "pc",
            200,
        ),
        offer(
            "coffee",
            "Cà phê Robusta nhân xanh, sàng 18",
            "Green robusta",
            "en",
            "Cà phê Cao Nguyên",
            UnitPrice.of("118500", "VND"),
            "kg",
            1200,
        ),
        offer(
            "lamps",
            "LED high-bay lamp 150 W, IP65",
            "LED 工矿灯",
            "zh",
            "星河照明",
            UnitPrice.of("126.375", "CNY"),
            "pc",
            50,
        ),
    ]


def _departure(reference: str, state: str, kg: int) -> dict[str, Any]:
    return {
        "reference": reference,
        "state": state,
        "at": _NOON,
        "zone": _SHANGHAI,
        "service": "Thu weekly",
        "cold": state == "loading",
        "freight": "from 2.35 CNY / chargeable kg",
        "load": {
            "kg": (kg, 24000),
            "m3": (Decimal("31.5"), Decimal("86.0")),
            "ldm": (Decimal("9.9"), Decimal("13.6")),
            "pallets": (31, 33),
        },
        "stops": [
            {"place": "Chongqing", "state": "done"},
            {"place": "Pingxiang – Hữu Nghị", "border": True, "state": "now"},
            {"place": "Hà Nội", "at": _NOON + timedelta(days=3), "zone": _HANOI},
        ],
        "cutoffs": [{"label": "Documents until", "at": _NOON - timedelta(hours=24), "zone": _SHANGHAI}],
    }


def _axes() -> list[dict[str, Any]]:
    def stop(label: str, state: str, note: str = "") -> dict[str, Any]:
        return {
            "label": label,
            "state": state,
            "at": None if state == "future" else _NOON,
            "zone": _SHANGHAI,
            "note": note,
        }

    return [
        {
            "axis": "goods",
            "state": "in_transit",
            "note": "117 of 120",
            "stops": [
                stop("Packed", "done"),
                stop("Handed over: 3 cartons short", "problem"),
                stop("In transit", "current"),
                stop("Accepted", "future"),
            ],
        },
        {
            "axis": "transport",
            "state": "at_border",
            "stops": [
                stop("Sealed", "done"),
                stop("Departed Chongqing", "done"),
                stop("At the border", "current", "waiting 26 h"),
                stop("Hà Nội", "future"),
            ],
        },
        {
            "axis": "money",
            "state": "part_paid",
            "stops": [stop("Deposit 30 %", "done", "3,744.00 CNY"), stop("At hand-over 70 %", "current")],
        },
        {
            "axis": "customs",
            "state": "declared",
            "stops": [
                stop("Export released", "done"),
                stop("Import declared", "current"),
                stop("Import released", "future"),
            ],
        },
    ]


def _orders(total: Money) -> list[dict[str, Any]]:
    return [
        {
            "reference": "ORD-7K3M-Q9TX",
            "date": "24 Nov 2026",
            "merchant": "山城机车配件",
            "goods": "摩托车制动盘 220 毫米",
            "state": "in_transit",
            "quantity": 480,
            "unit": "pc",
            "total": total,
            "marked": True,
        },
        {
            "reference": "ORD-2W8P-H4LD",
            "date": "22 Nov 2026",
            "merchant": "Cà phê Cao Nguyên",
            "goods": "Cà phê Robusta",
            "state": "part_paid",
            "quantity": 1200,
            "unit": "kg",
            "total": Money.of("142200000", "VND"),
            "marked": False,
        },
    ]
