"""Let the cast into the city, and find it there again."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts import queries
from marketplace.accounts.queries import acting
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.membership import TWO_PERSON
from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.accounts.services import companies, invitations, membership, registration
from marketplace.accounts.services.vault import Vault
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.seed import addresses, cast
from marketplace.seed.houses import House


def found(session: Session, founder: cast.Founder, *, vault: Vault, now: datetime) -> Actor:
    """Admit a company with its first member, who acts from now on and says where the company sits."""
    registration.admit_company(
        session,
        actor=SYSTEM,
        kind=founder.kind,
        name=founder.company,
        country=founder.country,
        registration_number=founder.registration_number,
        person_name=founder.person,
        login=founder.login,
        password=cast.PASSWORD,
        accepted_terms=_labels(session, now),
        locale=founder.locale,
        vault=vault,
        now=now,
        confirmed_at=now,
    )
    first = actor(session, founder.login)
    companies.update_company(
        session,
        actor=first,
        profile=companies.Profile(
            founder.company, founder.registration_number, addresses.address_of(founder.login), addresses.CONTACT
        ),
        version=1,
        now=now,
    )
    return first


def settle(session: Session, house: House, *, vault: Vault, now: datetime) -> Actor:
    """Register a merchant's company with its sales desk."""
    founder = cast.Founder(
        house.login, "Sales desk", house.name, house.country, house.number, CompanyKind.TRADE, house.locale
    )
    return found(session, founder, vault=vault, now=now)


def join(session: Session, host: Actor, colleague: cast.Colleague, *, vault: Vault, now: datetime) -> Actor:
    """Invite a member of the host's company, who accepts."""
    # What two people stand behind comes with no invitation: who sets the city up gives it to the member.
    is_appointed = colleague.role in TWO_PERSON
    roles = (Role.CUSTOMS if is_appointed else colleague.role,)
    invited = invitations.invite(
        session, actor=host, login=colleague.login, roles=roles, locale="en", vault=vault, now=now
    )
    joined = invitations.accept_invitation(
        session,
        token=invited.token,
        person_name=colleague.person,
        password=cast.PASSWORD,
        accepted_terms=_labels(session, now),
        locale="en",
        vault=vault,
        now=now,
    )
    if is_appointed:
        membership.appoint(
            session,
            actor=SYSTEM,
            company_id=joined.company_id,
            person_id=joined.person_id,
            roles=(colleague.role,),
            now=now,
        )
    return actor(session, colleague.login)


def is_in(session: Session, login: str) -> bool:
    """Tell whether somebody with this login lives in the city."""
    return queries.find_person(session, login=login) is not None


def actor(session: Session, login: str) -> Actor:
    """Return the member with this login, acting for the company they came with."""
    person = queries.find_person(session, login=login)
    known: Actor | None = None
    if person is not None:
        company = next((row.company_id for row in queries.memberships_of(session, person_id=person.id)), None)
        known = acting.actor_of(session, person_id=person.id, company_id=company)
    if known is None:
        msg = f"{login} cannot act"
        raise RuntimeError(msg)
    return known


def _labels(session: Session, now: datetime) -> tuple[str, ...]:
    return tuple(row.label for row in city_terms.current(session, now=now))
