"""Text becomes values in one place, and what is no value is refused by name."""

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from marketplace.edge import parsing
from marketplace.edge.messages import FIELD_TEXTS
from marketplace.edge.parsing import Country, Currency, Exact, Line, Request, Text, Tick, Whole, parse
from marketplace.kernel.errors import Refused


@pytest.mark.parametrize(
    ("given", "read"), [("12", 12), (" 7 ", 7), ("-3", -3), (5, 5), ("999999999999999", 10**15 - 1)]
)
def test_whole_numbers_are_read(given: Any, read: int) -> None:
    assert TypeAdapter(Whole).validate_python(given) == read


@pytest.mark.parametrize(
    "given",
    [
        "",
        "1.5",
        "1_000",
        "1,000",
        "１２",
        "٣",
        "²",
        "1e3",
        "NaN",
        "0x10",
        "9" * 16,
        10**15,
        True,
        1.0,
        None,
        [],
        "12\x00",
    ],
)
def test_what_is_no_whole_number_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Whole).validate_python(given)


@pytest.mark.parametrize(
    ("given", "code", "accepted"),
    [
        ("9" * 23, "too_large", "999999999999999 or less"),
        (10**30, "too_large", "999999999999999 or less"),
        ("-" + "9" * 16, "too_small", "-999999999999999 or more"),
        (-(10**15), "too_small", "-999999999999999 or more"),
    ],
)
@pytest.mark.parametrize("kind", [Whole, Exact])
def test_numbers_beyond_fifteen_digits_are_refused_for_their_size(kind: Any, given: Any, code: str, accepted: str):
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(kind).validate_python(given)
    (error,) = refusal.value.errors()
    assert (error["type"], error["msg"]) == (code, accepted)


@pytest.mark.parametrize(("given", "read"), [("12.50", "12.50"), ("3", "3"), (4, "4"), ("-0.000001", "-0.000001")])
def test_decimals_are_read_exactly(given: Any, read: str) -> None:
    assert TypeAdapter(Exact).validate_python(given) == Decimal(read)


class _Measured(Request):
    area: Annotated[Exact, Field(max_digits=4, decimal_places=2)]


@pytest.mark.parametrize(
    ("given", "code", "accepted"),
    [
        ("12345", "too_large", "at most 4 digits"),
        ("123", "too_large", "at most 2 digits before the point"),
        ("1.234", "too_fine", "at most 2 decimals"),
    ],
)
def test_numbers_with_more_digits_than_are_kept_are_refused_with_a_sentence(given: str, code: str, accepted: str):
    with pytest.raises(Refused) as refusal:
        parse(_Measured, {"area": given})
    (error,) = refusal.value.errors
    assert (error.code, error.accepted) == (code, accepted)
    assert code in FIELD_TEXTS


@pytest.mark.parametrize("given", ["NaN", "Infinity", "1e5", "1,5", ".5", "5.", "１", 1.5, True, None, "--1", "1" * 16])
def test_what_is_no_decimal_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Exact).validate_python(given)


@pytest.mark.parametrize(
    "given", ["a\x00b", "\ud800", "\x1b[31m", "\u200b\u2060", "\u3164", "\u2800 \u00ad", 5, None, b"x"]
)
def test_text_without_meaning_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(given)


def test_text_is_composed_and_trimmed_and_otherwise_kept() -> None:
    assert TypeAdapter(Text).validate_python("  Đa\u0306\u0301k <b>&\n冰冻榴莲 ") == "Đắk <b>&\n冰冻榴莲"


def test_what_cannot_be_stored_is_refused_and_nothing_else() -> None:
    refused = {*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)}
    found = {code for code in range(sys.maxunicode + 1) if not _takes(parsing.storable, f"a{chr(code)}b")}
    assert found == refused


def test_what_breaks_a_line_is_refused_in_one_and_nothing_else() -> None:
    found = {chr(code) for code in range(sys.maxunicode + 1) if not _takes(parsing.one_line, f"a{chr(code)}b")}
    assert found == set("\r\n\t\u2028\u2029")


def _takes(rule: Callable[[str], str], text: str) -> bool:
    try:
        return rule(text) == text
    except PydanticCustomError:
        return False


def test_a_line_has_no_line_breaks() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python("a\r\nBcc: x")


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [(Currency, " cny", "CNY"), (Country, "vn", "VN"), (Tick, "on", True), (Tick, "", False)],
)
def test_codes_and_ticks_are_read(kind: Any, given: str, read: Any) -> None:
    assert TypeAdapter(kind).validate_python(given) == read


@pytest.mark.parametrize(("kind", "given"), [(Currency, "BTC"), (Country, "C"), (Country, 1), (Tick, "maybe")])
def test_other_codes_are_refused(kind: Any, given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(given)


class _Order(Request):
    name: Line
    quantity: Whole = Field(ge=1, le=1000)
    tags: list[Line] = Field(default_factory=list, max_length=2)


def test_every_refused_field_is_named_with_what_is_accepted() -> None:
    with pytest.raises(Refused) as refused:
        parse(_Order, {"quantity": "0", "tags": ["a", "b", "c"], "admin": "1"})

    found = {(item.field, item.code): item.accepted for item in refused.value.errors}
    assert found[("name", "required")] == "a value"
    assert found[("quantity", "too_small")] == "1 or more"
    assert found[("tags", "too_long")] == "at most 2 entries"
    assert ("admin", "unknown_field") in found


def test_an_id_that_is_none_is_refused_by_field() -> None:
    with pytest.raises(Refused):
        parsing.uuid_text("x' OR 1=1", "listing_id")


def test_a_long_text_is_told_in_characters() -> None:
    class Named(Request):
        name: Line

    with pytest.raises(Refused) as refusal:
        parse(Named, {"name": "x" * 201})
    assert [(error.code, error.accepted) for error in refusal.value.errors] == [("too_long", "at most 200 characters")]


def test_a_value_of_the_wrong_shape_has_a_sentence() -> None:
    class Shaped(Request):
        many: list[Line]
        named: dict[str, Line]
        ready: Tick

    with pytest.raises(Refused) as refusal:
        parse(Shaped, {"many": "x", "named": "x", "ready": "perhaps"})
    codes = {error.field: error.code for error in refusal.value.errors}
    assert codes == {"many": "list", "named": "object", "ready": "tick"}
    assert set(codes.values()) <= FIELD_TEXTS.keys()
