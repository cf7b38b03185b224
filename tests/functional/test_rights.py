"""Rights within one company: who moves goods opens no bank slip, and each side cancels by a right of its own."""

import io

import pytest

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.permissions import access_of
from tests.functional.test_money import trade  # noqa: F401  the order whose money is looked at
from tests.support.money import SLIP, Trade
from tests.support.visitors import PASSWORD, TERMS, Program, Town


def colleague(town: Town, program: Program, login: str, role: str) -> Program:
    """Let a company's owner bring in somebody with one role."""
    company_id = program.call("GET", "/me", 200)["company_id"]
    program.call("POST", f"/companies/{company_id}/invitations", 201, {"login": login, "roles": [role]})
    joining = {"person_name": "Keo Vanna", "password": PASSWORD, "accepted_terms": TERMS}
    program.call("POST", f"/invitations/{town.invitation(login)}/acceptance", 201, joining)
    return town.program(login)


def handed_in(program: Program, purpose: str) -> str:
    answer = program.app.test_client().post(
        "/api/v1/files",
        data={"file": (io.BytesIO(SLIP), "slip.pdf"), "purpose": purpose},
        headers={"Authorization": f"Bearer {program.token}"},
    )
    assert answer.status_code == 201, answer.text
    return answer.get_json()["id"]


def test_who_moves_goods_opens_no_bank_slip(trade: Trade) -> None:  # noqa: F811
    payment_id = trade.newest()
    slip = handed_in(trade.buyer, "slip")
    answer = trade.buyer.call(
        "POST", f"/payments/{payment_id}/slip", 200, {"file_id": slip}, **{"Idempotency-Key": "slip"}
    )
    assert answer["state"] == "slip_received"
    for number, (role, status) in enumerate([("logistics", 403), ("finance", 200), ("purchasing", 200)]):
        login = f"colleague{number}@demo.test"
        program = colleague(trade.town, trade.buyer, login, role)
        browser = trade.town.visitor(login)
        for path in (f"/payments/{payment_id}", f"/payments/{payment_id}/slip", "/payments"):
            assert _status(program, path) == status, (role, path)
            if path != "/payments":
                assert browser.client.get(path).status_code == status, (role, path)
        assert _status(program, f"/files/{slip}") == status, role
    for path in (f"/payments/{payment_id}/slip", f"/files/{slip}"):
        assert _status(trade.stranger, path) == 404


def test_a_file_is_read_by_who_handed_it_in_or_may_read_what_it_shows(trade: Trade) -> None:  # noqa: F811
    mover = colleague(trade.town, trade.buyer, "mover@demo.test", "logistics")
    payer = colleague(trade.town, trade.buyer, "payer@demo.test", "finance")
    for purpose, others in (("any", 403), ("evidence", 200)):
        file_id = handed_in(payer, purpose)
        assert _status(payer, f"/files/{file_id}") == 200
        assert _status(mover, f"/files/{file_id}") == others, purpose
    for purpose in ("licence", "slip"):
        assert _status(mover, f"/files/{handed_in(mover, purpose)}") == 200
        assert _status(mover, f"/files/{handed_in(trade.buyer, purpose)}") == 403


def test_applications_are_for_those_who_sell(trade: Trade) -> None:  # noqa: F811
    for role, status in (("sales", 200), ("finance", 403)):
        program = colleague(trade.town, trade.merchant, f"{role}@demo.test", role)
        assert _status(program, "/merchant-applications") == status


@pytest.mark.usefixtures("trade")
def test_a_login_alone_opens_nothing_but_the_reader_s_own(shared_app) -> None:
    paths = {
        rule.rule
        for rule in shared_app.url_map.iter_rules()
        if (access := access_of(shared_app.view_functions[rule.endpoint])) is not None
        and access.permission is Permission.ACCOUNT_SELF
    }
    own = ("/account", "/api/v1/me", "/api/v1/tokens/", "/api/v1/companies/", "/logout")
    assert not {path for path in paths if not path.startswith(own)}


def _status(program: Program, path: str) -> int:
    headers = {"Authorization": f"Bearer {program.token}"}
    return program.app.test_client().get(f"/api/v1{path}", headers=headers).status_code
