"""What people write down about official invoices."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Currency, Exact, Line, Request, blank_is_none
from marketplace.edge.requests.payments import Cursor, Day

Type = Literal[
    "fapiao_special",
    "fapiao_ordinary",
    "vat_invoice",
    "sales_invoice",
    "faktur_pajak",
    "e_invoice",
    "e_tax_invoice",
    "tax_invoice",
]
OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]
OptionalNumber = Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)]


class Invoice(Request):
    """An invoice as it stands in the state's system; ``amount`` without tax, negative on a red-letter invoice.

    ``refers_to`` is the number of the first invoice: of a red-letter one, or of the one that this replaces.
    """

    order: Annotated[Line, Field(max_length=16)]
    country: Country
    type: Type
    code: Annotated[Annotated[Line, Field(max_length=20)] | None, BeforeValidator(blank_is_none)] = None
    number: Annotated[Line, Field(max_length=40)]
    issued_on: Day
    amount: Exact
    tax: Exact
    currency: Currency
    refers_to: OptionalNumber = None
    file_id: OptionalId = None


class Lines(Request):
    """What an invoice is for: amounts, tax included, for order lines in the same order; an empty amount is none."""

    line_ids: list[UUID] = Field(max_length=200)
    amounts: list[Annotated[Exact | None, BeforeValidator(blank_is_none)]] = Field(max_length=200)


class MissingQuery(Request):
    """Lines that wait for an invoice: those to issue as their seller, or to receive as their buyer."""

    side: Literal["seller", "buyer"] = "seller"
    cursor: Cursor = None


class RegisterQuery(Request):
    """Where each list of the register goes on; the cursor is that of the recorded invoices."""

    cursor: Cursor = None
    to_issue: Cursor = None
    to_receive: Cursor = None


messages.register(
    errors={
        "invoice_recorded": _("Invoice %(number)s of this seller is recorded already."),
        "red_letter": _("A red-letter invoice refers to this one: both follow what the first was for."),
        "issuer_only": _("Only the seller, or who recorded it, says that an invoice is void."),
    },
    fields={
        "invoice_number": _("Write it as it stands on the invoice: %(accepted)s."),
        "future": _("This day is still to come. Give %(accepted)s."),
        "over": _("That is more than there is: %(accepted)s."),
        "columns": _("The sheet has no column for %(accepted)s."),
        "same_length": _("Give an amount for each line."),
    },
)
