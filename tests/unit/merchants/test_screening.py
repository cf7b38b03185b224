"""Which likeness is a hit: whole names that look the same, the same words in one country, the same number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, Refused
from marketplace.merchants.rules.screening import HIT, HitState, Likeness, Named, agrees, check_entries, check_size

names = st.text(st.characters(categories=["Lu", "Ll", "Nd", "Zs"], max_codepoint=0x24F), min_size=1, max_size=40)


def hits(entry, subject):
    mine = set(subject.ways())
    return {one[0].value for one in entry.ways() if one in mine and agrees(one[0], entry.country, subject.country)}


@pytest.mark.parametrize(
    ("entry", "subject", "found"),
    [
        (Named("Golden Dragon Trading", "KP"), Named("GOLDEN DRAG0N TRADlNG Co., Ltd.", "CN"), {"look"}),
        (Named("Golden Dragon Trading", "CN"), Named("Trading Dragon Golden", "CN"), {"words"}),
        (Named("Golden Dragon Trading", "KP"), Named("Trading Dragon Golden", "CN"), set()),
        (Named("Golden Dragon Trading"), Named("Trading Dragon Golden", "CN"), set()),
        (Named("Golden Dragon Trading", "KP"), Named("Golden Dragon", "KP"), set()),
        (Named("Other", "CN", aliases=("Golden Dragon",)), Named("golden dragon", "CN"), {"look", "words"}),
        (Named("Other", "CN", numbers=("91-500 000",)), Named("Mine", "CN", numbers=("91500000",)), {"number"}),
        (Named("Other", "VN", numbers=("91500000",)), Named("Mine", "CN", numbers=("91500000",)), set()),
        (Named("Other", numbers=("91500000",)), Named("Mine", "CN", numbers=("91500000",)), {"number"}),
        (Named("Li", "CN"), Named("Li", "CN"), set()),  # too short to mean anybody
        (Named("Kim Chol", "KP"), Named("Chol Kim", "KP"), {"words"}),
    ],
)
def test_what_is_a_hit_and_what_is_none(entry, subject, found):
    assert hits(entry, subject) == found


@given(names, st.sampled_from(["", "CN", "VN"]))
def test_a_key_fits_its_column_and_the_mark_follows_what_is_said(name, country):
    found = Named(name, country)
    assert all(0 < len(value) <= 200 for _, value in found.ways())
    assert found.mark == Named(name, country).mark
    assert found.mark != Named(name + "x", country).mark
    assert found.mark != Named(name, country, numbers=("1",)).mark
    assert found.mark == Named(name, country, aliases=()).mark


@given(names, names, st.sampled_from(["", "CN"]))
def test_a_hit_by_words_needs_the_country_and_one_by_look_the_whole_name(one, other, country):
    found = hits(Named(one, country), Named(other, "CN"))
    if Likeness.WORDS in found:
        assert country == "CN"
    assert hits(Named(one, "CN"), Named(one, "CN")) == {like.value for like, _ in Named(one).ways()}


def test_what_was_confirmed_can_be_cleared_later_and_what_was_cleared_stays_so():
    assert HIT.apply(HitState.OPEN, "confirm") is HitState.CONFIRMED
    assert HIT.apply(HitState.CONFIRMED, "clear") is HitState.CLEARED
    with pytest.raises(Conflict):
        HIT.apply(HitState.CLEARED, "confirm")


def test_an_entry_by_which_nothing_could_be_found_is_refused_by_its_place():
    with pytest.raises(Refused) as refusal:
        check_entries((Named("Golden Dragon"), Named("--")))
    assert [error.field for error in refusal.value.errors] == ["entries.1.name"]
    check_entries((Named("Golden Dragon"),))


@pytest.mark.parametrize(("size", "is_taken"), [(0, False), (1, True), (20_000, True), (20_001, False)])
def test_a_list_of_nothing_or_of_too_much_is_refused(size, is_taken):
    if is_taken:
        check_size(size)
        return
    with pytest.raises(Refused) as refusal:
        check_size(size)
    assert [error.field for error in refusal.value.errors] == ["entries"]


def test_a_number_too_short_to_tell_anybody_apart_finds_nobody():
    found = {likeness for likeness, _value in Named("Golden Dragon", numbers=("12-3", "A-123")).ways()}
    assert found == {Likeness.LOOK, Likeness.WORDS, Likeness.NUMBER}
    assert Likeness.NUMBER not in {likeness for likeness, _value in Named("Golden", numbers=("12-3",)).ways()}
