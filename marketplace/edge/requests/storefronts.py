"""What merchants hand in to be said of them, and what reviewers answer."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from marketplace.edge.parsing import Line, Request, Text, Verbatim, blank_is_none
from marketplace.edge.requests.catalog import OptionalLine, OptionalText
from marketplace.edge.requests.payments import Cursor
from marketplace.exchange.rules.storefronts import LONGEST_ALT, FrontState


class Front(Request):
    """A storefront: headlines and texts by language; ``banner_file_id`` is a file handed in as picture.

    ``locale`` is the language it was written in first.
    """

    locale: Line
    headlines: Annotated[dict[str, Line], Field(max_length=12)]
    texts: dict[str, Text] = Field(default_factory=dict, max_length=12)
    banner_file_id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    banner_alt: Annotated[Verbatim, Field(max_length=LONGEST_ALT)] = ""


class FrontDecision(Request):
    """What a reviewer decides about a version, and why; to show it needs no reason."""

    decision: Literal["show", "decline", "hide"]
    reason: OptionalText = None


class FrontQueue(Request):
    """Which versions are listed."""

    state: Annotated[FrontState | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


class Goods(Request):
    """Which shelf of a merchant is wanted."""

    category: OptionalLine = None
    cursor: OptionalLine = None


class Exhibitors(Request):
    """Where the list of a country's merchants goes on."""

    cursor: Cursor = None
