"""What a company has shown, who looked at it, and until when it counts."""

from tests.functional.test_merchants import prove, proven, reviewer

OWNER = "owner@demo.test"


def judge_of(town):
    """Return a reviewer at a browser."""
    codes = prove(reviewer(town))
    visitor = town.visitor()
    visitor.log_in("moderator@demo.test")
    visitor.open("/login/second-factor")
    visitor.send("/login/second-factor", {"code": codes[0]})
    return visitor


def test_a_number_that_its_register_would_not_write_is_shown_to_the_reviewer(town):
    town.company(OWNER, country="MY", registration_number="2019-77")
    program, owner = town.program(OWNER), town.visitor(OWNER)
    assert "a SSM number such as 201901000005" in owner.open("/merchant/apply")
    made = program.call("POST", "/merchant-applications", 201, proven(program, registration_number="2019-77"))
    judge = judge_of(town)
    judge.open(f"/operator/merchants/{made['id']}")
    assert "This number looks different" in judge.text()
