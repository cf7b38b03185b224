"""The door, for pages and API alike: prove who one is, and for which company one comes in.

Wrong credentials are counted in a committed unit of work before they are refused.
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from flask import current_app, request
from sqlalchemy.orm import Session

from marketplace.accounts import queries
from marketplace.accounts.rules.codes import CODE_DIGITS, bare_code
from marketplace.accounts.rules.sign_in import Rejected, SignIn, must_enrol
from marketplace.accounts.services import second_factor, sign_in
from marketplace.accounts.services.vault import Vault
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.errors import Refused, Unauthenticated

Proof = TypeVar("Proof")


def vault() -> Vault:
    """Return the city's vault."""
    return current_app.extensions["city.vault"]


def address() -> str:
    """Return the network address that asks; throttling keeps only its fingerprint."""
    return request.remote_addr or ""


def proven(work: Callable[[Session], Proof | Rejected]) -> Proof:
    """Run the work in a unit of work and refuse after its commit when it rejects."""
    found = in_unit_of_work(work)
    if isinstance(found, Rejected):
        raise Unauthenticated(found.code)
    return found


def by_password(login: str, password: str) -> SignIn:
    """Prove by password."""
    return proven(
        lambda session: sign_in.authenticate_password(
            session, login=login, password=password, address=address(), vault=vault(), now=clock.now()
        )
    )


def by_code(login: str, code: str) -> SignIn:
    """Prove by a one-time code."""
    return proven(
        lambda session: sign_in.authenticate_code(
            session, login=login, code=code, address=address(), vault=vault(), now=clock.now()
        )
    )


def by_second_factor(person_id: UUID, code: str) -> SignIn:
    """Prove the second factor: six digits are the app's, anything else a recovery code."""
    is_app = len(bare_code(code)) == CODE_DIGITS and bare_code(code).isdigit()
    check = second_factor.verify_totp if is_app else second_factor.use_recovery_code
    return proven(
        lambda session: check(
            session, person_id=person_id, code=code, address=address(), vault=vault(), now=clock.now()
        )
    )


def company_for(session: Session, *, person_id: UUID, wanted: UUID | None = None) -> UUID | None:
    """Return the company a proven person acts for: the one wanted, else the oldest membership's.

    None for somebody who must set up a second factor first, and for a person without a company.
    """
    memberships = queries.memberships_of(session, person_id=person_id)
    has_totp = queries.get_person(session, person_id=person_id).has_totp
    if must_enrol((row.company_kind for row in memberships), has_totp=has_totp, policy=vault().policy):
        return None
    ids = [row.company_id for row in memberships]
    return wanted if wanted in ids else next(iter(ids), None)


def chosen_company(session: Session, *, person_id: UUID, company_id: UUID) -> UUID:
    """Return the company that a person chose, or refuse ``company_id``: one can act for one's own only."""
    if company_for(session, person_id=person_id, wanted=company_id) != company_id:
        own = [str(row.company_id) for row in queries.memberships_of(session, person_id=person_id)]
        raise Refused.field("company_id", "choice", ", ".join(own))
    return company_id
