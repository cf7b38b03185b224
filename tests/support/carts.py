"""Carts for the rules of the checkout."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.rules.cart import price_line
from marketplace.checkout.rules.items import Item
from marketplace.checkout.rules.options import Option
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CONFIRM_BY = NOW + timedelta(days=2)
MERCHANTS = [uuid4(), uuid4()]
PACKING = Packing(carton_units=10, length_mm=500, width_mm=400, height_mm=300, gross_g=12_500, net_g=11_000)
LORRY = Load(24_000_000, 80_000_000, 13_600, 66)
LADDERS = (
    make_ladder("CNY", "FCA", "CN-NANPENG", price=Decimal("27.405")),
    make_ladder("THB", "DAP", "VNHAN", price=Decimal(85)),
)


def offer(**changes):
    facts = {
        "listing_id": uuid4(), "merchant_id": MERCHANTS[0], "sku": "A", "version": 1, "titles": {"en": "Chain"},
        "source_locale": "en", "hs_code": "871410", "origin": "CN", "unit": "H87", "moq": 10, "multiple": 10,
        "lead_days": None, "fresh": False, "hub_code": "CN-NANPENG", "packing": PACKING, "ladders": LADDERS,
        "available": 100, "country": "CN", "closures": (),
    }  # fmt: skip
    return OfferRow(**facts | changes)


def option(days=1, freight=Money(1_000, "CNY"), **changes):
    facts = {
        "departure_id": uuid4(), "reference": "DEP-A", "line_code": "A", "line_name": "A", "line_names": {},
        "to_place": "VNHAN", "departs_at": NOW, "departs_zone": "UTC", "cutoff_cargo_at": NOW,
        "arrives_at": NOW + timedelta(days=days), "arrives_zone": "UTC",
        "freight": freight, "chargeable_g": 1, "binding": "gross", "tariff_id": uuid4(), "carrier_id": uuid4(),
        "fits": True, "confirm_before": NOW, "tight": False, "load": Load(), "room": LORRY, "capacity": LORRY,
    }  # fmt: skip
    return Option(**facts | changes)


def item(sold, quantity=10, basis=0):
    ladder = LADDERS[basis]
    return Item(
        listing_id=sold.listing_id, quantity=quantity, currency=ladder.currency, incoterm=ladder.incoterm,
        place_code=ladder.place_code,
    )  # fmt: skip


def line(sold=None, *, quantity=10, basis=0, options=None, destination="VNHAN", wanted=None):
    sold = sold or offer()
    return price_line(
        item(sold, quantity, basis), sold, destination=destination, confirm_by=CONFIRM_BY, now=NOW,
        options=[option()] if options is None else options, wanted_departure=wanted,
    )  # fmt: skip


def codes(found):
    return [problem.code for problem in found.problems]
