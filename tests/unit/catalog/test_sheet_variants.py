"""Variants in sheets: a cell is read as it was written, and rows are put into groups as their merchant wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.imported import Judged, Outcome, Surroundings, grouped, judge
from marketplace.catalog.rules.places import NamedPlace
from marketplace.catalog.rules.sheet_variants import (
    GROUP,
    VALUES,
    Groups,
    InGroup,
    cells_of,
    settle,
    unwanted,
    wanted,
)
from marketplace.catalog.rules.variants import MOST_VARIANTS, free_name

COLOUR = ("Colour",)
words = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
)
words = words.filter(bool)


def row(sku, group=None, values=None, **more):
    named = {GROUP: group, VALUES: values}
    return {"sku": sku, **{name: text for name, text in named.items() if text is not None}, **more}


def groups(**members):
    """Return one group of colours called ``G``."""
    found = Groups()
    for sku, value in members.items():
        found.put(sku, InGroup("G", COLOUR, (value,)))
    return found


def codes(rows, known):
    return [[(error.field, error.code) for error in errors] for errors in settle(rows, known)]


@given(st.lists(words, min_size=1, max_size=2, unique_by=str.casefold), st.data())
def test_what_is_written_is_read_again(axes, data):
    place = InGroup("G", tuple(axes), tuple(data.draw(words) for _ in axes))
    assert wanted({"sku": "A", **cells_of(place)}, Groups()) == place
    known = Groups()
    known.put("A", place)
    assert wanted({"sku": "A", **cells_of(place)}, known) == place


def test_goods_in_no_group_have_no_cells():
    assert cells_of(None) == {}
    assert Groups().of("A") is None


def test_axes_stand_in_any_order_and_case_with_either_mark():
    known = Groups()
    known.put("A", InGroup("G", ("Colour", "Size"), ("red", "L")))
    assert wanted(row("B", "G", "size＝ M ；colour=blue;"), known) == InGroup("G", ("Colour", "Size"), ("blue", "M"))


@pytest.mark.parametrize(
    ("given_row", "field", "code"),
    [
        (row("B", None, "Colour=red"), GROUP, "required"),
        (row("B", "G"), VALUES, "required"),
        (row("B", "New"), VALUES, "required"),
        (row("A", "H", "Colour=red"), GROUP, "variant_moved"),
        (row("B", "x" * 81, "Colour=red"), GROUP, "too_long"),
        (row("B", "G", "red"), VALUES, "variant_cell"),
        (row("B", "G", ";"), VALUES, "variant_cell"),
        (row("B", "G", "=red"), VALUES, "variant_cell"),
        (row("B", "G", "Colour=red=dark"), VALUES, "variant_cell"),
        (row("B", "G", "Size=L"), VALUES, "variant_axis"),
        (row("B", "G", "Colour=red; Size=L"), VALUES, "variant_axis"),
        (row("B", "G", "Colour="), VALUES, "variant_blank"),
        (row("B", "New", "Colour=red; Size="), VALUES, "variant_blank"),
        (row("B", "G", "Colour=red; colour=blue"), VALUES, "variant_axes"),
        (row("B", "New", "A=1; B=2; C=3"), VALUES, "variant_axes"),
        (row("B", "G", "Colour=" + "x" * 41), VALUES, "too_long"),
        (row("B", "G", "Colour=RED"), VALUES, "variant_same"),
    ],
)
def test_a_wrong_row_names_the_column_and_puts_nothing(given_row, field, code):
    known = groups(A="red")
    assert codes([given_row], known) == [[(field, code)]]
    assert (known.homes, known.members) == ({"A": "G"}, {"G": {"A": ("red",)}})
    if code != "variant_same":
        assert [(error.field, error.code) for error in unwanted(given_row, known)] == [(field, code)]


def test_rows_that_say_nothing_or_further_prices_leave_an_article_where_it_is():
    known = groups(A="red")
    rows = [row("A"), row("A", "G"), row("B"), row("A", "G", "Colour=blue", follows=1)]
    assert codes(rows, known) == [[], [], [], []]
    assert known.of("A") == InGroup("G", COLOUR, ("red",))
    assert [unwanted(each, known) for each in rows] == [(), (), (), ()]


def test_the_first_row_of_a_group_says_what_its_variants_differ_by():
    known = Groups()
    rows = [row("A", "New", "Size=L"), row("B", "New", "size=M"), row("C", "New", "Colour=red")]
    assert codes(rows, known) == [[], [], [(VALUES, "variant_axis")]]
    assert known.of("B") == InGroup("New", ("Size",), ("M",))
    assert known.of("C") is None


def test_values_alone_are_those_of_the_group_an_article_is_in():
    known = groups(A="red")
    assert codes([row("A", None, "Colour=blue")], known) == [[]]
    assert known.of("A") == InGroup("G", COLOUR, ("blue",))


def test_two_may_exchange_their_values_and_the_first_of_two_gets_what_both_want():
    known = groups(A="red", B="blue")
    assert codes([row("A", "G", "Colour=blue"), row("B", "G", "Colour=red")], known) == [[], []]
    assert (known.of("A").values, known.of("B").values) == (("blue",), ("red",))
    assert codes([row("C", "G", "Colour=gold"), row("D", "G", "Colour=Gold")], known) == [
        [],
        [(VALUES, "variant_same")],
    ]
    assert known.of("D") is None


def test_who_is_refused_keeps_its_place_and_so_does_whoever_has_no_reason_to_leave():
    # C wants what B keeps, so A, who wants what C keeps then, is refused too.
    known = groups(A="red", B="blue", C="gold")
    rows = [row("A", "G", "Colour=gold"), row("C", "G", "Colour=blue"), row("B", "G", "Colour=blue")]
    assert codes(rows, known) == [[(VALUES, "variant_same")], [(VALUES, "variant_same")], []]
    assert [known.of(sku).values for sku in "ABC"] == [("red",), ("blue",), ("gold",)]


def test_a_group_takes_no_more_than_it_holds():
    known = groups(**{f"M{number}": str(number) for number in range(MOST_VARIANTS - 1)})
    rows = [row("A", "G", "Colour=a"), row("B", "G", "Colour=b")]
    assert codes(rows, known) == [[], [(GROUP, "variant_full")]]


@given(
    st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("rgb")), max_size=8, unique_by=lambda pair: pair[0])
)
def test_whatever_rows_want_no_two_of_a_group_are_the_same(wishes):
    known = groups(A="r", B="g")
    settle([row(sku, "G", f"Colour={value}") for sku, value in wishes], known)
    values = list(known.members["G"].values())
    assert len(set(values)) == len(values)


def test_groups_that_rows_have_changed_are_not_learned_anew():
    known = groups(A="red")
    known.put("B", InGroup("G", COLOUR, ("blue",)))
    other = groups(A="green")
    other.put("Z", InGroup("H", ("Size",), ("L",)))
    other.axes["Empty"] = COLOUR
    known.learn(other)
    assert (known.of("A").values, known.of("B").values, known.of("Z").group) == (("red",), ("blue",), "H")
    assert known.axes["Empty"] == COLOUR


def test_a_group_without_a_name_is_called_by_its_first_article():
    assert free_name("A", {"B"}) == "A"
    assert free_name("A", {"A", "A (2)"}) == "A (3)"


def test_a_row_that_is_refused_is_in_no_group():
    refused = Judged(Outcome.ERROR)
    assert grouped(refused, None, None) is refused


AROUND = Surroundings([NamedPlace("CN-NANPENG", "hub", "CN", {"en": "Nanpeng"})], frozenset({"parts"}), "en")
ROW = {
    "sku": "A", "title": "Chain", "hs": "871410", "origin": "CN", "unit": "H87", "currency": "CNY", "price": "27.4",
    "incoterm": "FCA", "place": "Nanpeng", "stock": 5,
}  # fmt: skip


def test_a_row_changes_a_listing_by_putting_it_into_a_group_or_taking_it_out():
    place = InGroup("G", COLOUR, ("red",))
    made = grouped(judge(ROW, None, AROUND), None, place)
    assert (made.outcome, made.draft.variant) == (Outcome.CREATE, place)
    same = judge(ROW, made.draft, AROUND)
    assert grouped(same, made.draft, place).outcome is Outcome.UNCHANGED
    other = grouped(same, made.draft, InGroup("G", COLOUR, ("blue",)))
    assert (other.outcome, other.draft.variant.values) == (Outcome.UPDATE, ("blue",))
    alone = grouped(same, made.draft, None)
    assert (alone.outcome, alone.draft.variant) == (Outcome.UPDATE, None)


@pytest.mark.parametrize(
    ("columns", "looks"), [((), False), (("sku", "price"), False), (("sku", GROUP), True), (("sku", VALUES), True)]
)
def test_groups_are_looked_at_where_the_sheet_has_a_column_of_them(columns, looks):
    assert Surroundings([], frozenset(), "en", columns=frozenset(columns)).looks_at_groups is looks
