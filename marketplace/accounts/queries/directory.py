"""Lists for those who look after people and partners."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Invitation, Membership, Person
from marketplace.accounts.rules.names import skeleton
from marketplace.accounts.rules.permissions import PARTNERS, CompanyKind
from marketplace.kernel.pages import Page, decode_id, page_of

_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person as the city's admins see them."""

    id: UUID
    display_name: str
    email: str | None
    phone: str | None
    companies: tuple[str, ...]
    created_at: datetime
    is_active: bool


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner company; while nobody leads it, the address that was invited last."""

    id: UUID
    kind: CompanyKind
    name: str
    country: str
    registration_number: str
    created_at: datetime
    is_led: bool
    invited: str | None


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A company of which the name looks like another; ``is_known``: the operator verified it or let it in."""

    id: UUID
    kind: CompanyKind
    name: str
    country: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class FoundTrader:
    """An open trading company as who looks for it by name or number finds it."""

    id: UUID
    name: str
    country: str
    registration_number: str

    def is_exactly(self, words: str) -> bool:
        """Tell whether this is its whole name, its number in its register, or its id."""
        known = (self.name.casefold(), self.registration_number.casefold(), str(self.id))
        return words.casefold() in known


def traders_called(session: Session, *, words: str, most: int = _SIZE) -> tuple[FoundTrader, ...]:
    """Return open trading companies whose name holds the words, or that have this number or id; those first."""
    number = sa.func.lower(Company.registration_number) == words.lower()
    exactly = sa.or_(number, sa.func.lower(Company.name) == words.lower())
    with suppress(ValueError):  # it is no id
        exactly = sa.or_(exactly, Company.id == UUID(words))
    wanted = (
        sa.select(Company.id, Company.name, Company.country, Company.registration_number)
        .where(
            Company.kind == CompanyKind.TRADE,
            Company.closed_at.is_(None),
            sa.or_(exactly, Company.name.icontains(words, autoescape=True)),
        )
        .order_by(exactly.desc(), Company.name, Company.id)
        .limit(most)
    )
    return tuple(FoundTrader(*row) for row in session.execute(wanted))


def lookalikes(session: Session, *, company_id: UUID, name: str) -> tuple[Lookalike, ...]:
    """Return other open companies called something that looks like this name, known ones first, at most fifty."""
    is_known = sa.or_(Company.verified_at.is_not(None), Company.kind != CompanyKind.TRADE).label("is_known")
    wanted = (
        sa.select(Company.id, Company.kind, Company.name, Company.country, is_known)
        .where(Company.name_skeleton == skeleton(name), Company.id != company_id, Company.closed_at.is_(None))
        .order_by(is_known.desc(), Company.id)
        .limit(_SIZE)
    )
    return tuple(Lookalike(*row) for row in session.execute(wanted))


def same_number(session: Session, *, company_id: UUID, country: str, registration_number: str) -> tuple[UUID, ...]:
    """Return other open companies that the operator compared with this number of a register.

    Whoever has the number, or says so, is locked in one order: of two that are compared at once the second sees the
    first.
    """
    held = session.scalars(
        sa.select(Company)
        .where(
            Company.country == country, Company.registration_number == registration_number, Company.closed_at.is_(None)
        )
        .order_by(Company.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    return tuple(row.id for row in held if row.id != company_id and row.verified_at is not None)


def people(session: Session, *, words: str = "", cursor: str | None = None, size: int = _SIZE) -> Page[ListedPerson]:
    """Return people whose name or address holds the words, newest first; erased ones are nobody."""
    wanted = sa.select(Person).where(Person.erased_at.is_(None)).order_by(Person.id.desc()).limit(size + 1)
    if words:
        found = (Person.name, Person.email, Person.phone)
        wanted = wanted.where(sa.or_(*(column.icontains(words, autoescape=True) for column in found)))
    if cursor:
        wanted = wanted.where(Person.id < decode_id(cursor))
    page = page_of(session.scalars(wanted).all(), size, lambda person: (str(person.id),))
    companies = _companies(session, [person.id for person in page.items])
    return page.map(lambda person: _listed(person, companies.get(person.id, ())))


def get_listed(session: Session, *, person_id: UUID) -> ListedPerson:
    """Return one person as the list shows them; the caller has seen that there is one."""
    person = session.get_one(Person, person_id)
    return _listed(person, _companies(session, [person_id]).get(person_id, ()))


def partners(session: Session, *, cursor: str | None = None, size: int = _SIZE) -> Page[PartnerRow]:
    """Return the open partner companies, newest first."""
    is_led = sa.exists().where(Membership.company_id == Company.id, Membership.ended_at.is_(None))
    wanted = (
        sa.select(Company, is_led.label("is_led"))
        .where(Company.kind.in_(PARTNERS), Company.closed_at.is_(None))
        .order_by(Company.id.desc())
        .limit(size + 1)
    )
    if cursor:
        wanted = wanted.where(Company.id < decode_id(cursor))
    page = page_of(session.execute(wanted).all(), size, lambda row: (str(row.Company.id),))
    invited = _invited(session, [row.Company.id for row in page.items if not row.is_led])
    return page.map(lambda row: _partner(row, invited))


def _companies(session: Session, person_ids: list[UUID]) -> dict[UUID, tuple[str, ...]]:
    rows = session.execute(
        sa.select(Membership.person_id, Company.name)
        .join(Company, Company.id == Membership.company_id)
        .where(Membership.person_id.in_(person_ids), Membership.ended_at.is_(None))
        .order_by(Membership.created_at, Membership.id)
    )
    found: defaultdict[UUID, tuple[str, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.person_id] += (row.name,)
    return found


def _invited(session: Session, company_ids: list[UUID]) -> dict[UUID, str | None]:
    rows = session.execute(
        sa.select(Invitation.company_id, Invitation.email, Invitation.phone)
        .where(Invitation.company_id.in_(company_ids))
        .order_by(Invitation.id)
    )
    return {row.company_id: row.email or row.phone for row in rows}


def _listed(person: Person, companies: tuple[str, ...]) -> ListedPerson:
    return ListedPerson(
        id=person.id,
        display_name=person.name or "",
        email=person.email,
        phone=person.phone,
        companies=companies,
        created_at=person.created_at,
        is_active=person.disabled_at is None,
    )


def _partner(row: Any, invited: dict[UUID, str | None]) -> PartnerRow:
    company: Company = row.Company
    return PartnerRow(
        id=company.id,
        kind=company.kind,
        name=company.name,
        country=company.country,
        registration_number=company.registration_number,
        created_at=company.created_at,
        is_led=row.is_led,
        invited=invited.get(company.id),
    )
