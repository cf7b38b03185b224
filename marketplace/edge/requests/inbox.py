"""What people send about their company's inbox."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator

from marketplace.edge import messages
from marketplace.edge.parsing import Request, Tick, blank_is_none
from marketplace.edge.requests.payments import Cursor
from marketplace.notices.rules import MatterState


class InboxSearch(Request):
    """Which matters are listed: of a state, or what one has in hand oneself."""

    state: Annotated[MatterState | None, BeforeValidator(blank_is_none)] = None
    mine: Tick = False
    cursor: Cursor = None


class Given(Request):
    """The colleague who shall see to a matter."""

    person_id: UUID


class Looked(Request):
    """The newest matter that was looked at."""

    matter_id: UUID


messages.register(errors={"matter_taken": _("A colleague has this in hand.")})
