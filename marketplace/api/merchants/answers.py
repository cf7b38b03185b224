"""What the API says of applications and accounts."""

from datetime import date
from uuid import UUID

from marketplace.accounts.queries.directory import Lookalike as LookalikeRow
from marketplace.accounts.rules.companies import Address
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.merchants.queries import ApplicationRow, PayeeRow
from marketplace.merchants.queries.levels import BuyerRow, LimitRow
from marketplace.merchants.queries.requirements import RulingRow
from marketplace.merchants.queries.screening import HitRow, ListRow
from marketplace.merchants.queries.watching import WatchRow
from marketplace.merchants.rules.requirements import Requirement


class Decision(Answer):
    """What was decided about an application and why."""

    action: str
    reason: str
    decided_at: Instant


class Application(Answer):
    """An application as it was sent; ``proof`` says how far its number proves itself, ``check`` by which validator."""

    id: UUID
    company_id: UUID
    state: str
    legal_name: str
    country: str
    registration_number: str
    check: str
    proof: str
    licence_file_id: UUID
    licence_until: date | None
    submitted_at: Instant
    due_at: Instant | None
    escalated_at: Instant | None
    decision: Decision | None

    @classmethod
    def of(cls, row: ApplicationRow) -> "Application":
        """Write an application."""
        decided = row.decision
        return cls(
            id=row.id,
            company_id=row.company_id,
            state=row.state,
            legal_name=row.legal_name,
            country=row.country,
            registration_number=row.registration_number,
            check=row.number_check,
            proof=row.proof,
            licence_file_id=row.licence_file_id,
            licence_until=row.licence_until,
            submitted_at=row.submitted_at,
            due_at=row.due_at,
            escalated_at=row.escalated_at,
            decision=Decision(action=decided.action, reason=decided.reason, decided_at=decided.decided_at)
            if decided
            else None,
        )


class Lookalike(Answer):
    """A company called something that looks like the name applied with; ``known``: verified or let in before."""

    id: UUID
    kind: str
    name: str
    country: str
    known: bool

    @classmethod
    def of(cls, row: LookalikeRow) -> "Lookalike":
        """Write a company."""
        return cls(id=row.id, kind=row.kind, name=row.name, country=row.country, known=row.is_known)


class Item(Answer):
    """One thing a company has to show before it sells, and how it stands."""

    item: str
    asked: str
    state: str
    until: date | None
    reason: str | None
    looked_at: Instant | None

    @classmethod
    def of(cls, row: Requirement) -> "Item":
        """Write a requirement; reason and time are a reviewer's, of what the company shows now."""
        return cls(
            item=row.item,
            asked=row.asked,
            state=row.state,
            until=row.until,
            reason=row.reason,
            looked_at=row.looked_at,
        )


class Judged(Item):
    """An item as its reviewers see it: ``mark`` names what the company shows, ``paper_id`` the paper if it is one."""

    mark: str
    paper_id: UUID | None

    @classmethod
    def of(cls, row: Requirement) -> "Judged":
        """Write a requirement."""
        shown = Item.of(row)
        return cls(**shown.model_dump(), mark=row.mark, paper_id=row.paper_id)


class Ruling(Answer):
    """What was said of an item, why, by whom and when."""

    item: str
    verdict: str
    until: date | None
    reason: str
    decided_by: UUID | None
    decided_at: Instant

    @classmethod
    def of(cls, row: RulingRow) -> "Ruling":
        """Write a ruling."""
        return cls(
            item=row.item,
            verdict=row.verdict,
            until=row.until,
            reason=row.reason,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )


class Watched(Answer):
    """An item of a company that sells, and how it stands; accepted and waived ones end soon.

    A waiver that ended, and after which nothing was shown, is ``expired`` and ``waiver``.
    """

    company_id: UUID
    company: str
    item: str
    state: str
    waiver: bool
    until: date | None

    @classmethod
    def of(cls, row: WatchRow) -> "Watched":
        """Write an item."""
        return cls(
            company_id=row.company_id,
            company=row.company_name,
            item=row.item,
            state=row.state,
            waiver=row.is_waiver,
            until=row.until,
        )


class Choice(Answer):
    """Whether companies of a country are asked for an item; of a ``fixed`` one the operator chooses nothing."""

    country: str
    kind: str
    item: str
    asked: str
    fixed: bool


class Merchant(Answer):
    """How the asker's company stands as a merchant; ``state`` is None before its first application."""

    company_id: UUID
    state: str | None
    requirements: list[Item]


class Payee(Answer):
    """An account that the asker's company named."""

    id: UUID
    currency: str
    state: str
    account_name: str
    bank_name: str
    account_number: str
    bic: str
    country: str
    active_from: Instant

    @classmethod
    def of(cls, row: PayeeRow) -> "Payee":
        """Write an account."""
        return cls(
            id=row.id,
            currency=row.currency,
            state=row.state,
            account_name=row.account.account_name,
            bank_name=row.account.bank_name,
            account_number=row.account.account_number,
            bic=row.account.bic,
            country=row.account.country,
            active_from=row.active_from,
        )


class Limit(Answer):
    """How much a buyer may owe in a currency, to which day, why, and who said so when."""

    limit: Amount
    until: date
    reason: str
    set_by: UUID | None
    set_at: Instant

    @classmethod
    def of(cls, row: LimitRow) -> "Limit":
        """Write a limit."""
        return cls(limit=Amount.of(row.limit), until=row.until, reason=row.reason, set_by=row.set_by, set_at=row.set_at)


class Buyer(Answer):
    """A verified buyer; ``until`` is the first last day of what it showed, ``limits`` are those that count."""

    company_id: UUID
    company: str
    country: str
    until: date | None
    limits: list[Amount]

    @classmethod
    def of(cls, row: BuyerRow) -> "Buyer":
        """Write a buyer."""
        return cls(
            company_id=row.company_id,
            company=row.company_name,
            country=row.country,
            until=row.until,
            limits=[Amount.of(limit) for limit in row.limits],
        )


class Place(Answer):
    """Where a buyer receives goods."""

    street: str
    city: str
    region: str
    postcode: str

    @classmethod
    def of(cls, row: Address) -> "Place":
        """Write an address."""
        return cls(street=row.street, city=row.city, region=row.region, postcode=row.postcode)


class Qualification(Answer):
    """How the asker's company stands as ``kind``, a buyer or a partner, and what it is asked for.

    ``level`` is a buyer's; ``admitted`` tells whether a partner may be given new work. ``limits`` are amounts only.
    """

    company_id: UUID
    kind: str
    level: str | None
    admitted: bool | None
    until: date | None
    limits: list[Amount]
    warehouse: Place | None
    requirements: list[Item]


class ListVersion(Answer):
    """A version of a list; ``current``: the newest of its kind and name, with which everybody is compared.

    ``sheet``: the sheet that it was read from is kept, at ``/screening-lists/{id}/sheet``.
    """

    id: UUID
    kind: str
    name: str
    sha256: str
    entries: int
    imported_by: UUID | None
    imported_at: Instant
    current: bool
    sheet: bool

    @classmethod
    def of(cls, row: ListRow) -> "ListVersion":
        """Write a version."""
        return cls(
            id=row.id,
            kind=row.kind,
            name=row.name,
            sha256=row.sha256,
            entries=row.entries,
            imported_by=row.imported_by,
            imported_at=row.imported_at,
            current=row.is_current,
            sheet=row.file_id is not None,
        )


class Hit(Answer):
    """What is like an entry of a list, by which rule, and what somebody said of it: a company, a person, or goods.

    Of goods ``subject_id`` is the listing; the entry's numbers are beginnings of HS codes, its aliases words.
    """

    id: UUID
    subject: str
    subject_id: UUID
    company_id: UUID
    company: str
    likeness: str
    state: str
    reason: str
    decided_by: UUID | None
    decided_at: Instant | None
    found_at: Instant
    entry_name: str
    entry_country: str
    entry_aliases: list[str]
    entry_numbers: list[str]
    list_id: UUID
    list_kind: str
    list_name: str

    @classmethod
    def of(cls, row: HitRow) -> "Hit":
        """Write a hit."""
        return cls(
            id=row.id,
            subject=row.subject_kind,
            subject_id=row.subject_id,
            company_id=row.company_id,
            company=row.company_name,
            likeness=row.likeness,
            state=row.state,
            reason=row.reason,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            found_at=row.found_at,
            entry_name=row.entry_name,
            entry_country=row.entry_country,
            entry_aliases=list(row.entry_aliases),
            entry_numbers=list(row.entry_numbers),
            list_id=row.list_id,
            list_kind=row.list_kind,
            list_name=row.list_name,
        )
