"""Drafts, texts, places and changes: every wrong field by name, every text in the best language."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.catalog.rules import texts
from marketplace.catalog.rules.changes import Changed, differences, fingerprint, split
from marketplace.catalog.rules.drafts import ListingDraft, check_draft
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.places import KINDS, NamedPlace, find_place
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.kernel.errors import Refused

DRAFT = ListingDraft(
    sku="CH-428", titles={"zh": "链条"}, source_locale="zh", hs="8714.10", origin="CN", unit="H87", moq=120,
    multiple=40,
    ladders=(make_ladder("CNY", "FCA", "CN-NANPENG", price=Decimal(27), moq=120),), stock=10,
    packing=Packing(40, 500, 400, 300, 12_500, 11_000),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, []),
        ({"stock": None, "lead_days": 20, "packing": None}, []),
        ({"sku": " x"}, [("sku", "sku")]),
        ({"sku": "x" * 65}, [("sku", "sku")]),
        ({"source_locale": "xx"}, [("locale", "choice"), ("title", "required")]),
        ({"titles": {"zh": "链", "xx": "?"}}, [("title", "choice")]),
        ({"titles": {"zh": "链" * 161}}, [("title", "too_long")]),
        ({"descriptions": {"en": "x" * 10_001}}, [("description", "too_long")]),
        ({"hs": "0000000"}, [("hs", "hs_code")]),
        ({"origin": "US"}, [("origin", "choice")]),
        ({"unit": "BOX"}, [("unit", "choice")]),
        ({"grade": "x" * 61}, [("grade", "too_long")]),
        (
            {"moq": 0, "multiple": 10**10},
            [("moq", "too_small"), ("multiple", "too_large")],
        ),
        ({"multiple": 0}, [("multiple", "too_small")]),
        ({"ladders": ()}, [("ladders", "required")]),
        ({"stock": None}, [("stock", "stock_or_lead")]),
        ({"lead_days": 3}, [("stock", "stock_or_lead")]),
        ({"stock": -1}, [("stock", "too_small")]),
        ({"stock": 10**10}, [("stock", "too_large")]),
        ({"stock": None, "lead_days": 0}, [("lead_days", "too_small")]),
        ({"stock": None, "lead_days": 366}, [("lead_days", "too_large")]),
        ({"packing": Packing(0, 1, 1, 1, 1, 1)}, [("carton_units", "too_small")]),
    ],
)
def test_every_wrong_field_is_named(changes, refused):
    found = []
    try:
        check_draft(replace(DRAFT, **changes))
    except Refused as refusal:
        found = [(error.field, error.code) for error in refusal.errors]
    assert found == refused


@pytest.mark.parametrize(
    ("locale", "shown", "language"),
    [("vi", "Xích", "vi"), ("zh", "链条", "zh"), ("th", "链条", "zh"), ("en", "链条", "zh")],
)
def test_a_text_is_shown_in_the_best_language(locale, shown, language):
    written = {"zh": "链条", "vi": "Xích", "en": ""}
    assert texts.in_language(written, locale, "zh") == shown
    assert texts.language_of(written, locale, "zh") == language


def test_any_text_is_better_than_none():
    assert texts.in_language({"lo": "x"}, "en", "zh") == "x"
    assert texts.language_of({"lo": "x"}, "en", "zh") == "zh"
    assert texts.in_language({}, "en") == ""


PLACES = [
    NamedPlace("CN-NANPENG", "hub", "CN", {"en": "Chongqing Logistics Base", "zh": "重庆公路物流基地"}),
    NamedPlace("CNCQI", "city", "CN", {"en": "Chongqing", "zh": "重庆"}),
    NamedPlace("LALPQ", "city", "LA", {"en": "Luang Prabang"}),
    NamedPlace("LALGN", "city", "LA", {"en": "Luang Namtha"}),
]


@pytest.mark.parametrize(
    ("rule", "text", "code"),
    [
        ("FCA", "重庆", "CN-NANPENG"),
        ("DAP", "重庆", "CNCQI"),
        ("DAP", " cncqi ", "CNCQI"),
        ("FCA", "cn-nanpeng", "CN-NANPENG"),
        ("FCA", "CNCQI", None),
        ("DAP", "Luang", None),
        ("DAP", "luang p", "LALPQ"),
        ("DAP", "", None),
    ],
)
def test_a_place_is_found_by_code_or_name(rule, text, code):
    found = find_place(text, PLACES, KINDS[rule])
    assert (found.code if found else None) == code


def test_changes_are_divided_by_what_a_buyer_decides_by():
    found = differences({"origin": "CN", "moq": 1, "unit": "H87"}, {"origin": "VN", "moq": 2, "unit": "H87"})
    assert split(found) == ({"origin": {"old": "CN", "new": "VN"}}, {"moq": {"old": 1, "new": 2}})
    assert Changed(True)
    assert not Changed(False)


def test_a_fingerprint_is_of_the_content_alone():
    assert fingerprint({"a": 1, "b": "链"}) == fingerprint({"b": "链", "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
