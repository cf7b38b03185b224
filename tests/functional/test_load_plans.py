"""The operator plans lorries, changes the plan by hand and applies it, over the API and by forms without scripts."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.planning import flows
from marketplace.logistics.planning.queries.natures import natures_of
from marketplace.logistics.planning.services import standing
from marketplace.logistics.planning.services.standing import CargoFacts
from marketplace.reports import queries as reports
from tests.factories import HUB
from tests.support.visitors import Visitor, enrolled
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
FOOD, BATTERY = CargoFacts(food=True), CargoFacts(un_number="3480", labels=("9A",))

OVER_BORDER = True


@pytest.fixture
def pair(call, market, operator):
    """Food and batteries, bought for the same lorry."""
    ways = [Way(call, market, operator).secure() for _ in range(2)]
    with unit_of_work() as session:
        ids = [UUID(way.booking["id"]) for way in ways]
        standing.describe(session, cargo=dict(zip(ids, (FOOD, BATTERY), strict=True)))
    return ways


def seen(call, operator, plan_id):
    return call(operator, "GET", f"/load-plans/{plan_id}", expect=200)


def test_food_and_batteries_are_parted_by_a_plan_and_its_rolls_over_the_api(call, operator, market, pair):
    food, battery = pair
    assert food.booking["departure_id"] == battery.booking["departure_id"]
    call(market.merchant, "POST", "/load-plans", json={"hub": HUB}, expect=403)
    call(operator, "POST", "/load-plans", json={"hub": "XX"}, expect=422)
    call(operator, "POST", "/load-plans", json={"hub": HUB, "line": "XX"}, expect=422)
    asked = {"hub": HUB, "days": 30, "seconds": 2}
    plan_id = call(operator, "POST", "/load-plans", key="p", json=asked, expect=201)["id"]
    assert call(operator, "POST", "/load-plans", key="p", json=asked, expect=201)["id"] == plan_id
    plan = seen(call, operator, plan_id)
    assert (plan["run"]["version"], plan["run"]["state"], plan["run"]["solver"]) == (1, "draft", "highs")
    assert len(plan["run"]["input_sha256"]) == 64
    (moved,) = [row for row in plan["rows"] if row["departure_id"] != row["before_id"]]
    move = f"/load-plans/{plan_id}/move"
    body = {"booking": moved["booking_id"], "departure": moved["before_id"]}
    assert "must not stand with" in call(operator, "POST", move, json=body, expect=409)["detail"]
    call(operator, "POST", move, json={"booking": moved["booking_id"]}, expect=204)
    worse = seen(call, operator, plan_id)
    assert worse["edited_gap_permyriad"] > plan["edited_gap_permyriad"]
    call(operator, "POST", move, json=body | {"departure": moved["departure_id"]}, expect=204)
    assert seen(call, operator, plan_id)["edited"] == plan["edited"]
    done = call(operator, "POST", f"/load-plans/{plan_id}/apply", expect=200)["items"]
    assert done == [{"booking_id": moved["booking_id"], "outcome": "moved"}]
    assert food.booking["departure_id"] != battery.booking["departure_id"]
    call(operator, "POST", f"/load-plans/{plan_id}/apply", expect=409)
    # By hand they do not come together again; only the operator reads the pair.
    back = {"departure": battery.booking["departure_id"]}
    refused = call(operator, "POST", f"/bookings/{food.booking['id']}/roll", json=back, expect=409)
    assert "must not stand beside others" in refused["detail"] or "leaves before" in refused["detail"]
    assert [run["state"] for run in call(operator, "GET", "/load-plans", expect=200)["items"]] == ["applied"]
    call(operator, "GET", "/load-plans?cursor=zz", expect=422)
    assert reports.check(reading()) == []


def test_a_booking_that_is_kept_somewhere_stays_there_and_the_clock_plans_what_changed(call, operator, pair):
    food, battery = pair
    kept = battery.booking
    call(operator, "POST", f"/bookings/{kept['id']}/pin", json={"departure": kept["departure_id"]}, expect=204)
    assert flows.plan_due(now=clock.now()) == 1
    assert flows.plan_due(now=clock.now()) == 0
    (run,) = call(operator, "GET", f"/load-plans?hub={HUB}", expect=200)["items"]
    rows = {row["booking_id"]: row for row in seen(call, operator, run["id"])["rows"]}
    assert rows[kept["id"]]["departure_id"] == rows[kept["id"]]["pinned_to"] == kept["departure_id"]
    assert rows[food.booking["id"]]["departure_id"] != kept["departure_id"]
    call(operator, "POST", f"/bookings/{kept['id']}/pin", json={}, expect=204)
    call(operator, "POST", f"/load-plans/{run['id']}/move", json={"booking": kept["id"]}, expect=204)
    # What somebody changed by hand is left to them.
    assert flows.plan_due(now=clock.now()) == 0


def test_what_a_merchant_said_of_goods_goes_with_their_booking(call, market, operator):
    way = Way(call, market, operator).secure()
    booking_id = UUID(way.booking["id"])
    with unit_of_work() as session:
        found = natures_of(session, booking_ids=[booking_id])[booking_id]
        due = session.scalars(sa.text("SELECT due_at FROM booking_cargo")).one()
    assert (found.un_number, found.labels, found.food) == ("", (), False)
    assert found.product
    assert due is not None


def test_the_same_by_forms_without_scripts(app, operator, pair):
    staff = Visitor(app)
    staff.log_in(operator.login)
    enrolled(staff)
    assert "/operator/plans" in staff.open("/operator/departures")
    assert "Nothing was planned yet" in staff.open("/operator/plans")
    assert "Choose one of" in staff.send("/operator/plans", {"hub": "XX"}, 422).text
    answer = staff.send("/operator/plans", {"hub": HUB, "seconds": "2", "days": "30"})
    page = answer.headers["Location"].replace("http://localhost", "")
    shown = staff.open(page)
    food, battery = (way.booking for way in pair)
    assert food["reference"] in shown
    assert "UN 3480" in shown
    assert "At most from the best" in shown
    for form in ({"booking": battery["id"], "departure": ""}, {"booking": food["id"], "departure": ""}):
        staff.send(f"{page}/move", form)
        staff.open(page)
    assert "Left behind by hand." in staff.open(page)
    here = food["departure_id"]
    staff.send(f"{page}/move", {"booking": food["id"], "departure": here})
    staff.open(page)
    refused = staff.send(f"{page}/move", {"booking": battery["id"], "departure": here}, 409).text
    assert "it would stand with goods that it must not stand with" in refused
    staff.open(page)
    staff.send(f"{page}/pin", {"booking": food["id"], "departure": here})
    assert "Kept there" in staff.open(page)
    staff.send(f"{page}/apply", {})
    assert "Apply the plan" not in staff.open(page)
    assert "Run 1" in staff.open("/operator/plans")
