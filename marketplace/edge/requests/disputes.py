"""What the operator's finance people send about disputes of card holders."""

from typing import Annotated, Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Request, Text, blank_is_none, clean_text
from marketplace.edge.requests.payments import Cursor, Overdue

_LONGEST: Final = 5_000
_Fact = Annotated[str, BeforeValidator(clean_text, json_schema_input_type=str), Field(max_length=_LONGEST)]


class DisputesQuery(Request):
    """Which disputes."""

    state: Annotated[Literal["open", "answered", "won", "lost", "closed"] | None, BeforeValidator(blank_is_none)] = None
    overdue: Overdue = None
    cursor: Cursor = None


class Answer(Request):
    """What a card's bank is told, and which ``files`` of those known it is shown; it cannot be changed afterwards."""

    goods: _Fact = ""
    carrier: _Fact = ""
    waybill: _Fact = ""
    handed_over: _Fact = ""
    told: Annotated[Text, Field(max_length=_LONGEST)]
    files: list[UUID] = Field(default_factory=list, max_length=200)


messages.register(
    errors={
        "card_disputed": _("The card's bank has this money because of a dispute. Once it has decided, go on."),
        "evidence_claimed": _("Something else is on its way to the card's bank already."),
    },
    fields={
        "files_too_heavy": _("Together these files are more than a bank takes, which is %(accepted)s. Choose fewer."),
    },
)
