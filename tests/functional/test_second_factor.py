"""The authenticator app: set up, asked for, replaced by a recovery code, taken away; staff must have one."""

import pytest

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.services import registration
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import unit_of_work
from tests.support.visitors import PASSWORD, TERMS, app_code, enrolled

OWNER = "owner@demo.test"
ADMIN = "admin@demo.test"


def first_factor(town):
    visitor = town.visitor()
    answer = visitor.log_in(OWNER)
    assert answer.location.startswith("/login/second-factor")
    visitor.open(answer.location)
    return visitor


def test_the_app_is_set_up_and_asked_for(town, later):
    town.company(OWNER)
    secret, _ = enrolled(town.visitor(OWNER))
    visitor = first_factor(town)
    assert visitor.client.get("/account").status_code == 303
    visitor.send("/login/second-factor", {"code": app_code(secret)}, 401)  # used when it was set up
    later(30)
    visitor.send("/login/second-factor", {"code": app_code(secret)})
    assert "set up" in visitor.open("/account")


def test_a_recovery_code_stands_in_once(town):
    town.company(OWNER)
    _, codes = enrolled(town.visitor(OWNER))
    visitor = first_factor(town)
    visitor.send("/login/second-factor", {"code": codes[0].lower()})
    visitor.open("/account")
    visitor = first_factor(town)
    visitor.send("/login/second-factor", {"code": codes[0]}, 401)
    visitor.send("/login/second-factor", {"code": ""}, 422)
    assert visitor.refused_fields() == {"code"}


def test_the_second_factor_is_not_asked_for_before_the_first_or_long_after_it(town, later):
    town.company(OWNER)
    secret, _ = enrolled(town.visitor(OWNER))
    stranger = town.visitor()
    assert stranger.client.get("/login/second-factor").location == "/login"
    visitor = first_factor(town)
    later(6 * 60)
    answer = visitor.send("/login/second-factor", {"code": app_code(secret)})
    assert answer.location == "/login"
    assert visitor.client.get("/account").status_code == 303


def test_a_password_changed_in_the_meantime_ends_a_login_half_done(town, later):
    town.company(OWNER)
    inside = town.visitor(OWNER)
    secret, _ = enrolled(inside)
    visitor = first_factor(town)
    inside.open("/account")
    inside.send("/account/password", {"current_password": PASSWORD, "new_password": "a durian by any other name"})
    later(30)
    assert visitor.send("/login/second-factor", {"code": app_code(secret)}).location == "/login"


def test_the_app_is_taken_away_with_a_last_code(town, later):
    town.company(OWNER)
    visitor = town.visitor(OWNER)
    secret, _ = enrolled(visitor)
    later(30)
    visitor.open("/account")
    visitor.send("/account/second-factor/removal", {"code": "000000"}, 401)
    visitor.send("/account/second-factor/removal", {"code": ""}, 422)
    visitor.send("/account/second-factor/removal", {"code": app_code(secret)})
    town.visitor(OWNER).open("/account")


def test_a_wrong_first_code_sets_nothing_up(town):
    town.company(OWNER)
    visitor = town.visitor(OWNER)
    visitor.open("/account")
    visitor.send("/account/second-factor", {}, 200)
    visitor.send("/account/second-factor/confirmation", {"code": "000000"}, 401)
    assert "Wait for the app" in visitor.text()
    assert town.program(OWNER).call("GET", "/me", 200)["has_second_factor"] is False


def test_an_app_is_set_up_once(town):
    town.company(OWNER)
    visitor = town.visitor(OWNER)
    enrolled(visitor)
    visitor.open("/account")
    old_tab = visitor.hidden("/account/password")
    answer = visitor.client.post("/account/second-factor", data=old_tab)
    assert answer.status_code == 409
    assert "set up already" in answer.text


def test_the_same_over_the_api(town, later):
    town.company(OWNER)
    program = town.program(OWNER)
    assert program.problem("POST", "/me/second-factor/removal", 409, {"code": "1"})[0] == "totp_missing"
    assert program.problem("POST", "/me/second-factor/confirmation", 409, {"code": "1"})[0] == "totp_missing"
    begun = program.call("POST", "/me/second-factor", 201)
    assert begun["uri"].startswith("otpauth://totp/")
    code = {"code": app_code(begun["secret"])}
    codes = program.call("POST", "/me/second-factor/confirmation", 200, code)["codes"]
    assert len(codes) == 10
    assert program.problem("POST", "/me/second-factor", 409)[0] == "totp_active"
    login = {"login": OWNER, "password": PASSWORD}
    assert program.problem("POST", "/tokens", 401, login)[0] == "second_factor_needed"
    assert program.problem("POST", "/tokens", 401, login | {"second_factor": "000000"})[0] == "wrong_code"
    program.call("POST", "/tokens", 201, login | {"second_factor": codes[0]})
    later(30)
    program.call("POST", "/me/second-factor/removal", 204, {"code": app_code(begun["secret"])})
    program.call("POST", "/tokens", 201, login)


@pytest.fixture
def operator(town):
    """A city whose operator has one member, without an app yet; tests waive nothing."""
    with unit_of_work() as session:
        registration.admit_company(
            session,
            actor=SYSTEM,
            kind=CompanyKind.OPERATOR,
            name="Operating Company",
            country="CN",
            registration_number="91500000MA60DEMO0X",
            person_name="An Admin",
            login=ADMIN,
            password=PASSWORD,
            accepted_terms=tuple(TERMS),
            locale="en",
            vault=town.app.extensions["city.vault"],
            now=clock.now(),
        )


def test_staff_set_the_app_up_before_they_may_do_anything_else(town, operator, later):
    login = {"login": ADMIN, "password": PASSWORD}
    assert town.program().problem("POST", "/tokens", 403, login)[0] == "must_enrol"
    visitor = town.visitor()
    assert visitor.log_in(ADMIN).location == "/account"
    assert "second factor" in visitor.open("/account")
    visitor.open("/operator/styleguide", 403)
    secret, _ = enrolled(visitor)
    # The work goes on at once, for the company.
    visitor.open("/operator/styleguide")
    later(30)
    town.program(ADMIN, second_factor=app_code(secret)).call("GET", "/me", 200)


def test_staff_without_the_app_are_asked_for_it_again(town, operator, later):
    visitor = town.visitor()
    visitor.log_in(ADMIN)
    secret, _ = enrolled(visitor)
    visitor.open("/operator/mail")
    later(30)
    visitor.open("/account")
    visitor.send("/account/second-factor/removal", {"code": app_code(secret)})
    visitor.open("/operator/mail", 403)


def test_the_operator_reads_what_a_city_without_a_mail_server_sent(town, operator):
    town.program().call("POST", "/codes", 202, {"login": ADMIN})
    code = town.code(ADMIN)
    visitor = town.visitor()
    visitor.log_in(ADMIN)
    enrolled(visitor)
    assert code in visitor.open("/operator/mail")
