"""A company becomes a merchant: it applies, somebody else decides with a reason, its accounts change slowly."""

import io
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from werkzeug.http import parse_options_header

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.merchants import flows, queries
from marketplace.merchants.models import MerchantApplication, Payee
from marketplace.merchants.queries import checks, requirements
from marketplace.merchants.rules.states import PayeeState
from marketplace.merchants.services import payees
from tests import factories
from tests.support.invariants import fresh
from tests.support.merchants import ACCOUNT, NUMBER, PDF, REVIEWER, application, licence, prove, proven, reviewer
from tests.support.visitors import app_code

OWNER = "owner@demo.test"


@pytest.mark.parametrize("name", ["营业执照.pdf", "ใบอนุญาต.pdf"])
def test_a_file_is_given_out_under_its_own_name(trade, name):
    _, program, _ = trade
    client, bearer = program.app.test_client(), {"Authorization": f"Bearer {program.token}"}
    sent = {"file": (io.BytesIO(PDF), name), "purpose": "licence"}
    file_id = client.post("/api/v1/files", data=sent, headers=bearer).get_json()["id"]
    answer = client.get(f"/api/v1/files/{file_id}", headers=bearer)
    assert answer.data == PDF
    given = answer.headers["Content-Disposition"]
    assert given.isascii()  # a server refuses to send anything else
    assert parse_options_header(given)[1]["filename"] == name


def test_a_file_that_does_not_fit_is_refused_in_words(trade):
    _, program, _ = trade
    sent = {"file": (io.BytesIO(b"no picture"), "a.png"), "purpose": "picture"}
    headers = {"Authorization": f"Bearer {program.token}"}
    answer = program.app.test_client().post("/api/v1/files", data=sent, headers=headers)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["message"].startswith("This file is none of the kinds we take here")


@pytest.fixture
def trade(town):
    ids = town.company(OWNER, country="CN", registration_number=NUMBER, company_name="Chongqing Chains Co.")
    return town, town.program(OWNER), ids["company_id"]


def test_an_application_that_waits_too_long_is_told_of_once_and_still_decided(trade):
    town, program, _ = trade
    judge, owner = reviewer(town), town.visitor(OWNER)
    made = program.call("POST", "/merchant-applications", 201, proven(program))
    path = f"/merchant-applications/{made['id']}"
    waiting = program.call("GET", path, 200)
    assert waiting["submitted_at"] < waiting["due_at"]
    assert waiting["escalated_at"] is None
    assert "To be answered by" in owner.open("/merchant")
    with unit_of_work() as session:
        session.execute(sa.update(MerchantApplication).values(due_at=clock.now()))
    assert [flows.escalate(now=clock.now()) for _ in range(2)] == [1, 0]
    reading().rollback()
    assert judge.call("GET", path, 200)["escalated_at"]
    told = [(one.to, one.subject) for one in town.letters() if "longer" in one.subject or "overdue" in one.subject]
    assert (OWNER, "Your application to sell takes longer") in told
    assert (REVIEWER, "An application to sell is overdue: Chongqing Chains Co.") in told
    assert "It takes longer than we promised" in owner.open("/merchant")
    decision = {"decision": "approve", "reason": "Licence and number agree."}
    assert judge.call("POST", f"{path}/decision", 200, decision)["escalated_at"] is None


def test_nobody_is_told_of_a_wait_that_is_over_when_the_letter_is_written(trade):
    town, program, _ = trade
    judge = reviewer(town)
    made = program.call("POST", "/merchant-applications", 201, proven(program))
    with unit_of_work() as session:
        session.execute(sa.update(MerchantApplication).values(due_at=clock.now()))
    assert flows.escalate(now=clock.now()) == 1
    decision = {"decision": "approve", "reason": "Licence and number agree."}
    judge.call("POST", f"/merchant-applications/{made['id']}/decision", 200, decision)
    subjects = [one.subject for one in town.letters()]
    assert [one for one in subjects if "longer" in one or "overdue" in one] == []


def test_a_company_applies_and_is_approved_once(trade):
    town, program, company_id = trade
    legal = "Chongqing Chains Limited"
    made = program.call("POST", "/merchant-applications", 201, proven(program, legal_name=legal))
    assert program.call("GET", "/merchant", 200)["state"] == "submitted"
    judge = reviewer(town)
    (waiting,) = judge.call("GET", "/merchant-applications?state=submitted", 200)["items"]
    assert (waiting["check"], waiting["proof"]) == ("stdnum.cn.uscc", "checksum")
    decide = f"/merchant-applications/{made['id']}/decision"
    assert judge.problem("POST", decide, 422, {"decision": "approve", "reason": " "})[1] == {"reason"}
    assert judge.problem("POST", decide, 422, {"decision": "shrug", "reason": "x"})[1] == {"decision"}
    decided = judge.call("POST", decide, 200, {"decision": "approve", "reason": "Licence and number agree."})
    assert decided["decision"]["reason"] == "Licence and number agree."
    assert judge.problem("POST", decide, 409, {"decision": "reject", "reason": "No."})[0] == "state"
    assert queries.active(fresh(), company_ids=[UUID(company_id)]) == {UUID(company_id)}
    assert checks.breaches(reading()) == []
    # Papers name what the licence says, and nobody types another name over it.
    path = f"/companies/{company_id}"
    row = program.call("GET", path, 200)
    assert (row["name"], row["registration_number"], bool(row["verified_at"])) == (legal, NUMBER, True)
    renamed = {"version": row["version"], "name": "Chongqing Gold Co."}
    assert program.problem("PATCH", path, 422, renamed)[1] == {"name"}
    found = queries.payee(reading(), company_id=UUID(company_id), currency="CNY")
    assert found is not None
    assert found.account_number == "6217000012345678"


def test_a_licence_without_end_is_good_until_the_last_day_of_all(trade):
    """Such licences are often written like that; a day that the form takes is what the program's call takes."""
    town, program, company_id = trade
    judge, endless = reviewer(town), "9999-12-31"
    made = program.call("POST", "/merchant-applications", 201, proven(program, licence_until=endless))
    assert judge.call("GET", f"/merchant-applications/{made['id']}", 200)["licence_until"] == endless
    judge.call("POST", f"/merchant-applications/{made['id']}/decision", 200, {"decision": "approve", "reason": "Good."})
    assert licence_state(program) == "accepted"
    assert endless[:4] in town.visitor().open(f"/merchants/{company_id}")
    found = requirements.requirements_of(reading(), company_id=UUID(company_id), today=date.max)
    assert {row.item: row.state for row in found}["licence"] == "accepted"


def test_the_form_takes_a_licence_without_end(town):
    town.company(OWNER, country="CN", registration_number=NUMBER, company_name="Chongqing Chains Co.")
    visitor, code = town.visitor(OWNER), prove(town.program(OWNER))[0]
    visitor.open("/merchant/apply")
    form = {"legal_name": "Chongqing Chains Co.", "registration_number": NUMBER, **ACCOUNT, "code": code}
    sent = {**form, "licence_until": "9999-12-31", "licence_file_id": (io.BytesIO(PDF), "licence.pdf")}
    visitor.send("/merchant/apply", sent)
    (made,) = reviewer(town).call("GET", "/merchant-applications", 200)["items"]
    assert made["licence_until"] == "9999-12-31"


def licence_state(program):
    """Return how the item of the licence stands."""
    return {row["item"]: row["state"] for row in program.call("GET", "/merchant", 200)["requirements"]}["licence"]


def test_what_was_sent_back_is_mended_and_its_history_stays(trade):
    town, program, _ = trade
    judge = reviewer(town)
    first = proven(program)
    for decision, state in (("request_changes", "onboarding"), ("reject", "rejected")):
        made = program.call("POST", "/merchant-applications", 201, first)
        judge.call(
            "POST", f"/merchant-applications/{made['id']}/decision", 200, {"decision": decision, "reason": "See."}
        )
        assert program.call("GET", "/merchant", 200)["state"] == state
    program.call("POST", "/merchant-applications", 201, application(program))
    assert program.problem("POST", "/merchant-applications", 409, application(program))[0] == "state"
    states = [item["state"] for item in program.call("GET", "/merchant-applications", 200)["items"]]
    assert states == ["changes_requested", "rejected", "submitted"]


def test_who_applies_again_finds_what_was_sent_before(trade):
    town, program, _ = trade
    judge, owner = reviewer(town), town.visitor(OWNER)
    sent = proven(program, legal_name="Jialing Parts (mended)", licence_until="2031-05-06")
    made = program.call("POST", "/merchant-applications", 201, sent)
    no = {"decision": "request_changes", "reason": "See."}
    judge.call("POST", f"/merchant-applications/{made['id']}/decision", 200, no)
    form = owner.open("/merchant/apply")
    for value in ("Jialing Parts (mended)", sent["registration_number"], "2031-05-06"):
        assert f'value="{value}"' in form


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"registration_number": "91110000600037340L"}, {"registration_number"}),
        ({"legal_name": ""}, {"legal_name"}),
        ({"licence_file_id": "00000000-0000-7000-8000-000000000000"}, {"licence_file_id"}),
        ({"licence_file_id": "x"}, {"licence_file_id"}),
        ({"licence_until": "2020-01-01"}, {"licence_until"}),
        ({"licence_until": "tomorrow"}, {"licence_until"}),
        ({"bic": "BKCHTHBK"}, {"bic"}),
        ({"bic": "XX", "currency": "ZZZ"}, {"bic", "currency"}),
        ({"account_number": "GB00 WEST 1234 5698 7654 32"}, {"account_number"}),
        ({"account_number": "1"}, {"account_number"}),
        ({"bank_name": None}, {"bank_name"}),
        (dict.fromkeys(ACCOUNT), {"payee"}),
        ({"nonsense": "1"}, {"nonsense"}),
    ],
)
def test_bad_applications_are_refused_field_by_field_and_leave_nothing(trade, changes, fields):
    town, program, _ = trade
    body = application(program, **changes)
    before = town.rows()
    assert program.problem("POST", "/merchant-applications", 422, body)[1] == fields
    assert town.rows() == before


def test_nobody_decides_about_their_own_company(trade):
    town, program, company_id = trade
    made = program.call("POST", "/merchant-applications", 201, proven(program))
    judge = reviewer(town)
    with unit_of_work() as session:
        person = factories.bearer(session, token=judge.token, now=clock.now()).person
        session.add(
            Membership(
                id=new_id(), person_id=person, company_id=UUID(company_id), roles=[Role.SALES], created_at=clock.now()
            )
        )
    refused = judge.problem(
        "POST", f"/merchant-applications/{made['id']}/decision", 403, {"decision": "approve", "reason": "Mine."}
    )
    assert refused[0] == "own_application"


def test_one_number_sells_once(trade):
    town, program, _ = trade
    judge = reviewer(town)
    town.company("other@demo.test", country="CN")
    other = town.program("other@demo.test")
    first = program.call("POST", "/merchant-applications", 201, proven(program))
    second = other.call("POST", "/merchant-applications", 201, proven(other))
    decision = {"decision": "approve", "reason": "Fine."}
    judge.call("POST", f"/merchant-applications/{first['id']}/decision", 200, decision)
    refused = judge.problem("POST", f"/merchant-applications/{second['id']}/decision", 409, decision)
    assert refused[0] == "number_sells"


def test_a_suspended_merchant_sells_nothing_until_reinstated(trade):
    town, program, company_id = trade
    judge = reviewer(town)
    made = program.call("POST", "/merchant-applications", 201, proven(program))
    judge.call("POST", f"/merchant-applications/{made['id']}/decision", 200, {"decision": "approve", "reason": "ok"})
    judge.call("POST", f"/merchants/{company_id}/standing", 204, {"action": "suspend", "reason": "Counterfeit goods."})
    assert queries.active(fresh(), company_ids=[UUID(company_id)]) == set()
    judge.call("POST", f"/merchants/{company_id}/standing", 409, {"action": "suspend", "reason": "Again."})
    judge.call("POST", f"/merchants/{company_id}/standing", 204, {"action": "reinstate", "reason": "Proved genuine."})
    assert queries.active(fresh(), company_ids=[UUID(company_id)]) == {UUID(company_id)}


def test_applications_of_others_are_unknown(trade):
    town, program, _ = trade
    made = program.call("POST", "/merchant-applications", 201, proven(program))
    town.company("other@demo.test")
    other = town.program("other@demo.test")
    for path in ("", "/licence"):
        other.call("GET", f"/merchant-applications/{made['id']}{path}", 404)
    assert other.call("GET", "/merchant-applications", 200)["items"] == []
    other.call("POST", f"/merchant-applications/{made['id']}/decision", 403, {"decision": "approve", "reason": "x"})
    foreign = application(other) | {"licence_file_id": licence(program)}
    assert other.problem("POST", "/merchant-applications", 422, foreign | {"registration_number": "AB-123"})[1] == {
        "licence_file_id"
    }


def test_a_later_account_needs_a_second_factor_and_waits_three_days(trade, later):
    town, program, company_id = trade
    first = application(program)
    assert program.problem("POST", "/merchant-applications", 409, first)[0] == "second_factor_missing"
    changed = {**ACCOUNT, "account_number": "1111222233334444"}
    key = {"Idempotency-Key": "a"}
    assert program.call("POST", "/payees", 409, changed, **key)["type"].endswith("second_factor_missing")
    enrolled = program.call("POST", "/me/second-factor", 201)
    codes = program.call("POST", "/me/second-factor/confirmation", 200, {"code": app_code(enrolled["secret"])})
    codes = codes["codes"]
    before = town.rows()
    assert program.problem("POST", "/merchant-applications", 401, first)[0] == "second_factor_needed"
    assert town.rows() == before
    program.problem("POST", "/merchant-applications", 401, first | {"code": "AAAAA-AAAAA"})
    # A slip in the form uses no code up.
    program.problem("POST", "/merchant-applications", 422, first | {"legal_name": "", "code": codes[0]})
    program.call("POST", "/merchant-applications", 201, first | {"code": codes[0]})
    assert program.call("POST", "/payees", 401, changed, **key)["type"].endswith("second_factor_needed")
    later(60)
    made = program.call("POST", "/payees", 201, {**changed, "code": app_code(enrolled["secret"])}, **key)
    again = program.call("POST", "/payees", 201, {**changed, "code": app_code(enrolled["secret"])}, **key)
    assert made == again
    assert "4444" in town.letter(OWNER).body

    def number() -> str:
        session = fresh()
        found = queries.payee(session, company_id=UUID(company_id), currency="CNY")
        assert found is not None
        return found.account_number

    path = f"/payees/{made['id']}/withdrawal"
    assert program.problem("POST", path, 401)[0] == "second_factor_needed"
    program.problem("POST", f"/payees/{new_id()}/withdrawal", 404, {"code": codes[1]})
    program.call("POST", path, 204, {"code": codes[1]})
    made = program.call("POST", "/payees", 201, {**changed, "code": codes[2]}, **{"Idempotency-Key": "b"})

    with unit_of_work() as session:
        assert payees.activate_due(session, now=clock.now() + timedelta(hours=71)) == 0
    assert number() == "6217000012345678"
    with unit_of_work() as session:
        assert payees.activate_due(session, now=clock.now() + timedelta(hours=73)) == 1
    assert number() == "1111222233334444"
    assert [row["state"] for row in program.call("GET", "/payees", 200)["items"]] == ["active", "withdrawn", "retired"]
    program.call("POST", f"/payees/{made['id']}/withdrawal", 409, {"code": codes[3]})


def test_the_whole_way_by_page(town):
    ids = town.company(OWNER, country="TH", registration_number="0994000617721", company_name="Chanthaburi Fruit")
    visitor = town.visitor(OWNER)
    assert "Apply to sell" in visitor.open("/merchant")
    visitor.open("/merchant/apply")
    account = {**ACCOUNT, "country": "TH", "bic": "BKKBTHBK", "currency": "THB"}
    form = {"legal_name": "Chanthaburi Fruit", "registration_number": "0994000617721", "licence_until": ""}
    visitor.send("/merchant/apply", {**form, **account, "licence_file_id": (io.BytesIO(b"\x89PNG no"), "x.png")}, 422)
    assert visitor.refused_fields() == {"licence_file_id"}
    sent = {**form, **account}
    visitor.send("/merchant/apply", {**sent, "licence_file_id": (io.BytesIO(PDF), "licence.pdf")}, 409)
    assert "needs a second factor" in visitor.shown
    code = prove(town.program(OWNER))[0]
    visitor.send("/merchant/apply", {**sent, "code": code, "licence_file_id": (io.BytesIO(PDF), "licence.pdf")})
    assert "being looked at" in visitor.open("/merchant")
    judge = reviewer(town)
    made = judge.call("GET", "/merchant-applications", 200)["items"][0]["id"]
    judge.call("POST", f"/merchant-applications/{made}/decision", 200, {"decision": "reject", "reason": "Too blurred."})
    assert "Too blurred." in visitor.open("/merchant")
    assert "5678" in visitor.open("/merchant/payees")
    assert "6217000012345678" not in visitor.shown
    assert ids


def test_reviewers_decide_by_page(trade):
    town, program, _ = trade
    owner = town.visitor(OWNER)
    made = program.call("POST", "/merchant-applications", 201, proven(program))
    person = factories.bearer(reading(), token=reviewer(town).token, now=clock.now())
    assert person is not None
    visitor = town.visitor()
    with visitor.client.session_transaction() as session:
        session["_user_id"] = f"{person.person_id}:{person.company_id}:0"
    assert "Chongqing Chains Co." in visitor.open("/operator/merchants")
    page = f"/operator/merchants/{made['id']}"
    assert "check digit is right" in visitor.open(page)
    assert visitor.client.get(f"{page}/licence").data == PDF
    visitor.send(f"{page}/decision", {"decision": "approve", "reason": ""}, 422)
    assert visitor.refused_fields() == {"reason"}
    visitor.open(page)
    visitor.send(f"{page}/decision", {"decision": "approve", "reason": "Number and licence agree."})
    assert "Number and licence agree." in visitor.open(page)
    visitor.send(f"{page}/standing", {"action": "suspend", "reason": "Counterfeits."})
    shown = visitor.open(page)
    assert "The merchant is suspended, and the company is told." in shown
    assert "Suspended" in shown.partition('<header class="page-head"')[2].partition("</header>")[0]
    assert "no new orders" in owner.open("/merchant")
    visitor.send(f"{page}/standing", {"action": "reinstate", "reason": "Proved genuine."})
    shown = visitor.open(page)
    assert "The merchant may sell again." in shown
    assert "Suspended" not in shown.partition('<header class="page-head"')[2].partition("</header>")[0]


def test_the_database_keeps_one_active_account_a_currency(trade):
    _, _, company_id = trade
    facts = {"account_name": "a", "bank_name": "b", "account_number": "1234", "bic": "BKCHCNBJ", "country": "CN"}
    with unit_of_work() as session:
        rows = [
            Payee(
                id=new_id(), company_id=UUID(company_id), currency="CNY", state=PayeeState.ACTIVE,
                created_at=clock.now(), active_from=clock.now(), **facts,
            )
            for _ in range(2)
        ]  # fmt: skip
        session.add(rows[0])
        session.flush()
        session.add(rows[1])
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
