"""What moderators send."""

from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, blank_is_none

OptionalLine = Annotated[Line | None, BeforeValidator(blank_is_none)]


class Decision(Request):
    """approve, request_changes or reject, the words of every review; ``seen`` is the fingerprint of what was read."""

    decision: Line
    reason: Annotated[Text | None, BeforeValidator(blank_is_none)] = None
    seen: OptionalLine = None


class Queue(Request):
    """Which cases are wanted."""

    state: Line = "pending"
    cursor: OptionalLine = None


messages.register(
    errors={
        "own_listing": _("Nobody decides about goods of their own company."),
        "content_moved": _("The listing has changed since you looked. Look again."),
    }
)
