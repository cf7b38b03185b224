"""What exhibitors, investors and others ask, and what the operator answers."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, Tick, blank_is_none
from marketplace.edge.requests.catalog import OptionalCountry, OptionalLine
from marketplace.edge.requests.payments import Cursor
from marketplace.exchange.rules.enquiries import LONGEST_TEXT, EnquiryKind, EnquiryState


class QuestionBody(Request):
    """A question to the city; ``consent``: to be answered by e-mail."""

    kind: EnquiryKind
    name: Line
    email: Line
    company: OptionalLine = None
    country: OptionalCountry = None
    text: Annotated[Text, Field(max_length=LONGEST_TEXT)]
    consent: Tick = False


class EnquiryAct(Request):
    """An answer, which is sent, or the reason why it is closed."""

    action: Literal["answer", "close"]
    text: Annotated[Text, Field(max_length=LONGEST_TEXT)]


class EnquiryOwner(Request):
    """The colleague who answers from now on."""

    person_id: UUID


class EnquiriesQuery(Request):
    """Which enquiries are listed."""

    state: Annotated[EnquiryState | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


messages.register(errors={"enquiry_taken": _("Somebody else answers this enquiry already, or it is closed.")})
