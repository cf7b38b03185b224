"""What a remark may say: no way to reach its author where everybody reads, and every refusal says what it found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.exchange.rules import remarks
from marketplace.exchange.rules.questions import QUESTION, QuestionState
from marketplace.kernel.errors import Conflict, Refused


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to hoa@hanoi-trading.vn please", "hoa@hanoi-trading.vn"),
        ("邮箱：li.wei＠example.com.cn", "li.wei＠example.com.cn"),
        ("See https://shop.example/x?y=1 for more", "https://shop.example/x?y=1"),
        ("we are on www.chains.io", "www.chains.io"),
        ("find us at Chains.COM", "Chains.COM"),
        ("call +84 24 3825 1234", "+84 24 3825 1234"),
        ("微信 13812345678", "13812345678"),
        ("Zalo 0912 345 678", "0912 345 678"),
    ],
)
def test_ways_to_reach_somebody_are_found(text, found):
    assert remarks.contact_in(text) == found
    with pytest.raises(Refused) as refusal:
        remarks.check_public(text)
    (error,) = refusal.value.errors
    assert (error.field, error.code, error.facts["found"]) == ("text", "contact_data", found)


@pytest.mark.parametrize(
    "text",
    [
        "Is HS 8714.10.5000 right for chains of 428H-116L?",
        "Does 06435-KVB-405 fit the Wave of 2019-2026, and 6901234567892 too?",
        "1,000,000 pcs by 2026-12-24, at 12.50 per set: possible?",
        "包装尺寸 500×400×300 mm，毛重 12.5 kg？",
        "Giá 1.250.000 đồng, giao trong 15-20 ngày?",
        "Ratio 1:10, cotton e.g. 40s, and the A4 sheet.Thanks",
    ],
)
def test_what_trade_talks_of_is_no_contact(text):
    assert remarks.contact_in(text) is None
    remarks.check_public(text, secret="Hanoi Trading")


def test_a_public_remark_names_not_its_author():
    with pytest.raises(Refused) as refusal:
        remarks.check_public("We at HANOI trading want 400.", secret="Hanoi Trading")
    assert refusal.value.errors[0].code == "names_author"
    remarks.check_public("A chain for all.", secret="All")


@given(st.text(alphabet="0123456789", min_size=1, max_size=8))
def test_short_numbers_are_never_taken_for_telephones(digits):
    assert remarks.contact_in(f"{digits} pieces") is None


def test_texts_have_a_length_and_a_language():
    remarks.check_text("x" * remarks.LONGEST, language="zh")
    with pytest.raises(Refused) as refusal:
        remarks.check_text("x" * (remarks.LONGEST + 1), language="xx")
    assert [(error.field, error.code) for error in refusal.value.errors] == [
        ("text", "too_long"),
        ("language", "choice"),
    ]
    for empty in ("", " \n"):
        with pytest.raises(Refused):
            remarks.check_text(empty, language="en")
    remarks.check_text("", language="en", is_needed=False)


def test_a_reason_is_needed_and_short():
    assert remarks.check_reason(" Names a rival. ") == "Names a rival."
    for wrong in (" ", "x" * (remarks.LONGEST_REASON + 1)):
        with pytest.raises(Refused):
            remarks.check_reason(wrong)


def test_a_question_ends_once():
    assert QUESTION.apply(QuestionState.WAITING, "answer") is QuestionState.ANSWERED
    for state in (QuestionState.ANSWERED, QuestionState.WITHDRAWN):
        for action in ("answer", "withdraw"):
            with pytest.raises(Conflict):
                QUESTION.apply(state, action)
