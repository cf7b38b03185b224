"""What is sent about borders and figures of legs."""

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from flask_babel import lazy_gettext as _
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests.fairs import Moment
from marketplace.edge.requests.payments import Day, OptionalDay
from marketplace.logistics.borders.rules.closing import ClosureReason
from marketplace.logistics.borders.rules.lanes import LaneRuleCode
from marketplace.logistics.rules.states import GENERAL_LANE, Carriage, Mode

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Years that calendars of borders are kept for.
_YEARS: Final = range(2000, 2101)
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_LANE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_END_OF_DAY: Final = "24:00"


def clock_minutes(value: Any) -> int:
    """Read the time of a clock, such as 08:00, as minutes since midnight; 24:00 is the end of the day."""
    text = value.strip() if isinstance(value, str) else ""
    if text != _END_OF_DAY and not _CLOCK.fullmatch(text):
        raise PydanticCustomError("clock_time", "a time such as 08:00")
    return int(text[:2]) * 60 + int(text[3:])


def clock_text(minutes: int) -> str:
    """Write minutes since midnight as the time of a clock."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def lane_code(value: str) -> str:
    """Read the code of a lane."""
    if not _LANE.fullmatch(value):
        raise PydanticCustomError("lane", "small letters, digits and -, a letter first")
    return value


def chapter_list(value: Any) -> list[str]:
    """Read chapters of the tariff, as a list or apart by spaces or commas, as a form's one box has them."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or len(texts) > 97:
        raise PydanticCustomError("chapters", "01 to 97, such as 08 10")
    return [part for text in texts for part in text.replace(",", " ").split()]


def within(value: date | None) -> date | None:
    """Refuse a day in a year that no calendar of a border is kept for."""
    if value is not None and value.year not in _YEARS:
        raise PydanticCustomError("day_within", "{accepted}", {"accepted": "2000-01-01 to 2100-12-31"})
    return value


Clock = Annotated[int, BeforeValidator(clock_minutes, json_schema_input_type=str)]
Lane = Annotated[Line, AfterValidator(lane_code)]
BorderDay = Annotated[Day, AfterValidator(within)]
OptionalBorderDay = Annotated[OptionalDay, AfterValidator(within)]
OptionalPlace = Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)]
Source = Annotated[Line, Field(max_length=200)]


class ServiceBody(Request):
    """A line that runs every week on a day at a time of its hub, with a kind of lorry; all by their codes."""

    line: Annotated[Line, Field(max_length=40)]
    vehicle: Annotated[Line, Field(max_length=40)]
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    time: Annotated[Clock, Field(le=1_439)]


class HoursBody(Request):
    """When a side is open, by its own clock; over midnight where it closes at an earlier time than it opens."""

    place: Annotated[Line, Field(max_length=40)]
    weekdays: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(max_length=7)] = Field(
        default_factory=list
    )
    opens: Clock
    closes: Clock
    valid_from: BorderDay
    valid_to: OptionalBorderDay = None
    source: Source
    assumed: Tick = False
    replaces: Tick = False


class LastDayBody(Request):
    """The last day on which hours or a rule hold."""

    last_day: BorderDay


class ClosureBody(Request):
    """A closure of a side, or of the crossing without one; times without a zone are the side's, else the first's."""

    place: OptionalPlace = None
    starts_at: Moment
    ends_at: Moment
    reason: ClosureReason
    source: Source


class RuleBody(Request):
    """What a lane takes: ``hours`` for a longest stay, ``chapters`` of the tariff for rules of chapters."""

    lane: Lane = GENERAL_LANE
    rule: LaneRuleCode
    hours: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    chapters: Annotated[list[Line], BeforeValidator(chapter_list, json_schema_input_type=list[str])] = Field(
        default_factory=list
    )
    valid_from: BorderDay
    valid_to: OptionalBorderDay = None
    source: Source
    assumed: Tick = False


class LegBody(Request):
    """Figures of a leg from now on; without ``km`` a sea leg is measured along the way of a ship."""

    transport: Mode
    carriage: Carriage
    lane: Lane = GENERAL_LANE
    hours: Annotated[Exact, Field(ge=0, le=60 * 24, decimal_places=2)]
    km: Annotated[Annotated[Whole, Field(ge=0, le=20_000)] | None, BeforeValidator(blank_is_none)] = None
    source: Source
    assumed: Tick = False


messages.register(
    errors={"closure_taken": _("This closure is entered already.")},
    fields={
        "clock_time": _("Write %(accepted)s."),
        "lane": _("Write %(accepted)s."),
        "chapters": _("Write chapters of the tariff: %(accepted)s."),
        "never_open": _("Both sides would never be open at once. Write %(accepted)s."),
    },
)
