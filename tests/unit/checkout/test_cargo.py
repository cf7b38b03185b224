"""What an offer's goods are beside others on a lorry."""

from uuid import UUID

from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.rules.cargo import cargo_of
from marketplace.distribution.rules.cargo import Said


def offer(**facts):
    said = {"fresh": False, **facts}
    return OfferRow(
        listing_id=UUID(int=1), merchant_id=UUID(int=2), sku="A", version=1, titles={"en": "Goods"},
        source_locale="en", hs_code="080390", origin="TH", unit="H87", moq=1, multiple=1, lead_days=None,
        hub_code="CN-NANPENG", packing=None, ladders=(), available=1, country="TH", closures=(), **said,
    )  # fmt: skip


def test_goods_of_which_nothing_was_said_keep_nothing_away():
    assert cargo_of(offer()) == Said()
    assert cargo_of(offer()).is_plain


def test_food_is_food_and_cold_between_the_bounds_that_the_order_will_agree_on():
    dry = cargo_of(offer(food={"allergens": "milk"}))
    assert (dry.food, dry.temp_min, dry.temp_max) == (True, None, None)
    bounds = {"least_celsius": "2", "most_celsius": "8.5"}
    assert cargo_of(offer(food=bounds)) == Said(food=True, temp_min=20, temp_max=85)
    assert cargo_of(offer(food={"most_celsius": "-18"})).temp_max == -180


def test_fresh_goods_are_food_and_ripen():
    assert cargo_of(offer(fresh=True)) == Said(food=True, fresh=True)


def test_dangerous_goods_have_their_number_and_label():
    danger = {"answer": "dangerous", "un_number": "1263", "hazard_class": "3", "packing_group": "II"}
    found = cargo_of(offer(dangerous=danger))
    assert found == Said(un_number="1263", labels=("3",), packing_group="II")
    assert found.is_dangerous
