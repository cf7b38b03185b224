"""Make the demo city, part by part; what is there already is left alone."""

from collections.abc import Iterator
from datetime import datetime

from obstore.store import ObjectStore
from sqlalchemy.orm import Session

from marketplace.accounts import queries
from marketplace.accounts.rules.membership import TWO_PERSON
from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.rules.terms import TermsKind
from marketplace.accounts.services import invitations, membership, registration, terms
from marketplace.accounts.services.vault import Vault
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.seed import cast, catalogue, merchants, network

TERMS_VERSION = "2026-11"


def seed(vault: Vault, *, store: ObjectStore, if_empty: bool) -> bool:
    """Make the demo city; False when it was there."""
    if queries.find_person(reading(), login=cast.OPERATOR.login) is not None:
        if if_empty:
            return False
        msg = "this city is seeded already"
        raise ValueError(msg)
    now = clock.now()
    licence = merchants.specimen(store)
    with unit_of_work() as session:
        publish_terms(session, now=now)
        operator = _found(session, cast.OPERATOR, vault, now)
        staff = {item.login: _join(session, operator, item, vault, now) for item in cast.STAFF}
        founded = {founder.login: _found(session, founder, vault, now) for founder in cast.FOUNDERS}
        network.seed_network(session, carrier_company_id=founded[cast.CARRIER].company, now=now)
        merchants.seed_merchants(
            session,
            companies=founded,
            carrier=founded[cast.CARRIER],
            moderator=staff[cast.MODERATOR],
            licence=licence,
            now=now,
        )
        catalogue.fill_shelves(session)
        catalogue.offer_goods(session, parts=founded[cast.PARTS], fruit=founded[cast.FRUIT], now=now)
    with unit_of_work() as session:
        catalogue.approve_goods(session, moderator=staff[cast.MODERATOR], now=now)
    return True


def publish_terms(session: Session, *, now: datetime) -> None:
    """Put the terms and the privacy notice that come with the software in force."""
    for kind in TermsKind:
        terms.publish_terms(
            session, actor=SYSTEM, kind=kind, version=TERMS_VERSION, text_key=f"{kind}-{TERMS_VERSION}", now=now
        )


def accounts_text(made: bool) -> Iterator[str]:  # noqa: FBT001  said as it was found
    """Say who can log in."""
    logins = [cast.OPERATOR.login, *(item.login for item in cast.STAFF), *(item.login for item in cast.FOUNDERS)]
    yield "The demo city is ready." if made else "The demo city was there already."
    yield f"Log in with one of these and the password {cast.PASSWORD}"
    yield from (f"  {login}" for login in logins)


def _found(session: Session, founder: cast.Founder, vault: Vault, now: datetime) -> Actor:
    joined = registration.admit_company(
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
    )
    return _actor(session, joined, founder.login)


def _join(session: Session, operator: Actor, colleague: cast.Colleague, vault: Vault, now: datetime) -> Actor:
    # What two people stand behind comes with no invitation: who sets the city up gives it to the member.
    is_appointed = colleague.role in TWO_PERSON
    roles = (Role.CUSTOMS if is_appointed else colleague.role,)
    invited = invitations.invite(
        session, actor=operator, login=colleague.login, roles=roles, locale="en", vault=vault, now=now
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
    return _actor(session, joined, colleague.login)


def _actor(session: Session, joined: invitations.Joined | registration.Registered, login: str) -> Actor:
    actor = queries.actor_of(session, person_id=joined.person_id, company_id=joined.company_id)
    if actor is None:
        msg = f"{login} cannot act"
        raise RuntimeError(msg)
    return actor


def _labels(session: Session, now: datetime) -> tuple[str, ...]:
    return tuple(row.label for row in queries.current_terms(session, now=now))
