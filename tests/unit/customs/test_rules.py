"""What a restriction needs, and which goods it is for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.customs import rules
from marketplace.customs.rules import Measure
from marketplace.customs.services import SHIPPED
from marketplace.kernel.errors import Refused
from marketplace.reference.rules import RCEP

TODAY = date(2026, 11, 27)
GOOD = {
    "country": "TH", "hs_prefix": "4012.20", "measure": "prohibited",
    "texts": {"en": "No.", "zh": "不。", "vi": "Không."}, "source": "Law 1", "source_url": "https://law.test/1",
    "valid_from": date(2024, 1, 1), "valid_to": None, "checked_on": TODAY,
}  # fmt: skip


def check(**changes):
    return rules.check(**GOOD | changes, countries=RCEP, today=TODAY)


def test_a_rule_in_order_is_read():
    found = check()
    assert (found.hs_prefix, found.measure) == ("401220", Measure.PROHIBITED)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"country": "FR"}, "country"),
        ({"hs_prefix": "401"}, "hs_prefix"),
        ({"hs_prefix": "rubber"}, "hs_prefix"),
        ({"measure": "tax"}, "measure"),
        ({"texts": {"en": "No.", "zh": "不。"}}, "vi"),
        ({"source": ""}, "source"),
        ({"source": "x" * 301}, "source"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"valid_to": date(2023, 1, 1)}, "valid_to"),
        ({"checked_on": date(2026, 11, 28)}, "checked_on"),
    ],
)
def test_a_rule_that_is_wrong_names_its_field(changes, field):
    with pytest.raises(Refused) as refusal:
        check(**changes)
    assert [error.field for error in refusal.value.errors] == [field]


def test_what_a_city_begins_with_is_in_order_and_sourced():
    assert len({(rule.country, rule.hs_prefix, rule.measure) for rule in SHIPPED}) == len(SHIPPED)
    for rule in SHIPPED:
        facts = {name: getattr(rule, name) for name in GOOD}
        assert rules.check(**facts | {"measure": rule.measure.value}, countries=RCEP, today=TODAY) == rule


@given(st.integers(1, 5).flatmap(lambda pairs: st.text("0123456789", min_size=2 * pairs, max_size=2 * pairs)))
def test_prefixes_begin_the_code_and_end_with_it(code):
    found = rules.prefixes(code)
    assert found[-1] == code
    assert all(code.startswith(prefix) and len(prefix) % 2 == 0 for prefix in found)


def test_what_is_asked_is_said_in_short():
    with pytest.raises(Refused) as refusal:
        check(texts=GOOD["texts"] | {"vi": "x" * 10_000})
    assert [(error.field, error.code) for error in refusal.value.errors] == [("vi", "too_long")]


def test_a_prohibition_alone_keeps_goods_out():
    assert rules.blocks([Measure.PERMIT, Measure.PROHIBITED])
    assert not rules.blocks([Measure.PERMIT])
