"""Read companies and people, as frozen rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import (
    Company,
    Invitation,
    Membership,
    Person,
    Unit,
)
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.closures import Works, deadline
from marketplace.accounts.rules.codes import digest
from marketplace.accounts.rules.companies import Address
from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.reference import queries as reference
from marketplace.reference.rules import RCEP, Setting, zone_of


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person; after erasure the name is empty and nothing else is left."""

    id: UUID
    display_name: str
    email: str | None
    phone: str | None
    locale: str
    confirmed: bool
    has_totp: bool
    auth_epoch: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company as everybody who deals with it may know it."""

    id: UUID
    kind: CompanyKind
    name: str
    country: str
    registration_number: str
    tax_id: str | None
    street: str
    city: str
    region: str
    postcode: str
    contact: str
    version: int
    verified_at: datetime | None
    created_at: datetime
    is_open: bool

    @property
    def address(self) -> Address:
        """Where it sits."""
        return Address(self.street, self.city, self.region, self.postcode)


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A company that a person can act for."""

    company_id: UUID
    company_name: str
    company_kind: CompanyKind
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A part of a company, the cost centre of its orders, and how many members it has."""

    id: UUID
    name: str
    cost_centre: str
    members: int


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person who can act for a company."""

    person_id: UUID
    display_name: str
    email: str | None
    phone: str | None
    roles: tuple[Role, ...]
    since: datetime
    unit_id: UUID | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An open invitation."""

    id: UUID
    company_id: UUID
    company_name: str
    email: str | None
    phone: str | None
    roles: tuple[Role, ...]
    expires_at: datetime


def find_person(session: Session, *, login: str) -> PersonRow | None:
    """Return the person with this login name in its stored form, None when nobody has it."""
    person = session.scalars(
        sa.select(Person).where(sa.or_(Person.email == login, Person.phone == login))
    ).one_or_none()
    return _person_row(person) if person else None


def get_person(session: Session, *, person_id: UUID) -> PersonRow:
    """Return a person, erased ones too; the caller has decided that the reader may see them."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person")
    return _person_row(person)


def names_of(session: Session, *, person_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names of these people, empty for erased ones."""
    rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name or "" for row in rows}


def get_company(session: Session, *, company_id: UUID) -> CompanyRow:
    """Return a company, closed ones too."""
    company = session.get(Company, company_id)
    if company is None:
        raise NotFound("company")
    return _company_row(company)


def get_companies(session: Session, *, company_ids: Collection[UUID]) -> Mapping[UUID, CompanyRow]:
    """Return these companies by id; unknown ids are left out."""
    session.flush()
    return {row.id: _company_row(row) for row in session.execute(_COMPANIES, {"ids": list(company_ids)})}


def get_companies_at_work(
    session: Session, *, company_ids: Collection[UUID], own: UUID, now: datetime
) -> tuple[Mapping[UUID, tuple[CompanyRow, Works]], tuple[UnitRow, ...]]:
    """Return these companies with their calendars, and the units of the reader's own, in one question.

    As many more where the days on which countries do not work were not read before; see ``closures`` and ``units_of``.
    """
    found = session.execute(_AT_WORK, {"ids": list(company_ids), "company_id": own}).all()
    units = tuple(UnitRow(row.unit_id, row.unit, row.cost_centre, row.members) for row in found if row.unit_id)
    once = list({row.id: row for row in found}.values())
    calendars = closures.read(session, once, now=now)
    return {row.id: (_company_row(row), works) for row, works in zip(once, calendars, strict=True)}, units


_COMPANIES: Final = sa.select(Company.__table__).where(Company.id.in_(sa.bindparam("ids", expanding=True)))
_OF_KIND: Final = (
    sa.select(Company.__table__)
    .where(Company.kind == sa.bindparam("kind"), Company.closed_at.is_(None))
    .order_by(Company.name, Company.id)
)


def traders_numbered(session: Session, *, numbers: Collection[str]) -> Mapping[str, tuple[CompanyRow, ...]]:
    """Return the open traders whom their registers know by these numbers; one number may be of several countries."""
    query = sa.select(Company).where(
        Company.country.in_(RCEP),
        Company.registration_number.in_(numbers),
        Company.kind == CompanyKind.TRADE,
        Company.closed_at.is_(None),
    )
    found: dict[str, tuple[CompanyRow, ...]] = {}
    for company in session.scalars(query.order_by(Company.id)):
        number = company.registration_number
        found[number] = (*found.get(number, ()), _company_row(company))
    return found


def days_of(session: Session, *, company_id: UUID, setting: Setting, now: datetime) -> datetime:
    """Return when so many working days of a company, as a setting says, are over: its country's less its closures."""
    days = reference.setting(session, setting, at=now)
    return deadline(closures.works(session, company_id=company_id, now=now), now, days)


def working_days(session: Session, *, company_id: UUID, days: int, now: datetime) -> datetime:
    """Return when so many working days of a company are over: its country's less its closures."""
    return deadline(closures.works(session, company_id=company_id, now=now), now, days)


def house_days(session: Session, *, setting: Setting, now: datetime) -> datetime | None:
    """Return when so many working days of the operator's company are over; None while there is no such company."""
    houses = companies_of_kind(session, kind=CompanyKind.OPERATOR)
    return days_of(session, company_id=houses[0].id, setting=setting, now=now) if houses else None


def house_day(session: Session, *, now: datetime) -> date:
    """Return the day that it is where the operator's company is; UTC's while there is no such company."""
    houses = companies_of_kind(session, kind=CompanyKind.OPERATOR)
    return now.astimezone(ZoneInfo(zone_of(houses[0].country if houses else ""))).date()


def house_working_day(session: Session, *, now: datetime) -> date:
    """Return the operator's day, or the next on which its people work; UTC's day while there is no such company."""
    houses = companies_of_kind(session, kind=CompanyKind.OPERATOR)
    if not houses:
        return house_day(session, now=now)
    calendar = closures.works(session, company_id=houses[0].id, now=now)
    # The first working day after yesterday is today, where people work today.
    return deadline(calendar, now - timedelta(days=1), 1).astimezone(ZoneInfo(calendar.zone)).date()


def companies_of_kind(session: Session, *, kind: CompanyKind) -> tuple[CompanyRow, ...]:
    """Return the open companies of a kind, by name."""
    return tuple(_company_row(company) for company in session.execute(_OF_KIND, {"kind": kind}))


def house_name(session: Session) -> str | None:
    """Return what the company is called that runs the city, None before it is there."""
    houses = companies_of_kind(session, kind=CompanyKind.OPERATOR)
    return houses[0].name if houses else None


def memberships_of(session: Session, *, person_id: UUID) -> tuple[MembershipRow, ...]:
    """Return the companies a person can act for, oldest membership first."""
    rows = session.execute(
        sa.select(Company.id, Company.name, Company.kind, Membership.roles)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None), Company.closed_at.is_(None))
        .order_by(Membership.created_at, Membership.id)
    )
    return tuple(MembershipRow(row.id, row.name, row.kind, _roles(row.roles)) for row in rows)


def companies_of(session: Session, *, actor: Actor) -> frozenset[UUID]:
    """Return the companies about which this actor decides nothing: the one acted for, and all that he is a member of.

    Nobody approves his own, whichever of his hats he wears; the system has none.
    """
    mine = () if actor.person_id is None else memberships_of(session, person_id=actor.person_id)
    acted_for = () if actor.company_id is None else (actor.company_id,)
    return frozenset((*acted_for, *(row.company_id for row in mine)))


def members_of(session: Session, *, company_id: UUID) -> tuple[MemberRow, ...]:
    """Return a company's members, oldest first."""
    rows = session.execute(
        sa.select(
            Person.id,
            Person.name,
            Person.email,
            Person.phone,
            Membership.roles,
            Membership.created_at,
            Membership.unit_id,
            Unit.name.label("unit"),
        )
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(Membership.company_id == company_id, Membership.ended_at.is_(None))
        .order_by(Membership.created_at, Membership.id)
    )
    return tuple(
        MemberRow(
            person_id=row.id,
            display_name=row.name or "",
            email=row.email,
            phone=row.phone,
            roles=_roles(row.roles),
            since=row.created_at,
            unit_id=row.unit_id,
            unit=row.unit,
        )
        for row in rows
    )


def units_of(session: Session, *, company_id: UUID) -> tuple[UnitRow, ...]:
    """Return the open units of a company by name, with how many members belong to each."""
    return tuple(UnitRow(*row) for row in session.execute(_UNITS, {"company_id": company_id}))


_MEMBERS: Final = (
    sa.select(sa.func.count())
    .where(Membership.unit_id == Unit.id, Membership.ended_at.is_(None))
    .correlate(Unit)
    .scalar_subquery()
)
_OPEN_UNITS: Final = (Unit.company_id == sa.bindparam("company_id"), Unit.closed_at.is_(None))
_UNITS: Final = sa.select(Unit.id, Unit.name, Unit.cost_centre, _MEMBERS).where(*_OPEN_UNITS).order_by(Unit.name)
_AT_WORK: Final = (
    _COMPANIES.add_columns(
        closures.CLOSURES,
        Unit.id.label("unit_id"),
        Unit.name.label("unit"),
        Unit.cost_centre,
        _MEMBERS.label("members"),
    )
    .outerjoin(Unit, sa.and_(Unit.company_id == Company.id, *_OPEN_UNITS))
    .order_by(Unit.name)
)


def open_invitations(session: Session, *, company_id: UUID, now: datetime) -> tuple[InvitationRow, ...]:
    """Return a company's invitations that nobody accepted yet, oldest first."""
    query = (
        _open_invitations(now).where(Invitation.company_id == company_id).order_by(Invitation.created_at, Invitation.id)
    )
    return tuple(_invitation_row(row) for row in session.execute(query))


def find_invitation(session: Session, *, token: str, now: datetime) -> InvitationRow | None:
    """Return the open invitation behind a token."""
    row = session.execute(_open_invitations(now).where(Invitation.token_hash == digest(token))).one_or_none()
    return _invitation_row(row) if row else None


def _person_row(person: Person) -> PersonRow:
    return PersonRow(
        id=person.id,
        display_name=person.name or "",
        email=person.email,
        phone=person.phone,
        locale=person.locale,
        confirmed=person.confirmed_at is not None,
        has_totp=person.totp_confirmed_at is not None,
        auth_epoch=person.auth_epoch,
        is_active=person.disabled_at is None,
    )


def _company_row(company: Any) -> CompanyRow:
    return CompanyRow(
        id=company.id,
        kind=company.kind,
        name=company.name,
        country=company.country,
        registration_number=company.registration_number,
        tax_id=company.tax_id,
        street=company.street,
        city=company.city,
        region=company.region,
        postcode=company.postcode,
        contact=company.contact or "",
        version=company.version,
        verified_at=company.verified_at,
        created_at=company.created_at,
        is_open=company.closed_at is None,
    )


def _open_invitations(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Invitation.id,
            Invitation.company_id,
            Company.name,
            Invitation.email,
            Invitation.phone,
            Invitation.roles,
            Invitation.expires_at,
        )
        .join(Company, Company.id == Invitation.company_id)
        .where(Invitation.accepted_at.is_(None), Invitation.expires_at > now, Company.closed_at.is_(None))
    )


def _invitation_row(row: Any) -> InvitationRow:
    return InvitationRow(row.id, row.company_id, row.name, row.email, row.phone, _roles(row.roles), row.expires_at)


def _roles(stored: list[str]) -> tuple[Role, ...]:
    return tuple(Role(role) for role in stored)
