"""What a company has shown, who looked at it, and until when it counts."""

from tests.support.merchants import NUMBER, judge_of, proven, reviewer

OWNER = "owner@demo.test"


def test_a_number_that_its_register_would_not_write_is_shown_to_the_reviewer(town):
    town.company(OWNER, country="MY", registration_number="2019-77")
    program, owner = town.program(OWNER), town.visitor(OWNER)
    assert "a SSM number such as 201901000005" in owner.open("/merchant/apply")
    made = program.call("POST", "/merchant-applications", 201, proven(program, registration_number="2019-77"))
    judge = judge_of(town)
    judge.open(f"/operator/merchants/{made['id']}")
    assert "This number looks different" in judge.text()


def test_a_name_that_looks_like_a_known_one_is_shown_and_refused_until_both_may_stand(town):
    known = town.company(OWNER, country="CN", registration_number=NUMBER, company_name="Chongqing Chains Co.")
    program, judge, imitator = town.program(OWNER), reviewer(town), "imitator@demo.test"
    eye = judge_of(town, judge)
    yes = {"decision": "approve", "reason": "Licence and number agree."}
    first = program.call("POST", "/merchant-applications", 201, proven(program))["id"]
    judge.call("POST", f"/merchant-applications/{first}/decision", 200, yes)

    lookalike = "CHONGQlNG Chаins Company Limited"  # a small l, a Cyrillic a
    town.company(imitator, country="KH", registration_number="00012345", company_name="Mekong Chains")
    other = town.program(imitator)
    sent = proven(other, legal_name=lookalike, registration_number="00012345")
    second = f"/merchant-applications/{other.call('POST', '/merchant-applications', 201, sent)['id']}"
    (shown,) = judge.call("GET", f"{second}/lookalikes", 200)["items"]
    assert (shown["id"], shown["name"], shown["country"], shown["known"]) == (
        known["company_id"], "Chongqing Chains Co.", "CN", True,
    )  # fmt: skip
    other.call("GET", f"{second}/lookalikes", 403)
    page = eye.open(f"/operator/merchants/{second.rpartition('/')[2]}")
    assert "Chongqing Chains Co. (China) was verified before, and its name looks like this one." in page
    assert 'name="despite_name"' in page

    assert judge.problem("POST", f"{second}/decision", 409, yes)[0] == "name_taken"
    assert judge.call("GET", second, 200)["state"] == "submitted"
    judge.call("POST", f"{second}/decision", 200, yes | {"despite_name": True})
    (seen,) = judge.call("GET", f"/merchant-applications/{first}/lookalikes", 200)["items"]
    assert (seen["name"], seen["known"]) == (lookalike, True)


def test_who_only_registered_under_a_lookalike_is_shown_and_stops_nobody(town):
    town.company(OWNER, country="CN", registration_number=NUMBER, company_name="Chongqing Chains Co.")
    program, judge = town.program(OWNER), reviewer(town)
    eye = judge_of(town, judge)
    town.company("imitator@demo.test", country="KH", registration_number="00012345", company_name="CHONGQING chaιns")
    made = f"/merchant-applications/{program.call('POST', '/merchant-applications', 201, proven(program))['id']}"
    (shown,) = judge.call("GET", f"{made}/lookalikes", 200)["items"]
    assert shown["known"] is False
    page = eye.open(f"/operator/merchants/{made.rpartition('/')[2]}")
    assert "registered under a name that looks like this one" in page
    assert 'name="despite_name"' not in page
    judge.call("POST", f"{made}/decision", 200, {"decision": "approve", "reason": "Licence and number agree."})
