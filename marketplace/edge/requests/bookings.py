"""What the operator's finance people send about the card provider's books."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from marketplace.edge.parsing import Line, Request, blank_is_none
from marketplace.edge.requests.payments import Cursor


class BookingsQuery(Request):
    """Which lines of the provider's books."""

    state: Annotated[
        Literal["matched", "unmatched", "missing", "differs", "resolved"] | None, BeforeValidator(blank_is_none)
    ] = None
    cursor: Cursor = None


class Resolution(Request):
    """Why a line that is not as the city's is right all the same."""

    reason: Annotated[Line, Field(min_length=1, max_length=200)]
