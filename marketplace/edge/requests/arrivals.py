"""What people send about how goods came: pictures, and what a temperature logger measured."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, blank_is_none
from marketplace.orders.rules.temperatures import LONGEST_LOGGER

Degrees = Annotated[Exact | None, BeforeValidator(blank_is_none)]


class Arrival(Request):
    """Pictures handed in with the purpose evidence; coldest and warmest as read off a logger, with its number."""

    photos: list[UUID] = Field(default_factory=list[UUID], max_length=20)
    temperature_least: Degrees = None
    temperature_most: Degrees = None
    temperature_unit: Annotated[Literal["C", "F"] | None, BeforeValidator(blank_is_none)] = None
    logger: Annotated[Annotated[Line, Field(max_length=LONGEST_LOGGER)] | None, BeforeValidator(blank_is_none)] = None


class ArrivalShown(Arrival):
    """The same, or in place of the two numbers the logger's file: CSV, handed in with the purpose evidence."""

    temperature_file: UUID | None = None


messages.register(
    errors={
        "temperature": _("Write %(accepted)s."),
        "temperature_file": _("Line %(line)s of the logger's file: %(accepted)s."),
        "nothing_of_arrival": _("Show a picture, or say what the logger measured."),
    },
)
