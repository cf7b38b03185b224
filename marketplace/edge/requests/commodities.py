"""What people send about shared pages of goods, and about what categories ask."""

import re
from typing import Annotated, Any, Final

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.catalog.rules.comparing import By
from marketplace.catalog.rules.details.attributes import AttributeKind, Wanted
from marketplace.catalog.rules.proposals import ProposalState
from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, Tick, Whole, blank_is_none
from marketplace.edge.requests.catalog import OptionalCountry, OptionalCurrency, OptionalLine, OptionalWhole

_CHOICE: Final = re.compile(r"([a-z0-9_]+)\s*[:=]\s*(.+)", re.ASCII)
_LANGUAGES: Final = ("en", "zh", "vi")


def choices_text(value: Any) -> Any:
    """Read choices written one a line, ``gold: Gold | 金色 | Vàng``: a code and its names by language."""
    if not isinstance(value, str):
        return value
    found = [_CHOICE.fullmatch(line.strip()) for line in value.splitlines() if line.strip()]
    if not all(found):
        raise PydanticCustomError("choices", "gold: Gold | 金色 | Vàng, one a line")
    return {
        match[1]: {
            language: name.strip()
            for language, name in zip(_LANGUAGES, match[2].split("|"), strict=False)
            if name.strip()
        }
        for match in found
        if match
    }


def pairs(value: Any) -> Any:
    """Read wanted attributes written ``colour:gold;voltage:12``."""
    if not isinstance(value, str):
        return value
    parts = [part.partition(":") for part in value.split(";") if part.strip()]
    return {code.strip(): wanted.strip() for code, _mark, wanted in parts}


Names = Annotated[dict[str, Line], Field(max_length=12)]


class CommodityQuery(Request):
    """How the offers on a shared page are compared: one currency and rule, a quantity, an order, filters of one offer.

    ``attributes`` is ``code:value`` parted by semicolons.
    """

    currency: OptionalCurrency = None
    incoterm: OptionalLine = None
    quantity: OptionalWhole = None
    sort: Annotated[By | None, BeforeValidator(blank_is_none)] = None
    origin: OptionalCountry = None
    grade: OptionalLine = None
    ready: Tick = False
    attributes: Annotated[dict[Line, Line], BeforeValidator(pairs)] = Field(default_factory=dict)


class ShelfQuery(Request):
    """Which shared pages are wanted."""

    category: OptionalLine = None


class ProposalBody(Request):
    """A wish for a shared page; ``name`` is in English, ``names`` in other languages."""

    name: Line
    names: Names = Field(default_factory=dict)
    category: Line
    hs6: Line
    grade: OptionalLine = None


class ProposalQuery(Request):
    """Which wishes are shown."""

    state: Annotated[ProposalState | None, BeforeValidator(blank_is_none)] = None
    cursor: OptionalLine = None


class ProposalDecision(Request):
    """accept under a new ``slug``, merge into the page that has it, or decline with a reason."""

    action: Line
    slug: OptionalLine = None
    reason: Annotated[Text | None, BeforeValidator(blank_is_none)] = None


class AttributeBody(Request):
    """What a category asks: a number with a UN/ECE unit, a choice, a text, or yes or no."""

    name: Line
    names: Names = Field(default_factory=dict)
    kind: AttributeKind
    wanted: Wanted = Wanted.WANTED
    unit: OptionalLine = None
    choices: Annotated[dict[str, Names], BeforeValidator(choices_text)] = Field(default_factory=dict)
    position: Whole = 0


messages.register(
    errors={
        "attributes_full": _("A category asks for at most %(most)s attributes."),
        "attributes_missing": _("Buyers of this category are told more. State the attributes first: %(missing)s."),
        "proposals_full": _("%(most)s of your proposals wait already."),
    },
    fields={
        "attribute_code": _("Write a code: %(accepted)s."),
        "attribute_unit": _("Leave the unit out: %(accepted)s."),
        "attribute_choices": _("Give %(accepted)s."),
        "attribute_fixed": _("What was stated by it stays comparable, so its kind and unit stay: %(accepted)s."),
        "attribute_unknown": _("This category does not ask for it. It asks for: %(accepted)s."),
        "attribute_value": _("This is no value of it. Write %(accepted)s."),
        "choices": _("Write choices as %(accepted)s."),
        "commodity_slug": _("Write an address: %(accepted)s."),
    },
)
