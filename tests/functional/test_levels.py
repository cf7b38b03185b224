"""Levels of buyers: what is asked, shown and judged, over API and pages; limits of credit; what ends, ends."""

import io
from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.merchants import flows
from marketplace.merchants.queries import levels
from tests.support.invariants import fresh
from tests.support.merchants import PDF, admin, day, judge_of, licence, reviewer, states
from tests.support.statements import statements
from tests.support.visitors import PASSWORD, TERMS

OWNER = "owner@demo.test"
TREASURY = "treasury@demo.test"
PAPERS = ("register", "import_registration", "tax_status")
PLACE = {"street": "7 Veng Sreng Blvd", "city": "Phnom Penh"}


@pytest.fixture
def buyer(town):
    ids = town.company(OWNER, country="KH", registration_number="00012345", company_name="Mekong Chains")
    return town, town.program(OWNER), ids["company_id"]


def colleague(town, program, company_id, login="second@demo.test"):
    """Let a second person join the company."""
    program.call("POST", f"/companies/{company_id}/invitations", 201, {"login": login, "roles": ["purchasing"]})
    joining = {"person_name": "Sok Dara", "password": PASSWORD, "accepted_terms": TERMS}
    program.call("POST", f"/invitations/{town.invitation(login)}/acceptance", 201, joining)
    return town.program(login)


def shown(program, item, until=None):
    return program.call("POST", "/merchant/papers", 201, {"item": item, "file_id": licence(program), "until": until})


def asked(judge, company_id):
    return judge.call("GET", f"/merchants/{company_id}/requirements?kind=buyer", 200)["items"]


def accept(judge, company_id, *items):
    for row in asked(judge, company_id):
        if row["item"] in items:
            said = {"item": row["item"], "verdict": "accept", "mark": row["mark"]}
            judge.call("POST", f"/merchants/{company_id}/rulings", 204, said)


def verified(buyer, judge, until=None):
    town, program, company_id = buyer
    colleague(town, program, company_id)
    for item in PAPERS:
        shown(program, item, until)
    program.call("PUT", "/qualification/warehouse", 204, PLACE)
    accept(judge, company_id, *PAPERS, "warehouse")


def level_of(program):
    return program.call("GET", "/qualification", 200)["level"]


def test_a_buyer_shows_what_it_is_asked_for_and_is_verified_once_all_of_it_counts(buyer):
    town, program, company_id = buyer
    judge = reviewer(town)
    found = program.call("GET", "/qualification", 200)
    assert (found["kind"], found["level"], found["admitted"], found["limits"]) == ("buyer", "unverified", None, [])
    assert states(found["requirements"]) == {
        "terms": "accepted", "register": "missing", "import_registration": "missing", "tax_status": "missing",
        "warehouse": "missing", "people": "missing",
    }  # fmt: skip
    rules = program.call("GET", "/requirement-rules?kind=buyer", 200)["items"]
    assert {row["item"]: row["fixed"] for row in rules if row["country"] == "KH"} == {
        "terms": True, "register": True, "import_registration": False, "tax_status": False, "warehouse": True,
        "people": True,
    }  # fmt: skip
    for item in PAPERS:
        shown(program, item, day(40) if item == "tax_status" else None)
    assert [row["item"] for row in judge.call("GET", "/requirements", 200)["items"]] == sorted(PAPERS)
    program.call("PUT", "/qualification/warehouse", 204, PLACE)
    accept(judge, company_id, *PAPERS, "warehouse")
    assert level_of(program) == "unverified"  # one person acts for it
    second = colleague(town, program, company_id)
    found = second.call("GET", "/qualification", 200)
    assert (found["level"], found["until"]) == ("verified", day(40))
    looked = {row["item"] for row in found["requirements"] if row["looked_at"]}
    assert looked == {*PAPERS, "warehouse"}
    assert (OWNER, "Your company is a verified buyer") in {(one.to, one.subject) for one in town.letters()}
    # What was compared with the register stays.
    company = program.call("GET", f"/companies/{company_id}", 200)
    assert company["verified_at"] is not None
    changed = {"version": company["version"], "name": "Another Name"}
    assert program.problem("PATCH", f"/companies/{company_id}", 422, changed)[1] == {"name"}

    program.call("PUT", "/qualification/warehouse", 204, PLACE | {"street": "8 Veng Sreng Blvd"})
    assert level_of(program) == "unverified"  # another place is looked at anew
    accept(judge, company_id, "warehouse")
    assert level_of(program) == "verified"
    person = second.call("GET", "/me", 200)["person_id"]
    program.call("DELETE", f"/companies/{company_id}/members/{person}", 204)
    assert level_of(program) == "unverified"
    assert levels.breaches(fresh()) == []


def test_a_paper_that_ends_drops_the_level_and_a_new_one_in_time_keeps_it(buyer, monkeypatch):
    town, program, company_id = buyer
    judge = reviewer(town)
    verified(buyer, judge, until=day(20))
    now, owner = clock.now(), UUID(company_id)
    assert flows.watch(now=now) == 1  # a company is told of all its papers
    for item in PAPERS:
        shown(program, item, day(200))
    assert level_of(program) == "verified"  # the old ones count while the new ones are looked at
    accept(judge, company_id, "register", "import_registration")
    later = now + timedelta(days=21)
    assert str(levels.level_of(fresh(), company_id=owner, now=now + timedelta(days=20))) == "verified"
    assert str(levels.level_of(reading(), company_id=owner, now=later)) == "unverified"
    monkeypatch.setattr(clock, "now", lambda: later)
    assert flows.watch(now=later) == 1
    assert flows.watch(now=later) == 0
    assert (OWNER, "Your company is no longer a verified buyer") in {(one.to, one.subject) for one in town.letters()}
    accept(judge, company_id, "tax_status")
    assert str(levels.level_of(fresh(), company_id=owner, now=later)) == "verified"


def test_one_number_is_one_company_and_a_rejected_paper_keeps_its_history(buyer):
    town, program, company_id = buyer
    judge = reviewer(town)
    shown(program, "register")
    accept(judge, company_id, "register")
    twin_id = town.company("twin@demo.test", country="KH", registration_number="00012345", company_name="Twin")
    twin = town.program("twin@demo.test")
    first = shown(twin, "register")["id"]
    rulings = f"/merchants/{twin_id['company_id']}/rulings"
    yes = {"item": "register", "verdict": "accept", "mark": first}
    assert judge.problem("POST", rulings, 409, yes)[0] == "number_compared"
    judge.call("POST", rulings, 204, yes | {"verdict": "reject", "reason": "This number is another company's."})
    mine = states(twin.call("GET", "/qualification", 200)["requirements"])
    assert mine["register"] == "rejected"
    second = shown(twin, "register")["id"]
    assert second != first
    judge.call("POST", rulings, 204, yes | {"verdict": "waive", "reason": "Seen on paper.", "mark": second})
    history = judge.call("GET", rulings, 200)["items"]
    assert [row["verdict"] for row in history] == ["waive", "reject"]
    assert twin.call("GET", f"/companies/{twin_id['company_id']}", 200)["verified_at"] is None


def test_names_that_look_alike_stand_only_when_the_reviewer_says_so(buyer):
    town, program, company_id = buyer
    judge = reviewer(town)
    shown(program, "register")
    accept(judge, company_id, "register")
    other = town.company(
        "twin@demo.test", country="KH", registration_number="00054321", company_name="MEKONG CHAlNS Co., Ltd."
    )["company_id"]
    first = shown(town.program("twin@demo.test"), "register")["id"]
    yes = {"item": "register", "verdict": "accept", "mark": first}
    assert judge.problem("POST", f"/merchants/{other}/rulings", 409, yes)[0] == "name_taken"
    judge.call("POST", f"/merchants/{other}/rulings", 204, yes | {"despite_name": True})


def test_a_limit_is_one_persons_word_counts_while_the_buyer_is_verified_and_can_be_taken_back(buyer):
    town, program, company_id = buyer
    judge, purse = reviewer(town), reviewer(town, TREASURY, Role.TREASURY)
    path = f"/companies/{company_id}/credit-limits"
    limit = {"amount": "50000.00", "currency": "USD", "until": day(90), "reason": "Pays on the day, three years."}
    assert purse.problem("PUT", path, 409, limit)[0] == "not_verified"
    verified(buyer, judge)
    judge.call("PUT", path, 403, limit)
    program.call("PUT", path, 403, limit)
    assert purse.problem("PUT", path, 422, limit | {"until": day(-1)})[1] == {"until"}
    assert purse.problem("PUT", path, 422, limit | {"amount": "1.005"})[1] == {"amount"}
    assert purse.problem("PUT", path, 422, limit | {"amount": "-1"})[1] == {"amount"}
    purse.call("PUT", f"/companies/{UUID(int=7)}/credit-limits", 404, limit)
    for _ in range(2):
        purse.call("PUT", path, 204, limit)  # twice is once
    assert len(purse.call("GET", path, 200)["items"]) == 1
    (row,) = purse.call("GET", "/verified-buyers", 200)["items"]
    assert (row["company"], row["limits"]) == ("Mekong Chains", [{"amount": "50000.00", "currency": "USD"}])
    found = program.call("GET", "/qualification", 200)
    assert (found["level"], found["limits"]) == ("credit", [{"amount": "50000.00", "currency": "USD"}])
    assert (OWNER, "The credit limit of your company has changed") in {(one.to, one.subject) for one in town.letters()}
    admin(town).call("PUT", "/requirement-rules/KH/tax_status", 204, {"asked": "not_asked", "kind": "buyer"})
    town.letters()  # runs the jobs
    assert level_of(program) == "credit"
    said = {"item": "import_registration", "verdict": "reject", "reason": "It was withdrawn."}
    mark = {row["item"]: row["mark"] for row in asked(judge, company_id)}["import_registration"]
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, said | {"mark": mark})
    found = program.call("GET", "/qualification", 200)
    assert (found["level"], found["limits"]) == ("unverified", [])
    purse.call("PUT", path, 204, limit | {"amount": "0", "reason": "No longer verified."})
    assert [row["limit"]["amount"] for row in purse.call("GET", path, 200)["items"]] == ["0.00", "50000.00"]
    later = clock.now() + timedelta(days=91)
    assert levels.limits_of(fresh(), company_id=UUID(company_id), now=later) == ()


def test_levels_are_worked_out_anew_when_a_country_asks_for_something_else(buyer):
    town, program, company_id = buyer
    judge, chief = reviewer(town), admin(town)
    rule = "/requirement-rules/KH/import_registration"
    chief.call("PUT", rule, 204, {"asked": "optional", "kind": "buyer"})
    colleague(town, program, company_id)
    for item in ("register", "tax_status"):
        shown(program, item)
    program.call("PUT", "/qualification/warehouse", 204, PLACE)
    accept(judge, company_id, "register", "tax_status", "warehouse")
    assert level_of(program) == "verified"
    chief.call("PUT", rule, 204, {"asked": "required", "kind": "buyer"})
    town.letters()  # runs the jobs
    assert level_of(program) == "unverified"
    chief.call("PUT", rule, 204, {"asked": "not_asked", "kind": "buyer"})
    town.letters()  # runs the jobs
    assert level_of(program) == "verified"
    assert chief.problem("PUT", rule, 404, {"asked": "optional"})[0] == "not_found"  # nobody who sells is asked
    assert chief.problem("PUT", rule, 422, {"asked": "optional", "kind": "child"})[1] == {"kind"}


def test_level_is_one_statement_for_many_companies(buyer):
    town, _program, company_id = buyer
    verified(buyer, reviewer(town))
    reading().rollback()
    ids = [UUID(company_id), UUID(int=1)]
    with statements() as asked_for:
        found = levels.levels_of(reading(), company_ids=ids, now=clock.now())
    assert [str(found[each]) for each in ids] == ["verified", "unverified"]
    assert len([one for one in asked_for if one.startswith("SELECT")]) == 1


def test_pages_show_the_level_take_papers_and_set_limits(buyer):
    town, program, company_id = buyer
    judge = reviewer(town)
    owner = town.visitor(OWNER)
    assert "Not verified" in owner.open("/account/level")
    assert "looked on" not in owner.shown
    assert owner.send("/account/warehouse", PLACE | {"city": ""}, 422)
    owner.send("/account/warehouse", PLACE)
    owner.open("/account/papers/register")
    owner.send("/account/papers", {"item": "register", "file_id": (io.BytesIO(PDF), "extract.pdf"), "until": ""})
    for item in PAPERS[1:]:
        shown(program, item)
    colleague(town, program, company_id)
    eye = judge_of(town, judge)
    board = eye.open("/operator/requirements")
    assert "Extract of the company register" in board
    for item in (*PAPERS, "warehouse"):
        eye.open(f"/operator/requirements/{company_id}/{item}")
        eye.send(f"/operator/requirements/{company_id}/{item}", {"verdict": "accept"})
    assert "What it is asked for: Buyers" in eye.open(f"/operator/requirements/{company_id}")
    assert "Verified buyer" in owner.open("/account/level")
    # What is proved by itself, terms and people, nobody looked at.
    assert owner.shown.count("looked on") == len((*PAPERS, "warehouse"))
    purse = judge_of(town, reviewer(town, TREASURY, Role.TREASURY), TREASURY)
    assert "Mekong Chains" in purse.open("/operator/credit")
    path = f"/operator/credit/{company_id}"
    purse.open(path)
    limit = {"amount": "900", "currency": "USD", "until": day(9), "reason": "A trial."}
    purse.send(path, limit | {"reason": ""}, 422)
    purse.send(path, limit)
    assert "Verified buyer with credit" in owner.open("/account/level")
