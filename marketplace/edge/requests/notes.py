"""What people send about notes."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from marketplace.edge.parsing import Request, Text, Tick, blank_is_none
from marketplace.exchange.rules.notes import LONGEST


class ListingNote(Request):
    """A note about one's own listing, for colleagues."""

    text: Annotated[Text, Field(max_length=LONGEST)]


class OrderNote(Request):
    """A note about an order or one of its lines; ``shared`` lets the other company of the order read it, too."""

    text: Annotated[Text, Field(max_length=LONGEST)]
    line_id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    shared: Tick = False
