"""What a company is asked for: by country, shown, accepted, rejected, waived; watched when it ends."""

import io
from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.accounts.models import Membership
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services import tokens
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.merchants import flows
from marketplace.merchants.queries import requirements, watching
from tests.support.invariants import fresh
from tests.support.merchants import (
    ADMIN,
    NUMBER,
    OWNER,
    PDF,
    REVIEWER,
    YES,
    admin,
    applied,
    day,
    judge_of,
    licence,
    proven,
    reviewer,
    states,
)
from tests.support.visitors import Visitor


def marks(judge, company_id):
    return {
        row["item"]: row["mark"] for row in judge.call("GET", f"/merchants/{company_id}/requirements", 200)["items"]
    }


@pytest.fixture
def trade(town):
    ids = town.company(OWNER, country="KH", registration_number="00012345", company_name="Mekong Chains")
    return town, town.program(OWNER), ids["company_id"]


def test_what_a_country_asks_for_is_shown_judged_and_then_approved(trade):
    town, program, company_id = trade
    judge, chief = reviewer(town), admin(town)
    chief.call("PUT", "/requirement-rules/KH/export_registration", 204, {"asked": "required"})
    rules = chief.call("GET", "/requirement-rules", 200)["items"]
    asked = {row["country"]: row["asked"] for row in rules if row["item"] == "export_registration"}
    assert {country for country, value in asked.items() if value == "required"} == {"KH"}
    sent = proven(program, registration_number="00012345", legal_name="Mekong Chains")
    assert program.problem("POST", "/merchant-applications", 409, sent)[0] == "requirements_open"
    assert program.call("GET", "/merchant", 200)["state"] is None

    paper = {"item": "export_registration", "file_id": licence(program), "until": day(200)}
    first = program.call("POST", "/merchant/papers", 201, paper)["id"]
    assert program.call("POST", "/merchant/papers", 201, paper)["id"] == first
    board = f"/merchants/{company_id}/requirements"
    path = f"/merchant-applications/{program.call('POST', '/merchant-applications', 201, sent)['id']}"
    found = judge.call("GET", board, 200)["items"]
    assert states(found) == {
        "terms": "accepted", "registration": "pending", "licence": "pending", "tax_id": "missing",
        "address": "missing", "payee": "accepted", "export_registration": "pending", "review": "pending",
    }  # fmt: skip
    (shown,) = (row for row in found if row["item"] == "export_registration")
    assert (shown["paper_id"], shown["mark"], shown["until"]) == (first, first, paper["until"])

    assert judge.problem("POST", f"{path}/decision", 409, YES)[0] == "requirements_open"  # nobody looked at it
    rulings = f"/merchants/{company_id}/rulings"
    no = {"item": "export_registration", "verdict": "reject", "reason": "It is in another name.", "mark": first}
    assert judge.problem("POST", rulings, 409, no | {"mark": ""})[0] == "evidence_changed"
    for _ in range(2):
        judge.call("POST", rulings, 204, no)  # twice is once
    assert judge.problem("POST", f"{path}/decision", 409, YES)[0] == "requirements_open"
    assert states(judge.call("GET", board, 200)["items"])["licence"] == "pending"  # nothing half-done
    (told,) = [one for one in town.letters() if one.subject == "Something that your company showed was not accepted"]
    assert told.to == OWNER
    assert "Registration as an exporter: The reason: It is in another name." in told.body
    (mine,) = (row for row in program.call("GET", "/merchant", 200)["requirements"] if row["state"] == "rejected")
    assert (mine["item"], mine["reason"]) == ("export_registration", "It is in another name.")

    second = program.call("POST", "/merchant/papers", 201, paper | {"file_id": licence(program), "until": None})["id"]
    yes = {"item": "export_registration", "verdict": "accept", "mark": first}
    assert judge.problem("POST", rulings, 409, yes)[0] == "evidence_changed"
    judge.call("POST", rulings, 204, yes | {"mark": second})
    judge.call("POST", f"{path}/decision", 200, YES)
    after = states(judge.call("GET", board, 200)["items"])
    assert {after[item] for item in ("registration", "licence", "export_registration", "review")} == {"accepted"}
    assert (after["tax_id"], after["address"]) == ("missing", "missing")
    history = judge.call("GET", rulings, 200)["items"]
    assert [(row["item"], row["verdict"]) for row in history] == [
        ("licence", "accept"), ("export_registration", "accept"), ("export_registration", "reject"),
    ]  # fmt: skip
    assert all(row["decided_by"] for row in history)
    assert requirements.breaches(fresh()) == []


def test_a_company_that_has_not_applied_is_found_by_its_number_and_excused(trade):
    town, program, company_id = trade
    chief, page = admin(town), judge_of(town)
    chief.call("PUT", "/requirement-rules/KH/export_registration", 204, {"asked": "required"})
    sent = proven(program, registration_number="00012345", legal_name="Mekong Chains")
    assert program.problem("POST", "/merchant-applications", 409, sent)[0] == "requirements_open"
    assert "No company that trades here has this number." in page.open("/operator/requirements?number=nobody")
    page.open("/operator/requirements?number=" + "9" * 41, 422)
    path = f"/operator/requirements/{company_id}"
    assert f'href="{path}"' in page.open("/operator/requirements?number=00012345")
    assert f'href="{path}/export_registration"' in page.open(path)
    page.open(f"{path}/export_registration")
    waiver = {"verdict": "waive", "reason": "It exports through an agent.", "until": day(30)}
    page.send(f"{path}/export_registration", waiver)
    program.call("POST", "/merchant-applications", 201, sent)


def test_what_is_missing_is_waived_with_a_reason_and_until_a_day(trade):
    town, program, company_id = trade
    judge, chief = reviewer(town), admin(town)
    path = applied(program)
    chief.call("PUT", "/requirement-rules/KH/tax_id", 204, {"asked": "required"})
    assert judge.problem("POST", f"{path}/decision", 409, YES)[0] == "requirements_open"
    rulings = f"/merchants/{company_id}/rulings"
    waive = {"item": "tax_id", "verdict": "waive", "reason": "Applied for; the office answers by spring."}
    assert judge.problem("POST", rulings, 409, waive | {"verdict": "accept"})[0] == "nothing_shown"
    assert judge.problem("POST", rulings, 422, waive | {"reason": " "})[1] == {"reason"}
    assert judge.problem("POST", rulings, 422, waive | {"until": day(-1)})[1] == {"until"}
    assert judge.problem("POST", rulings, 422, waive | {"item": "terms"})[1] == {"item"}
    assert judge.problem("POST", rulings, 422, waive | {"item": "bank_letter"})[1] == {"item"}
    judge.call("POST", rulings, 204, waive | {"until": day(20)})
    judge.call("POST", f"{path}/decision", 200, YES)
    (seen,) = judge.call("GET", "/requirements", 200)["items"]
    assert (seen["item"], seen["state"], seen["waiver"], seen["until"]) == ("tax_id", "waived", True, day(20))
    assert flows.watch(now=clock.now()) == 1
    assert flows.watch(now=clock.now()) == 0
    assert flows.watch(now=clock.now() + timedelta(days=21)) == 1
    company = program.call("GET", f"/companies/{company_id}", 200)
    number = {"version": company["version"], "name": company["name"], "tax_id": "L001-901234567"}
    program.call("PATCH", f"/companies/{company_id}", 200, number)
    assert judge.problem("POST", rulings, 409, {"item": "tax_id", "verdict": "accept"})[0] == "evidence_changed"
    mark = marks(judge, company_id)["tax_id"]
    assert "L001" not in mark
    judge.call("POST", rulings, 204, {"item": "tax_id", "verdict": "accept", "mark": mark})
    assert judge.call("GET", "/requirements", 200)["items"] == []


def test_a_licence_that_ends_is_told_of_flagged_and_renewed_while_the_company_sells(trade):
    town, program, company_id = trade
    judge = reviewer(town)
    assert program.problem("POST", "/merchant/papers", 409, {"item": "licence", "file_id": licence(program)})[0] == (
        "licence_with_application"
    )
    path = applied(program, licence_until=day(20))
    judge.call("POST", f"{path}/decision", 200, YES)
    now = clock.now()
    assert [flows.watch(now=now) for _ in range(2)] == [1, 0]
    assert flows.watch(now=now + timedelta(days=14)) == 1
    assert flows.watch(now=now + timedelta(days=14)) == 0
    subjects = [one.subject for one in town.letters() if one.to == OWNER and "ends soon" in one.subject]
    assert subjects == ["A paper of your company ends soon"]  # of two weeks ahead nobody reads today
    (ends,) = judge.call("GET", "/requirements", 200)["items"]
    assert (ends["company"], ends["item"], ends["state"], ends["until"]) == (
        "Mekong Chains", "licence", "accepted", day(20),
    )  # fmt: skip
    found = requirements.requirements_of(reading(), company_id=UUID(company_id), today=now.date() + timedelta(21))
    assert {row.item: row.state for row in found}["licence"] == "expired"
    assert program.call("GET", "/merchant", 200)["state"] == "approved"

    new = {"item": "licence", "file_id": licence(program), "until": day(400)}
    assert program.problem("POST", "/merchant/papers", 422, new | {"until": day(-1)})[1] == {"until"}
    paper = program.call("POST", "/merchant/papers", 201, new)["id"]
    assert states(program.call("GET", "/merchant", 200)["requirements"])["licence"] == "pending"
    (waits,) = judge.call("GET", "/requirements", 200)["items"]
    assert (waits["state"], waits["until"]) == ("pending", day(400))
    assert flows.watch(now=now + timedelta(days=21)) == 0  # another is shown by now
    shop = f"/merchants/{company_id}"
    assert program.call("GET", shop, 200)["licence_until"] == day(20)
    bearer = {"Authorization": f"Bearer {judge.token}"}
    assert judge.app.test_client().get(f"/api/v1/merchant/papers/{paper}", headers=bearer).data == PDF
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, {"item": "licence", "verdict": "accept", "mark": paper})
    assert states(program.call("GET", "/merchant", 200)["requirements"])["licence"] == "accepted"
    assert program.call("GET", shop, 200)["licence_until"] == day(400)
    assert judge.call("GET", "/requirements", 200)["items"] == []
    assert watching.count_watched(fresh(), today=clock.now().date()) == 0


def test_who_reviews_is_told_once_a_paper_of_a_company_that_sells_is_over(trade, monkeypatch):
    town, program, _ = trade
    judge = reviewer(town)
    last_day = closures.local_day("KH", clock.now()).isoformat()
    judge.call("POST", f"{applied(program, licence_until=last_day)}/decision", 200, YES)
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert [flows.watch(now=later) for _ in range(2)] == [1, 0]
    told = {(one.to, one.subject) for one in town.letters()}
    assert (OWNER, "A paper of your company has ended") in told
    assert (REVIEWER, "What a company showed has ended: Mekong Chains") in told


def test_a_rejected_paper_stays_on_the_board_until_another_is_accepted(trade):
    town, program, company_id = trade
    judge = reviewer(town)
    judge.call("POST", f"{applied(program, licence_until=day(5))}/decision", 200, YES)
    other = program.call("POST", "/merchant/papers", 201, {"item": "licence", "file_id": licence(program)})["id"]
    no = {"item": "licence", "verdict": "reject", "reason": "It cannot be read.", "mark": other}
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, no)
    (row,) = judge.call("GET", "/requirements", 200)["items"]
    assert (row["state"], row["until"]) == ("rejected", None)
    waits = {each["queue"]: each["waiting"] for each in program.call("GET", "/desk", 200)["items"]}
    assert waits["mend_papers"] == 1
    shop = program.call("GET", f"/merchants/{company_id}", 200)
    assert (shop["licence_until"], shop["licence_accepted"]) == (day(5), True)  # a renewal that was blurred takes none
    assert flows.watch(now=clock.now()) == 0
    file_id = licence(program)
    third = program.call("POST", "/merchant/papers", 201, {"item": "licence", "file_id": file_id})["id"]
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, no | {"mark": third})
    # The same file again is looked at again: a reviewer may have erred.
    fourth = program.call("POST", "/merchant/papers", 201, {"item": "licence", "file_id": file_id})["id"]
    assert fourth != third
    (row,) = judge.call("GET", "/requirements", 200)["items"]
    assert row["state"] == "pending"
    # One that was rejected and then accepted after all is the one there is.
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, no | {"mark": fourth})
    judge.call(
        "POST", f"/merchants/{company_id}/rulings", 204, {"item": "licence", "verdict": "accept", "mark": fourth}
    )
    assert program.call("POST", "/merchant/papers", 201, {"item": "licence", "file_id": file_id})["id"] == fourth


def test_a_paper_that_comes_while_its_item_is_waived_is_looked_at_all_the_same(trade):
    town, program, company_id = trade
    judge = reviewer(town)
    path = applied(program)
    waive = {
        "item": "licence",
        "verdict": "waive",
        "reason": "Seen on site.",
        "mark": marks(judge, company_id)["licence"],
    }
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, waive)
    judge.call("POST", f"{path}/decision", 200, YES)
    assert judge.call("GET", "/requirements", 200)["items"] == []
    paper = program.call("POST", "/merchant/papers", 201, {"item": "licence", "file_id": licence(program)})["id"]
    (row,) = judge.call("GET", "/requirements", 200)["items"]
    assert (row["item"], row["state"]) == ("licence", "pending")
    assert states(program.call("GET", "/merchant", 200)["requirements"])["licence"] == "waived"
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, {"item": "licence", "verdict": "accept", "mark": paper})
    assert judge.call("GET", "/requirements", 200)["items"] == []


def test_who_looked_at_another_paper_is_shown_the_new_one_and_goes_on(trade):
    town, program, company_id = trade
    judge = reviewer(town)
    eye = judge_of(town, judge)
    judge.call("POST", f"{applied(program)}/decision", 200, YES)
    first, second = ({"item": "licence", "file_id": licence(program)} for _ in range(2))
    program.call("POST", "/merchant/papers", 201, first | {"until": day(50)})
    page = f"/operator/requirements/{company_id}/licence"
    eye.open(page)
    new = program.call("POST", "/merchant/papers", 201, second | {"until": day(60)})["id"]
    eye.send(page, {"verdict": "accept"}, 409)
    assert eye.hidden(page)["mark"] == new
    eye.send(page, {"verdict": "accept"})
    assert states(program.call("GET", "/merchant", 200)["requirements"])["licence"] == "accepted"


def test_what_a_country_asks_for_no_more_leaves_the_board(trade):
    town, program, _company_id = trade
    judge, chief = reviewer(town), admin(town)
    rule = "/requirement-rules/KH/tax_certificate"
    chief.call("PUT", rule, 204, {"asked": "optional"})
    judge.call("POST", f"{applied(program)}/decision", 200, YES)
    program.call("POST", "/merchant/papers", 201, {"item": "tax_certificate", "file_id": licence(program)})
    assert [row["item"] for row in judge.call("GET", "/requirements", 200)["items"]] == ["tax_certificate"]
    chief.call("PUT", rule, 204, {"asked": "not_asked"})
    assert judge.call("GET", "/requirements", 200)["items"] == []


def test_a_waiver_that_ended_is_told_of_while_nothing_took_its_place(trade, monkeypatch):
    town, program, company_id = trade
    judge, chief = reviewer(town), admin(town)
    chief.call("PUT", "/requirement-rules/KH/bank_letter", 204, {"asked": "optional"})
    judge.call("POST", f"{applied(program)}/decision", 200, YES)
    waive = {"item": "bank_letter", "verdict": "waive", "reason": "Later.", "until": day(3)}
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, waive)
    later = clock.now() + timedelta(days=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    (row,) = watching.watched(reading(), today=later.date()).items
    assert (row.state, row.is_waiver) == ("expired", True)
    assert [flows.watch(now=later) for _ in range(2)] == [1, 0]
    assert (OWNER, "A waiver for your company has ended") in {(one.to, one.subject) for one in town.letters()}
    program.call("POST", "/merchant/papers", 201, {"item": "bank_letter", "file_id": licence(program)})
    (row,) = watching.watched(fresh(), today=later.date()).items
    assert (row.state, row.is_waiver) == ("pending", False)


def test_nobody_judges_what_he_handed_in_himself(trade):
    town, program, company_id = trade
    judge = reviewer(town)
    path = applied(program)
    judge.call("POST", f"{path}/decision", 200, YES)
    paper = program.call("POST", "/merchant/papers", 201, {"item": "licence", "file_id": licence(program)})["id"]
    # Once a member of the company, now of the operator's staff.
    with unit_of_work() as session:
        person = session.query(Membership).filter_by(company_id=UUID(company_id)).one().person_id
        session.query(Membership).filter_by(company_id=UUID(company_id)).one().ended_at = clock.now()
        house = session.query(Membership).filter(Membership.company_id != UUID(company_id)).one().company_id
        session.add(Membership(company_id=house, person_id=person, roles=[Role.MODERATOR], created_at=clock.now()))
        session.flush()
        turncoat = town.program()
        turncoat.token = tokens.issue_token(session, person_id=person, company_id=house, now=clock.now())
    yes = {"item": "licence", "verdict": "accept", "mark": paper}
    assert turncoat.problem("POST", f"/merchants/{company_id}/rulings", 403, yes)[0] == "own_application"
    judge.call("POST", f"/merchants/{company_id}/rulings", 204, yes)


def test_partners_are_asked_for_nothing(town):
    ids = town.company(OWNER, country="KH", registration_number="00012345", company_name="Mekong Chains")
    judge = reviewer(town)
    house = reading().query(Membership).filter(Membership.company_id != UUID(ids["company_id"])).one().company_id
    judge.call("GET", f"/merchants/{house}/requirements", 404)
    judge.call("GET", f"/merchants/{ids['company_id']}/requirements", 200)


def test_papers_are_their_companys_and_its_reviewers(trade):
    town, program, company_id = trade
    paper = {"item": "tax_certificate", "file_id": licence(program)}
    assert program.problem("POST", "/merchant/papers", 422, paper)[1] == {"item"}  # nobody asks for it here
    admin(town).call("PUT", "/requirement-rules/KH/tax_certificate", 204, {"asked": "optional"})
    mine = program.call("POST", "/merchant/papers", 201, paper)["id"]
    rival = "rival@demo.test"
    town.company(rival, country="CN", registration_number=NUMBER, company_name="Rival Co.")
    other = town.program(rival)
    assert other.problem("GET", f"/merchant/papers/{mine}", 404)[0] == "not_found"
    assert other.problem("POST", "/merchant/papers", 422, {"item": "licence", "file_id": paper["file_id"]})[1] == {
        "file_id"
    }
    other.call("GET", f"/merchants/{company_id}/requirements", 403)
    other.call("POST", f"/merchants/{company_id}/rulings", 403, {"item": "licence", "verdict": "accept"})
    other.call("PUT", "/requirement-rules/KH/tax_id", 403, {"asked": "required"})
    judge = reviewer(town)
    judge.call("GET", f"/merchants/{company_id[:-4]}0000/requirements", 404)
    judge.call("PUT", "/requirement-rules/KH/tax_id", 403, {"asked": "required"})


def test_a_choice_is_refused_for_what_is_nobodys_to_choose(town):
    chief = admin(town)
    for path in ("/requirement-rules/US/tax_id", "/requirement-rules/KH/licence", "/requirement-rules/KH/luck"):
        chief.call("PUT", path, 404, {"asked": "optional"})
    assert chief.problem("PUT", "/requirement-rules/KH/tax_id", 422, {"asked": "maybe"})[1] == {"asked"}


def test_pages_show_hand_in_judge_and_choose(trade):
    town, program, company_id = trade
    judge, chief = reviewer(town), admin(town)
    eye = judge_of(town, judge)
    hand = judge_of(town, chief, ADMIN)
    hand.open("/operator/requirement-rules")
    hand.send("/operator/requirement-rules/KH/bank_letter", {"asked": "required"})
    owner = town.visitor(OWNER)
    page = owner.open("/merchant")
    assert "Letter of the bank" in page
    scan = {"item": "bank_letter", "file_id": (io.BytesIO(PDF), "letter.pdf"), "until": day(-3)}
    owner.open("/account/papers/bank_letter")
    refused = owner.send("/account/papers", scan, 422).get_data(as_text=True)
    assert "This paper is over" in refused
    owner.open("/account/papers/tax_certificate", 404)  # nobody asks for it here
    owner.open("/account/papers/terms", 404)
    owner.open("/account/papers/bank_letter")
    owner.send("/account/papers", scan | {"file_id": (io.BytesIO(PDF), "letter.pdf"), "until": ""})
    assert "It is looked at with your application." in owner.open("/merchant")
    path = applied(program)
    eye.open(f"/operator/merchants/{path.rpartition('/')[2]}")
    assert "Letter of the bank" in eye.text()
    page = eye.open(f"/operator/requirements/{company_id}")
    (letter,) = (
        row for row in judge.call("GET", f"/merchants/{company_id}/requirements", 200)["items"]
        if row["item"] == "bank_letter"
    )  # fmt: skip
    assert f"/operator/papers/{letter['paper_id']}" in page
    act = f"/operator/requirements/{company_id}/bank_letter"
    no = {"verdict": "reject", "mark": letter["mark"], "reason": ""}
    eye.open(act)
    eye.send(act, no, 422)
    assert eye.refused_fields() == {"reason"}
    eye.send(act, no | {"verdict": "accept"})
    judge.call("POST", f"{path}/decision", 200, YES)
    assert "Every paper was looked at" in eye.open("/operator/requirements")
    owner.open("/account/papers/licence")
    owner.send("/account/papers", scan | {"item": "licence", "file_id": (io.BytesIO(PDF), "new.pdf"), "until": day(9)})
    assert "Mekong Chains" in eye.open("/operator/requirements")
    assert chief.call("GET", "/requirement-rules", 200)["items"]
    assert "Papers to look at" in eye.text()


def test_the_mark_of_a_merchant_does_not_outlive_the_licence_that_it_rests_on(trade):
    town, program, company_id = trade
    judge, page = reviewer(town), Visitor(town.app)
    judge.call("POST", f"{applied(program)}/decision", 200, YES)
    shown = f"/merchants/{company_id}"

    def public():
        page.open(shown)
        found = judge.call("GET", shown, 200)
        return page.text(), found["verified"], found["compared"]

    text, *claims = public()
    assert claims == [True, True]
    assert "verified merchant" in text
    assert "compared with the licence" in text.lower()
    mark = marks(judge, company_id)["licence"]
    no = {"item": "licence", "verdict": "reject", "reason": "It is a forgery.", "mark": mark}
    judge.call("POST", f"{shown}/rulings", 204, no)
    text, *claims = public()
    assert claims == [False, False]
    assert "verified merchant" not in text
    assert "not verified at present" in text
    assert "compared with the licence" not in text.lower()
    assert "Name on the licence" not in text
    assert "Checked by" not in text
    paper = {"item": "licence", "file_id": licence(program), "until": day(300)}
    another = program.call("POST", "/merchant/papers", 201, paper)["id"]
    assert public()[1:] == (False, False)
    judge.call("POST", f"{shown}/rulings", 204, no | {"verdict": "accept", "mark": another})
    assert public()[1:] == (True, True)
