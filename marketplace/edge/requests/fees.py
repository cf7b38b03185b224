"""What people send about fees for lorries: rules, which fees, and why one is let off."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.distribution.fees.rules.states import LONGEST_REASON, FeeState, WaiverCause
from marketplace.distribution.fees.rules.terms import Basis, FeeKind
from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Text, Tick, Whole, blank_is_none
from marketplace.edge.requests.payments import Cursor, Day

_Zero = Annotated[Whole, Field(ge=0, le=100_000)]


class NewRule(Request):
    """A fee rule: a share of the freight in percent or an amount per chargeable kg, at least so much."""

    kind: FeeKind
    basis: Basis
    percent: Annotated[Annotated[Exact, Field(decimal_places=2)] | None, BeforeValidator(blank_is_none)] = None
    per_kg: Annotated[Annotated[Exact, Field(le=10**6, decimal_places=6)] | None, BeforeValidator(blank_is_none)] = None
    minimum: Annotated[Annotated[Exact, Field(ge=0, le=10**9)] | None, BeforeValidator(blank_is_none)] = None
    currency: Currency
    grace_minutes: Annotated[_Zero | None, BeforeValidator(blank_is_none)] = None
    free_days: Annotated[_Zero | None, BeforeValidator(blank_is_none)] = None
    valid_from: Day
    source: Annotated[Line, Field(max_length=200)]
    fictitious: Tick = False


class FeesQuery(Request):
    """Which fees: of one order, or of all."""

    order: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


class DeskQuery(Request):
    """Which fees: those in a state, of a departure, or all."""

    state: Annotated[FeeState | None, BeforeValidator(blank_is_none)] = None
    departure: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


class NewWaiver(Request):
    """Whose doing it was, and why a fee is let off."""

    cause: WaiverCause
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)]


messages.register(
    fields={"past": _("Write a day that is not over.")},
)
