"""Words of sheets for countries, units and currencies."""

import pytest

from marketplace.catalog.rules.sheet_words import country, currency, unit


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cn", "CN"), ("中国", "CN"), ("P.R. China", "CN"), (" Việt Nam ", "VN"), ("ไทย", "TH"), ("Lao PDR", "LA"),
        ("\uff36\uff2e", "VN"), ("Atlantis", "ATLANTIS"),
    ],
)  # fmt: skip
def test_countries_are_known_in_the_languages_of_the_corridor(text, code):
    assert country(text) == code


@pytest.mark.parametrize(
    ("text", "code"), [("pcs", "H87"), ("件", "H87"), ("KGM", "KGM"), ("公斤", "KGM"), ("heap", "HEAP")]
)
def test_units_are_known_by_their_words(text, code):
    assert unit(text) == code


@pytest.mark.parametrize(
    ("text", "code"), [("cny", "CNY"), ("元", "CNY"), ("US$", "USD"), ("baht", "THB"), ("doubloon", "DOUBLOON")]
)
def test_currencies_are_known_by_their_words(text, code):
    assert currency(text) == code
