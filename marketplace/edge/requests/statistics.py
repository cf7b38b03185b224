"""What people ask of the corridor's figures, and the month they close."""

from typing import Annotated, Any

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.distribution.statistics.rules.cells import Direction
from marketplace.distribution.statistics.rules.months import Month, parse_month
from marketplace.distribution.statistics.rules.tables import By
from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Whole, blank_is_none

_FIRST, _LAST = 2016, 2100


def month(value: Any) -> Month:
    """Read a month such as 2020-01, of the years that lorries run in."""
    try:
        found = parse_month(value.strip()) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or not _FIRST <= found.year <= _LAST:
        raise PydanticCustomError("month", "a month such as 2020-01")
    return found


def month_or_none(value: Any) -> Month | None:
    """Read a month, None for nothing."""
    return None if value is None else month(value)


_Month = Annotated[Any, BeforeValidator(month, json_schema_input_type=str)]
_OptionalMonth = Annotated[
    Any, BeforeValidator(month_or_none, json_schema_input_type=str), BeforeValidator(blank_is_none)
]
_Code = Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)]


class StatisticsYear(Request):
    """The year whose months, goods and countries are told; the last complete one where none is named."""

    year: Annotated[Annotated[Whole, Field(ge=_FIRST, le=_LAST)] | None, BeforeValidator(blank_is_none)] = None


class StatisticsAsked(Request):
    """Which figures, and what they are grouped by; everything may be left out."""

    by: Annotated[By | None, BeforeValidator(blank_is_none)] = None
    from_month: _OptionalMonth = None
    to_month: _OptionalMonth = None
    line: _Code = None
    direction: Annotated[Direction | None, BeforeValidator(blank_is_none)] = None
    country: _Code = None
    chapter: _Code = None


class MonthToClose(Request):
    """The month up to which all are closed."""

    month: _Month


messages.register(
    errors={
        "month_running": _("The month is not over yet: it is closed once it is."),
        "month_closed": _("The month is closed already. What became known since goes into the next one closed."),
    },
    fields={"month": _("Write %(accepted)s.")},
)
