"""Reasons that are chosen: in every language, for kinds of cases, read by each in his own."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.moderation.rules import CaseKind, reasons
from marketplace.moderation.rules.reasons import SHIPPED, Reason

TEXTS = {"en": "No.", "zh": "不。", "vi": "Không."}


def test_what_a_city_begins_with_is_in_order():
    assert len({each.code for each in SHIPPED}) == len(SHIPPED)
    for each in SHIPPED:
        assert reasons.check(each.code, each.texts, each.kinds) == each.kinds


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"code": "No Code"}, {"code"}),
        ({"code": ""}, {"code"}),
        ({"texts": {"en": "No."}}, {"zh", "vi"}),
        ({"texts": TEXTS | {"vi": "x" * 501}}, {"vi"}),
        ({"kinds": ["nonsense"]}, {"kinds"}),
    ],
)
def test_a_reason_that_is_wrong_names_every_field(changes, fields):
    with pytest.raises(Refused) as refusal:
        reasons.check(**{"code": "no", "texts": TEXTS, "kinds": ["listing"]} | changes)
    assert {error.field for error in refusal.value.errors} == fields


@pytest.mark.parametrize(
    ("code", "can_be"), [("price_wrong", True), ("No Code", False), ("", False), ("x" * 41, False)]
)
def test_a_reason_is_called_by_a_short_code(code, can_be):
    assert reasons.is_code(code) is can_be


def test_a_reason_fits_its_kinds_while_it_is_offered():
    for_all, prices = Reason("a", TEXTS, (), 1), Reason("b", TEXTS, (CaseKind.PRICE,), 1)
    assert for_all.fits(CaseKind.LISTING)
    assert prices.fits(CaseKind.PRICE)
    assert not prices.fits(CaseKind.LISTING)
    assert not Reason("c", TEXTS, (), 1, is_retired=True).fits(CaseKind.LISTING)


def test_everybody_reads_a_reason_in_his_language_and_what_was_written_after_it():
    assert reasons.written(TEXTS, "", "vi") == "Không."
    assert reasons.written(TEXTS, "See line 2.", "th") == "No.\nSee line 2."
    assert reasons.written({}, "See line 2.", "zh") == "See line 2."
    assert reasons.written({}, "", "zh") == ""
