"""In by password, by code, by phone number; out; and what a guesser meets."""

import pytest

from marketplace.app import create_app
from marketplace.kernel.db import db
from tests.support.visitors import PASSWORD, Program, Visitor

PHONE = "+8613800138000"


def test_in_by_password_and_out(town):
    town.company("owner@demo.test")
    owner = town.visitor()
    assert owner.log_in("Owner@demo.test").location == "/orders"
    page = owner.open("/account")
    assert "Somsy Vong" in page
    owner.send("/logout", {})
    answer = owner.client.get("/account")
    assert (answer.status_code, answer.location) == (303, "/login?next=/account")


def test_a_phone_number_is_a_login_name_with_password_or_code(town):
    town.company(PHONE, country="CN", registration_number="91500000MA60DEMO1X")
    town.visitor().log_in("+86 138-0013-8000")
    visitor = town.visitor()
    visitor.open("/login")
    visitor.send("/login/code", {"login": PHONE, "purpose": "sign_in"}, 200)
    letter = town.letter(PHONE)
    assert letter.channel == "text"
    visitor.send("/login", {"login": PHONE, "code": town.code(PHONE)})
    assert PHONE in visitor.open("/account")


def test_a_code_is_good_once_and_for_ten_minutes(town, later):
    town.company("owner@demo.test")
    program = town.program()
    program.call("POST", "/codes", 202, {"login": "owner@demo.test"})
    body = {"login": "owner@demo.test", "code": town.code("owner@demo.test")}
    program.call("POST", "/tokens", 201, body)
    assert program.problem("POST", "/tokens", 401, body) == ("wrong_code", set())
    program.call("POST", "/codes", 202, {"login": "owner@demo.test"})
    late = town.code("owner@demo.test")
    later(11 * 60)
    assert program.problem("POST", "/tokens", 401, body | {"code": late}) == ("wrong_code", set())


def test_a_code_for_an_unknown_login_looks_the_same_and_sends_nothing(town):
    town.company("owner@demo.test")
    answers = []
    for login in ("owner@demo.test", "nobody@demo.test"):
        visitor = town.visitor()
        visitor.open("/login")
        page = visitor.send("/login/code", {"login": login, "purpose": "sign_in"}, 200).text
        answers.append(visitor.text().replace(login, "") if login in page else page)
    assert answers[0] == answers[1]
    assert [letter.to for letter in town.letters()] == ["owner@demo.test"]


@pytest.mark.parametrize("login", ["owner@demo.test", "nobody@demo.test", "no login at all"])
def test_wrong_is_wrong_whoever_it_is(town, login):
    town.company("owner@demo.test")
    visitor = town.visitor()
    visitor.log_in(login, "a wrong password", status=401)
    assert "Login, password or code is wrong" in visitor.text()
    assert 'name="login"' in visitor.shown
    program = town.program()
    found = program.problem("POST", "/tokens", 401, {"login": login, "password": "a wrong password"})
    assert found == ("wrong_login", set())


@pytest.mark.parametrize(
    ("path", "page", "fields", "refused"),
    [
        ("/login", "/login", {"login": "", "password": "x"}, {"login"}),
        ("/login", "/login", {"login": "a@demo.test", "password": ""}, {"password"}),
        ("/login", "/login", {"login": "a@demo.test"}, {"password"}),
        ("/login/code", "/login", {"login": "nothing", "purpose": "sign_in"}, {"login"}),
        ("/login/code", "/login", {"login": "a@demo.test", "purpose": "world_peace"}, {"purpose"}),
        (
            "/login/reset",
            "/login/reset",
            {"login": "a@demo.test", "code": "1", "new_password": "short"},
            {"new_password"},
        ),
        ("/login/reset", "/login/reset", {"login": "a@demo.test", "code": "", "new_password": PASSWORD}, {"code"}),
    ],
)
def test_bad_input_at_the_door_names_its_field(town, path, page, fields, refused):
    before = town.rows()
    visitor = town.visitor()
    visitor.open(page)
    visitor.send(path, fields, 422)
    assert visitor.refused_fields() == refused
    assert town.rows() == before


def test_a_token_needs_a_proof(town):
    assert town.program().problem("POST", "/tokens", 422, {"login": "a@demo.test"}) == ("fields", {"password"})


def test_a_guesser_waits_whichever_process_he_asks_and_the_owner_comes_in_from_elsewhere(town):
    town.company("owner@demo.test")
    limited = town.app.extensions["city.settings"].model_copy(update={"limits": "on"})
    apps = [create_app(limited) for _ in range(2)]
    guess = {"login": "owner@demo.test", "password": "a wrong password"}
    try:
        answers = [apps[turn % 2].test_client().post("/api/v1/tokens", json=guess) for turn in range(7)]
        assert [answer.status_code for answer in answers[:6]].count(401) >= 5
        assert answers[-1].status_code == 429
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
        right = guess | {"password": PASSWORD}
        assert apps[1].test_client().post("/api/v1/tokens", json=right).status_code == 429
        elsewhere = {"REMOTE_ADDR": "192.0.2.77"}
        assert apps[0].test_client().post("/api/v1/tokens", json=right, environ_base=elsewhere).status_code == 201
        page = Visitor(apps[0])
        page.log_in("owner@demo.test", status=429)
        assert "Too many tries" in page.text()
    finally:
        for app in apps:
            _close(app)


def test_codes_are_not_sent_without_end(town):
    town.company("owner@demo.test")
    limited = create_app(town.app.extensions["city.settings"].model_copy(update={"limits": "on"}))
    try:
        program = Program(limited)
        for _ in range(3):
            program.call("POST", "/codes", 202, {"login": "owner@demo.test"})
        assert program.problem("POST", "/codes", 429, {"login": "owner@demo.test"})[0] == "too_many"
    finally:
        _close(limited)


def test_companies_are_not_registered_without_end_from_one_address(town):
    limited = create_app(town.app.extensions["city.settings"].model_copy(update={"limits": "on"}))
    try:
        program = Program(limited)
        for _ in range(20):
            program.call("POST", "/companies", 422, town.registration("owner@demo.test", password="short"))
        assert program.problem("POST", "/companies", 429, town.registration("owner@demo.test"))[0] == "too_many"
    finally:
        _close(limited)


def test_whoever_was_counted_as_a_stranger_is_known_once_logged_in(town):
    town.company("owner@demo.test")
    limited = create_app(town.app.extensions["city.settings"].model_copy(update={"limits": "on"}))
    try:
        page = Visitor(limited)
        assert page.log_in("owner@demo.test").location == "/orders"
        assert "owner@demo.test" in page.open("/account")
    finally:
        _close(limited)


def test_writes_are_braked(town, monkeypatch):
    monkeypatch.setattr("marketplace.edge.limits.WRITES_A_MINUTE", 3)
    limited = create_app(town.app.extensions["city.settings"].model_copy(update={"limits": "on"}))
    try:
        statuses = [
            limited.test_client().post("/api/v1/nothing", environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code
            for _ in range(4)
        ]
    finally:
        _close(limited)
    assert statuses[-1] == 429


def test_a_password_is_reset_by_code_and_every_session_and_token_ends(town):
    town.company("owner@demo.test")
    inside, program = town.visitor("owner@demo.test"), town.program("owner@demo.test")
    visitor = town.visitor()
    visitor.open("/login")
    visitor.send("/login/code", {"login": "owner@demo.test", "purpose": "reset_password"}, 200)
    wrong = {"login": "owner@demo.test", "code": "000000x", "new_password": "a durian by any other name"}
    visitor.send("/login/reset", wrong, 401)
    visitor.send("/login/reset", wrong | {"code": town.code("owner@demo.test")})
    assert inside.client.get("/account").status_code == 303
    program.call("GET", "/me", 401)
    town.visitor().log_in("owner@demo.test", status=401)
    town.visitor().log_in("owner@demo.test", "a durian by any other name")


def test_a_password_is_reset_over_the_api(town):
    town.company("owner@demo.test")
    program = town.program()
    program.call("POST", "/codes", 202, {"login": "owner@demo.test", "purpose": "reset_password"})
    code = town.code("owner@demo.test")
    # A code is for what it was asked for.
    program.call("POST", "/tokens", 401, {"login": "owner@demo.test", "code": code})
    reset = {"login": "owner@demo.test", "code": code, "new_password": "a durian by any other name"}
    program.call("POST", "/password-resets", 204, reset)
    program.call("POST", "/tokens", 201, {"login": "owner@demo.test", "password": "a durian by any other name"})


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/account?a=1", "/account?a=1"),
        ("https://evil.test/", "/orders"),
        ("//evil.test/", "/orders"),
        ("/\\evil.test", "/orders"),
        ("/\t/evil.test", "/orders"),
        ("javascript:alert(1)", "/orders"),
    ],
)
def test_the_login_leads_to_pages_of_this_site_alone(town, wanted, location):
    town.company("owner@demo.test")
    visitor = town.visitor()
    visitor.open("/login", query_string={"next": wanted})
    hidden = visitor.hidden("/login")
    fields = hidden | {"login": "owner@demo.test", "password": PASSWORD}
    assert visitor.client.post("/login", query_string={"next": wanted}, data=fields).location == location


def test_a_token_is_given_back(town):
    town.company("owner@demo.test")
    program = town.program("owner@demo.test")
    program.call("DELETE", "/tokens/current", 204)
    assert program.problem("GET", "/me", 401) == ("token_unknown", set())


def _close(app):
    app.extensions["city.bell"].close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
