"""Tariff versions are put in by operators, quoted with what they are made up of, and what fills a lorry is credited."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from marketplace.accounts.queries.closures import local_day
from marketplace.distribution.shares import services as shares
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.payments.queries import between
from marketplace.payments.rules.terms import SubjectKind
from marketplace.reports import queries as reports
from tests import factories
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
LEAVES: Any = (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"}), ("depart", {}))
GOOD = {
    "to": factories.HANOI, "currency": "CNY", "per_kg": "1.20", "least_charge": "150", "m3_factor": 333,
    "ldm_factor": 1_850, "note": "a test's own", "fictitious": True, "lorry_kg": 24_000, "lorry_price": "9000",
    "free_hours": 2, "waiting_per_hour": "80",
    "breaks": [{"from_kg": "1000", "per_kg": "1.10"}, {"from_kg": "5000", "per_kg": "0.90"}],
    "surcharges": [
        {"kind": "fuel", "basis": "percent", "value": "8"}, {"kind": "border", "basis": "per_shipment", "value": "60"},
    ],
    "fill": [{"percent": 1, "share": "90"}, {"percent": 50, "share": "80"}],
}  # fmt: skip


@pytest.fixture
def market(app):
    return factories.open_market(app)


@pytest.fixture
def line_id(call, operator):
    return next(
        row["id"] for row in call(operator, "GET", "/network/lines", expect=200)["items"] if row["code"] == "CQ-HAN"
    )


def day(days=0):
    """Return today, or the day so many days from now, by the clock of the hub."""
    return (local_day("CN", clock.now()) + timedelta(days=days)).isoformat()


@pytest.fixture
def enter(call, operator, line_id):
    def put(expect=201, days=0, **change):
        body = GOOD | {"valid_from": day(days)} | change
        return call(operator, "POST", f"/network/lines/{line_id}/tariffs", json=body, expect=expect)

    return put


def versions(call, operator, line_id):
    return call(operator, "GET", f"/network/lines/{line_id}/tariffs", expect=200)["items"]


def fields(refused):
    return [(one["field"], one["code"]) for one in refused["errors"]]


def test_a_version_begins_on_its_day_and_the_one_before_stays(call, operator, line_id, enter, market):
    made = enter()["id"]
    coming = enter(days=10, per_kg="1.30", breaks=[], surcharges=[], fill=[], lorry_price=None)["id"]
    found = versions(call, operator, line_id)
    assert [one["id"] for one in found][:2] == [coming, made]
    now = found[1]
    assert (now["holds_now"], now["valid_to"], found[0]["holds_now"]) == (True, found[0]["valid_from"], False)
    assert now["breaks"][1] == {"from_kg": "5000", "per_kg": {"amount": "0.90", "currency": "CNY"}}
    # 0.90 × 1.08 + 60 comes to more than 9,000 from 9,198 kg on.
    assert now["whole_lorry"]["cheaper_from_kg"] == 9_198
    assert [now["fill"], now["surcharges"][1]["basis"]] == [
        [{"percent": 1, "share": "90.00"}, {"percent": 50, "share": "80.00"}], "per_shipment",
    ]  # fmt: skip
    assert found[-1]["valid_to"] == now["valid_from"]
    for stranger in (market.buyer, market.carrier):
        call(stranger, "GET", f"/network/lines/{line_id}/tariffs", expect=403)
    call(operator, "GET", f"/network/lines/{new_id()}/tariffs", expect=404)
    call(operator, "POST", f"/network/lines/{new_id()}/tariffs", json=GOOD | {"valid_from": day(2)}, expect=404)


def test_what_makes_no_sense_is_refused_by_its_field(enter):
    enter(days=3)
    assert fields(enter(422, days=3)) == [("valid_from", "version_overlaps")]
    assert fields(enter(422, days=2)) == [("valid_from", "version_overlaps")]
    assert fields(enter(422, days=-1)) == [("valid_from", "day_over")]
    assert fields(enter(422, days=5, to="THBKK")) == [("to", "choice")]
    rising = [{"from_kg": "1000", "per_kg": "1.25"}]
    assert fields(enter(422, days=5, breaks=rising)) == [("breaks", "not_falling")]
    assert fields(enter(422, days=5, fill=[{"percent": 5, "share": "101"}])) == [("fill.0.share", "too_large")]
    assert fields(enter(422, days=5, lorry_kg=None)) == [("lorry_kg", "required")]
    assert fields(enter(422, days=5, least_charge="0.001")) == [("least_charge", "too_fine")]
    thai = [{"kind": "fuel", "basis": "per_kg", "value": "1", "currency": "THB"}]
    assert fields(enter(422, days=5, surcharges=thai)) == [("surcharges", "currency")]
    assert fields(enter(422, days=5, surcharges=[{"kind": "toll", "basis": "percent", "value": "1"}])) == [
        ("surcharges.0.kind", "choice")
    ]


def ledger(market):
    """Return what the buyer owes, and has paid, for freight by the ledger."""
    reading().rollback()
    found = between.between(
        reading(), kind=SubjectKind.FREIGHT, payer_id=market.buyer.company, payee_id=market.carrier.company,
        currency="CNY", since=clock.now() - timedelta(days=400), until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    return sum(row.open.minor for row in found.rows if row.kind in ("obligation_due", "obligation_cancelled"))


def agreed(way):
    (contract,) = way.order()["freight"]
    return Decimal(contract["amount"]["amount"])


def test_a_share_falls_when_the_lorry_leaves_fuller_and_the_difference_is_credited(enter, call, operator, market):
    enter()
    way = Way(call, market, operator)
    whole = agreed(way)
    way.secure()
    way.pack()
    way.hand_over(complete=True)
    assert Decimal(ledger(market)) / 100 == whole
    for name, body in LEAVES:
        way.act(name, **body)
    share = agreed(way)
    assert share == (whole * Decimal("0.9")).quantize(Decimal("0.01"))
    assert Decimal(ledger(market)) / 100 == share
    sheet = way.call(way.operator, "GET", f"/departures/{way.booking['departure_id']}/costs", expect=200)
    assert [one["agreed"]["amount"] for one in sheet["revenue"]] == [str(share)]
    assert [one["earned"]["amount"] for one in sheet["revenue"]] == [str(share)]
    assert reports.check(reading()) == []
    assert credited_again(way) == 0


def credited_again(way):
    with unit_of_work() as session:
        return shares.credit(session, departure_id=UUID(way.booking["departure_id"]), now=clock.now())
