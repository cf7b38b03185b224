"""A company joins, by page and by API."""

import pytest
import sqlalchemy as sa

from marketplace.kernel.db import Base, reading
from tests.support.visitors import PASSWORD, TERMS

BAD_FIELDS = [
    ("company_name", ""),
    ("company_name", "x" * 201),
    ("company_name", "two\nlines"),
    ("country", "Laos"),
    ("country", "ZZ"),
    ("registration_number", ""),
    ("person_name", "\x00"),
    ("login", "not a login"),
    ("login", "12"),
    ("password", "short"),
    ("password", "aaaaaaaaaaaaaaaa"),
    ("password", "password1234"),
    ("accepted_terms", ["terms:1999-01"]),
]


def test_a_company_registers_on_the_page_and_is_in(town):
    owner = town.visitor()
    owner.open("/")
    owner.open("/register")
    answer = owner.send("/register", town.registration())
    assert answer.location == "/account"
    page = owner.open("/account")
    assert "Lanxang Trading 1" in page
    assert "Welcome. Your company is registered." in page


def test_a_name_of_a_person_has_its_bounds(town):
    long = "Maximilian" * 10 + "a"
    page = town.visitor()
    page.open("/register")
    page.send("/register", town.registration(person_name=long), 422)
    assert page.refused_fields() == {"person_name"}
    assert "at most 100 characters" in page.text()
    town.company("owner@demo.test", person_name=long[:100])
    program = town.program("owner@demo.test")
    assert program.problem("PATCH", "/me", 422, {"name": long}) == ("fields", {"name"})
    assert town.visitor("owner@demo.test").open("/account").count(long[:100]) >= 2


def test_a_company_registers_over_the_api_and_its_owner_acts_for_it(town):
    ids = town.company("owner@demo.test")
    program = town.program("owner@demo.test")
    me = program.call("GET", "/me", 200)
    assert (me["person_id"], me["company_id"]) == (ids["person_id"], ids["company_id"])
    assert me["roles"] == ["owner"]
    assert "company:members:invite" in me["permissions"]
    assert me["terms_to_accept"] == []
    company = program.call("GET", f"/companies/{ids['company_id']}", 200)
    assert (company["name"], company["kind"], company["country"]) == ("Lanxang Trading 1", "trade", "LA")


def test_the_terms_are_named_for_programs(town):
    assert town.program().call("GET", "/terms", 200) == {"labels": ["privacy:2026-11", "terms:2026-11"]}
    assert "Terms of trade" in town.visitor().open("/terms")
    assert "Privacy notice" in town.visitor().open("/privacy")


@pytest.mark.parametrize(("name", "value"), BAD_FIELDS)
def test_a_bad_field_is_named_on_page_and_api_and_nothing_is_written(town, name, value):
    before = town.rows()
    visitor = town.visitor()
    visitor.open("/register")
    visitor.send("/register", town.registration(**{name: value}), 422)
    assert visitor.refused_fields() == {name}
    _, fields = town.program().problem("POST", "/companies", 422, town.registration(**{name: value}))
    assert {field.partition(".")[0] for field in fields} == {name}
    assert town.rows() == before


def test_every_bad_field_is_named_at_once_and_what_was_typed_stays_but_the_password(town):
    visitor = town.visitor()
    visitor.open("/register")
    bad = town.registration(country="ZZ", login="nobody", password="short", company_name="Mekong & Sons <b>")
    visitor.send("/register", bad, 422)
    assert visitor.refused_fields() == {"country", "login", "password"}
    assert 'value="Mekong &amp; Sons &lt;b&gt;"' in visitor.shown
    assert "short" not in visitor.shown.split('id="field-password"')[1].split(">")[0]


def test_a_login_is_taken_once(town):
    town.company("owner@demo.test")
    before = town.rows()
    program = town.program()
    _, fields = program.problem("POST", "/companies", 422, town.registration("Owner@Demo.test"))
    assert fields == {"login"}
    assert town.rows() == before


@pytest.mark.parametrize("extra", [{"kind": "operator"}, {"roles": ["admin"]}, {"company_id": "1"}, {"is_admin": True}])
def test_nobody_gives_himself_more_than_the_form_asks_for(town, extra):
    before = town.rows()
    _, fields = town.program().problem("POST", "/companies", 422, town.registration(**extra))
    assert fields == set(extra)
    visitor = town.visitor()
    visitor.open("/register")
    visitor.send("/register", town.registration(**extra), 422)
    assert town.rows() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "body"), (b"[1]", "body"), (b'{"login": NaN}', "body"), (b"[" * 100_000, "body")],
)
def test_a_body_that_is_no_json_object_is_malformed(town, body, code):
    answer = town.app.test_client().post("/api/v1/companies", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json()["type"] == f"urn:city:problem:{code}"


def test_the_password_is_kept_as_a_hash_alone(town):
    town.company()
    kept = [repr(row) for table in Base.metadata.sorted_tables for row in reading().execute(sa.select(table))]
    assert any("$argon2id$" in row for row in kept)
    assert not any(PASSWORD in row for row in kept)


@pytest.mark.parametrize(
    ("asked", "sent", "written"),
    [
        ("", None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh"),
        ("th, vi;q=0.7", None, "vi"),
        ("th", None, "en"),
        ("zh", "vi", "vi"),
    ],
)
def test_an_account_made_over_the_api_speaks_the_language_asked_for(town, asked, sent, written):
    more = {"locale": sent} if sent else {}
    town.program().call("POST", "/companies", 201, town.registration() | more, **{"Accept-Language": asked})
    owner = town.program("owner@demo.test")
    me = owner.call("GET", "/me", 200)
    assert me["locale"] == written
    path = f"/companies/{me['company_id']}/invitations"
    owner.call("POST", path, 201, {"login": "new@demo.test", "roles": ["sales"]})
    assert town.letter("new@demo.test").locale == written  # nothing else asked for: as the inviter speaks
    owner.call("POST", path, 201, {"login": "third@demo.test", "roles": ["sales"], "locale": "zh"})
    assert town.letter("third@demo.test").locale == "zh"
    joining = {"person_name": "Keo", "password": PASSWORD, "accepted_terms": TERMS} | more
    token = town.invitation("new@demo.test")
    town.program().call("POST", f"/invitations/{token}/acceptance", 201, joining, **{"Accept-Language": asked})
    assert town.program("new@demo.test").call("GET", "/me", 200)["locale"] == written


def test_only_a_language_we_write_in_is_accepted(town):
    found = town.program().call("POST", "/companies", 422, town.registration(locale="fr"))
    (error,) = found["errors"]
    assert (error["field"], error["accepted"]) == ("locale", "'en', 'zh' or 'vi'")
