"""What is sent about halls, booths, exhibits and leads."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, Text, Tick, Whole, blank_is_none
from marketplace.edge.requests.catalog import OptionalCountry, OptionalLine, OptionalText
from marketplace.edge.requests.payments import Cursor, Day
from marketplace.exchange.rules.leads import LONGEST_MESSAGE, LeadState

Message = Annotated[
    Annotated[Text, Field(max_length=LONGEST_MESSAGE)] | None,
    BeforeValidator(blank_is_none),
]


class HallBody(Request):
    """A hall: its code, and its names by language."""

    code: Line
    names: Annotated[dict[str, Line], Field(max_length=12)]


class BoothBody(Request):
    """A booth: its code, its ground in square metres, its cell on the hall's plan."""

    code: Line
    area_m2: Annotated[Exact, Field(max_digits=8, decimal_places=2)]
    column: Whole
    row: Whole


class CellBody(Request):
    """A cell of a hall's plan."""

    column: Whole
    row: Whole


class TenancyBody(Request):
    """Who stands on a booth from which day to which, both counted."""

    company_id: UUID
    from_on: Day
    until_on: Day


class EndBody(Request):
    """The last day of a tenancy."""

    until_on: Day


class ExhibitBody(Request):
    """The listing that is shown."""

    listing_id: UUID


class LabelsBody(Request):
    """How large the labels of a booth are printed."""

    size: Literal["a6", "a5"] = "a6"


class CardBody(Request):
    """What a visitor leaves for a tenant; an e-mail address or a phone number, and ``consent`` to be written to."""

    name: Line
    email: OptionalLine = None
    phone: OptionalLine = None
    message: Message = None
    consent: Tick = False


class LeadAct(Request):
    """What is said of a lead; ``close`` and ``note`` need a text."""

    action: Literal["contact", "qualify", "close", "note"]
    text: OptionalText = None


class LeadOwner(Request):
    """The member who answers a lead from now on."""

    person_id: UUID


class LeadsQuery(Request):
    """Which leads are listed: in a state, contacted ones that are not closed (``open``), the asker's own, nobody's."""

    state: Annotated[LeadState | None, BeforeValidator(blank_is_none)] = None
    open: Tick = False
    owner: Annotated[Literal["me", "nobody"] | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


class HallsQuery(Request):
    """Of which country the tenants, and of which shelf the exhibits are wanted."""

    country: OptionalCountry = None
    category: OptionalLine = None


messages.register(
    errors={
        "hall_retired": _("This hall is closed."),
        "hall_stands": _("This hall is open."),
        "booth_retired": _("This booth was taken away."),
        "booth_stands": _("This booth stands in its hall."),
        "booth_tenanted": _(
            "Booth %(booth)s is rented until %(until)s, and whoever rented it keeps that time. End the tenancy first, "
            "or wait."
        ),
        "hall_fair": _("An event is to be held in this hall. Cancel it or wait until it is over."),
        "booth_let": _("Somebody else stands on this booth on one of these days. Choose other days."),
        "tenancy_over": _("This tenancy is over."),
        "no_exhibits": _("Nothing stands on this booth yet. Put an exhibit there first."),
        "booth_full": _("A booth shows at most %(most)s exhibits. Take one away first."),
        "booth_gone": _("This booth is gone; the offer can still be opened."),
        "own_booth": _("This is a booth of your own company."),
        "lead_taken": _("Somebody else answers this already, or it is closed."),
    },
    fields={
        "showroom_code": _("Write a code of %(accepted)s."),
        "booth_taken": _("A booth of this hall has this code or stands in this cell. Choose %(accepted)s."),
        "tenancy_until": _("It ends too early: choose %(accepted)s."),
        "tenancy_long": _("A tenancy is not as long as that: choose %(accepted)s."),
        "tenancy_end": _("Choose a day from %(accepted)s."),
        "no_merchant": _("Choose %(accepted)s."),
        "no_member": _("Choose %(accepted)s."),
        "consent": _("Without your consent nobody may write to you."),
    },
)
