"""What people send about what departures cost: rates, costs, partners' invoices and what is decided about them."""

import re
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.distribution.costs.rules.matching import Decision, InvoiceState, Reason
from marketplace.distribution.costs.rules.planning import CostKind, Unit
from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Text, Tick, Whole, blank_is_none
from marketplace.edge.requests.payments import Cursor, Day, OptionalDay
from marketplace.logistics.rules.states import HoldCause

_MONTH: Final = re.compile(r"(20[1-9][0-9])-(0[1-9]|1[0-2])", re.ASCII)


def first_day(value: Any) -> date:
    """Read a month, such as 2026-11, as its first day."""
    found = _MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("calendar_month", "a month such as 2026-11")
    return date(int(found[1]), int(found[2]), 1)


Month = Annotated[date, BeforeValidator(first_day, json_schema_input_type=str)]
OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]
Code = Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)]
Note = Annotated[Annotated[Text, Field(max_length=1_000)] | None, BeforeValidator(blank_is_none)]
Amount = Annotated[Exact, Field(le=10**12)]


class MonthQuery(Request):
    """Which lorries: those that left in a month (the present one where none is named), of a line or of all."""

    month: Annotated[Month | None, BeforeValidator(blank_is_none)] = None
    line: Code = None


class LorriesQuery(MonthQuery):
    """The same with where the list goes on."""

    cursor: Cursor = None


class RatesQuery(Request):
    """The rates of a line; of the first line where none is named."""

    line: Code = None


class NewRate(Request):
    """What a line pays from a day on; without a vehicle for every lorry of it, without a company to its carrier."""

    line: Annotated[Line, Field(max_length=40)]
    vehicle: Code = None
    company_id: OptionalId = None
    kind: CostKind
    unit: Unit
    price: Annotated[Exact, Field(ge=0, le=10**9, decimal_places=6)]
    currency: Currency
    free_hours: Annotated[Annotated[Whole, Field(ge=0, le=1_000)] | None, BeforeValidator(blank_is_none)] = None
    valid_from: Day
    source: Annotated[Line, Field(max_length=200)]


class NewCost(Request):
    """An actual cost: what for, how much, whom it is paid to, where and why, with a note that can be erased."""

    kind: CostKind
    amount: Amount
    currency: Currency
    incurred_on: OptionalDay = None
    company_id: OptionalId = None
    place: Code = None
    cause: Annotated[HoldCause | None, BeforeValidator(blank_is_none)] = None
    booking: Annotated[Annotated[Line, Field(max_length=16)] | None, BeforeValidator(blank_is_none)] = None
    file_id: OptionalId = None
    note: Note = None


class Invoice(Request):
    """An invoice by its number; its lines are three lists side by side, an empty departure is no line."""

    number: Annotated[Line, Field(max_length=40)]
    issued_on: Day
    currency: Currency
    departures: list[Annotated[Line | None, BeforeValidator(blank_is_none)]] = Field(max_length=200)
    kinds: list[CostKind] = Field(max_length=200)
    amounts: list[Annotated[Amount | None, BeforeValidator(blank_is_none)]] = Field(max_length=200)
    file_id: OptionalId = None


class NewInvoice(Invoice):
    """One's own: ``submit`` hands it in at once, else it is kept as a draft."""

    submit: Tick = False


class InvoiceOfPartner(Invoice):
    """One that the operator writes down for a partner, handed in at once."""

    company_id: UUID


class InvoicesQuery(Request):
    """Which invoices: those in a state; for the operator those that wait for it where none is named."""

    state: Annotated[InvoiceState | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


class LineDecision(Request):
    """Accept a line; dispute it with a reason; or split it: the amount is accepted, the rest is disputed."""

    decision: Decision
    amount: Annotated[Amount | None, BeforeValidator(blank_is_none)] = None
    reason: Annotated[Reason | None, BeforeValidator(blank_is_none)] = None
    note: Note = None


messages.register(
    errors={
        "sheet_closed": _("The cost sheet of %(departure)s is closed. Open it again first."),
        "departure_under_way": _("%(departure)s is not where it goes yet: close its cost sheet when it has arrived."),
        "invoice_waits": _("Invoice %(number)s about this departure waits for a decision. Decide it first."),
        "no_fx_rate": _("No exchange rate brings %(currencies)s into %(into)s. Enter one in the settings."),
        "by_invoice": _("This cost came with a partner's invoice and cannot be taken back by itself."),
        "invoice_known": _("Invoice %(number)s of this partner is written down already."),
    },
    fields={"calendar_month": _("Write a month such as 2026-11.")},
)
