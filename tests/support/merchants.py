"""Companies that apply to sell, and who decides about them."""

import io
from datetime import timedelta

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.accounts.services import registration, tokens
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import unit_of_work
from tests.support.pdfs import pdf
from tests.support.visitors import PASSWORD, TERMS, Town, app_code


def judge_of(town, program=None, login="moderator@demo.test"):
    """Return a reviewer, who may have a program, at a browser."""
    codes = prove(program or reviewer(town))
    visitor = town.visitor()
    visitor.log_in(login)
    visitor.open("/login/second-factor")
    visitor.send("/login/second-factor", {"code": codes[0]})
    return visitor


OWNER = "owner@demo.test"
ADMIN = "admin@demo.test"
YES = {"decision": "approve", "reason": "Licence and number agree."}


def day(ahead):
    return (clock.now() + timedelta(days=ahead)).date().isoformat()


def admin(town):
    """Bring in who chooses what countries are asked for."""
    return reviewer(town, ADMIN, Role.ADMIN)


def states(answer):
    return {row["item"]: row["state"] for row in answer}


def applied(program, **changes):
    sent = proven(program, registration_number="00012345", legal_name="Mekong Chains", **changes)
    return f"/merchant-applications/{program.call('POST', '/merchant-applications', 201, sent)['id']}"


REVIEWER = "moderator@demo.test"
ACCOUNT = {
    "currency": "CNY", "account_name": "Chongqing Chains Co.", "bank_name": "Bank of China", "country": "CN",
    "account_number": "6217 0000 1234 5678", "bic": "BKCHCNBJ",
}  # fmt: skip


NUMBER = "91110000600037341L"
PDF = pdf("a licence")


def licence(program) -> str:
    answer = program.app.test_client().post(
        "/api/v1/files",
        data={"file": (io.BytesIO(PDF), "licence.pdf"), "purpose": "licence"},
        headers={"Authorization": f"Bearer {program.token}"},
    )
    assert answer.status_code == 201, answer.text
    return answer.get_json()["id"]


def application(program, **changes) -> dict[str, str]:
    given = {"legal_name": "Chongqing Chains Co.", "registration_number": NUMBER, "licence_file_id": licence(program)}
    return {**given, **ACCOUNT, **changes}


def proven(program, **changes) -> dict[str, str]:
    """Return an application with a recovery code: of somebody who sets his second factor up for it."""
    return application(program, **changes) | {"code": prove(program)[0]}


def reviewer(town: Town, login: str = REVIEWER, role: Role = Role.MODERATOR):
    """Bring in one of the operator's staff, a reviewer if nothing else is said."""
    with unit_of_work() as session:
        joined = registration.admit_company(
            session, actor=SYSTEM, kind=CompanyKind.OPERATOR, name=f"City of {login}", country="CN",
            registration_number=login, person_name="A Reviewer", login=login, password=PASSWORD,
            accepted_terms=tuple(TERMS), locale="en", vault=town.app.extensions["city.vault"], now=clock.now(),
        )  # fmt: skip
        membership = session.query(Membership).filter_by(person_id=joined.person_id).one()
        membership.roles = [role]
        token = tokens.issue_token(session, person_id=joined.person_id, company_id=joined.company_id, now=clock.now())
    program = town.program()
    program.token = token
    return program


def prove(program) -> list[str]:
    """Set a second factor up and return its recovery codes: each proves once, at any time."""
    secret = program.call("POST", "/me/second-factor", 201)["secret"]
    return program.call("POST", "/me/second-factor/confirmation", 200, {"code": app_code(secret)})["codes"]
