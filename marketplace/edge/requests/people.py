"""What leaders send about their members, people about themselves, and the city's admins about people and partners."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Line, Request, Tick, Verbatim, Whole, blank_is_none
from marketplace.edge.requests.accounts import Language, Optional, OptionalName


class MemberRoles(Request):
    """The roles a member has from now on, all of them."""

    roles: list[Line] = Field(min_length=1, max_length=12)


class Profile(Request):
    """One's own name and the language one is written to in; what is left out stays."""

    name: OptionalName = None
    locale: Language = None


class Token(Request):
    """A token for a program of one's own: its name, how many days it is good, and what it may do (left out: all)."""

    name: Annotated[Line, Field(max_length=80)]
    scopes: list[Line] | None = Field(default=None, max_length=100)
    days: Annotated[Annotated[Whole, Field(ge=1, le=365)] | None, BeforeValidator(blank_is_none)] = None


class Unit(Request):
    """A unit of a company, and the cost centre that its orders are booked under."""

    name: Annotated[Line, Field(max_length=100)]
    cost_centre: Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)] = None


class CostCentres(Request):
    """Whether papers of what the company orders from now on print the cost centre."""

    printed: Tick


class UnitChoice(Request):
    """The unit that a member belongs to; empty for none."""

    unit_id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class PersonSearch(Request):
    """Words of a name or an address, and where the list goes on."""

    q: Optional = None
    cursor: Optional = None


class More(Request):
    """Where a list goes on."""

    cursor: Optional = None


class Partner(Request):
    """A partner company - carrier, broker, dc, inspector, insurer, bank, agent - and who is invited to lead it."""

    kind: Line
    company_name: Line
    country: Country
    registration_number: Line
    login: Line
    locale: Language = None


class Leader(Request):
    """Who is invited to lead a partner that has no member."""

    login: Line
    locale: Language = None


class Trail(Request):
    """Whose history is wanted: a thing by its kind and id, all things of a kind, or what one person did."""

    subject: Annotated[Annotated[Verbatim, Field(max_length=64)] | None, BeforeValidator(blank_is_none)] = None
    id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    person: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    cursor: Optional = None


messages.register(
    errors={
        "own_account": _("This is your own account: another admin has to do this."),
        "unit_not_empty": _("Members belong to this unit. Let them belong to another first."),
        "is_led": _("Somebody leads this company already and invites colleagues."),
    }
)
