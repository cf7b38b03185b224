"""Days are those of who reads and who acts: late in the evening of London it is tomorrow in the whole of Asia."""

from datetime import UTC, datetime, time, timedelta

import pytest

from marketplace.kernel import clock, moments
from tests import factories
from tests.support.merchants import OWNER, YES, applied, licence, reviewer
from tests.support.visitors import Program, Visitor


@pytest.fixture
def evening(monkeypatch):
    """Half past eleven in the evening of UTC, so that Asia has the next day already; returned: that next day."""
    now = datetime.combine(clock.now().date() + timedelta(days=1), time(23, 30), UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    return now.date() + timedelta(days=1)


def test_a_question_has_the_day_of_its_reader(app, evening):
    market = factories.open_market(app)
    path = f"/listings/{market.chains}/questions"
    made = Program(app, market.buyer.token).call("POST", path, 201, {"text": "Which steel?"})["id"]
    Program(app, market.merchant.token).call("POST", f"/questions/{made}/answer", 204, {"text": "40Mn."})
    page = Visitor(app).open(f"/products/{market.chains}/questions")
    assert moments.day(evening, "en") in page
    assert moments.day(evening - timedelta(days=1), "en") not in page


def test_bounds_are_days_of_the_company_that_acts(town, evening):
    ids = town.company(OWNER, country="KH", registration_number="00012345", company_name="Mekong Chains")
    program, judge = town.program(OWNER), reviewer(town)
    over = (evening - timedelta(days=1)).isoformat()
    judge.call("POST", f"{applied(program)}/decision", 200, YES)
    paper = {"item": "licence", "file_id": licence(program), "until": over}
    said = program.call("POST", "/merchant/papers", 422, paper)
    assert said["errors"][0]["accepted"] == f"{evening.isoformat()} or later"
    waive = {"item": "tax_id", "verdict": "waive", "reason": "Applied for.", "until": over}
    said = judge.call("POST", f"/merchants/{ids['company_id']}/rulings", 422, waive)
    assert said["errors"][0]["accepted"] == f"{evening.isoformat()} or later"


def test_a_day_that_somebody_named_is_shown_as_that_day(town, evening):
    ids = town.company(OWNER, country="KH", registration_number="00012345", company_name="Mekong Chains")
    seller = town.visitor(OWNER)
    program, judge = town.program(OWNER), reviewer(town)
    judge.call("POST", f"{applied(program)}/decision", 200, YES)
    until = evening + timedelta(days=7)
    rulings = f"/merchants/{ids['company_id']}/rulings"
    judge.call(
        "POST", rulings, 204, {"item": "tax_id", "verdict": "waive", "reason": "Soon.", "until": until.isoformat()}
    )
    (row,) = (each for each in program.call("GET", "/desk", 200)["items"] if each["queue"] == "mend_papers")
    assert (row["due_at"], row["due_on"]) == (None, until.isoformat())
    main = seller.open("/merchant").partition("<main")[2]
    assert moments.day(until, "en") in main
    assert moments.day(until + timedelta(days=1), "en") not in main
    name = seller.client.get("/merchant/listings.csv").headers["Content-Disposition"]
    assert f"listings-{evening.isoformat()}.csv" in name
