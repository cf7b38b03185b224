"""What people ask the search for."""

from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import AfterValidator, BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Line, Request, Whole, blank_is_none, clean_text, one_line
from marketplace.search.queries.found import Sort
from marketplace.search.rules.tokens import LONGEST_QUERY

Words = Annotated[
    str,
    BeforeValidator(clean_text, json_schema_input_type=str),
    AfterValidator(one_line),
    Field(max_length=LONGEST_QUERY),
]
# A place in the reader's own order is sealed, which makes it longer.
Place = Annotated[
    str,
    BeforeValidator(clean_text, json_schema_input_type=str),
    AfterValidator(one_line),
    Field(min_length=1, max_length=300),
]
Chosen = Annotated[Line | None, BeforeValidator(blank_is_none)]


class Search(Request):
    """Words, a city by code or name, a quantity, an order, and filters; everything but the words may be left out."""

    q: Words = ""
    to: Chosen = None
    quantity: Annotated[Annotated[Whole, Field(ge=1)] | None, BeforeValidator(blank_is_none)] = None
    sort: Annotated[Sort | None, BeforeValidator(blank_is_none)] = None
    cursor: Annotated[Place | None, BeforeValidator(blank_is_none)] = None
    category: Chosen = None
    origin: Chosen = None
    basis: Chosen = None
    currency: Annotated[Currency | None, BeforeValidator(blank_is_none)] = None


messages.register(fields={"destination": _("Choose a city that we deliver to: %(accepted)s.")})
