"""What a page says was wrong: fields and values are called as its form calls them, never by their codes."""

import re

import pytest

from tests.functional.test_selling import CHAIN, SELLER, market  # noqa: F401  a fixture


def named(page) -> dict[str, str]:
    """Return what the page's summary calls each field."""
    return {name: said.partition(":")[0] for name, said in summary(page).items()}


def summary(page) -> dict[str, str]:
    found = re.findall(r'<li><a href="#field-([\w.-]+)">(.*?)</a></li>', page.shown)
    return {name: re.sub(r"<[^>]+>", "", said) for name, said in found}


def label(page, name: str) -> str:
    """Return what the form calls a field."""
    found = re.search(rf'<label[^>]* for="field-{name}">([^<]+)', page.shown)
    assert found is not None
    return found[1].strip()


@pytest.mark.parametrize("language", ["", "/zh", "/vi"])
def test_a_summary_calls_fields_as_its_form_does(market, language):  # noqa: F811
    page = market.visitor(SELLER)
    page.open(f"{language}/merchant/listings/new")
    wrong = {"price": "x", "tiers": "x", "multiple": "x", "moq": "x", "hs": "1", "carton_l": "x"}
    page.send(f"{language}/merchant/listings", CHAIN | wrong, 422)
    said = named(page)
    assert said.keys() >= {"price", "tiers", "multiple"}
    assert said == {name: label(page, name) for name in said}


def test_values_are_named_as_the_form_names_them(market):  # noqa: F811
    page = market.visitor(SELLER)
    page.open("/zh/merchant/listings/new")
    page.send("/zh/merchant/listings", CHAIN | {"unit": "XXX"}, 422)
    said = summary(page)["unit"]
    assert "H87" not in said
    assert "公斤" in said


def test_scopes_of_a_token_have_words_beside_their_keys(market):  # noqa: F811
    page = market.visitor(SELLER)
    page.open("/account/access")
    assert "Write and change listings <code>catalog:listing:edit</code>" in page.shown
    assert re.findall(r"<span> <code>", page.shown) == []


def test_missing_terms_are_asked_for_in_words(town):
    page = town.visitor()
    page.open("/register")
    page.send("/register", town.registration(accepted_terms=[]), 422)
    assert summary(page) == {"accepted_terms": "Terms: Please accept the current terms and the privacy notice."}
    assert "terms:" not in summary(page).get("accepted_terms", "")
