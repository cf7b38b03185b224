"""Companies and people are compared with lists; a person says whether it is the same, and only that stops anything."""

import io
from uuid import UUID

import pytest

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.merchants import flows
from tests.functional.test_levels import level_of, verified
from tests.support.merchants import REVIEWER, YES, applied, judge_of, reviewer

OWNER = "owner@demo.test"
DRAGON = {"name": "Mekong Chains", "country": "KP"}
CLEAR = {"decision": "clear", "reason": "Another country, another number: fictitious namesake."}
CONFIRM = {"decision": "confirm", "reason": "Same number, same address."}


@pytest.fixture
def trade(town):
    ids = town.company(OWNER, country="KH", registration_number="00012345", company_name="Mekong Chains")
    return town, town.program(OWNER), ids["company_id"]


def imported(judge, *entries, name="Demo list (fictitious)", kind="sanctions"):
    return judge.call("POST", "/screening-lists", 201, {"kind": kind, "name": name, "entries": list(entries)})["id"]


def found(judge, state="open"):
    return judge.call("GET", f"/screening-hits?state={state}", 200)["items"]


def test_a_new_version_is_compared_with_everybody_and_a_cleared_hit_stays_cleared(trade):
    town, program, company_id = trade
    judge = reviewer(town)
    first = imported(judge, DRAGON)
    assert found(judge) == []  # a job compares
    told = {(one.to, one.subject) for one in town.letters()}
    assert (REVIEWER, "Somebody is like an entry of a list: Mekong Chains") in told
    (hit,) = found(judge)
    assert (hit["company_id"], hit["subject"], hit["likeness"], hit["list_id"]) == (
        company_id,
        "company",
        "look",
        first,
    )
    assert program.call("GET", "/merchant", 200)["state"] is None  # nothing is stopped by a list alone
    path = f"/screening-hits/{hit['id']}/decision"
    assert judge.problem("POST", path, 422, CLEAR | {"reason": " "})[1] == {"reason"}
    assert judge.call("POST", path, 200, CLEAR)["state"] == "cleared"
    assert judge.problem("POST", path, 409, CLEAR)[0] == "state"
    assert imported(judge, DRAGON) == first  # the same again is the version there is
    second = imported(judge, DRAGON, {"name": "Somebody Else Entirely", "country": "KP"})
    town.letters()
    assert found(judge) == []  # same content, same entry
    versions = judge.call("GET", "/screening-lists", 200)["items"]
    assert [(row["id"], row["current"], row["entries"]) for row in versions] == [(second, True, 2), (first, False, 1)]
    imported(judge, DRAGON | {"numbers": ["00012345"]})
    town.letters()
    (again,) = found(judge)  # the entry says more than before
    assert again["id"] != hit["id"]
    assert flows.screen_everybody(now=clock.now()) == 0  # twice is once
    reading().rollback()


def test_who_joins_is_compared_and_an_old_version_counts_no_more(trade):
    town, _program, _company_id = trade
    judge = reviewer(town)
    imported(judge, {"name": "Golden Dragon Trading", "aliases": ["Dragon Gold"], "country": "CN"})
    town.company(
        "a@demo.test", country="CN", registration_number="91110000600037341L", company_name="GOLDEN DRAG0N Trading"
    )
    town.company("b@demo.test", country="KH", registration_number="00099999", company_name="Dragon Golden Trading")
    assert [row["company"] for row in found(judge)] == ["GOLDEN DRAG0N Trading"]
    imported(judge, {"name": "Nobody We Know"})
    town.company("c@demo.test", country="KH", registration_number="00099998", company_name="Dragon Gold")
    assert len(found(judge)) == 1


def test_a_confirmed_hit_suspends_and_takes_the_level_until_it_is_cleared(trade):
    town, program, _company_id = trade
    judge = reviewer(town)
    judge.call("POST", f"{applied(program)}/decision", 200, YES)
    verified(trade, judge)
    assert level_of(program) == "verified"
    imported(judge, {"name": "Whatever Name", "country": "KH", "numbers": ["000-12345"]})
    town.letters()
    (hit,) = found(judge)
    assert hit["likeness"] == "number"
    judge.call("POST", f"/screening-hits/{hit['id']}/decision", 200, CONFIRM)
    assert program.call("GET", "/merchant", 200)["state"] == "suspended"
    assert level_of(program) == "unverified"
    judge.call("POST", f"/screening-hits/{hit['id']}/decision", 200, CLEAR)
    assert level_of(program) == "verified"
    assert program.call("GET", "/merchant", 200)["state"] == "suspended"  # reinstated by a word of its own
    trail = {row["state"] for row in found(judge, "cleared")}
    assert trail == {"cleared"}


def test_people_are_compared_by_name_and_country_and_nothing_of_theirs_is_kept_but_ids_and_hashes(trade):
    town, program, _company_id = trade
    judge = reviewer(town)
    name = program.call("GET", "/me", 200)["display_name"]
    imported(judge, {"name": " ".join(reversed(name.split())), "country": "KH"})
    town.letters()
    (hit,) = found(judge)
    assert (hit["subject"], hit["subject_id"]) == ("person", program.call("GET", "/me", 200)["person_id"])
    assert name not in str({key: value for key, value in hit.items() if not key.startswith("entry")})
    assert program.call("GET", "/me/data", 200)["data"]["screening_hits"]
    assert judge.call("GET", f"/screening-hits/{hit['id']}", 200)["state"] == "open"
    program.call("GET", f"/screening-hits/{hit['id']}", 403)
    judge.call("GET", f"/screening-hits/{UUID(int=7)}", 404)


def test_nobody_decides_about_a_company_of_his_own(trade):
    town, _program, company_id = trade
    judge = reviewer(town)
    imported(judge, DRAGON)
    town.letters()
    (hit,) = found(judge)
    me = UUID(judge.call("GET", "/me", 200)["person_id"])
    with unit_of_work() as session:
        joined = Membership(person_id=me, company_id=UUID(company_id), roles=[Role.SALES], created_at=clock.now())
        session.add(joined)
    assert judge.problem("POST", f"/screening-hits/{hit['id']}/decision", 403, CLEAR)[0] == "own_application"


def test_pages_import_a_sheet_and_decide(trade):
    town, _program, _company_id = trade
    judge = reviewer(town)
    eye = judge_of(town, judge)
    eye.open("/operator/screening/lists")
    sheet = b"name,aliases,country,numbers\nWhoever,Mekong Chains; Another,KP,\n,,KP,\n"
    form = {"kind": "own", "name": "Our list (fictitious)"}
    refused = eye.send("/operator/screening/lists", form | {"file": (io.BytesIO(sheet), "list.csv")}, 422)
    assert "Row 3, column “name”: write a value." in refused.get_data(as_text=True)
    eye.open("/operator/screening/lists")
    eye.send("/operator/screening/lists", form | {"file": (io.BytesIO(sheet[:-5]), "list.csv")})
    assert "Our list (fictitious)" in eye.open("/operator/screening/lists")
    town.letters()
    assert "Mekong Chains" in eye.open("/operator/screening")
    (hit,) = found(judge)
    page = f"/operator/screening/{hit['id']}"
    assert "Whoever" in eye.open(page)
    eye.send(page, CLEAR | {"reason": ""}, 422)
    eye.send(page, CLEAR)
    assert "Nobody is like an entry" in eye.open("/operator/screening")
    assert "Mekong Chains" in eye.open("/operator/screening?state=cleared")
