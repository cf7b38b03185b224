"""What a company shows before it sells: which items its country asks for, and how each of them stands.

An item's state is worked out when it is read, from what the company shows (*evidence*), what a reviewer said of just
that (*ruling*), and today. Whoever shows something else is looked at again; what ran out is flagged, and suspends
nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.accounts.rules.numbers import VALIDATORS
from marketplace.kernel.errors import Conflict, Refused

LONGEST_REASON: Final = 2_000


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


class PaperItem(StrEnum):
    """Those of them that are papers, handed in as files; the licence comes with the application first."""

    LICENCE = Item.LICENCE.value
    TAX_CERTIFICATE = Item.TAX_CERTIFICATE.value
    EXPORT_REGISTRATION = Item.EXPORT_REGISTRATION.value
    BANK_LETTER = Item.BANK_LETTER.value


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
JUDGED: Final = (Item.REGISTRATION, Item.TAX_ID, Item.ADDRESS, *PAPERS)
WAIVABLE: Final = (*JUDGED, Item.PAYEE)
# What every country's companies show; the operator chooses for the others.
FIXED: Final = (Item.TERMS, Item.REGISTRATION, Item.LICENCE, Item.PAYEE, Item.REVIEW)
CHOSEN: Final = tuple(item for item in Item if item not in FIXED)
_SETTLED: Final = (ItemState.ACCEPTED, ItemState.WAIVED)
_BEFORE: Final = {Stage.MONTH: timedelta(days=30), Stage.WEEK: timedelta(days=7)}
WATCHED: Final = _BEFORE[Stage.MONTH]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a company shows: a ``mark`` that changes with it, its last day if it has one, whether it proves itself."""

    mark: str
    until: date | None = None
    proves_itself: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a reviewer said last, of which evidence, until which day (of a waiver), why, who and when."""

    verdict: Verdict
    mark: str
    until: date | None
    reason: str
    decided_by: UUID | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Requirement:
    """One item of a company as it stands; ``until``: the last day of what was shown, or of the waiver."""

    item: Item
    asked: Asked
    state: ItemState
    until: date | None
    mark: str
    ruling: Ruling | None

    @property
    def reason(self) -> str | None:
        """Why a reviewer said what counts now; None while nothing that was said does."""
        says = {Verdict.ACCEPT: ItemState.ACCEPTED, Verdict.REJECT: ItemState.REJECTED, Verdict.WAIVE: ItemState.WAIVED}
        if self.ruling is None or says[self.ruling.verdict] is not self.state or not self.ruling.reason:
            return None
        return self.ruling.reason

    @property
    def paper_id(self) -> UUID | None:
        """The paper that the company shows, None where it shows none or something else."""
        return UUID(self.mark) if self.item in PAPERS and self.mark else None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What a reviewer can say of it as it stands."""
        says = [each for each in Verdict if self.item in (WAIVABLE if each is Verdict.WAIVE else JUDGED)]
        if not self.mark:
            says = [each for each in says if each is Verdict.WAIVE]
        if self.state is ItemState.EXPIRED:
            says = [each for each in says if each is not Verdict.ACCEPT]
        return tuple(says)

    @property
    def is_open(self) -> bool:
        """Whether it keeps the company from being approved: the second gate."""
        return self.asked is Asked.REQUIRED and self.state not in _SETTLED

    @property
    def is_lacking(self) -> bool:
        """Whether an application waits for the company to show it: the first gate. The form itself asks the rest."""
        return self.is_open and self.state is not ItemState.PENDING and self.item in CHOSEN


def asked_in(country: str, chosen: Mapping[Item, Asked]) -> dict[Item, Asked]:
    """Return what is asked in a country, where the operator chose nothing else.

    Where a country has a validator its register and its tax office know a company by the same number, so a tax id is
    asked for elsewhere; it and the address are wanted but keep nobody from selling.
    """
    usual = dict.fromkeys(CHOSEN, Asked.NOT_ASKED)
    usual[Item.ADDRESS] = Asked.OPTIONAL
    usual[Item.TAX_ID] = Asked.NOT_ASKED if country in VALIDATORS else Asked.OPTIONAL
    return {item: Asked.REQUIRED if item in FIXED else chosen.get(item, usual[item]) for item in Item}


def requirement(
    item: Item, asked: Asked, evidence: Evidence | None, ruling: Ruling | None, *, today: date
) -> Requirement:
    """Work out how an item stands; a waiver counts until its day, whatever is shown meanwhile."""
    until, mark = (evidence.until, evidence.mark) if evidence else (None, "")
    if ruling is not None and ruling.verdict is Verdict.WAIVE and (ruling.until is None or ruling.until >= today):
        return Requirement(item, asked, ItemState.WAIVED, ruling.until, mark, ruling)
    return Requirement(item, asked, _state(evidence, ruling, today), until, mark, ruling)


def _state(evidence: Evidence | None, ruling: Ruling | None, today: date) -> ItemState:
    if evidence is None:
        return ItemState.MISSING
    if evidence.until is not None and evidence.until < today:
        return ItemState.EXPIRED
    if ruling is not None and ruling.verdict is not Verdict.WAIVE and ruling.mark == evidence.mark:
        return ItemState.ACCEPTED if ruling.verdict is Verdict.ACCEPT else ItemState.REJECTED
    return ItemState.ACCEPTED if evidence.proves_itself else ItemState.PENDING


def stage(until: date, *, today: date) -> Stage | None:
    """Return how near its last day is, None while it is far."""
    if until < today:
        return Stage.OVER
    near = [each for each, before in _BEFORE.items() if until - before <= today]
    return near[-1] if near else None


def check_ruling(item: Item, verdict: Verdict, reason: str, until: date | None, *, today: date) -> None:
    """Refuse a verdict that this item cannot have, one without a reason, and an end that is over or ends nothing."""
    can = WAIVABLE if verdict is Verdict.WAIVE else JUDGED
    if item not in can:
        raise Refused.field("verdict", "verdict_other", ", ".join(_verdicts_on(item)) or "none")
    check_reason(reason, is_needed=verdict is not Verdict.ACCEPT)
    if until is not None and verdict is not Verdict.WAIVE:
        raise Refused.field("until", "until_of_waiver", "a day only for what is waived")
    if until is not None and until < today:
        raise Refused.field("until", "day_over", f"{today.isoformat()} or later")


def check_judged(found: Requirement, verdict: Verdict, mark: str | None) -> None:
    """Refuse a verdict on what is not there, on what ran out, and on other evidence than the reviewer looked at."""
    if mark is not None and mark != found.mark:
        raise Conflict("evidence_changed", item=found.item)
    if verdict is Verdict.WAIVE:
        return
    if not found.mark:
        raise Conflict("nothing_shown", item=found.item)
    if verdict is Verdict.ACCEPT and found.state is ItemState.EXPIRED:
        raise Conflict("evidence_over", item=found.item)


def check_reason(reason: str, *, is_needed: bool = True) -> None:
    """Refuse a reason that is missing or too long."""
    if is_needed and not reason.strip():
        raise Refused.field("reason", "required", "why, in words the company can act on")
    if len(reason) > LONGEST_REASON:
        raise Refused.field("reason", "too_long", f"at most {LONGEST_REASON} characters")


def check_last_day(until: date | None, *, field: str, today: date) -> None:
    """Refuse a paper that is over already."""
    if until is not None and until < today:
        raise Refused.field(field, "licence_over", f"{today.isoformat()} or later")


def _verdicts_on(item: Item) -> list[str]:
    return [each for each in Verdict if item in (WAIVABLE if each is Verdict.WAIVE else JUDGED)]
