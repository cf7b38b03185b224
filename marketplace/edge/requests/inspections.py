"""What people send about inspections before shipment."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field, model_validator

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Request, Text, Whole, blank_is_none
from marketplace.edge.requests.claims import Prose
from marketplace.edge.requests.payments import Cursor, Day, OptionalCurrency

Limit = Annotated[Text, Field(max_length=6)]


def fee_apart(data: Any) -> Any:
    """Take a fee that is written as an object, with its currency, apart."""
    fee = data.get("fee") if isinstance(data, dict) else None
    if isinstance(fee, dict) and set(fee) == {"amount", "currency"} and "currency" not in data:
        return {**data, "fee": fee["amount"], "currency": fee["currency"]}
    return data


class Appointment(Request):
    """Who shall inspect on which day for which fee, in the order's currency; 0 where it costs nothing."""

    inspector_id: UUID
    planned_on: Day
    fee: Exact
    currency: OptionalCurrency = None

    _fee_apart = model_validator(mode="before")(fee_apart)


class Inspection(Appointment):
    """An inspection to order or offer: level and limits (AQL) of ISO 2859-1; critical defects are never accepted."""

    level: Annotated[Text, Field(max_length=4)] = "II"
    major_aql: Limit = "2.5"
    minor_aql: Limit = "4.0"


class Answer(Request):
    """Yes or no to what one was asked."""

    answer: Literal["yes", "no"]


class Repetition(Request):
    """The day on which the goods are inspected again."""

    planned_on: Day


class Report(Request):
    """Bad units of the sample by their worst defect, the checklist of the goods, a word, and files handed in before."""

    critical: Whole
    major: Whole
    minor: Whole
    checklist: Annotated[
        dict[Annotated[str, Field(max_length=20)], Literal["ok", "not_ok", "not_applicable"]], Field(max_length=20)
    ]
    remarks: Prose = None
    photos: list[UUID] = Field(default_factory=list[UUID], max_length=20)


class InspectionsQuery(Request):
    """Which inspections."""

    state: Annotated[
        Literal[
            "offered", "ordered", "seeking", "appointed", "passed", "conditional", "failed", "repeated", "waived",
            "declined", "cancelled",
        ] | None,
        BeforeValidator(blank_is_none),
    ] = None  # fmt: skip
    cursor: Cursor = None


messages.register(
    errors={
        "inspection_open": _("Inspection %(inspection)s of these goods is still open."),
        "inspection_waits": _(
            "Inspection %(inspection)s holds these goods up: it has to pass, or the buyer lets them go."
        ),
        "inspector_papers": _(
            "This inspector's papers are not in force, so it can be given no work. Name another, or wait for them."
        ),
        "not_asked": _("Nobody asked your company about this inspection."),
        "inspector_only": _("Only the inspector reports what was found."),
    },
    fields={
        "inspector": _("Choose %(accepted)s."),
        "inspector_papers": _("This inspector's papers are not in force. Choose %(accepted)s."),
        "day_range": _("Choose a day from %(accepted)s."),
    },
)
