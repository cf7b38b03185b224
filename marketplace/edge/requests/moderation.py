"""What moderators send."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Line, Request, Text, blank_is_none

OptionalLine = Annotated[Line | None, BeforeValidator(blank_is_none)]
OptionalCountry = Annotated[Country | None, BeforeValidator(blank_is_none)]
OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]


class Decision(Request):
    """approve, request_changes or reject, the words of every review; ``seen`` is the fingerprint of what was read."""

    decision: Line
    reason: Annotated[Text | None, BeforeValidator(blank_is_none)] = None
    seen: OptionalLine = None


class Neighbourhood(Request):
    """Which cases of the queue are wanted; a merchant by id, a category by its code."""

    kind: OptionalLine = None
    category: OptionalLine = None
    merchant: OptionalId = None
    country: OptionalCountry = None


class Queue(Neighbourhood):
    """Which part of the queue is wanted."""

    state: Line = "pending"
    cursor: OptionalLine = None


messages.register(
    errors={
        "own_listing": _("Nobody decides about goods of their own company."),
        "content_moved": _("The listing has changed since you looked. Look again."),
    }
)
