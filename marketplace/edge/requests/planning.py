"""What the operator sends about plans of lorries."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Whole, blank_is_none
from marketplace.edge.requests.logistics import Place

_Cursor = Annotated[Line | None, BeforeValidator(blank_is_none)]


class Plans(Request):
    """Which runs: of a hub, or of all."""

    hub: Place = None
    cursor: _Cursor = None


class Planning(Request):
    """What to plan: a hub, one line or all of it, so many days ahead; and how many seconds may be spent on it."""

    hub: Annotated[Line, Field(max_length=40)]
    line: Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)] = None
    days: Annotated[Annotated[Whole, Field(ge=1, le=90)] | None, BeforeValidator(blank_is_none)] = None
    seconds: Annotated[Annotated[Whole, Field(ge=1, le=60)] | None, BeforeValidator(blank_is_none)] = None


class Moving(Request):
    """A booking of a plan and the departure that it is to ride on; left behind where none is named."""

    booking: UUID
    departure: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class Pinning(Request):
    """The departure that a booking is set on for all plans; free again where none is named."""

    departure: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


messages.register(
    errors={
        "segregation": _("These goods must not stand beside others on that lorry, or not cross on its lane."),
        "does_not_fit": _("It does not fit there: %(hindrances)s."),
    },
    codes={
        "hindrances": {
            "room": _("no room"),
            "too_large": _("larger than the lorry"),
            "stands_with": _("it would stand with goods that it must not stand with"),
            "ready": _("ready after the cut-off"),
            "papers": _("its papers would come too late"),
            "floor": _("it has no place on the floor"),
            "due": _("arrives after its due"),
            "temperature": _("the lorry does not keep its temperature"),
            "lane": _("the lane does not take such goods"),
            "pin": _("it is set on another departure"),
            "not_served": _("the lorry does not call there, or is another carrier's"),
            "gone": _("booking or departure is no longer part of the plan"),
        }
    },
)
