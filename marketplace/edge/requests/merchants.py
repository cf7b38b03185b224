"""What companies send when they apply to sell, and what reviewers answer."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Currency, Exact, Line, Request, Text, Tick, Verbatim, blank_is_none
from marketplace.edge.requests.accounts import Words
from marketplace.edge.requests.payments import CursorQuery, Day, amount_apart
from marketplace.merchants.rules.goods_screening import MOST_OF_ONE
from marketplace.merchants.rules.payees import is_bic
from marketplace.merchants.rules.requirements import Asked, Item, Kind, PaperItem, Verdict
from marketplace.merchants.rules.screening import LONGEST, MOST_ALIASES, MOST_ENTRIES, HitState, ListKind
from marketplace.merchants.rules.states import ApplicationState


def bank_code(value: str | None) -> str | None:
    """Refuse a BIC for its form, with all other fields; whether it fits the bank's country is asked of the account."""
    if value is not None and not is_bic(value):
        raise PydanticCustomError("bic", "8 or 11 letters and digits (ISO 9362)")
    return value


Optional = Annotated[Line | None, BeforeValidator(blank_is_none)]


class Account(Request):
    """An account to be paid into, and the second factor that proves who names it."""

    currency: Currency
    account_name: Line
    bank_name: Line
    account_number: Line
    bic: Annotated[Line, AfterValidator(bank_code)]
    country: Country
    code: Optional = None


class Board(CursorQuery):
    """Where the board of papers goes on, and the registration number of a company that is looked for."""

    number: Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)] = None


class Proof(Request):
    """The second factor that proves who takes an account back."""

    code: Optional = None


class Application(Request):
    """An application to sell; account and second factor are asked for while the company has named none."""

    legal_name: Line
    registration_number: Line
    licence_file_id: UUID
    licence_until: Annotated[Day | None, BeforeValidator(blank_is_none)] = None
    currency: Annotated[Currency | None, BeforeValidator(blank_is_none)] = None
    account_name: Optional = None
    bank_name: Optional = None
    account_number: Optional = None
    bic: Annotated[Optional, AfterValidator(bank_code)] = None
    country: Annotated[Country | None, BeforeValidator(blank_is_none)] = None
    code: Optional = None


class Decision(Request):
    """What a reviewer decides about an application, and why; ``despite_name`` lets two names stand that look alike."""

    decision: Literal["approve", "reject", "request_changes"]
    reason: Text
    despite_name: Tick = False


class Standing(Request):
    """Suspend a merchant or reinstate it, and why."""

    action: Literal["suspend", "reinstate"]
    reason: Text


class Paper(Request):
    """A paper for an item the company is asked for: a file handed in with purpose ``licence``, and its last day."""

    item: PaperItem
    file_id: UUID
    until: Annotated[Day | None, BeforeValidator(blank_is_none)] = None


class Ruling(Request):
    """What a reviewer says of an item, and why.

    ``mark`` names the evidence that was looked at, empty when there is none; ``until`` is the last day of a waiver;
    ``despite_name`` lets two names stand that look alike, where an extract of the register is accepted.
    """

    item: Item
    verdict: Verdict
    reason: Annotated[Text | None, BeforeValidator(blank_is_none)] = None
    until: Annotated[Day | None, BeforeValidator(blank_is_none)] = None
    mark: Annotated[Verbatim, Field(max_length=80)] = ""
    despite_name: Tick = False


class Choice(Request):
    """Whether companies of a country are asked for an item, as what."""

    asked: Asked
    kind: Kind = Kind.MERCHANT


class Asking(Request):
    """As what companies are asked."""

    kind: Annotated[Kind | None, BeforeValidator(blank_is_none)] = None


class Listed(Request):
    """An entry of a list: a name, others it goes by, its country and numbers if the list says so."""

    name: Annotated[Line, Field(max_length=LONGEST)]
    aliases: list[Annotated[Line, Field(max_length=LONGEST)]] = Field(default_factory=list, max_length=MOST_ALIASES)
    country: Annotated[Country | None, BeforeValidator(blank_is_none)] = None
    numbers: list[Annotated[Line, Field(max_length=64)]] = Field(default_factory=list, max_length=MOST_ALIASES)


class ListedGoods(Request):
    """Goods on a list: what it calls them, beginnings of HS codes in 2 to 10 digits, words; of both, both fit."""

    name: Annotated[Line, Field(max_length=LONGEST)]
    hs: list[Annotated[Line, Field(max_length=20)]] = Field(default_factory=list, max_length=MOST_OF_ONE)
    words: list[Annotated[Line, Field(max_length=LONGEST)]] = Field(default_factory=list, max_length=MOST_OF_ONE)


class ScreeningList(Request):
    """A version of a list: ``entries`` are compared with companies and people, ``goods`` with listings."""

    kind: ListKind
    name: Line
    entries: list[Listed] = Field(default_factory=list, max_length=MOST_ENTRIES)
    goods: list[ListedGoods] = Field(default_factory=list, max_length=MOST_ENTRIES)


class ScreeningSheet(Request):
    """What a list is called of which the entries come as a sheet."""

    kind: ListKind
    name: Line


class HitDecision(Request):
    """What a person says of a hit, and why."""

    decision: Literal["clear", "confirm"]
    reason: Text


class Hits(Request):
    """Which hits are listed."""

    state: Annotated[HitState | None, BeforeValidator(blank_is_none)] = None
    cursor: Optional = None


class Warehouse(Request):
    """Where a buyer receives goods, in its own country."""

    street: Line
    city: Annotated[Line, Field(max_length=100)]
    region: Words = ""
    postcode: Words = ""


class CreditLimit(Request):
    """How much a buyer may owe in a currency and to which day, and why; nothing takes the limit before back."""

    amount: Exact
    currency: Currency
    until: Day
    reason: Text

    _amount_apart = model_validator(mode="before")(amount_apart)


class Queue(Request):
    """Which applications are listed."""

    state: Annotated[ApplicationState | None, BeforeValidator(blank_is_none)] = None
    cursor: Optional = None


messages.register(
    errors={
        "own_application": _("Nobody decides about a company of their own."),
        "name_taken": _(
            "The company would be called something that looks like %(name)s, which was verified before. Ask for another"
            " name, or say that both may stand."
        ),
        "payee_missing": _("The company has named no account to be paid into yet."),
        "requirements_open": _(
            "Something that is required was not shown, or not accepted yet: see how each item stands."
        ),
        "licence_with_application": _("The licence of a company that does not sell yet goes with its application."),
        "evidence_changed": _("The company shows something else by now. Look at that first."),
        "number_compared": _("Another company with this number was compared with its register already."),
        "not_verified": _("Only a verified buyer has a credit limit."),
        "nothing_shown": _("The company has shown nothing here: it can only be waived."),
        "evidence_over": _("What the company shows here has ended: it cannot be accepted."),
        "number_sells": _("Another merchant sells under this registration number already."),
        "payee_waiting": _("Another account waits in %(currency)s already. Take it back first."),
        "second_factor_missing": _("Changing accounts needs a second factor. Set up an authenticator app first."),
    },
    fields={
        "registration_number": _("This is no %(accepted)s: check every character."),
        "registration_pattern": _("Write the number as on the licence: %(accepted)s."),
        "licence": _("Hand in the business licence: %(accepted)s."),
        "screening_sheet": _("This sheet cannot be read as a list. It needs %(accepted)s."),
        "screening_party": _("A row of goods has no country, aliases or numbers. Leave them out."),
        "hs_prefix": _("Write the beginning of an HS code: %(accepted)s."),
        "listed_words": _("Write words that can be compared: %(accepted)s."),
        "screening_row": _("Row %(row)s, column “%(column)s”: write %(accepted)s."),
        "screening_goods": _("Row %(row)s, column “%(column)s”: leave it empty for goods."),
        "until_of_waiver": _("Only a waiver has a last day."),
        "day_over": _("Choose %(accepted)s."),
        "paper_file": _("Hand in a scan or a photo: %(accepted)s."),
        "licence_over": _("This paper is over. Hand in one that is valid: %(accepted)s."),
        "account_number": _("Write the account number: %(accepted)s."),
        "iban": _("The check digits of this IBAN are wrong."),
        "bic": _("Write the bank's BIC: %(accepted)s."),
        "bic_country": _("This BIC belongs to a bank in another country than %(country)s."),
    },
)
