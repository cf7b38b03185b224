"""What people ask about departures."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, blank_is_none

_EARLIEST, _LATEST = 2016, 2100


def instant_or_day(value: Any) -> datetime | None:
    """Read a day, meaning its beginning in UTC, or an instant with its zone (RFC 3339)."""
    if value is None or isinstance(value, datetime):
        return value
    text = value.strip() if isinstance(value, str) and value.isascii() else ""
    try:
        if len(text) == len("2026-11-25"):
            found = datetime.combine(date.fromisoformat(text), time(), UTC)
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise PydanticCustomError("instant", "a day such as 2026-11-25, or an instant such as 2026-11-25T08:00:00Z")
    # Years whose zone or cut-offs would leave the calendar are no timetable's.
    if not _EARLIEST <= found.year <= _LATEST:
        raise PydanticCustomError(
            "day_within", "{accepted}", {"accepted": f"{date(_EARLIEST, 1, 1)} to {date(_LATEST, 12, 31)}"}
        )
    return found.astimezone(UTC)


Place = Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)]
Instant = Annotated[
    datetime | None, BeforeValidator(instant_or_day, json_schema_input_type=str), BeforeValidator(blank_is_none)
]


class Departures(Request):
    """Where to, where from, and not before when; everything may be left out. Places by their codes."""

    to: Place = None
    hub: Place = Field(default=None, alias="from")
    after: Instant = None
    cursor: Annotated[Line | None, BeforeValidator(blank_is_none)] = None


messages.register(
    errors={
        "not_served": _("The lorry does not call there."),
        "booking_differs": _("There is another booking for this already."),
        "booking_gone": _("The booking has ended meanwhile. Choose a departure again."),
        "same_departure": _("It is booked on this departure already."),
        "no_tariff": _("There is no freight tariff to this place yet."),
        "left_behind": _("Some bookings have no cargo here and no later departure with room: roll or decline each."),
    },
    fields={"instant": _("Write %(accepted)s.")},
)
