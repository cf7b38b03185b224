"""A paper's data is text alone, and has one hash wherever it is written."""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.money import Money, UnitPrice
from marketplace.papers.rules import clauses, documents, promised
from marketplace.papers.rules.data import LARGEST, canonical, digest, plain
from marketplace.papers.rules.documents import PaperState
from tests.support.papers import freight_contract, pro_forma, promise, sales_contract


def covers(text):
    """Return what a warranty covers, the same in every language."""
    return dict.fromkeys(clauses.LOCALES, text)


TEXTS = st.recursive(
    st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("paper", [pro_forma(), sales_contract(), freight_contract()])
def test_every_paper_is_text_alone(paper):
    data = paper.to_data()
    assert json.loads(canonical(data)) == data
    assert digest(data) == digest(json.loads(json.dumps(data)))


def test_values_are_written_exactly():
    written = plain(
        {
            "money": Money(5, "VND"),
            "price": UnitPrice.of("0.000001", "CNY"),
            "day": date(2026, 3, 1),
            "instant": datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8))),
            "state": PaperState.QUEUED,
            "decimal": Decimal("1E+2"),
            "many": (1, 2),
        }
    )
    assert written == {
        "money": {"amount": "5", "currency": "VND"},
        "price": {"amount": "0.000001", "currency": "CNY"},
        "day": "2026-03-01",
        "instant": "2026-03-01T00:00:00Z",
        "state": "queued",
        "decimal": "100",
        "many": ["1", "2"],
    }


@pytest.mark.parametrize("value", [1.5, True, object(), b"bytes", Money])
def test_other_values_have_no_place_on_a_paper(value):
    with pytest.raises(TypeError):
        plain({"value": value})


def test_a_state_is_a_text():
    assert canonical({"state": PaperState.QUEUED}) == canonical({"state": str(PaperState.QUEUED)})


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=8), TEXTS, max_size=5))
def test_the_hash_depends_on_content_and_not_on_order(data):
    turned = dict(reversed(list(data.items())))
    assert digest(turned) == digest(data)
    assert digest(data | {"one more": "text"}) != digest(data)


@pytest.mark.parametrize(
    "data",
    [{"a": 1}, {"a": None}, {"a": [1.5]}, {1: "a"}, {"a": "x" * LARGEST}, {"a": [[[[[[[[[[[[["deep"]]]]]]]]]]]]]}],
)
def test_data_that_is_no_papers_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        canonical(data)


@pytest.mark.parametrize("number", ["PF-7K3M-Q9TX", "2026/118", "A1"])
def test_numbers(number):
    assert documents.check_number(number) == number


@pytest.mark.parametrize(
    "number", ["", "A", "pf-1", "PF 1", "PF-1\n", "-PF1", "А1", "P" * 41]
)  # the last A is Cyrillic
def test_malformed_numbers_are_refused(number):
    with pytest.raises(ValueError, match="number"):
        documents.check_number(number)


def test_parties_who_share_a_language_get_one():
    assert documents.pair("zh", "zh") == ("zh",)
    assert documents.pair("zh", "vi") == ("zh", "vi")


@pytest.mark.parametrize("locales", [(), ("fr",), ("en", "zh", "vi")])
def test_one_or_two_known_languages(locales):
    with pytest.raises(ValueError, match="one or two"):
        documents.languages(locales)


@pytest.mark.parametrize(("mode", "code", "other"), [
    ("direct", "payment_direct", "payment_held"),
    ("provider_held", "payment_held", "payment_direct"),
])  # fmt: skip
def test_clauses_fit_the_settlement_and_hold_the_facts(mode, code, other):
    found = {item["code"]: item for item in sales_contract(mode=mode).to_data()["clauses"]}
    assert code in found
    assert other not in found
    assert "FCA 重庆南彭集散中心" in found["price_basis"]["text"]["zh"]
    assert "Công ty TNHH Thương mại Đắk Lắk" in found["duty"]["text"]["en"]
    assert all(set(item["text"]) == set(clauses.LOCALES) for item in found.values())
    assert not any("{" in text for item in found.values() for text in item["text"].values())


def test_new_contracts_say_what_was_frozen_with_each_line_and_issued_ones_keep_their_words():
    lines = (
        promise(days=6, hidden_days=12),
        promise(
            position=2, commodity="fresh", hours=23, days=None, hidden_days=3, late_day_bp=125, kept_at="2 °C – 8 °C"
        ),
        promise(position=3, days=6, hidden_days=12),
        promise(
            position=4,
            commodity="machinery",
            days=15,
            hidden_days=60,
            months=12,
            kilometres=15_000,
            covers=covers("Engine"),
        ),
        promise(position=5, months=6, covers=covers("Frame")),
        promise(position=6, kilometres=900, covers=covers("Tyres")),
    )
    contract = sales_contract(promises=lines, late_days=4)
    found = {item["code"]: item["text"] for item in contract.to_data()["clauses"]}
    inspected, claimed, warranted = (found[code]["en"] for code in ("inspection", "claims", "warranty"))
    assert "line 1, 3 – standard goods: 6 working days; line 2 – fresh goods: 23 hours by the clock" in inspected
    assert "line 2 – 2 °C – 8 °C" in inspected
    assert "line 2 – 1.25% of the price for each day, 10% at most" in claimed
    assert "line 4 – machinery: 60 working days" in claimed
    assert "line 4 – 12 months from acceptance or 15000 km, whichever ends first (Engine)" in warranted
    assert "line 5 – 6 months from acceptance (Frame); line 6 – 900 km (Tyres)" in warranted
    assert all("4" in found["force_majeure"][locale] for locale in clauses.LOCALES)
    assert "第 2 行 – 生鲜货物: 23 小时" in found["inspection"]["zh"]
    bare = {item["code"]: item["text"]["en"] for item in sales_contract().to_data()["clauses"]}
    assert "none of the lines carries one" in bare["warranty"]
    assert "Temperatures on the way: none is named" in bare["inspection"]
    assert promised.windows([promise(position=0)])["en"] == "standard goods: 7 working days"
    issued = {
        item["code"]: item["text"]["en"]
        for item in clauses.filled("2026-11", mode="direct", facts={key: {"en": "7"} for key in OLD})
    }
    assert "within 7 days of receipt" in issued["inspection"]
    assert "After 30 days" in issued["force_majeure"]


OLD = ("rule", "place", "importer", "acceptance_days", "law", "arbitration")


def test_a_contract_may_name_another_law_and_a_place_in_one_language():
    contract = sales_contract(law={"en": "the law of Singapore"}, arbitration={"zh": "上海"})
    found = {item["code"]: item["text"] for item in contract.to_data()["clauses"]}
    assert found["law"]["vi"] == "Hợp đồng này theo the law of Singapore."
    assert "上海" in found["arbitration"]["en"]


def test_facts_in_braces_are_not_read_as_facts():
    found = {
        item["code"]: item["text"]["en"] for item in sales_contract(law={"en": "{importer} {0}"}).to_data()["clauses"]
    }
    assert "{importer} {0}" in found["law"]
