"""Attributes of goods: what a category asks for, each a number with its unit, a choice, a text, or yes or no."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.kernel.errors import FieldError, Refused

# UN/ECE Recommendation 20 codes in which attributes are measured, with the sign shown behind the number.
MEASURES: Final[dict[str, str]] = {
    "MMT": "mm", "CMT": "cm", "MTR": "m", "MTK": "m²", "CMQ": "cm³", "MLT": "ml", "LTR": "l", "GRM": "g", "KGM": "kg",
    "TNE": "t", "GM": "g/m²", "VLT": "V", "AMP": "A", "AMH": "Ah", "WHR": "Wh", "WTT": "W", "KWT": "kW", "HTZ": "Hz",
    "LUM": "lm", "KEL": "K", "CEL": "°C", "P1": "%", "BAR": "bar", "NU": "N·m", "H87": "pc", "MON": "month",
}  # fmt: skip
MOST_ATTRIBUTES: Final = 40
MOST_CHOICES: Final = 60
_LONGEST_TEXT: Final = 120
_LONGEST_NAME: Final = 60
_MOST_DIGITS: Final = 12
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
# Degrees Celsius go below zero; a length, a weight or a count does not. A number without a unit may be anything.
_BELOW_ZERO: Final = frozenset({None, "CEL"})
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)


class AttributeKind(StrEnum):
    """What values an attribute has."""

    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    FLAG = "flag"


class Wanted(StrEnum):
    """How much a category wants to know it."""

    REQUIRED = "required"
    WANTED = "wanted"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that a category asks of its goods; ``choices`` are codes with their names by language."""

    code: str
    names: Mapping[str, str]
    kind: AttributeKind
    wanted: Wanted
    unit: str | None = None
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    @property
    def is_required(self) -> bool:
        """Whether goods are not handed in without it."""
        return self.wanted is Wanted.REQUIRED


def is_code(text: str) -> bool:
    """Tell whether an attribute can be called so."""
    return _CODE.fullmatch(text) is not None


def check_attribute(attribute: Attribute) -> None:
    """Raise Refused naming everything that is wrong with a definition."""
    errors: list[FieldError] = []
    if not _CODE.fullmatch(attribute.code):
        errors.append(FieldError("code", "attribute_code", "a small letter, then small letters, digits and _"))
    errors += _check_names("names", attribute.names)
    if attribute.kind is AttributeKind.NUMBER and attribute.unit is not None and attribute.unit not in MEASURES:
        errors.append(FieldError("unit", "choice", ", ".join(MEASURES)))
    if attribute.kind is not AttributeKind.NUMBER and attribute.unit is not None:
        errors.append(FieldError("unit", "attribute_unit", "no unit, for it is no number"))
    if (attribute.kind is AttributeKind.CHOICE) != bool(attribute.choices):
        errors.append(FieldError("choices", "attribute_choices", "choices for a choice, none for anything else"))
    if len(attribute.choices) > MOST_CHOICES:
        errors.append(FieldError("choices", "too_long", f"at most {MOST_CHOICES} entries"))
    for code, names in attribute.choices.items():
        if not _CODE.fullmatch(code):
            errors.append(FieldError("choices", "attribute_code", "a small letter, then small letters, digits and _"))
        errors += _check_names("choices", names)
    if errors:
        raise Refused.fields(*errors)


def _check_names(name: str, names: Mapping[str, str]) -> list[FieldError]:
    errors: list[FieldError] = []
    if not names.get("en"):
        errors.append(FieldError(name, "required", "a name in English, and others by language"))
    if unknown := names.keys() - set(LANGUAGES):
        errors.append(FieldError(name, "choice", ", ".join(LANGUAGES), {"unknown": sorted(unknown)}))
    if any(len(text) > _LONGEST_NAME for text in names.values()):
        errors.append(FieldError(name, "too_long", f"at most {_LONGEST_NAME} characters"))
    return errors


def parse(given: Mapping[str, Any], asked: Sequence[Attribute]) -> dict[str, Any]:
    """Return the values by code as they are stored; Refused ``<code>`` for each that is wrong or missing.

    Numbers become their shortest text, a choice its code, yes and no booleans. An empty value is none.
    """
    known = {attribute.code: attribute for attribute in asked}
    errors = [
        FieldError(code, "attribute_unknown", ", ".join(known) or "no attributes on this shelf")
        for code in given
        if code not in known
    ]
    values: dict[str, Any] = {}
    for code, attribute in known.items():
        value = given.get(code)
        if value is None or (isinstance(value, str) and not value.strip()):
            if attribute.is_required:
                errors.append(FieldError(code, "required", "a value"))
            continue
        read, accepted = _read(value, attribute)
        if read is None:
            errors.append(FieldError(code, "attribute_value", accepted))
        else:
            values[code] = read
    if errors:
        raise Refused.fields(*errors)
    return values


def _read(value: Any, attribute: Attribute) -> tuple[Any, str]:
    """Return a value as it is stored, None when it is none of the attribute's, and what is accepted."""
    if attribute.kind is AttributeKind.FLAG:
        read = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
        return (value if isinstance(value, bool) else read.get(str(value).strip().lower())), "yes or no"
    text = " ".join(str(value).split()) if isinstance(value, str | int | Decimal) else ""
    if isinstance(value, bool):
        text = ""
    if attribute.kind is AttributeKind.CHOICE:
        return (text if text in attribute.choices else None), ", ".join(attribute.choices)
    if attribute.kind is AttributeKind.TEXT:
        return (text if 0 < len(text) <= _LONGEST_TEXT else None), f"1 to {_LONGEST_TEXT} characters"
    if attribute.unit in _BELOW_ZERO:
        accepted = f"a number of up to {_MOST_DIGITS} digits and 6 decimals, such as 12.5"
    else:
        accepted = f"a number from 0 up of up to {_MOST_DIGITS} digits and 6 decimals, such as 12.5"
    is_below = text.startswith("-") and attribute.unit not in _BELOW_ZERO
    return (shortest(Decimal(text)) if _NUMBER.fullmatch(text) and not is_below else None), accepted


def shortest(number: Decimal) -> str:
    """Return a number without needless zeros, never with an exponent."""
    return f"{number.normalize():f}" if number else "0"


def missing(values: Mapping[str, Any], asked: Sequence[Attribute]) -> tuple[str, ...]:
    """Return the codes of what is required and not stated."""
    return tuple(each.code for each in asked if each.is_required and each.code not in values)


def drawn(values: Mapping[str, Any], asked: Sequence[Attribute]) -> list[dict[str, Any]]:
    """Return the stated values with the names and units they are shown by, in the category's order, for a card."""
    return [
        {
            "code": each.code,
            "names": dict(each.names),
            "kind": each.kind.value,
            "unit": each.unit,
            "value": values[each.code],
            "value_names": dict(each.choices.get(values[each.code], {})) if each.choices else {},
        }
        for each in asked
        if each.code in values
    ]
