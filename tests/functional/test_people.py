"""Members and their roles, leaving, own tokens; people, partners and the audit trail for the city's admins."""

import pytest

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests.factories import trader
from tests.functional.test_rights import colleague
from tests.support.visitors import PASSWORD, TERMS, Program, Town, Visitor

OWNER = "owner@demo.test"
MATE = "mate@demo.test"


@pytest.fixture
def admin(town: Town) -> Program:
    with unit_of_work() as session:
        found = trader(session, town.app, name="City", country="CN", kind=CompanyKind.OPERATOR, now=clock.now())
    return Program(town.app, found.token)


def _admin_browser(town: Town, admin: Program) -> Visitor:
    """Return a browser in an admin's session, as after the second factor."""
    visitor = town.visitor()
    me = admin.call("GET", "/me", 200)
    with visitor.client.session_transaction() as session:
        session["_user_id"] = f"{me['person_id']}:{me['company_id']}:0"
        session["_fresh"] = True
    return visitor


@pytest.fixture
def members(town: Town) -> tuple[Program, Program, str, str]:
    """The owner and a colleague with their programs, the company and the colleague's id."""
    ids = town.company(OWNER)
    owner = town.program(OWNER)
    mate = colleague(town, owner, MATE, "sales")
    return owner, mate, ids["company_id"], mate.call("GET", "/me", 200)["person_id"]


def test_roles_are_changed_on_page_and_api(town, members):
    owner, mate, company, person = members
    path = f"/companies/{company}/members"
    assert [row["roles"] for row in owner.call("GET", path, 200)["items"]] == [["owner"], ["sales"]]
    assert len(mate.call("GET", path, 200)["items"]) == 2
    owner.call("PUT", f"{path}/{person}", 204, {"roles": ["finance", "purchasing"]})
    assert mate.call("GET", "/me", 200)["roles"] == ["finance", "purchasing"]
    assert owner.problem("PUT", f"{path}/{person}", 422, {"roles": ["admin"]})[1] == {"roles"}
    assert mate.problem("PUT", f"{path}/{person}", 403, {"roles": ["owner"]})[0] == "permission"
    visitor = town.visitor(OWNER)
    visitor.open("/account/members")
    visitor.send(f"/account/members/{person}/roles", {"roles": ["approver"]})
    assert mate.call("GET", "/me", 200)["roles"] == ["approver"]
    visitor.open("/account/members")
    visitor.send(f"/account/members/{person}/roles", {"roles": []}, 422)
    assert visitor.refused_fields() == {"roles"}


@pytest.mark.parametrize("typed", ["\a", "en-\a", "zz", "Locale"])
def test_a_language_that_is_none_is_refused_where_it_was_typed(town, members, typed):
    visitor = town.visitor(OWNER)
    visitor.open("/account")
    visitor.send("/account/profile", {"name": "Owner", "locale": typed}, 422)
    assert visitor.refused_fields() == {"locale"}


def test_the_last_owner_is_neither_demoted_nor_removed(town, members):
    owner, _mate, company, _person = members
    me = owner.call("GET", "/me", 200)["person_id"]
    path = f"/companies/{company}/members/{me}"
    assert owner.problem("PUT", path, 409, {"roles": ["sales"]})[0] == "last_leader"
    assert owner.problem("DELETE", path, 409)[0] == "last_leader"
    visitor = town.visitor(OWNER)
    visitor.open("/account/members")
    visitor.send(f"/account/members/{me}/roles", {"roles": ["sales"]}, 409)
    visitor.open("/account")
    visitor.send(f"/account/members/{me}/removal", {}, 409)
    assert "Somebody has to lead" in visitor.text()


def test_a_member_is_removed_and_has_nothing_left_open(town, members):
    owner, mate, company, person = members
    browser = town.visitor(MATE)
    visitor = town.visitor(OWNER)
    visitor.open("/account/members")
    visitor.send(f"/account/members/{person}/removal", {})
    mate.call("GET", "/me", 401)
    assert browser.client.get("/account").status_code == 303
    owner.call("DELETE", f"/companies/{company}/members/{person}", 404)


def test_a_member_leaves_without_a_right_to_edit(town, members):
    _owner, mate, company, person = members
    browser = town.visitor(MATE)
    assert browser.client.get("/account/members").status_code == 403
    browser.open("/account")
    browser.send(f"/account/members/{person}/removal", {})
    assert "Lanxang" not in browser.open("/account")
    mate.call("GET", f"/companies/{company}", 401)


def test_a_member_leaves_over_the_api_and_removes_nobody_else(members):
    owner, mate, company, person = members
    leader = owner.call("GET", "/me", 200)["person_id"]
    assert mate.problem("DELETE", f"/companies/{company}/members/{leader}", 403)[0] == "permission"
    mate.call("DELETE", f"/companies/{company}/members/{person}", 204)
    mate.call("GET", "/me", 401)


def test_a_foreign_company_s_members_are_unknown(town, members):
    _owner, _mate, company, person = members
    town.company("other@demo.test")
    other = town.program("other@demo.test")
    other.call("GET", f"/companies/{company}/members", 404)
    other.call("PUT", f"/companies/{company}/members/{person}", 404, {"roles": ["sales"]})
    other.call("DELETE", f"/companies/{company}/members/{person}", 404)


def test_name_and_language_are_changed(town):
    town.company(OWNER)
    program, visitor = town.program(OWNER), town.visitor(OWNER)
    program.call("PATCH", "/me", 204, {"name": "Bounmy"})
    assert program.call("GET", "/me", 200)["display_name"] == "Bounmy"
    assert program.call("GET", "/me", 200)["locale"] == "en"
    assert program.problem("PATCH", "/me", 422, {"locale": "tlh"})[1] == {"locale"}
    visitor.open("/account")
    visitor.send("/account/profile", {"name": "Noy", "locale": "vi"})
    me = program.call("GET", "/me", 200)
    assert (me["display_name"], me["locale"]) == ("Noy", "vi")
    visitor.send("/account/profile", {"name": "x" * 300, "locale": "vi"}, 422)
    assert visitor.refused_fields() == {"name"}


def test_own_tokens_are_listed_and_ended_one_by_one(town):
    town.company(OWNER)
    first, second = town.program(OWNER), town.program(OWNER)
    shown = second.call("GET", "/me/tokens", 200)["items"]
    assert [first.token.startswith(row["prefix"]) for row in shown] == [False, True]
    second.call("DELETE", f"/me/tokens/{shown[1]['id']}", 204)
    first.call("GET", "/me", 401)
    visitor = town.visitor(OWNER)
    visitor.open("/account")
    visitor.send(f"/account/tokens/{shown[0]['id']}/revocation", {})
    second.call("GET", "/me", 401)
    town.company("other@demo.test")
    town.program("other@demo.test").call("DELETE", f"/me/tokens/{shown[0]['id']}", 404)


def test_an_admin_shuts_somebody_out_and_lets_them_in_again(town, admin):
    town.company(OWNER)
    program, browser = town.program(OWNER), town.visitor(OWNER)
    (found,) = admin.call("GET", "/people?q=OWNER@", 200)["items"]
    assert (found["email"], found["is_active"]) == (OWNER, True)
    admin.call("POST", f"/people/{found['id']}/disablement", 204)
    program.call("GET", "/me", 401)
    assert browser.client.get("/account").status_code == 303
    town.visitor().log_in(OWNER, status=401)
    admin.call("POST", f"/people/{found['id']}/enablement", 204)
    town.visitor().log_in(OWNER)
    program.call("GET", "/me", 401)
    assert program.call("GET", "/people", 401) is not None
    assert town.program(OWNER).problem("GET", "/people", 403)[0] == "permission"


def test_an_admin_does_so_on_the_page_but_never_to_oneself(town, admin):
    town.company(OWNER)
    (found,) = admin.call("GET", "/people?q=owner@", 200)["items"]
    me = admin.call("GET", "/me", 200)["person_id"]
    assert admin.problem("POST", f"/people/{me}/disablement", 403)[0] == "own_account"
    visitor = _admin_browser(town, admin)
    visitor.open("/operator/people?q=owner@")
    visitor.send(f"/operator/people/{found['id']}/disablement", {})
    assert "shut out" in visitor.open("/operator/people")
    visitor.send(f"/operator/people/{found['id']}/enablement", {})
    town.visitor().log_in(OWNER)
    assert visitor.client.get("/operator/people?cursor=x").status_code == 422


def test_a_partner_is_admitted_and_its_owner_comes_by_invitation(town, admin):
    partner = {
        "kind": "carrier",
        "company_name": "Night Lorry",
        "country": "VN",
        "registration_number": "77",
        "login": "night@demo.test",
    }
    refused = admin.problem("POST", "/partners", 422, partner | {"kind": "operator", "login": "x"})[1]
    assert refused == {"kind", "login"}
    made = admin.call("POST", "/partners", 201, partner)
    (row,) = admin.call("GET", "/partners", 200)["items"]
    assert (row["id"], row["is_led"], row["invited"]) == (made["company_id"], False, "night@demo.test")
    path = f"/partners/{row['id']}/invitations"
    admin.call("POST", path, 201, {"login": "day@demo.test"})
    joining = {"person_name": "Binh", "password": PASSWORD, "accepted_terms": TERMS}
    Program(town.app).call("POST", f"/invitations/{town.invitation('day@demo.test')}/acceptance", 201, joining)
    me = town.program("day@demo.test").call("GET", "/me", 200)
    assert (me["company_id"], me["roles"]) == (row["id"], ["owner"])
    assert admin.problem("POST", path, 409, {"login": "day@demo.test"})[0] == "is_led"
    admin.call("POST", f"/partners/{me['person_id']}/invitations", 404, {"login": "day@demo.test"})


def test_a_partner_is_admitted_on_the_page(town, admin):
    visitor = _admin_browser(town, admin)
    visitor.open("/operator/partners")
    fields = {"kind": "broker", "company_name": "Clear", "country": "CN", "registration_number": "1"}
    visitor.send("/operator/partners", fields | {"login": "no"}, 422)
    assert visitor.refused_fields() == {"login"}
    visitor.send("/operator/partners", fields | {"login": "clear@demo.test"})
    visitor.open("/operator/partners")
    (row,) = admin.call("GET", "/partners", 200)["items"]
    visitor.send(f"/operator/partners/{row['id']}/invitations", {"login": "no"}, 422)
    assert visitor.refused_fields() == {"login"}
    visitor.send(f"/operator/partners/{row['id']}/invitations", {"login": "clearer@demo.test"})
    assert town.invitation("clearer@demo.test")


def test_the_trail_of_a_thing_is_read_by_admins(town, admin):
    ids = town.company(OWNER)
    owner = town.program(OWNER)
    found = admin.call("GET", f"/audit?subject=company&id={ids['company_id']}", 200)["items"]
    assert {row["action"] for row in found} == {"company.registered", "member.joined"}
    acts = admin.call("GET", f"/audit?person={ids['person_id']}", 200)["items"]
    assert "token.issued" in {row["action"] for row in acts}
    assert admin.problem("GET", "/audit?id=1", 422)[1] == {"id"}
    assert owner.problem("GET", "/audit", 403)[0] == "permission"
    visitor = _admin_browser(town, admin)
    assert "company.registered" in visitor.open(f"/operator/audit?subject=company&id={ids['company_id']}")
    visitor.open("/operator/audit?id=1", 422)
    assert visitor.refused_fields() == {"id"}
