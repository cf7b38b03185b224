"""What people send about goods on their way: packing, hand-over, acts on departures, receipts."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, Text, Tick, Whole, blank_is_none
from marketplace.edge.requests.arrivals import Arrival
from marketplace.edge.requests.logistics import Instant, Place
from marketplace.edge.requests.payments import OptionalDay, OptionalLastDay
from marketplace.edge.requests.pricing import rows_of
from marketplace.logistics.rules.states import DepartureState, HoldCause
from marketplace.orders.rules.packed_lots import LONGEST_CERTIFICATE, LONGEST_NUMBER, MOST_LOTS

Kilograms = Annotated[Annotated[Exact, Field(gt=0, le=40_000, decimal_places=3)] | None, BeforeValidator(blank_is_none)]
Centimetres = Annotated[
    Annotated[Exact, Field(gt=0, le=1_400, decimal_places=1)] | None, BeforeValidator(blank_is_none)
]
CubicMetres = Annotated[Annotated[Exact, Field(gt=0, le=200, decimal_places=6)] | None, BeforeValidator(blank_is_none)]
Remarks = Annotated[Annotated[Text, Field(max_length=1_000)] | None, BeforeValidator(blank_is_none)]
Count = Annotated[Annotated[Whole, Field(ge=0, le=1_000_000)] | None, BeforeValidator(blank_is_none)]

_GRAMS: Final = Decimal(1_000)
_MILLIMETRES: Final = Decimal(10)
_CM3: Final = Decimal(1_000_000)


class LotBody(Request):
    """So many cartons of a lot, numbered after those of the lot before; good until a day, under a certificate."""

    number: Annotated[Line, Field(max_length=LONGEST_NUMBER)]
    cartons: Annotated[Whole, Field(ge=1, le=1_000_000)]
    best_before: OptionalDay = None
    certificate: Annotated[
        Annotated[Line, Field(max_length=LONGEST_CERTIFICATE)] | None, BeforeValidator(blank_is_none)
    ] = None


class Packing(Request):
    """Into how many cartons a line is packed; gross weight of all, outer size of one, as offered where left out.

    ``lots``, where they are named, are those of all cartons. ``confirmed``: however few the cartons are.
    """

    cartons: Annotated[Whole, Field(ge=1, le=1_000_000)]
    gross_kg: Kilograms = None
    length_cm: Centimetres = None
    width_cm: Centimetres = None
    height_cm: Centimetres = None
    marks: Annotated[Annotated[Text, Field(max_length=500)] | None, BeforeValidator(blank_is_none)] = None
    lots: Annotated[
        list[LotBody],
        BeforeValidator(
            rows_of("number", "cartons", "best_before", "certificate", least=2, most=MOST_LOTS),
            json_schema_input_type=list[LotBody],
        ),
        Field(max_length=MOST_LOTS),
    ] = Field(default_factory=list)
    confirmed: Tick = False


class Handover(Request):
    """Cartons as the hub counted and weighed them, and the outer size of the lot or its volume.

    ``complete`` when nothing more is to come: the room of what is missing is given back.
    """

    cartons_received: Annotated[Whole, Field(ge=1, le=1_000_000)]
    gross_kg: Annotated[Exact, Field(gt=0, le=40_000, decimal_places=3)]
    length_cm: Centimetres = None
    width_cm: Centimetres = None
    height_cm: Centimetres = None
    m3: CubicMetres = None
    remarks: Remarks = None
    override_reason: Annotated[Annotated[Line, Field(max_length=200)] | None, BeforeValidator(blank_is_none)] = None
    complete: Tick = False


class Loading(Request):
    """Which bookings are loaded; all that are at the hub where none is named."""

    bookings: list[UUID] | None = Field(default=None, max_length=500)


class Unloading(Request):
    """Which bookings are taken off the lorry again."""

    bookings: list[UUID] = Field(default_factory=list, max_length=500)


class Running(Request):
    """Which departures: a line by its code, a state, days at the hub, a number or part of one, the order."""

    line: Annotated[Line | None, BeforeValidator(blank_is_none)] = None
    state: Annotated[DepartureState | None, BeforeValidator(blank_is_none)] = None
    since: OptionalDay = Field(default=None, alias="from")
    until: OptionalLastDay = Field(default=None, alias="to")
    q: Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)] = None
    sort: Annotated[Literal["soonest", "latest"] | None, BeforeValidator(blank_is_none)] = None
    cursor: Annotated[Line | None, BeforeValidator(blank_is_none)] = None


class Sealing(Request):
    """The number of the seal on the doors."""

    seal_number: Annotated[Line, Field(max_length=40)]


class Passing(Request):
    """When it happened, now where left out, and at which place where more than one may be meant."""

    place: Place = None
    happened_at: Instant = None


class Cancelling(Request):
    """Why a departure does not run: a short code or word."""

    reason: Annotated[Line, Field(max_length=100)]


class OtherLorry(Request):
    """The kind of lorry that drives a departure from now on, by its id."""

    vehicle_type: UUID


class Holding(Request):
    """What stops a lorry; only the class is told to those with goods aboard."""

    cause: HoldCause


class Rolling(Request):
    """The later departure that a booking is moved to; the next of its carrier that fits where left out."""

    departure: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class BookingAgain(Request):
    """The departure on which a line that lost its booking goes."""

    departure: UUID


class Declining(Request):
    """Why a booking is given up, for both sides to read."""

    reason: Annotated[Line, Field(max_length=200)]


class Receipt(Arrival):
    """Cartons as the consignee's side counted them, and how they came; ``complete`` false while more is unloaded.

    ``confirmed``: however few came.
    """

    cartons: Annotated[Whole, Field(ge=0, le=1_000_000)]
    damaged: Count = None
    remarks: Remarks = None
    received_at: Instant = None
    complete: Tick = True
    confirmed: Tick = False


# Refusals whose accepted value begins with an instant.
BOUNDED_INSTANTS: Final = ("in_the_future", "before_the_last")


def grams(kilograms: Decimal) -> int:
    """Return whole grams."""
    return _whole(kilograms * _GRAMS)


def millimetres(centimetres: Decimal | None) -> int | None:
    """Return whole millimetres."""
    return None if centimetres is None else _whole(centimetres * _MILLIMETRES)


def cubic_centimetres(cubic_metres: Decimal | None) -> int | None:
    """Return whole cubic centimetres, at least one."""
    return None if cubic_metres is None else max(1, _whole(cubic_metres * _CM3))


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


messages.register(
    errors={
        "not_secured": _("The deposit is not there yet, so nothing is packed."),
        "only_the_consignee": _("Only the receiving side, the carrier or the operator counts what arrived."),
        "fewer_cartons": _(
            "You wrote %(packed)s cartons; by the packing of your offer these goods fill %(expected)s. Count again, or"
            " confirm that everything is in the cartons you wrote."
        ),
        "few_came": _(
            "You counted %(came)s of the %(loaded)s cartons that were loaded. What is missing is noted as lost at once,"
            " and that cannot be undone. Count again, say that more is still being unloaded, or confirm that no more"
            " came."
        ),
        "stops_ahead": _("Cargo aboard is for a place before this one. Record the arrival there first: %(places)s."),
        "no_border": _("No border lies ahead of this lorry any more."),
        "other_carrier": _("No freight is agreed with this carrier: decline the booking and book again."),
        "no_booking": _("No lorry takes this line any more: book it again first."),
        "booked": _("This line has a booking."),
        "other_hub": _("This departure leaves from another hub."),
        "not_later": _("This departure leaves before the one that the booking is on."),
        "not_on_lorry": _("This cargo is not on this lorry."),
        "not_received": _("This cargo is not at the hub for this departure."),
        "beyond_lorry": _("More was sold than the lorry holds, and %(bookings)s has no room: roll or decline each."),
        "lorry_fixed": _("The lorry is being loaded or has left: no other drives in its place."),
        "same_lorry": _("This kind of lorry drives already."),
        "crew_other_kind": _("Trailers of another kind are assigned (%(trailers)s): take their crews off first."),
        "reefer_stays": _("Cold goods stay on it (%(bookings)s), and this lorry does not keep them cold."),
        "whole_lorry_larger": _("One company took the whole lorry, and its goods do not fit this one."),
        "nothing_takes": _("No later departure takes %(bookings)s: roll, decline or amend each by hand first."),
    },
    fields={
        "sides_or_volume": _("Measure all three sides, or give the volume."),
        "in_the_future": _("This is yet to come: %(accepted)s."),
        "before_the_last": _("This was before the last thing that happened: %(accepted)s."),
        "lots_of_all": _("The lots are those of all cartons: %(accepted)s."),
        "lot_twice": _("A lot stands once, with all of its cartons: %(accepted)s stands twice."),
    },
)
