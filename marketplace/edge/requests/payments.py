"""What people send about money: receipts, matches, slips, periods."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Tick, Verbatim, blank_is_none
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import MINOR_UNITS, Money

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def calendar_day(value: Any) -> date:
    """Read a day of ISO 8601; a number is not taken for seconds since 1970."""
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise _no_day()


def day_before_another(value: Any) -> date:
    """Read the last day of a period, which ends with the beginning of the next day: the last of all has none."""
    day = calendar_day(value)
    if day == date.max:
        raise _no_day()
    return day


def _no_day() -> PydanticCustomError:
    return PydanticCustomError("calendar_day", "a day such as 2026-11-25")


def amount_apart(data: Any) -> Any:
    """Read ``{"amount": {"amount": "1.00", "currency": "CNY"}}`` like the two fields side by side."""
    if isinstance(data, dict) and isinstance(data.get("amount"), dict):
        written = data["amount"]
        if set(written) - {"amount", "currency"} or ("currency" in written and "currency" in data):
            return data
        return {**data, **written}
    return data


Day = Annotated[date, BeforeValidator(calendar_day, json_schema_input_type=str)]
OptionalDay = Annotated[Day | None, BeforeValidator(blank_is_none)]
LastDay = Annotated[date, BeforeValidator(day_before_another, json_schema_input_type=str)]
OptionalLastDay = Annotated[LastDay | None, BeforeValidator(blank_is_none)]
OptionalCurrency = Annotated[Currency | None, BeforeValidator(blank_is_none)]
# True: only what waits too long; false: only the rest.
Overdue = Annotated[Tick | None, BeforeValidator(blank_is_none)]
Cursor = Annotated[Annotated[Verbatim, Field(max_length=500)] | None, BeforeValidator(blank_is_none)]


class Confirmation(Request):
    """How much of a payment came on which day; the currency is the payment's. ``confirmed``: however much it is.

    ``confirmed`` is also the word that as much came a second time on that day.
    """

    amount: Exact
    currency: OptionalCurrency = None
    received_on: Day
    confirmed: Tick = False

    _amount_apart = model_validator(mode="before")(amount_apart)


class Transfer(Request):
    """Money that came to one's own account, with the remittance text if there was one."""

    amount: Exact
    currency: Currency
    received_on: Day
    reference: Annotated[Line | None, BeforeValidator(blank_is_none)] = None
    note: Annotated[Annotated[Line, Field(max_length=500)] | None, BeforeValidator(blank_is_none)] = None
    confirmed: Tick = False

    _amount_apart = model_validator(mode="before")(amount_apart)


class PartAmount(Request):
    """How much of a transfer a payment gets."""

    amount: Exact
    currency: Currency


class Match(Request):
    """The payments that a transfer is for, in the order in which they are filled, or each with its amount."""

    payment_ids: list[UUID] = Field(default_factory=list[UUID], max_length=50)
    payment_id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    amounts: list[PartAmount] = Field(default_factory=list[PartAmount], max_length=50)
    confirmed: Tick = False

    @property
    def chosen(self) -> list[UUID]:
        """The payments named either way."""
        return [*self.payment_ids, *([self.payment_id] if self.payment_id else [])]


class Withdrawal(Request):
    """Why money that was written down had not come like that."""

    mistake: Literal["never_came", "wrong_amount", "wrong_account"]


class Slip(Request):
    """A file handed in before with the purpose slip."""

    file_id: UUID


class PaymentsQuery(Request):
    """Which payments: still to pay, to receive (or only overdue), slips that wait; or closed: paid, received, both."""

    view: Literal["to_pay", "to_receive", "overdue", "slips", "paid", "received", "closed"] = "to_pay"
    cursor: Cursor = None


class TransfersQuery(Request):
    """Which transfers."""

    state: Annotated[
        Literal["unmatched", "matched", "withdrawn", "not_ours"] | None, BeforeValidator(blank_is_none)
    ] = None
    overdue: Overdue = None
    cursor: Cursor = None


class Period(Request):
    """A currency and the days of a statement, both included; without days the last thirty."""

    currency: Currency
    since: OptionalDay = Field(default=None, alias="from")
    until: OptionalLastDay = Field(default=None, alias="to")


class AccountsQuery(Request):
    """Which accounts of the ledger."""

    kind: Line
    currency: Currency
    cursor: Cursor = None


class ReceivedQuery(Request):
    """Where each list of a payee's money goes on; the cursor is that of what is due."""

    cursor: Cursor = None
    overdue: Cursor = None
    slips: Cursor = None
    unmatched: Cursor = None
    aside: Cursor = None
    closed: Cursor = None


class PaidQuery(Request):
    """Where each list of a payer's money goes on; the cursor is that of what is open."""

    cursor: Cursor = None
    closed: Cursor = None


class CursorQuery(Request):
    """Where a list goes on."""

    cursor: Cursor = None


def money(amount: Decimal, currency: str, *, field: str = "amount") -> Money:
    """Return an amount as money, or refuse, by its field, what is finer than the currency's smallest coin."""
    try:
        return Money.of(amount, currency)
    except ValueError:
        raise Refused.field(field, "too_fine", f"at most {MINOR_UNITS[currency]} decimals in {currency}") from None


messages.register(
    errors={
        "payer_only": _("Only the payer hands in the slip."),
        "amount_unlikely": _(
            "%(received)s is far more than the %(due)s that is open. Look at your account again. If it really came,"
            " confirm it: what is too much is owed back."
        ),
        "receipt_twice": _(
            "%(received)s of %(received_on)s is written down for this payment already. Look at your account again. If"
            " as much came a second time on that day, confirm it."
        ),
        "later_receipt": _(
            "More money was written down for payment %(payment)s after this. Withdraw that first, the latest before all"
            " others."
        ),
        "bank_says_so": _(
            "A statement of the bank tells of this money: it came. Say that it is not for an order here."
        ),
        "withdrawn_otherwise": _("This transfer was withdrawn before, for another reason, which stands."),
        "receipt_counts": _(
            "Something was done because of this money (%(payment)s): goods were promised or lines closed, or money was"
            " given back. It can be withdrawn no more; settle it with the payer, and ask the operator's finance people."
        ),
        "payee_only": _("Only the payee says what has arrived."),
        "payment_unknown": _("The card provider has not answered. Try again: nothing is charged twice."),
        "payment_provider_busy": _("The card provider is busy. Nothing was charged; try again in a moment."),
        "payment_provider_setup": _("The card provider does not know this city. Nothing was charged."),
        "payment_provider_refused": _("The card provider refused this (%(reason)s)."),
        "cards_off": _("This city takes no cards. Pay by bank transfer."),
        "card_cancelled": _("This card payment was given up. Begin a new one."),
        "card_not_captured": _("The card's bank no longer holds this money. Pay again."),
    },
    fields={
        "calendar_day": _("Write the day as year, month and day: 2026-11-25."),
        "refund_amount": _("No more can go back than is left of the payment: %(left)s."),
        "nothing_left": _("The money does not reach that far. Choose %(accepted)s."),
        "period": _("The period ends before it begins."),
        "whole_month": _("This statement is numbered by whole months. Name the first and the last day of one."),
        "rail_mode": _("This way of paying is settled otherwise: %(accepted)s."),
        "one_currency": _("Give %(accepted)s."),
    },
)
