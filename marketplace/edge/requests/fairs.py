"""What is sent about fairs, registrations and tickets."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, Tick, Whole, blank_is_none
from marketplace.edge.requests.catalog import OptionalCountry
from marketplace.edge.requests.payments import Cursor
from marketplace.exchange.rules.fairs import FairKind

# Instants at either end of the calendar are none by another clock.
_YEARS: Final = range(2000, 2200)
_ACCEPTED = "a day and a time such as 2026-12-01T09:00, by the clock of the place"


def moment(value: Any) -> datetime:
    """Read a day and a time; without a zone it is the clock of the fair's place."""
    if isinstance(value, str) and len(value) <= 40:
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            found = None
        if found is not None and "T" in value.upper() and found.year in _YEARS:
            return found
    raise PydanticCustomError("moment", "{accepted}", {"accepted": _ACCEPTED})


Moment = Annotated[datetime, BeforeValidator(moment, json_schema_input_type=str)]


class FairBody(Request):
    """A new fair; times without a zone are the place's, ``country`` names the pavilion it belongs to."""

    kind: FairKind
    titles: Annotated[dict[str, Line], Field(max_length=12)]
    texts: dict[str, Text] = Field(default_factory=dict, max_length=12)
    place: Line
    hall_id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    country: OptionalCountry = None
    starts_at: Moment
    ends_at: Moment
    register_until: Moment
    capacity: Whole
    merchants: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)


class FairAct(Request):
    """What the operator does with a fair; ``cancel`` needs a reason, which everybody registered is told."""

    action: Literal["open", "close", "hold", "cancel"]
    reason: Annotated[Text | None, BeforeValidator(blank_is_none)] = None


class GuestBody(Request):
    """Who comes; ``follow_up``: merchants of the fair may write."""

    name: Line
    email: Line
    follow_up: Tick = False


class TicketBody(Request):
    """A ticket as it is read at the door."""

    code: Annotated[Line, Field(max_length=40)]


class FairsQuery(Request):
    """Of which country's pavilion the fairs are wanted."""

    country: OptionalCountry = None


class AllFairsQuery(Request):
    """Where the list goes on."""

    cursor: Cursor = None


messages.register(
    errors={
        "registration_over": _("Nobody is registered for this any more."),
        "registered": _("Your company registered this address already."),
    },
    fields={
        "moment": _("Write %(accepted)s."),
        "fair_times": _("The times do not follow each other: choose %(accepted)s."),
    },
)
