"""A vault, terms in force, and companies to act for."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.queries import acting
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.rules.sign_in import Policy
from marketplace.accounts.rules.terms import TermsKind
from marketplace.accounts.services import invitations, registration, terms
from marketplace.accounts.services.vault import Vault
from marketplace.kernel.actor import SYSTEM, Actor

PASSWORD = "over the Friendship Bridge"
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TERMS = ("privacy:1", "terms:1")


@pytest.fixture(scope="session")
def vault() -> Vault:
    policy = Policy(allow_test_mail=True, second_factor_waived=False, throttled=True)
    return Vault("a key of the test city, long enough", policy=policy, cheap=True)


@dataclass
class City:
    """A session and the vault, with short ways to bring somebody in."""

    session: Session
    vault: Vault
    now: datetime = NOW
    address: str = "192.0.2.1"
    counted: int = field(default=0)

    def later(self, **delta) -> datetime:
        self.now += timedelta(**delta)
        return self.now

    def register(self, login="owner@demo.test", kind=CompanyKind.TRADE, **changes) -> Actor:
        self.counted += 1
        facts = {
            "name": f"Lanxang Trading {self.counted}",
            "country": "LA",
            "registration_number": f"01-{self.counted:08}",
            "person_name": "An Owner",
            "password": PASSWORD,
            "accepted_terms": TERMS,
            "locale": "en",
        }
        joined = registration.admit_company(
            self.session,
            actor=SYSTEM,
            kind=kind,
            login=login,
            vault=self.vault,
            now=self.now,
            **facts | changes,
        )
        return self.actor(joined.person_id, joined.company_id)

    def colleague(self, owner: Actor, login="colleague@demo.test", roles=("sales",)) -> Actor:
        invited = invitations.invite(
            self.session, actor=owner, login=login, roles=roles, locale="en", vault=self.vault, now=self.now
        )
        joined = self.accept(invited.token)
        return self.actor(joined.person_id, joined.company_id)

    def accept(self, token: str, **changes) -> invitations.Joined:
        facts = {"person_name": "A Colleague", "password": PASSWORD, "accepted_terms": TERMS, "locale": "vi"}
        return invitations.accept_invitation(
            self.session, token=token, vault=self.vault, now=self.now, **facts | changes
        )

    def actor(self, person_id, company_id) -> Actor:
        actor = acting.actor_of(self.session, person_id=person_id, company_id=company_id)
        assert actor is not None
        return actor


def publish(session: Session) -> None:
    for kind in TermsKind:
        terms.publish_terms(session, actor=SYSTEM, kind=kind, version="1", text_key=f"{kind}.1", now=NOW)


@pytest.fixture
def city(session: Session, vault: Vault) -> City:
    publish(session)
    return City(session, vault)
