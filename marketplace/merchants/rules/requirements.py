"""What a company shows before it sells, buys as a verified one, or works here: which items are asked, how each stands.

An item's state is worked out when it is read, from what the company shows (*evidence*), what a reviewer said of just
that (*ruling*), and today. Whoever shows something else is looked at again; what ran out is flagged, and suspends
nobody. The registration of who sells is judged with the application that names it; what a buyer or a partner is
called and numbered, with its extract of the register.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.accounts.rules.numbers import VALIDATORS
from marketplace.accounts.rules.permissions import PARTNERS, CompanyKind
from marketplace.kernel.errors import Conflict, Refused
from marketplace.merchants.rules.states import STANDING, MerchantState

LONGEST_REASON: Final = 2_000


# The mark of a name and number that the operator compared before: with the licence of who sells.
COMPARED: Final = "compared"


class Kind(StrEnum):
    """As what a company is asked: a trader as one that sells and as one that buys, a partner as what it does here."""

    MERCHANT = "merchant"
    BUYER = "buyer"
    CARRIER = CompanyKind.CARRIER.value
    BROKER = CompanyKind.BROKER.value
    DC = CompanyKind.DC.value
    INSPECTOR = CompanyKind.INSPECTOR.value
    INSURER = CompanyKind.INSURER.value
    BANK = CompanyKind.BANK.value
    AGENT = CompanyKind.AGENT.value


class Item(StrEnum):
    """What can be asked for."""

    TERMS = "terms"
    REGISTRATION = "registration"
    LICENCE = "licence"
    TAX_ID = "tax_id"
    ADDRESS = "address"
    PAYEE = "payee"
    TAX_CERTIFICATE = "tax_certificate"
    EXPORT_REGISTRATION = "export_registration"
    BANK_LETTER = "bank_letter"
    REVIEW = "review"
    REGISTER = "register"
    IMPORT_REGISTRATION = "import_registration"
    TAX_STATUS = "tax_status"
    WAREHOUSE = "warehouse"
    PEOPLE = "people"
    TRADE_LICENCE = "trade_licence"
    LIABILITY_INSURANCE = "liability_insurance"


class PaperItem(StrEnum):
    """Those of them that are papers, handed in as files; the licence comes with the application first."""

    LICENCE = Item.LICENCE.value
    TAX_CERTIFICATE = Item.TAX_CERTIFICATE.value
    EXPORT_REGISTRATION = Item.EXPORT_REGISTRATION.value
    BANK_LETTER = Item.BANK_LETTER.value
    REGISTER = Item.REGISTER.value
    IMPORT_REGISTRATION = Item.IMPORT_REGISTRATION.value
    TAX_STATUS = Item.TAX_STATUS.value
    TRADE_LICENCE = Item.TRADE_LICENCE.value
    LIABILITY_INSURANCE = Item.LIABILITY_INSURANCE.value


class Asked(StrEnum):
    """Whether a country's companies are asked for an item."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_ASKED = "not_asked"


class ItemState(StrEnum):
    """How an item of a company stands."""

    MISSING = "missing"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WAIVED = "waived"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """What a reviewer says of an item."""

    ACCEPT = "accept"
    REJECT = "reject"
    WAIVE = "waive"


class Stage(StrEnum):
    """How near the end of what a company showed is, each told of once."""

    MONTH = "month"
    WEEK = "week"
    OVER = "over"


PAPERS: Final = tuple(Item(paper) for paper in PaperItem)
# What a reviewer compares; of the others the city knows by itself how they stand.
JUDGED: Final = (Item.TAX_ID, Item.ADDRESS, Item.WAREHOUSE, *PAPERS)
# Whoever acts for a partner accepts the terms before anything else: they are not asked for a second time.
_PARTNER: Final = (Item.REGISTER, Item.TRADE_LICENCE)
# What every country's companies show; the operator chooses for the others.
FIXED: Final[Mapping[Kind, tuple[Item, ...]]] = {
    Kind.MERCHANT: (Item.TERMS, Item.REGISTRATION, Item.LICENCE, Item.PAYEE, Item.REVIEW),
    Kind.BUYER: (Item.TERMS, Item.REGISTER, Item.WAREHOUSE, Item.PEOPLE),
    **{Kind(kind): _PARTNER for kind in PARTNERS},
}
CHOSEN: Final[Mapping[Kind, tuple[Item, ...]]] = {
    Kind.MERCHANT: (
        Item.TAX_ID,
        Item.ADDRESS,
        Item.TAX_CERTIFICATE,
        Item.EXPORT_REGISTRATION,
        Item.BANK_LETTER,
    ),
    Kind.BUYER: (Item.IMPORT_REGISTRATION, Item.TAX_STATUS),
    **{Kind(kind): (Item.LIABILITY_INSURANCE,) for kind in PARTNERS},
}
# Whose goods or doings cost others most when they go wrong: insured unless the operator says otherwise.
_INSURED: Final = (Kind.CARRIER, Kind.BROKER, Kind.DC)
# What is asked of who buys, and nobody judges with an application to sell.
BUYING: Final = (Item.REGISTER, Item.WAREHOUSE, Item.PEOPLE, *CHOSEN[Kind.BUYER])
_MEANS: Final = {
    Verdict.ACCEPT: ItemState.ACCEPTED,
    Verdict.REJECT: ItemState.REJECTED,
    Verdict.WAIVE: ItemState.WAIVED,
}
_SETTLED: Final = (ItemState.ACCEPTED, ItemState.WAIVED)
BEFORE: Final = {Stage.MONTH: timedelta(days=30), Stage.WEEK: timedelta(days=7)}
WATCHED: Final = BEFORE[Stage.MONTH]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a company shows: a ``mark`` that changes with it, its last day if it has one, whether it proves itself."""

    mark: str
    until: date | None = None
    proves_itself: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a reviewer said last, of which evidence, until which day (of a waiver), why, and when."""

    verdict: Verdict
    mark: str
    until: date | None = None
    reason: str = ""
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One item of a company as it stands.

    ``until``: the last day of what was shown, or of the waiver; ``is_over``: what was shown ended, waived or not.
    """

    item: Item
    asked: Asked
    state: ItemState
    until: date | None
    mark: str
    is_over: bool
    ruling: Ruling | None

    @property
    def reason(self) -> str | None:
        """Why a reviewer said what counts now; None while nothing that was said does."""
        return (self._holding and self._holding.reason) or None

    @property
    def looked_at(self) -> datetime | None:
        """When a reviewer said what counts now; None also where what is shown proves itself."""
        return self._holding.at if self._holding else None

    @property
    def _holding(self) -> Ruling | None:
        """What was said, if it is the reason that the item stands as it does."""
        return self.ruling if self.ruling and _MEANS[self.ruling.verdict] is self.state else None

    @property
    def paper_id(self) -> UUID | None:
        """The paper that the company shows, None where it shows none or something else."""
        return UUID(self.mark) if self.item in PAPERS and self.mark not in ("", COMPARED) else None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What a reviewer can say of it as it stands."""
        return tuple(each for each in Verdict if self.item in JUDGED and self._objection(each) is None)

    def check(self, verdict: Verdict, mark: str) -> None:
        """Refuse a verdict on other evidence than the reviewer looked at, and one that cannot be said as it stands.

        Conflict ``evidence_changed``, ``nothing_shown`` (what is waived can be taken back), ``evidence_over``.
        """
        if mark != self.mark:
            raise Conflict("evidence_changed", item=self.item)
        if objection := self._objection(verdict):
            raise Conflict(objection, item=self.item)

    def _objection(self, verdict: Verdict) -> str | None:
        if verdict is Verdict.WAIVE:
            return None
        if not self.mark:
            takes_back = verdict is Verdict.REJECT and self.state is ItemState.WAIVED
            return None if takes_back else "nothing_shown"
        return "evidence_over" if verdict is Verdict.ACCEPT and self.is_over else None

    @property
    def was_rejected(self) -> bool:
        """Whether the last word on it is no, of what is shown or of what came before that."""
        says_no = self.ruling is not None and self.ruling.verdict is Verdict.REJECT
        return says_no and self.state not in _SETTLED

    @property
    def is_open(self) -> bool:
        """Whether it keeps the company from being approved: the second gate."""
        return self.asked is Asked.REQUIRED and self.state not in _SETTLED

    def stands_by(self, until: date, *, is_waiver: bool) -> bool:
        """Tell whether what has this last day still counts here: it may have been replaced, rejected or taken back.

        A waiver that ended counts while nothing took its place.
        """
        if is_waiver and self.state is not ItemState.WAIVED:
            return self.state in (ItemState.MISSING, ItemState.PENDING, ItemState.REJECTED)
        settled = (ItemState.WAIVED,) if is_waiver else (ItemState.ACCEPTED, ItemState.EXPIRED)
        return self.state in settled and self.until == until

    @property
    def is_lacking(self) -> bool:
        """Whether an application waits for the company to show it: the first gate. The form itself asks the rest."""
        return self.is_open and self.state is not ItemState.PENDING and self.item in CHOSEN[Kind.MERCHANT]


def kinds_of(company: CompanyKind) -> tuple[Kind, ...]:
    """Return as what a company of this kind is asked; who runs the city, as nothing."""
    if company is CompanyKind.TRADE:
        return (Kind.MERCHANT, Kind.BUYER)
    return (Kind(company),) if company in PARTNERS else ()


def asked_in(country: str, kind: Kind, chosen: Mapping[Item, Asked]) -> dict[Item, Asked]:
    """Return what is asked in a country of such companies, in the order of the items, by the operator's choice.

    Where a country has a validator its register and its tax office know a company by the same number, so a tax id is
    asked of who sells elsewhere; it and the address are wanted but keep nobody from selling.
    """
    usual = dict.fromkeys(CHOSEN[kind], Asked.NOT_ASKED)
    match kind:
        case Kind.MERCHANT:
            usual[Item.ADDRESS] = Asked.OPTIONAL
            usual[Item.TAX_ID] = Asked.NOT_ASKED if country in VALIDATORS else Asked.OPTIONAL
        case Kind.BUYER:
            usual = dict.fromkeys(CHOSEN[kind], Asked.REQUIRED)
        case _:
            usual[Item.LIABILITY_INSURANCE] = Asked.REQUIRED if kind in _INSURED else Asked.OPTIONAL
    asked = {item: chosen.get(item, usual[item]) for item in CHOSEN[kind]} | dict.fromkeys(FIXED[kind], Asked.REQUIRED)
    return {item: asked[item] for item in Item if item in asked}


def requirement(
    item: Item, asked: Asked, evidence: Evidence | None, ruling: Ruling | None, *, today: date
) -> Requirement:
    """Work out how an item stands; a waiver counts until its day, whatever is shown meanwhile."""
    until, mark = (evidence.until, evidence.mark) if evidence else (None, "")
    is_over = until is not None and until < today
    if ruling is not None and ruling.verdict is Verdict.WAIVE and (ruling.until is None or ruling.until >= today):
        return Requirement(item, asked, ItemState.WAIVED, ruling.until, mark, is_over, ruling)
    state = ItemState.EXPIRED if is_over else _state(evidence, ruling)
    return Requirement(item, asked, state, until, mark, is_over, ruling)


def _state(evidence: Evidence | None, ruling: Ruling | None) -> ItemState:
    if evidence is None:
        return ItemState.MISSING
    if ruling is not None and ruling.verdict is not Verdict.WAIVE and ruling.mark == evidence.mark:
        return ItemState.ACCEPTED if ruling.verdict is Verdict.ACCEPT else ItemState.REJECTED
    return ItemState.ACCEPTED if evidence.proves_itself else ItemState.PENDING


def is_verified(found: Iterable[Requirement], accepted: Collection[Item]) -> bool:
    """Tell whether the city may call a merchant verified: nothing that it has to show was rejected.

    ``accepted``: the items of which a paper counts that was accepted. Whoever shows the next one loses nothing by it.
    """
    return not any(each.asked is Asked.REQUIRED and each.was_rejected and each.item not in accepted for each in found)


def is_compared(licence: Ruling | None, accepted: Collection[Item]) -> bool:
    """Tell whether name and number still rest on a licence: one that was accepted, or the application's own.

    ``licence``: what was said last of the licence. A licence that was rejected or never asked for carries no claim.
    """
    return licence is None or Item.LICENCE in accepted


def comes_alone(item: Item, merchant: MerchantState | None) -> bool:
    """Tell whether a company hands an item in by itself: papers, the licence once it applied with one."""
    if item is Item.LICENCE:
        return merchant in (MerchantState.SUBMITTED, *STANDING)
    return item in PAPERS


def check_ruling(verdict: Verdict, reason: str, until: date | None, *, today: date) -> None:
    """Refuse a verdict without a reason, and an end that is over or ends nothing."""
    check_reason(reason, is_needed=verdict is not Verdict.ACCEPT)
    if until is not None and verdict is not Verdict.WAIVE:
        raise Refused.field("until", "until_of_waiver", "a day only for what is waived")
    if until is not None and until < today:
        raise Refused.field("until", "day_over", f"{today.isoformat()} or later")


def check_reason(reason: str, *, is_needed: bool = True, field: str = "reason") -> None:
    """Refuse a reason that is missing or too long, by the name of the field that it is written in."""
    if is_needed and not reason.strip():
        raise Refused.field(field, "required", "why, in words the company can act on")
    if len(reason) > LONGEST_REASON:
        raise Refused.field(field, "too_long", f"at most {LONGEST_REASON} characters")


def check_last_day(until: date | None, *, field: str, today: date) -> None:
    """Refuse a paper that is over already."""
    if until is not None and until < today:
        raise Refused.field(field, "licence_over", f"{today.isoformat()} or later")
