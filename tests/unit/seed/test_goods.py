"""The tables of goods are true to the tariff, whole in every language, and lead to offers that the city takes."""

from collections import Counter

import pytest

from marketplace import paths
from marketplace.accounts.rules.companies import parse_country
from marketplace.accounts.rules.numbers import Proof, check_number
from marketplace.catalog.rules.drafts import check_draft
from marketplace.merchants.rules.payees import check_account
from marketplace.seed import merchants
from marketplace.seed.goods import devices, harvest, larder, motor, works
from marketplace.seed.goods.offers import ARTICLES, draft_of, offers
from marketplace.seed.goods.shelves import CATEGORIES
from marketplace.seed.goods.tariff import SUBHEADINGS
from marketplace.seed.houses import APPLICANTS, HOUSES, SMALL, SUSPENDED

OFFERS = list(offers(HOUSES))
CHECKED = {"CN", "VN", "TH", "ID", "SG"}


def test_every_offer_is_one_that_the_city_takes():
    for offer in OFFERS:
        check_draft(draft_of(offer))


def test_there_are_some_four_hundred_offers_and_no_two_are_the_same():
    drafts = [draft_of(offer) for offer in OFFERS]
    assert 400 <= len(drafts) <= 500
    assert len({draft.sku for draft in drafts}) == len(drafts)
    seen = Counter((offer.house.key, draft.titles["en"]) for offer, draft in zip(OFFERS, drafts, strict=True))
    assert [name for name, times in seen.items() if times > 1] == []


def test_every_code_is_a_subheading_of_the_harmonized_system_and_none_is_kept_for_nothing():
    assert {article.hs for article in ARTICLES} == set(SUBHEADINGS)


def test_every_title_is_in_english_and_in_the_merchants_own_words():
    for offer in OFFERS:
        titles, descriptions = draft_of(offer).titles, draft_of(offer).descriptions
        own = offer.house.locale
        assert {"en", own} <= titles.keys()
        assert {"en", own} <= descriptions.keys()
        assert own == "en" or titles[own] != titles["en"], offer.sku


def test_nothing_weighs_less_than_its_contents_or_costs_more_the_more_one_takes():
    for offer in OFFERS:
        draft = draft_of(offer)
        assert draft.packing.net_g <= draft.packing.gross_g
        for ladder in draft.ladders:
            prices = [tier.price.micro for tier in ladder.tiers]
            assert prices == sorted(prices, reverse=True), offer.sku
            assert prices[-1] > 0


@pytest.mark.parametrize("table", [motor.MOTOR, devices.DEVICES, works.WORKS, larder.LARDER, harvest.HARVEST])
def test_a_table_is_short_enough_to_be_read(table):
    assert len(table) <= 200


def test_every_article_stands_on_a_shelf_with_a_drawing():
    shelves = {code: drawing for code, _, _, _, drawing, _, _ in CATEGORIES}
    assert {article.category for article in ARTICLES} <= shelves.keys()
    for drawing in shelves.values():
        assert (paths.STATIC / "img" / "categories" / f"{drawing}.svg").is_file(), drawing


def test_the_houses_come_from_china_and_all_ten_states_also_in_a_small_city():
    everywhere = {"CN", "VN", "TH", "MY", "SG", "ID", "PH", "MM", "LA", "KH", "BN"}
    assert {house.country for house in HOUSES} == everywhere
    assert {house.country for house in HOUSES if house.key in SMALL} == everywhere
    assert 35 <= len(HOUSES) <= 45


def test_every_house_has_a_number_of_its_country_and_an_account_that_can_be_paid_into():
    houses = [*HOUSES, *(house for house, _, _ in APPLICANTS), SUSPENDED[0]]
    assert len({house.number for house in houses}) == len(houses)
    for house in houses:
        parse_country(house.country)
        found = check_number(house.country, house.number)
        assert check_number(house.country, house.number, field="tax_id").number
        assert (found.proof is Proof.CHECKSUM) is (house.country in CHECKED), house.key
        check_account(merchants.account_of(house), currency=house.currency)


def test_every_house_sells_something():
    assert {offer.house.key for offer in OFFERS} == {house.key for house in HOUSES}
