"""What people send about lorries on the road: declarations, transit, handovers, cold goods, what is held."""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Verbatim, Whole, blank_is_none
from marketplace.edge.requests.logistics import Instant, Place
from marketplace.edge.requests.payments import Cursor, Day
from marketplace.logistics.road.rules.declared import LONGEST_NUMBER, Change, Side
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.road.rules.reefers import LONGEST_LOGGER
from marketplace.logistics.road.rules.swapping import LONGEST_SEAL, SealReason, SwapCause
from marketplace.logistics.road.rules.transit import Guarantee, Regime, Remark, Step
from marketplace.logistics.rules.states import HoldCause

_OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]
_Number = Annotated[Line, Field(max_length=LONGEST_NUMBER)]
_Degrees = Annotated[Exact, Field(ge=-100, le=100, decimal_places=1)]
_OptionalDegrees = Annotated[_Degrees | None, BeforeValidator(blank_is_none)]
_Cartons = Annotated[Whole, Field(ge=1, le=1_000_000)]
_TEN: Final = Decimal(10)


def tenths(degrees: Decimal) -> int:
    """Return whole tenths of a degree."""
    return int((degrees * _TEN).to_integral_value(ROUND_HALF_UP))


class Lorries(Request):
    """Where the list goes on."""

    cursor: Cursor = None


class Broker(Request):
    """Which broker declares for a departure on a side."""

    side: Side
    company: UUID


class Dismissal(Request):
    """On which side nobody declares any more."""

    side: Side


class Declaration(Request):
    """That a consignment was declared on a side: the number, the day there, how many cartons."""

    side: Side
    number: _Number
    lodged_on: Day
    cartons: _Cartons


class Amendment(Request):
    """A change that customs took under a number; ``cartons``: of how many the declaration is from now on."""

    change: Change
    number: _Number
    cartons: Annotated[_Cartons | None, BeforeValidator(blank_is_none)] = None


class Transit(Request):
    """A movement between two stops of the way, secured by a guarantee; of all bookings where none is named."""

    regime: Regime
    from_stop: Annotated[Line, Field(max_length=40)]
    to_stop: Annotated[Line, Field(max_length=40)]
    guarantee: Guarantee
    guarantee_reference: _Number
    guarantee_amount: Annotated[Exact, Field(gt=0, le=10**12)]
    currency: Currency
    guarantee_until: Day
    discharge_by: Annotated[Instant, Field(validate_default=True)] = None
    bookings: list[UUID] | None = Field(default=None, max_length=500)


class TransitStep(Request):
    """What happened to a movement: the number at acceptance, the office passed, the remark on unloading."""

    step: Step
    mrn: Annotated[_Number | None, BeforeValidator(blank_is_none)] = None
    place: Place = None
    remark: Annotated[Remark | None, BeforeValidator(blank_is_none)] = None
    happened_at: Instant = None


class Swap(Request):
    """Who goes on with a lorry from a stop; without a tractor, the crew that is assigned from there."""

    place: Annotated[Line, Field(max_length=40)]
    cause: SwapCause
    seal_number: Annotated[Line, Field(max_length=LONGEST_SEAL)]
    tractor: _OptionalId = None
    drivers: list[UUID] = Field(default_factory=list[UUID], max_length=6)
    new_seal: Annotated[Annotated[Line, Field(max_length=LONGEST_SEAL)] | None, BeforeValidator(blank_is_none)] = None
    seal_reason: Annotated[SealReason | None, BeforeValidator(blank_is_none)] = None
    odometer_km: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    happened_at: Instant = None
    returns_at: Instant = None


class Cooling(Request):
    """At how many °C a consignment is kept, and between which it may be."""

    set_point: _Degrees
    least: _OptionalDegrees = None
    most: _OptionalDegrees = None


class PreCooling(Request):
    """To how many °C an empty trailer was cooled down, and which logger rides in it."""

    celsius: _Degrees
    logger: Annotated[Line, Field(max_length=LONGEST_LOGGER)]
    happened_at: Instant = None


class Readings(Request):
    """A logger's file as text: columns time, °C and perhaps logger; of ``logger`` where it has no such column."""

    readings: Annotated[Verbatim, Field(min_length=1, max_length=500_000)]
    logger: Annotated[Annotated[Line, Field(max_length=LONGEST_LOGGER)] | None, BeforeValidator(blank_is_none)] = None


class Hold(Request):
    """What stops a lorry; only the class is told to those with goods aboard."""

    cause: HoldCause


class Crossing(Request):
    """Which border a lorry reached, the next on its way where none is named, and when, now where left out."""

    place: Place = None
    happened_at: Instant = None


class Cleared(Request):
    """When a lorry was cleared and crossed, now where left out."""

    happened_at: Instant = None


class Expected(Request):
    """When a lorry is expected at a place ahead of it."""

    place: Annotated[Line, Field(max_length=40)]
    expected_at: Annotated[Instant, Field(validate_default=True)] = None


class HeldOptions(Request):
    """Until when a held lorry is expected to stand."""

    until: Instant = None


class HeldChoice(Request):
    """What is done for a held lorry: it waits until an instant; a consignment leaves it, or goes on by another."""

    option: Option
    booking: _OptionalId = None
    departure: _OptionalId = None
    until: Instant = None


class Bulk(StrEnum):
    """What is noted of many consignments of a lorry at once."""

    TOLD = "told"
    TO_CENTRE = "to_centre"
    OUT_FOR_DELIVERY = "out_for_delivery"


class BulkAct(Request):
    """What happened to the named consignments of a lorry, or to all: an act, or a code of Recommendation 24."""

    act: Annotated[Bulk | None, BeforeValidator(blank_is_none)] = None
    code: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    bookings: list[UUID] | None = Field(default=None, max_length=500)
    place: Place = None
    happened_at: Instant = None


class DeclarationOf(Declaration):
    """A declaration of one of a page's consignments."""

    booking: UUID


class AmendmentOf(Amendment):
    """A change of one of a page's declarations."""

    declaration: UUID


class StepOf(TransitStep):
    """What happened to one of a page's movements."""

    transit: UUID


class CoolingOf(Cooling):
    """How one of a page's consignments is kept."""

    booking: UUID


class Logger(Request):
    """Which logger a file is of, where it has no such column."""

    logger: Annotated[Annotated[Line, Field(max_length=LONGEST_LOGGER)] | None, BeforeValidator(blank_is_none)] = None


REGIMES: Final = {
    Regime.GMS: _("GMS agreement"),
    Regime.ACTS: _("ACTS (ASEAN customs transit)"),
    Regime.TIR: _("TIR"),
    Regime.NATIONAL: _("National transit"),
}
CHANGES: Final = {
    Change.ROLL: _("Another lorry"),
    Change.REMOVE: _("Taken off"),
    Change.TOP_UP: _("More cartons"),
}

messages.register(
    errors={
        "declared_locked": _(
            "These goods are declared (%(numbers)s): record the amendment that customs took (%(change)s) first."
        ),
        "beyond_declared": _(
            "Declaration %(number)s is of %(declared)s cartons; with these it would be %(cartons)s, %(gap)s too many."
            " Record the amendment first."
        ),
        "amendment_due": _("Declared goods were moved (%(numbers)s): record what customs took of it first."),
        "declared_already": _("This consignment is declared on this side already."),
        "transit_over": _("The lorry is unloaded or was cancelled: nothing is taken through transit any more."),
        "transit_empty": _("Nothing is listed: a movement has one consignment at least."),
        "guarantee_over": _("The guarantee ended on %(until)s: nothing is released under it."),
        "transit_runs": _("These goods ride under transit %(number)s. It has to be discharged first."),
        "transit_lodged": _(
            "Customs has these goods on a transit list that is not released (guarantee %(guarantee)s). Cancel it first."
        ),
        "transit_not_aboard": _(
            "Listed, but not on this lorry: %(bookings)s. Load these goods, or cancel and draft it again without them."
        ),
        "not_on_the_road": _("A lorry is handed over on its way, after it left and before it has arrived."),
        "no_seal": _("No seal is on the doors."),
        "no_crew": _("Nobody is assigned to drive on from there."),
        "not_pre_cooled": _("Cold goods are aboard, and nobody noted that the trailer was cooled down before loading."),
        "too_late_to_cool": _("Cooling down is noted before the doors are sealed."),
        "not_held": _("The lorry is not held."),
        "held_by_other": _("Somebody else said why the lorry stands: they, or the city's people, let it go on."),
        "not_under_way": _("A lorry is expected somewhere from its seal on until it has arrived."),
        "nothing_aboard": _("Nothing is on the lorry."),
        "in_custody": _("These goods lie at %(place)s since their lorry was held: pass them on from its page."),
    },
    fields={
        "customs_number": _("Write %(accepted)s."),
        "road_broker": _("Choose a customs broker."),
        "transit_not_member": _("%(countries)s is not in this system: it holds in %(members)s."),
        "transit_one_country": _("National transit stays in one country; this way leads through %(countries)s."),
        "guarantee_ends": _("The guarantee ends before the planned discharge: it has to last until %(accepted)s."),
        "mrn_form": _("Write the number as customs gave it, such as %(accepted)s."),
        "not_aboard": _("It is not on this lorry."),
        "seal_differs": _("The seal put on last is %(number)s. If it is another, name the new seal and the reason."),
        "seal_same": _("The new seal has another number."),
        "same_tractor": _("This tractor drives already."),
        "outside_range": _("The set point lies outside the range."),
        "logger_number": _("Write %(accepted)s."),
        "readings_text": _("This is no table that we can read: %(accepted)s."),
        "readings_columns": _("The first line names the columns: time, °C, and perhaps logger."),
        "readings_none": _("There is no reading in it."),
        "readings_many": _("At most %(accepted)s readings at once."),
        "reading_time": _("Line %(line)s: the time is no time, such as 2026-11-29 08:15."),
        "reading_ahead": _("Line %(line)s: the time is yet to come."),
        "reading_degrees": _("Line %(line)s: the temperature is no number between -40 and 40."),
        "reading_logger": _("Line %(line)s: the logger's number is missing or too long."),
        "cannot_transfer": _("This lorry cannot take it on from where it stands. Possible: %(accepted)s."),
    },
    codes={"change": {change.value: word for change, word in CHANGES.items()}},
)
