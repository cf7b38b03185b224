"""What people send about bank statements and the house's money, and why it may be refused."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field, model_validator

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, blank_is_none, clean_text
from marketplace.edge.requests.payments import Cursor, amount_apart

Optional = Annotated[Line | None, BeforeValidator(blank_is_none)]
OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]


class Statement(Request):
    """How a bank's file is read; account, currency, mapping and opening balance are for tables (CSV) alone."""

    account: Optional = None
    currency: Annotated[Currency | None, BeforeValidator(blank_is_none)] = None
    mapping: Annotated[str | None, Field(max_length=20_000), BeforeValidator(blank_is_none)] = None
    opening: Annotated[Exact | None, BeforeValidator(blank_is_none)] = None


class StatementsQuery(Request):
    """Where a list of statements or entries goes on."""

    cursor: Cursor = None


class HouseEntriesQuery(Request):
    """Which entries of the operator's own account."""

    state: Annotated[
        Literal["unmatched", "proposed", "matched", "reversing"] | None, BeforeValidator(blank_is_none)
    ] = None
    cursor: Cursor = None


class Part(Request):
    """A share of an entry and what it is for; without an amount it is all of it."""

    purpose: Literal[
        "commission",
        "receivable",
        "receipt",
        "payout",
        "payout_return",
        "sale",
        "sale_receipt",
        "sale_return",
        "provider",
        "own",
        "sender",
    ]
    amount: Annotated[Exact | None, BeforeValidator(blank_is_none)] = None
    currency: Annotated[Currency | None, BeforeValidator(blank_is_none)] = None
    company_id: OptionalId = None
    payout_id: OptionalId = None
    receipt_id: OptionalId = None
    payment_id: OptionalId = None
    transfer_id: OptionalId = None
    return_id: OptionalId = None

    _amount_apart = model_validator(mode="before")(amount_apart)


class HouseMatch(Request):
    """What an entry is for; bank and BIC of the sender's account where money goes back and the statement has none."""

    parts: list[Part] = Field(min_length=1, max_length=20)
    bic: Optional = None
    bank_name: Optional = None
    account_name: Optional = None


class HouseReversal(Request):
    """Why an entry was placed wrongly."""

    reason: Annotated[str, BeforeValidator(clean_text, json_schema_input_type=str), Field(max_length=500)] = ""


messages.register(
    errors={
        "placement_followed": _(
            "Something has come of this line already, so it cannot be taken back here: a return that is on its way, a"
            " payout that bounced or is promised again. Settle that first."
        ),
        "statement_large": _("This file is too large for a statement: at most %(accepted)s."),
        "hand_limit": _(
            "Within seven days one person writes down less than %(threshold)s of one company's money. Bring in the"
            " bank's statement: a second person agrees to its line."
        ),
        "own_money": _("This concerns your own company's money; somebody else says what it is for."),
    },
    fields={
        "statement_file": _("This is no bank statement that can be read. Hand in %(accepted)s."),
        "statement_xml": _("This XML cannot be read, or declares what no statement needs. Hand in %(accepted)s."),
        "statement_mt940": _(
            "This file begins like %(accepted)s but cannot be read as such. Fetch it anew from the bank."
        ),
        "statement_money": _("The statement is in a currency that is not traded here. Accepted: %(accepted)s."),
        "statement_currency": _("Row %(row)s is in another currency. Accepted: %(accepted)s."),
        "statement_account": _("The statement is of %(account)s, which is no account of your company: %(accepted)s."),
        "statement_accounts": _("Name the account first that the statement is of: %(accepted)s."),
        "statement_rows": _("Too many entries in one file: at most %(accepted)s."),
        "statement_many": _("Too many statements in one file: at most %(accepted)s."),
        "statement_amount": _("Row %(row)s: write an amount: %(accepted)s."),
        "statement_number": _("Row %(row)s: the amount cannot be read. Accepted: %(accepted)s."),
        "statement_date": _("Row %(row)s: the day cannot be read, or reads in two ways. Write %(accepted)s."),
        "statement_day": _("Row %(row)s: nothing can have been booked on that day. Accepted: %(accepted)s."),
        "statement_balance": _(
            "Row %(row)s: the balances do not add up: what came and went up to there makes %(sum)s, the row says"
            " %(accepted)s. Nothing was imported."
        ),
        "statement_sum": _(
            "The statement %(statement)s does not add up: opening balance and entries make %(sum)s, its closing balance"
            " is %(accepted)s. Nothing was imported."
        ),
        "statement_header": _("No row of headers was found. Name the columns, in any order: %(accepted)s."),
        "statement_empty": _("There are no entries below the headers: %(accepted)s."),
        "parts_sum": _("The parts must make %(accepted)s together."),
        "parts_twice": _("Name %(accepted)s."),
        "split": _("Give each payment its part: %(accepted)s."),
        "no_source": _(
            "The statement does not say from which account this came, so it cannot go back from here. Use %(accepted)s."
        ),
    },
)
