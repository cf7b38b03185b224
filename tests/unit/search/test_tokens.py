"""One tokenizer finds every script by words and by parts, and no query costs more than its bounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.search.rules.documents import Hit, document, plain_text
from marketplace.search.rules.text import fold, stem
from marketplace.search.rules.tokens import LONGEST_QUERY, MOST_GRAMS, MOST_TERMS, terms_of, tokens_of

HOSTILE = [
    "a" * 100_000,
    "火" * 100_000,
    "ทุ" * 50_000,
    "ﷺ" * 300,  # one letter that NFKC makes eighteen of
    "a\u0301" * 5_000,
    "*" * 500,
    'a* OR b? NOT c~2 title:(x) [a TO z] {a TO} ^9 "unbalanced',
    "((((((((((((((((((((",
    "\\" * 300,
    "\x00\x01\x1b[31m",
    "' OR 1=1 --",
    "%_%_%_%",
    "\u202e\u200b\ufeff",
    "👩‍👩‍👧‍👦" * 100,
    " " * 100_000,
    "\ud800",
    "word " * 50_000,
]


def found_by(query, text):
    """Tell whether a document of this text has every term of the query, by words or by n-grams."""
    tokens = tokens_of(text)
    words, grams = set(tokens.words), set(tokens.grams)
    terms = terms_of(query)
    return bool(terms) and all(
        set(term.words) <= words or (bool(term.grams) and set(term.grams) <= grams) for term in terms
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("火龙果", "越南红心火龙果一级"),
        ("链条", "428H加强型摩托车链条"),
        ("茶", "普洱茶叶"),
        ("普洱", "云南普洱熟茶"),
        ("香米", "茉莉香米25公斤"),
        ("ＬＥＤ灯", "LED灯管"),
        ("ทุเรียน", "ทุเรียนหมอนทองจันทบุรี"),
        ("หมอนทอง", "ทุเรียนหมอนทองเกรดเอ"),
        ("น้ำยาง", "น้ำยางข้น"),
        ("นํ้ายาง", "น้ำยางข้น"),
        ("ໝາກຖົ່ວ", "ແກ່ນໝາກຖົ່ວດິນ"),
        ("ស្វាយចន្ទី", "គ្រាប់ស្វាយចន្ទីលីង"),
        ("ဆန်", "မြန်မာဆန်"),
        ("cà phê", "Cà phê nhân robusta Đắk Lắk"),
        ("ca phe dak lak", "Cà phê nhân robusta Đắk Lắk"),
        ("CÀ PHÊ ĐẮK LẮK", "ca phe nhan dak lak"),
        ("thanh long", "Thanh\u200b long ruột đỏ"),
        ("boxes", "Carton box, 5-ply"),
        ("battery", "Lead-acid batteries"),
        ("motorcycle chains", "Chain for motorcycles"),
        ("7315.11", "HS 731511"),
        ("JL-001", "sku jl 001"),
    ],
)
def test_what_is_meant_is_found(query, text):
    assert found_by(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [("火龙果", "火车"), ("龙虾", "火龙果"), ("ทุเรียน", "ยางพารา"), ("cashew", "cash"), ("bus", "bu"), ("ma", "má mì")],
)
def test_what_is_not_meant_is_not_found(query, text):
    assert found_by(query, text) == (query == "ma")  # accents make no difference, letters do


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_query_is_text_within_bounds(query):
    terms = terms_of(query)
    assert len(terms) <= MOST_TERMS
    assert all(len(term.words) <= MOST_GRAMS and len(term.grams) <= MOST_GRAMS for term in terms)
    assert all(not set(word) & set('*?~^()[]{}"\\ ') for term in terms for word in term.words)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_a_query_within_bounds(query):
    terms = terms_of(query)
    assert len(terms) <= MOST_TERMS
    assert sum(len("".join(term.words)) for term in terms) <= LONGEST_QUERY * MOST_TERMS


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_a_text_is_found_by_itself(text):
    if terms_of(text):
        assert found_by(text, text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("parts", "part"), ("boxes", "box"), ("batteries", "battery"), ("glass", "glass"), ("chassis", "chassis"),
        ("bus", "bus"), ("status", "status"), ("matches", "match"), ("gas", "gas"), ("dừas", "dừas"), ("rice", "rice"),
    ],
)  # fmt: skip
def test_plurals(word, expected):
    assert stem(word) == expected


def test_a_listing_is_found_by_its_hs_headings():
    made = document(None, titles=["Chain"], texts=["steel"], hs_code="7315119000")
    assert {"7315", "731511", "73151190", "7315119000", "steel"} <= set(made.body.words)
    assert made.title.words == ("chain",)
    assert set(document(None, titles=[], texts=[], hs_code="731511").body.words) == {"7315", "731511"}


def test_ranks_are_whole_numbers():
    assert Hit(None, 1.25).rank == 1_250_000


def test_the_text_for_a_broken_index_is_folded():
    assert plain_text(["Đắk Lắk", "茶"]) == "dak lak\n茶"


def test_a_lone_sign_is_a_word_without_pairs_and_a_lone_mark_is_nothing():
    assert [term.grams for term in terms_of("ก")] == [()]
    assert terms_of("។") == ()
