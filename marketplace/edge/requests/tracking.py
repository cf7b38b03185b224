"""What people and programs send about tracking: reports, notes, posts, addresses, and which events they ask for."""

from typing import Annotated, Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Verbatim, Whole, blank_is_none
from marketplace.edge.requests.logistics import Instant, Place
from marketplace.logistics.rules.states import Classifier

Number = Annotated[Annotated[Line, Field(max_length=16)] | None, BeforeValidator(blank_is_none)]
Sure = Annotated[Classifier | None, BeforeValidator(blank_is_none)]
Code = Annotated[Whole | None, BeforeValidator(blank_is_none)]


class Report(Request):
    """An event of a departure or of a house waybill, or the withdrawal of one that was reported, or both."""

    code: Code = None
    classifier: Sure = None
    place: Place = None
    event_at: Instant = None
    departure: Number = None
    house_waybill: Number = None
    retracts: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class Note(Request):
    """An event of a departure that an operator learned of."""

    code: Whole
    classifier: Classifier = Classifier.ACTUAL
    place: Place = None
    event_at: Instant = None


class Post(Request):
    """A partner company, and the place that it reports for."""

    company: UUID
    place: Annotated[Line, Field(max_length=40)]


class Address(Request):
    """An https address that gets events."""

    url: Annotated[Verbatim, Field(min_length=1, max_length=500)]


class Events(Request):
    """Which events: learned after an instant; as JSON, or as a table."""

    since: Instant = None
    format: Annotated[Literal["json", "csv"] | None, BeforeValidator(blank_is_none)] = None
    cursor: Annotated[Line | None, BeforeValidator(blank_is_none)] = None


class More(Request):
    """Where the page before ended."""

    cursor: Annotated[Line | None, BeforeValidator(blank_is_none)] = None


NEEDED: Final = ("code", "classifier", "event_at")

messages.register(
    errors={
        "report_differs": _("A message with this id came before, with another content. Nothing was noted."),
        "too_many_keys": _("There are %(most)s keys already. Revoke one that is not used."),
        "too_many_links": _("There are %(most)s links to this booking already. Revoke one."),
        "too_many_hooks": _("There are %(most)s addresses already. End one."),
        "post_taken": _("This company reports for this place already."),
    },
    fields={
        "partner": _("Only a partner company reports for a place."),
    },
)
