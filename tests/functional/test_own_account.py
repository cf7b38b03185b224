"""What people do with their own account: password, sessions, terms, data, the end."""

import pytest

from marketplace.accounts.rules.terms import TermsKind
from marketplace.accounts.services import terms
from marketplace.audit import flows as audit
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from tests.support.visitors import PASSWORD, TERMS

OWNER = "owner@demo.test"
CHANGE = {"current_password": PASSWORD, "new_password": "a durian by any other name"}


def test_a_changed_password_ends_every_other_session_and_token(town):
    town.company(OWNER)
    here, there, program = town.visitor(OWNER), town.visitor(OWNER), town.program(OWNER)
    here.open("/account")
    here.send("/account/password", CHANGE)
    here.open("/account")
    assert there.client.get("/account").status_code == 303
    program.call("GET", "/me", 401)


def test_over_the_api_a_changed_password_ends_the_token_too(town):
    town.company(OWNER)
    program, visitor = town.program(OWNER), town.visitor(OWNER)
    program.call("POST", "/me/password", 204, CHANGE)
    program.call("GET", "/me", 401)
    assert visitor.client.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("fields", "status", "refused"),
    [
        (CHANGE | {"current_password": "not this"}, 401, set()),
        (CHANGE | {"new_password": "short"}, 422, {"new_password"}),
        (CHANGE | {"new_password": "owner@demo.test"}, 422, {"new_password"}),
        (CHANGE | {"new_password": ""}, 422, {"new_password"}),
        ({"new_password": CHANGE["new_password"]}, 422, {"current_password"}),
    ],
)
def test_a_password_is_not_changed_by_bad_input(town, fields, status, refused):
    town.company(OWNER)
    visitor, program = town.visitor(OWNER), town.program(OWNER)
    visitor.open("/account")
    visitor.send("/account/password", fields, status)
    assert visitor.refused_fields() == refused
    assert program.problem("POST", "/me/password", status, fields)[1] == refused
    program.call("GET", "/me", 200)


def test_sessions_are_ended_on_page_and_api(town):
    town.company(OWNER)
    here, there = town.visitor(OWNER), town.visitor(OWNER)
    here.open("/account")
    here.send("/account/sessions/end", {})
    here.open("/account")
    assert there.client.get("/account").status_code == 303
    town.program(OWNER).call("POST", "/me/sessions/end", 204)
    assert here.client.get("/account").status_code == 303


def test_new_terms_are_shown_and_accepted(town):
    town.company(OWNER)
    visitor, program = town.visitor(OWNER), town.program(OWNER)
    with unit_of_work() as session:
        terms.publish_terms(
            session,
            actor=SYSTEM,
            kind=TermsKind.TERMS,
            version="2026-12",
            text_key="terms-2026-11",
            now=clock.now(),
        )
    assert program.call("GET", "/me", 200)["terms_to_accept"] == ["terms:2026-12"]
    assert "Terms have changed" in visitor.open("/account")
    visitor.send("/account/terms", {"accepted_terms": ["terms:2026-11"]}, 422)
    assert visitor.refused_fields() == {"accepted_terms"}
    visitor.send("/account/terms", {"accepted_terms": ["terms:2026-12"]})
    assert "Terms have changed" not in visitor.open("/account")
    program.call("POST", "/me/terms", 204, {"accepted_terms": ["terms:2026-12"]})
    assert program.problem("POST", "/me/terms", 422, {"accepted_terms": []})[1] == {"accepted_terms"}


def test_new_terms_are_asked_for_at_the_login_and_before_every_act(town):
    ids = town.company(OWNER)
    program = town.program(OWNER)
    with unit_of_work() as session:
        terms.publish_terms(
            session,
            actor=SYSTEM,
            kind=TermsKind.PRIVACY,
            version="2026-12",
            text_key="privacy-2026-11",
            now=clock.now(),
        )
    invited = {"login": "mate@demo.test", "roles": ["sales"]}
    path = f"/companies/{ids['company_id']}/invitations"
    assert program.problem("POST", path, 403, invited)[0] == "terms_needed"
    assert "POST /api/v1/me/terms" in program.call("POST", path, 403, invited)["detail"]
    program.call("GET", "/orders", 200)
    program.call("PATCH", "/me", 204, {"name": "Bounmy"})
    visitor = town.visitor()
    visitor.open("/login?next=/orders")
    answer = visitor.client.post(
        "/login?next=/orders", data=visitor.hidden("/login") | {"login": OWNER, "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/account/terms?next=/orders"
    visitor.open("/account")
    visitor.send("/account/invitations", invited, 403)
    visitor.open("/account/terms?next=/orders")
    answer = visitor.client.post(
        "/account/terms?next=/orders",
        data=visitor.hidden("/account/terms") | {"accepted_terms": ["privacy:2026-12"]},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/orders")
    program.call("POST", path, 201, invited)


def test_a_member_of_two_companies_chooses_which_to_act_for(town):
    first = town.company(OWNER)["company_id"]
    second = town.company("other@demo.test")["company_id"]
    other = town.program("other@demo.test")
    other.call("POST", f"/companies/{second}/invitations", 201, {"login": OWNER, "roles": ["finance"]})
    joining = {"password": PASSWORD, "accepted_terms": TERMS}
    other.call("POST", f"/invitations/{town.invitation(OWNER)}/acceptance", 201, joining)
    assert town.program(OWNER).call("GET", "/me", 200)["company_id"] == first
    chosen = town.program(OWNER, company_id=second).call("GET", "/me", 200)
    assert (chosen["company_id"], chosen["roles"]) == (second, ["finance"])
    body = {"login": OWNER, "password": PASSWORD, "company_id": chosen["person_id"]}
    assert town.program().problem("POST", "/tokens", 422, body)[1] == {"company_id"}
    visitor = town.visitor(OWNER)
    assert visitor.open("/account").count("Lanxang Trading 2") == 1
    visitor.send("/account/acting", {"company_id": second})
    assert "Finance" in visitor.open("/account")
    visitor.send("/account/acting", {"company_id": chosen["person_id"]}, 422)


def test_everything_kept_is_handed_over(town):
    ids = town.company(OWNER)
    program = town.program(OWNER)
    program.call("POST", "/codes", 202, {"login": OWNER})
    town.letters()
    data = program.call("GET", "/me/data", 200)["data"]
    assert data["account"]["id"] == ids["person_id"]
    assert data["account"]["email"] == OWNER
    assert data["messages"][0]["to"] == OWNER
    answer = town.visitor(OWNER).client.get("/account/data")
    assert answer.get_json()["account"]["name"] == "Somsy Vong"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_an_erased_person_is_gone_and_the_books_still_agree(town, tmp_path):
    ids = town.company(OWNER)
    visitor, program = town.visitor(OWNER), town.program(OWNER)
    program.call("POST", "/codes", 202, {"login": OWNER})
    town.letters()
    visitor.open("/account")
    visitor.send("/account/erasure", {"current_password": "not this"}, 401)
    visitor.send("/account/erasure", {"current_password": ""}, 422)
    visitor.send("/account/erasure", {"current_password": PASSWORD})
    visitor.open("/")
    assert visitor.client.get("/account").status_code == 303
    program.call("GET", "/me", 401)
    town.visitor().log_in(OWNER, status=401)
    town.letters()
    audit.seal_rows(now=clock.now())
    assert reports.check(reading()) == []
    path = tmp_path / "audit.jsonl"
    assert audit.export_chain(path).ok
    assert audit.verify_file(path).ok
    exported = path.read_text()
    assert OWNER not in exported
    assert "Somsy" not in exported
    assert ids["person_id"] in exported
    town.company(OWNER)  # the name is free again


def test_an_erasure_over_the_api(town):
    town.company(OWNER)
    program = town.program(OWNER)
    assert program.problem("POST", "/me/erasure", 422, {})[1] == {"current_password"}
    program.call("POST", "/me/erasure", 401, {"current_password": "not this"})
    program.call("POST", "/me/erasure", 204, {"current_password": PASSWORD})
    program.call("GET", "/me", 401)


@pytest.mark.parametrize(
    "sent", ["/x%0d%0aX: y", "/%09/evil.test", "//evil.test", "/x%00", "https://evil.test/", "/\\evil.test"]
)
def test_a_login_leads_to_plain_paths_of_this_site_alone(town, sent):
    town.company(OWNER)
    visitor = town.visitor()
    visitor.open("/login")
    answer = visitor.client.post(
        f"/login?next={sent}", data=visitor.hidden("/login") | {"login": OWNER, "password": PASSWORD}
    )
    assert answer.status_code == 303
    assert "evil" not in answer.headers["Location"]
    assert not answer.headers["Location"].startswith("/x")
