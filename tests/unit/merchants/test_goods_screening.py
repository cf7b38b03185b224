"""When goods are like an entry of a list: codes, words or both, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.merchants.rules.goods_screening import Goods, ListedGoods, check_goods, digits, plain

TEXTS = ("Demo flux capacitor, 12 V", "演示通量电容器")
_WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=1, max_size=20)


def likeness(hs=(), words=(), code="8532.29", texts=TEXTS):
    found = Goods(code, texts).like(ListedGoods("Demo", tuple(hs), tuple(words)))
    return found and found.likeness.value


@pytest.mark.parametrize(
    ("hs", "words", "expected"),
    [
        (["85"], [], "hs"),
        (["8532.29"], [], "hs"),
        (["853229000"], [], None),
        (["8533", "8532"], [], "hs"),
        ([], ["FLUX-Capacitor"], "phrase"),
        ([], ["flux  capacitors"], None),
        ([], ["capacitor flux"], None),
        ([], ["lux capacitor"], None),
        ([], ["通量"], "phrase"),
        ([], ["ｆｌｕｘ"], "phrase"),
        (["8532"], ["flux"], "hs_phrase"),
        (["8533"], ["flux"], None),
        (["8532"], ["warp"], None),
        ([], [], None),
    ],
)
def test_both_have_to_fit_where_both_are_named(hs, words, expected):
    assert likeness(hs, words) == expected


@given(_WORDS, st.data())
def test_any_words_that_stand_together_are_found_and_nothing_across_texts(words, data):
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, min(start + 6, len(words))))
    phrase = "-".join(words[start:end]).upper()
    assert likeness(words=[phrase], texts=[", ".join(words)]) == "phrase"
    assert likeness(words=["x " + phrase], texts=["x", ", ".join(words)]) is None


@given(st.text("0123456789", min_size=6, max_size=10), st.integers(2, 10))
def test_a_code_is_found_by_every_beginning_of_it(code, length):
    assert likeness([code[:length]], code=code) == "hs"


def test_what_was_found_is_known_again_until_that_changes():
    entry = ListedGoods("Demo", ("8532",), ("flux",))
    first = Goods("853229", TEXTS).like(entry)
    assert first == Goods("8532.29", ("Another title of a flux", *TEXTS)).like(entry)
    assert first.mark != Goods("853210", TEXTS).like(entry).mark
    by_words = ListedGoods("Demo", (), ("flux", "capacitor"))
    assert Goods("853229", ["flux"]).like(by_words).mark == Goods("853210", ["flux"]).like(by_words).mark
    assert Goods("853229", ["flux"]).like(by_words).mark != Goods("853229", TEXTS).like(by_words).mark


def test_an_entry_is_the_same_however_its_codes_and_words_are_ordered():
    one = ListedGoods("Demo", ("8532.29", "85"), ("Flux capacitor", "warp"))
    assert one.mark == ListedGoods("Demo", ("85", "853229"), ("WARP", "flux-capacitor")).mark
    assert one.mark != ListedGoods("Demo", ("85",), ("warp",)).mark
    assert (digits("85 32.29"), plain("Flux-CAPACITOR")) == ("853229", "flux capacitor")


def test_entries_that_nothing_can_be_found_by_are_refused_by_their_place():
    entries = [
        ListedGoods("Right", ("85",), ("one two three four five six",)),
        ListedGoods("Nothing"),
        ListedGoods("Codes", ("8", "85x", "12345678901")),
        ListedGoods("Words", (), ("--", "ok")),
        ListedGoods("Many", (), ("a b c d e f g",)),
    ]
    with pytest.raises(Refused) as refusal:
        check_goods(entries)
    assert [(error.field, error.code) for error in refusal.value.errors] == [
        ("goods.1.words", "required"),
        ("goods.2.hs", "hs_prefix"),
        ("goods.3.words", "listed_words"),
        ("goods.4.words", "listed_words"),
    ]
    check_goods(entries[:1])
