"""A colleague is invited, by page and by API, and comes in once."""

import re

import pytest

from tests.support.visitors import PASSWORD, TERMS

OWNER = "owner@demo.test"
NEW = "colleague@demo.test"
JOINING = {"person_name": "Keo Vanna", "password": PASSWORD, "accepted_terms": TERMS}


def test_invited_on_the_page_joined_on_the_page(town):
    town.company(OWNER)
    owner = town.visitor(OWNER)
    owner.open("/account")
    owner.send("/account/invitations", {"login": NEW, "roles": ["sales", "finance"]})
    assert NEW in owner.open("/account")
    assert "财务, 销售" in owner.open("/zh/account").replace("销售, 财务", "财务, 销售")
    token = town.invitation(NEW)
    newcomer = town.visitor()
    assert "Lanxang Trading 1" in newcomer.open(f"/invitations/{token}")
    newcomer.send(f"/invitations/{token}", JOINING | {"password": "short"}, 422)
    assert newcomer.refused_fields() == {"password"}
    newcomer.send(f"/invitations/{token}", JOINING)
    newcomer.log_in(NEW)
    newcomer.open("/account")
    newcomer.open("/operator/mail", 403)
    newcomer.open(f"/invitations/{token}", 404)
    me = town.program(NEW).call("GET", "/me", 200)
    assert me["roles"] == ["finance", "sales"]


def test_invited_and_joined_over_the_api(town):
    ids = town.company(OWNER)
    program = town.program(OWNER)
    body = {"login": NEW, "roles": ["purchasing"]}
    program.call("POST", f"/companies/{ids['company_id']}/invitations", 201, body)
    token = town.invitation(NEW)
    joined = program.call("POST", f"/invitations/{token}/acceptance", 201, JOINING)
    assert joined["company_id"] == ids["company_id"]
    assert program.problem("POST", f"/invitations/{token}/acceptance", 404, JOINING)[0] == "not_found"


def test_an_invitation_ends(town, later):
    ids = town.company(OWNER)
    body = {"login": NEW, "roles": ["sales"]}
    town.program(OWNER).call("POST", f"/companies/{ids['company_id']}/invitations", 201, body)
    token = town.invitation(NEW)
    later(30 * 24 * 3600)
    expired = town.visitor().open(f"/invitations/{token}", 404)
    unknown = town.visitor().open("/invitations/nobody-sent-this", 404)
    assert _still(expired, token) == _still(unknown, "nobody-sent-this")
    town.program().problem("POST", f"/invitations/{token}/acceptance", 404, JOINING)


def test_an_invited_owner_of_an_account_joins_with_it(town):
    town.company(NEW)
    ids = town.company(OWNER)
    body = {"login": NEW, "roles": ["sales"]}
    town.program(OWNER).call("POST", f"/companies/{ids['company_id']}/invitations", 201, body)
    program = town.program()
    joined = program.call("POST", f"/invitations/{town.invitation(NEW)}/acceptance", 201, {"password": "any"})
    assert joined["company_id"] == ids["company_id"]


def test_an_invited_owner_of_an_account_is_asked_for_nothing_on_the_page(town):
    town.company(NEW)
    ids = town.company(OWNER)
    body = {"login": NEW, "roles": ["sales"]}
    town.program(OWNER).call("POST", f"/companies/{ids['company_id']}/invitations", 201, body)
    guest, token = town.visitor(), town.invitation(NEW)
    guest.open(f"/invitations/{token}")
    assert "You have an account here already" in guest.text()
    assert not any(f'name="{field}"' in guest.shown for field in ("person_name", "password", "accepted_terms"))
    guest.send(f"/invitations/{token}", {})
    guest.log_in(NEW)
    assert "Act for this company" in guest.open("/account")


def test_a_newcomer_who_says_no_password_is_told_so(town):
    ids = town.company(OWNER)
    body = {"login": NEW, "roles": ["sales"]}
    town.program(OWNER).call("POST", f"/companies/{ids['company_id']}/invitations", 201, body)
    joining = {name: value for name, value in JOINING.items() if name != "password"}
    path = f"/invitations/{town.invitation(NEW)}/acceptance"
    assert town.program().problem("POST", path, 422, joining)[1] == {"password"}


def test_two_clicks_are_one_invitation(town):
    town.company(OWNER)
    owner = town.visitor(OWNER)
    owner.open("/account")
    fields = owner.hidden("/account/invitations") | {"login": NEW, "roles": ["sales"]}
    answers = [owner.client.post("/account/invitations", data=fields) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/account")] * 2
    assert town.rows()["invitation"] == 1
    assert len([letter for letter in town.letters() if letter.to == NEW]) == 1
    other = owner.client.post("/account/invitations", data=fields | {"login": "third@demo.test"})
    assert other.status_code == 422
    assert town.rows()["invitation"] == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel"])
def test_a_form_without_its_key_does_nothing(town, key):
    town.company(OWNER)
    owner = town.visitor(OWNER)
    owner.open("/account")
    fields = owner.hidden("/account/invitations") | {"login": NEW, "roles": ["sales"], "idempotency_key": key}
    assert owner.client.post("/account/invitations", data=fields).status_code in {400, 422}
    assert town.rows()["invitation"] == 0


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"login": "nobody", "roles": ["sales"]}, {"login"}),
        ({"login": NEW}, {"roles"}),
        ({"login": NEW, "roles": ["king"]}, {"roles"}),
        ({"login": NEW, "roles": ["admin"]}, {"roles"}),
        ({"login": NEW, "roles": ["sales"], "company_id": "1"}, {"company_id"}),
    ],
)
def test_bad_invitations_name_their_field(town, fields, refused):
    ids = town.company(OWNER)
    owner, program = town.visitor(OWNER), town.program(OWNER)
    before = town.rows()
    owner.open("/account")
    owner.send("/account/invitations", fields, 422)
    assert owner.refused_fields() == refused
    path = f"/companies/{ids['company_id']}/invitations"
    assert program.problem("POST", path, 422, fields)[1] == refused
    assert town.rows() == before


def test_a_phone_number_is_read_in_the_companys_country(town):
    ids = town.company(OWNER, country="VN", registration_number="0100109106")
    body = {"login": "0912 345 678", "roles": ["sales"]}
    town.program(OWNER).call("POST", f"/companies/{ids['company_id']}/invitations", 201, body)
    assert town.letter("+84912345678").channel == "text"


def test_a_letter_speaks_the_language_of_the_page_it_was_sent_from(town):
    town.company(OWNER)
    owner = town.visitor(OWNER)
    owner.open("/zh/account")
    owner.send("/zh/account/invitations", {"login": NEW, "roles": ["sales"]})
    assert "邀请" in town.letter(NEW).subject
    owner.open("/vi/account")
    owner.send("/vi/account/invitations", {"login": "third@demo.test", "roles": ["sales"]})
    assert "Lời mời" in town.letter("third@demo.test").subject


def _still(page, token):
    """Return the page without what differs between any two requests."""
    page = re.sub(r'nonce="[^"]+"', "", page)
    return page.replace(token, "")
