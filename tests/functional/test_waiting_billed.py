"""A whole lorry that waits for its hirer costs what was frozen, by started hours; what others held is not counted."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.distribution.costs import flows as costs
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from tests import factories
from tests.functional.test_whole_lorries import hire, tariff, whole  # noqa: F401  their fixtures
from tests.support.visitors import Reader
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases


@pytest.fixture
def way(call, market, operator, tariff):  # noqa: F811
    found = Way(call, market, operator, quantity=2_000).secure()
    call(market.buyer, "POST", f"/departures/{found.booking['departure_id']}/whole-lorry", expect=201)
    found.pack(cartons=50)
    return found


@pytest.fixture
def at(way, later):
    """Let it be so many hours after the lorry was to leave."""
    (row,) = [one for one in factories.departures(reading()) if str(one.id) == way.booking["departure_id"]]
    leaves = row.departs_at

    def put(hours):
        later(int((leaves + timedelta(hours=hours) - datetime.now(tz=UTC)).total_seconds()))

    return put


def sealed(way):
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"})):
        way.act(name, **body)


def unloaded(way, at, *, hours):
    """Let the lorry arrive after 40 hours and be unloaded so many hours later; count what it waited."""
    way.act("depart")
    at(40)
    way.act("arrive")
    at(40 + hours)
    way.act("strip")
    costs.plan_due(now=clock.now())
    return hire(way)


def counted(seen):
    return [one["counted_minutes"] for one in seen["waiting"]]


def fees(way, trader):
    found = way.call(trader, "GET", "/fees", expect=200)["items"]
    return [one for one in found if one["kind"] == "waiting"]


def test_hours_beyond_the_free_ones_are_charged_to_who_hired_it(app, way, at):
    way.hand_over(complete=True, cartons_received=50)
    at(0)
    sealed(way)
    seen = unloaded(way, at, hours=4.5)
    assert [one["loading"] for one in seen["waiting"]] == [True, False]
    assert counted(seen) == [0, pytest.approx(270, abs=1)]
    (fee,) = fees(way, way.market.buyer)
    assert fee["id"] == seen["waiting_fee_id"]
    # Two hours are free, two and a half are three started ones.
    assert (fee["amount"]["amount"], fee["waiting"]["charged_hours"], fee["rule_id"]) == ("240.00", 3, None)
    assert fees(way, way.market.carrier)[0]["order"] is None
    assert fees(way, way.market.merchant) == []
    payment = way.call(way.market.buyer, "GET", f"/payments/{fee['payment_id']}", expect=200)
    assert (payment["amount"], payment["state"]) == (fee["amount"], "due")
    costs.plan_due(now=clock.now())
    assert len(fees(way, way.market.buyer)) == 1
    buyer = Reader(app, way.market.buyer)
    assert f"{counted(seen)[1]} min" in buyer.get(f"/whole-lorries/{seen['id']}")
    assert "4.5 h, of which 2 h are free" in buyer.get(f"/fees/{fee['id']}")
    assert whole()


def test_within_the_free_hours_nothing_is_owed(app, way, at):
    way.hand_over(complete=True, cartons_received=50)
    sealed(way)
    seen = unloaded(way, at, hours=1.9)
    assert (counted(seen), seen["waiting_fee_id"]) == ([0, pytest.approx(114, abs=1)], None)
    assert "nothing is owed" in Reader(app, way.market.buyer).get(f"/whole-lorries/{seen['id']}")
    assert whole()


def test_a_lorry_that_waits_for_late_goods_waits_for_its_hirer(way, at):
    at(1)
    way.hand_over(
        trader=way.operator, complete=True, cartons_received=50, override_reason="The lorry waits for its hirer."
    )
    at(3)
    sealed(way)
    seen = unloaded(way, at, hours=0.9)
    assert counted(seen) == [pytest.approx(180, abs=1), pytest.approx(54, abs=1)]
    (fee,) = fees(way, way.market.buyer)
    assert Decimal(fee["amount"]["amount"]) == 160
    assert whole()


def test_the_operator_lets_off_what_was_not_the_hirers_doing(app, way, at, operator):
    way.hand_over(complete=True, cartons_received=50)
    sealed(way)
    fee_id = unloaded(way, at, hours=5)["waiting_fee_id"]
    with unit_of_work() as session:
        treasurer = factories.colleague(session, app, operator, role=Role.TREASURY, now=clock.now())
    why = {"cause": "platform", "reason": "The dock was blocked."}
    assert way.call(treasurer, "POST", f"/fees/{fee_id}/waiver", json=why, expect=200) == {"state": "waived"}
    assert fees(way, way.market.buyer)[0]["state"] == "waived"
    assert whole()


def test_a_rule_for_waiting_cannot_be_published(app, way, operator):
    with unit_of_work() as session:
        treasurer = factories.colleague(session, app, operator, role=Role.TREASURY, now=clock.now())
    body = {
        "kind": "waiting", "basis": "percent", "percent": "10", "minimum": "1", "currency": "CNY",
        "valid_from": (clock.now() + timedelta(days=9)).date().isoformat(), "source": "Board",
    }  # fmt: skip
    refused = way.call(treasurer, "POST", "/fee-rules", json=body, expect=422)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("kind", "choice")]
