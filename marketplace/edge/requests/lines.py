"""What is sent about lines: a whole new one, another way from a day on, another name, an end."""

from typing import Annotated, Final
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests.borders import BorderDay, Lane, Source
from marketplace.logistics.rules.states import GENERAL_LANE, Carriage, Mode
from marketplace.logistics.services.network import LegPlan

MOST_STOPS: Final = 60
_BLANK: Final = BeforeValidator(blank_is_none)
Code = Annotated[Line, Field(max_length=40)]
Name = Annotated[Line, Field(max_length=100)]
OptionalName = Annotated[Name | None, _BLANK]


class StopBody(Request):
    """The next place of a line: hours and km from the one before, and who says so; else as the line says.

    Between two sides of a border it goes over that crossing, in ``lane``. A sea leg without ``km`` is measured.
    """

    place: Code
    hours: Annotated[Exact, Field(gt=0, le=60 * 24, decimal_places=2)]
    km: Annotated[Annotated[Whole, Field(ge=0, le=20_000)] | None, _BLANK] = None
    transport: Annotated[Mode | None, _BLANK] = None
    carriage: Carriage = Carriage.THROUGH
    lane: Lane = GENERAL_LANE
    source: Annotated[Source | None, _BLANK] = None
    assumed: Tick = False


class WayBody(Request):
    """The stops of a line in their order, the form that legs have unless they name another, from a day on."""

    transport: Mode = Mode.ROAD
    source: Source
    stops: Annotated[list[StopBody], Field(min_length=1, max_length=MOST_STOPS)]
    first_day: BorderDay

    @property
    def legs(self) -> tuple[LegPlan, ...]:
        """The legs between the stops."""
        return tuple(
            LegPlan(
                stop.place,
                round(stop.hours * 60),
                stop.source or self.source,
                km=stop.km,
                mode=stop.transport or self.transport,
                carriage=stop.carriage,
                lane=stop.lane,
                is_assumed=stop.assumed,
            )
            for stop in self.stops
        )


class NameBody(Request):
    """What a line is called, in English and where it has other names in them."""

    name: Name
    name_zh: OptionalName = None
    name_vi: OptionalName = None

    @property
    def names(self) -> dict[str, str]:
        """The names in other languages."""
        given = {"zh": self.name_zh, "vi": self.name_vi}
        return {locale: name for locale, name in given.items() if name}


class LineBody(WayBody, NameBody):
    """A new line: its code, its hub, and the company id of the carrier that runs it."""

    code: Code
    hub: Code
    carrier: UUID


class LeadBody(WayBody):
    """Another way of a line from a day on, under another code."""

    code: Code


class EndBody(Request):
    """The last day on which a line departs, by the clock of its hub."""

    last_day: BorderDay


messages.register(
    errors={"line_ended": _("The end of this line is set already.")},
    fields={
        "line_code": _("Write a code of %(accepted)s."),
        "place_twice": _("Choose %(accepted)s."),
        "ends_at_border": _("A line ends at %(accepted)s."),
        "not_neighbours": _("No border lies between this place and the one before. From there go to: %(accepted)s."),
    },
)
