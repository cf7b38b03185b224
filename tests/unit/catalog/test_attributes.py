"""Attributes: what a category may ask, what may be stated, and that a stated value stays what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.details import flat
from marketplace.catalog.rules.details.attributes import (
    Attribute,
    AttributeKind,
    Wanted,
    check_attribute,
    drawn,
    is_code,
    missing,
    parse,
)
from marketplace.kernel.errors import Refused

SPEED = Attribute("links", {"en": "Links"}, AttributeKind.NUMBER, Wanted.REQUIRED, "H87")
COLOUR = Attribute(
    "colour", {"en": "Colour", "zh": "颜色"}, AttributeKind.CHOICE, Wanted.WANTED,
    choices={"gold": {"en": "Gold", "zh": "金色"}, "black": {"en": "Black"}},
)  # fmt: skip
SEALED = Attribute("sealed", {"en": "Sealed"}, AttributeKind.FLAG, Wanted.WANTED)
STEEL = Attribute("steel", {"en": "Steel"}, AttributeKind.TEXT, Wanted.WANTED)
COLDEST = Attribute("coldest", {"en": "Coldest"}, AttributeKind.NUMBER, Wanted.WANTED, "CEL")
DEEPEST = Attribute("deepest", {"en": "Deepest"}, AttributeKind.NUMBER, Wanted.WANTED)
ASKED = (SPEED, COLOUR, SEALED, STEEL, COLDEST, DEEPEST)


def fields(refusal):
    return {(error.field, error.code) for error in refusal.value.errors}


@given(
    st.fixed_dictionaries(
        {"links": st.decimals(0, 10**9, places=3).map(lambda value: f"{value:f}")},
        optional={
            "deepest": st.decimals(-(10**9), 10**9, places=3).map(lambda value: f"{value:f}"),
            "coldest": st.decimals(-273, 1_000, places=3).map(lambda value: f"{value:f}"),
            "colour": st.sampled_from(["gold", "black", ""]),
            "sealed": st.sampled_from([True, False, "yes", "no", "1", "0", ""]),
            "steel": st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=100),
        },
    )
)
def test_what_is_stated_is_read_back_as_it_is(values):
    stored = parse(values, ASKED)
    assert parse(stored, ASKED) == stored
    assert missing(stored, ASKED) == ()
    assert [each["value"] for each in drawn(stored, ASKED)] == [stored[a.code] for a in ASKED if a.code in stored]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("links", "1e5"), ("links", "NaN"), ("links", "1,5"), ("links", True), ("links", "1234567890123"),
        ("links", "-3.5"),
        ("colour", "red"), ("colour", "Gold"), ("sealed", "maybe"), ("sealed", "2"), ("steel", "x" * 121),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_by_its_name(code, value):
    with pytest.raises(Refused) as refusal:
        parse({"links": "116", code: value}, ASKED)
    assert fields(refusal) == {(code, "attribute_value")}


def test_what_is_missing_and_what_nobody_asked_for_are_named_together():
    with pytest.raises(Refused) as refusal:
        parse({"voltage": "12"}, ASKED)
    assert fields(refusal) == {("links", "required"), ("voltage", "attribute_unknown")}
    assert missing({}, ASKED) == ("links",)


@pytest.mark.parametrize(
    ("attribute", "field"),
    [
        (Attribute("Links", {"en": "x"}, AttributeKind.TEXT, Wanted.WANTED), "code"),
        (Attribute("links", {"zh": "x"}, AttributeKind.TEXT, Wanted.WANTED), "names"),
        (Attribute("links", {"en": "x", "fr": "x"}, AttributeKind.TEXT, Wanted.WANTED), "names"),
        (Attribute("links", {"en": "x" * 61}, AttributeKind.TEXT, Wanted.WANTED), "names"),
        (Attribute("links", {"en": "x"}, AttributeKind.NUMBER, Wanted.WANTED, "XXX"), "unit"),
        (Attribute("links", {"en": "x"}, AttributeKind.TEXT, Wanted.WANTED, "VLT"), "unit"),
        (Attribute("links", {"en": "x"}, AttributeKind.CHOICE, Wanted.WANTED), "choices"),
        (Attribute("links", {"en": "x"}, AttributeKind.TEXT, Wanted.WANTED, choices={"a": {"en": "A"}}), "choices"),
        (Attribute("links", {"en": "x"}, AttributeKind.CHOICE, Wanted.WANTED, choices={"A b": {"en": "A"}}), "choices"),
        (
            Attribute(
                "links",
                {"en": "x"},
                AttributeKind.CHOICE,
                Wanted.WANTED,
                choices={f"a{number}": {"en": f"A {number}"} for number in range(61)},
            ),
            "choices",
        ),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(attribute, field):
    with pytest.raises(Refused) as refusal:
        check_attribute(attribute)
    assert {name for name, _ in fields(refusal)} == {field}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("links", True), ("voltage_2", True), ("Links", False), ("2nd", False), ("_links", False), ("", False),
     ("größe", False), ("links\n", False)],
)  # fmt: skip
def test_an_attribute_is_called_by_small_letters_digits_and_bars(text, is_one):
    assert is_code(text) is is_one


def test_a_good_definition_passes():
    for each in ASKED:
        check_attribute(each)


def test_a_document_is_laid_flat_for_its_reviewer():
    assert flat({"a": [{"b": "x", "c": None}, {"b": 2}], "d": {"e": False}}) == {
        "a.1.b": "x", "a.2.b": "2", "d.e": "False",
    }  # fmt: skip
    assert flat(None) == {}
