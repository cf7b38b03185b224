"""Companies join the city with their first member."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.events import CompanyRegistered
from marketplace.accounts.models import Company, Person
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.logins import check_reachable
from marketplace.accounts.rules.permissions import CompanyKind, Permission, leading_role
from marketplace.accounts.rules.registration import NewCompany, NewPerson, read_registration, taken
from marketplace.accounts.services import terms
from marketplace.accounts.services.membership import add_member
from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Registered:
    """A company that joined, and its first member."""

    company_id: UUID
    person_id: UUID


def register_company(
    session: Session,
    *,
    name: str,
    country: str,
    registration_number: str,
    person_name: str,
    login: str,
    password: str,
    accepted_terms: tuple[str, ...],
    locale: str,
    vault: Vault,
    now: datetime,
) -> Registered:
    """Register a trading company and its owner; Refused names every field, ``login`` ``taken`` among them."""
    return admit_company(
        session,
        actor=SYSTEM,
        kind=CompanyKind.TRADE,
        name=name,
        country=country,
        registration_number=registration_number,
        person_name=person_name,
        login=login,
        password=password,
        accepted_terms=accepted_terms,
        locale=locale,
        vault=vault,
        now=now,
    )


def admit_company(
    session: Session,
    *,
    actor: Actor,
    kind: CompanyKind,
    name: str,
    country: str,
    registration_number: str,
    person_name: str,
    login: str,
    password: str,
    accepted_terms: tuple[str, ...] | None,
    locale: str,
    vault: Vault,
    now: datetime,
    confirmed_at: datetime | None = None,
) -> Registered:
    """Admit a company of any kind and its first member: partners and the operator do not register themselves.

    ``confirmed_at``: when somebody saw that the member is reached at the login, None where nobody did.
    ``accepted_terms`` is None where somebody else types: the member then accepts at the first login.
    """
    if actor != SYSTEM:
        actor.must(Permission.OPERATOR_COMPANY_ADMIT)
    current = [version.label for version in city_terms.current(session, now=now)]
    new_company, new_person = read_registration(
        name=name,
        country=country,
        registration_number=registration_number,
        person_name=person_name,
        login=login,
        password=password,
        locale=locale,
        accepted_terms=current if accepted_terms is None else accepted_terms,
        current_terms=current,
        allow_test_mail=vault.policy.allow_test_mail,
    )
    person_id = add_person(session, new=new_person, vault=vault, now=now, confirmed_at=confirmed_at)
    company_id = add_company(session, new=new_company, kind=kind, now=now)
    if accepted_terms is not None:
        terms.record_acceptance(session, person_id=person_id, now=now)
    founder = Actor(person_id, company_id) if actor == SYSTEM else actor
    audit.record(
        session,
        actor=founder,
        action="company.registered",
        subject="company",
        subject_id=company_id,
        facts={"kind": kind, "person": person_id},
        now=now,
    )
    add_member(session, actor=founder, company_id=company_id, person_id=person_id, roles=(leading_role(kind),), now=now)
    events.record(session, CompanyRegistered(company_id=company_id, person_id=person_id, at=now))
    return Registered(company_id, person_id)


def add_person(
    session: Session, *, new: NewPerson, vault: Vault, now: datetime, confirmed_at: datetime | None = None
) -> UUID:
    """Store a person; Refused ``login`` ``taken`` when somebody has the login name, also when two come at once."""
    check_reachable(new.login, sends_texts=vault.policy.sends_texts)
    person = Person(
        id=new_id(),
        name=new.name,
        email=new.login.email,
        phone=new.login.phone,
        confirmed_at=confirmed_at,
        locale=new.locale,
        password_hash=vault.hash_password(new.password),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        raise taken() from None
    return person.id


def add_company(session: Session, *, new: NewCompany, kind: CompanyKind, now: datetime) -> UUID:
    """Store a company and return its id."""
    company = Company(
        id=new_id(),
        kind=kind,
        name=new.name,
        country=new.country,
        registration_number=new.registration_number,
        created_at=now,
    )
    session.add(company)
    session.flush()
    return company.id
