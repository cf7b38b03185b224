"""What goods that change lorry cost beyond their freight: both carriers' surcharges, and fees for the owner's doing."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from marketplace.seed import fees as seeded
from tests.functional.test_two_lorries_late import cutoff, expected
from tests.support.two_lorries import Rode, open_roads
from tests.support.visitors import Visitor
from tests.support.ways import COUNT

pytestmark = pytest.mark.both_databases
OVER_BORDER = True


@pytest.fixture
def rode(app, call, market, operator):
    rode = Rode(call, open_roads(app, market), operator)
    with unit_of_work() as session:
        seeded.publish(session, now=clock.now())
    return rode.place().confirm()


def heavy(rode):
    """Let the hub have ten times what the freight was agreed for."""
    line = f"/order-lines/{rode.line['id']}"
    rode.call(rode.market.merchant, "POST", f"{line}/packing", json={"cartons": 10}, expect=201)
    rode.call(rode.market.carrier, "POST", f"{line}/handover", json=COUNT | {"gross_kg": "6000"}, expect=201)


def asked(rode):
    return rode.call(rode.buyer, "GET", "/freight-surcharges", expect=200)["items"]


def answer(rode, one, what, expect, trader=None):
    path = f"/freight-surcharges/{one['id']}/{what}"
    return rode.call(trader or rode.buyer, "POST", path, expect=expect)


def freight(rode):
    return sum(Decimal(one["amount"]["amount"]) for one in rode.order()["freight"])


def fees(rode, trader):
    return rode.call(trader, "GET", "/fees", expect=200)["items"]


def pass_cutoff(rode, later):
    """Let it be an hour and a half after the second lorry takes no more cargo."""
    later(int((cutoff(rode) - datetime.now(tz=cutoff(rode).tzinfo)).total_seconds()) + 5_400)


def test_one_consent_raises_the_freight_of_both_lorries(app, rode):
    before = freight(rode)
    heavy(rode)
    second, first = asked(rode)
    assert (first["answered_with"], second["answered_with"]) == (None, first["id"])
    assert {one["booking"] for one in (first, second)} == {rode.booking()["reference"]}
    buyer = Visitor(app)
    buyer.log_in(rode.buyer.login)
    assert "answered with the first lorry" in buyer.open("/account/surcharges")
    answer(rode, second, "consent", 201)
    assert {one["state"] for one in asked(rode)} == {"consented"}
    more = sum(Decimal(one["amount"]["amount"]) for one in (first, second))
    assert freight(rode) == before + more
    assert len({one["contract"] for one in asked(rode)}) == 2
    # The first carrier's falls due at once, the second's when it has the goods.
    assert len(rode.due()) == 2
    rode.leaves()
    rode.change_over(trader=rode.roads.second)
    assert len(rode.due()) == 4
    assert reports.check(reading()) == []


def test_what_is_declined_waits_and_what_one_carrier_waives_is_its_own(rode, operator):
    heavy(rode)
    second, first = asked(rode)
    answer(rode, first, "refusal", 204)
    assert [one["state"] for one in asked(rode)] == ["declined", "declined"]
    answer(rode, second, "waiver", 404, rode.market.carrier)
    answer(rode, first, "waiver", 204, rode.market.carrier)
    assert [(one["state"], one["answered_with"]) for one in asked(rode)] == [("declined", None), ("waived", None)]
    rode.act("close")
    rode.act("load", expect=409, bookings=[rode.booking()["id"]])
    answer(rode, second, "consent", 201)
    rode.act("load", bookings=[rode.booking()["id"]])
    assert rode.booking()["state"] == "loaded"
    assert reports.check(reading()) == []


def test_the_owner_owes_no_second_carrier_for_what_the_first_did(rode, operator, later):
    rode.to_hub()
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"}), ("depart", {})):
        rode.act(name, **body)
    before = rode.booking(second=True)
    pass_cutoff(rode, later)
    expected(rode, clock.now() + timedelta(hours=20))
    assert rode.booking(second=True)["departure_id"] != before["departure_id"]
    for name in ("at-border", "clear", "arrive"):
        rode.act(name)
    pass_cutoff(rode, later)
    rode.change_over(override_reason="the first lorry came late")
    assert rode.states() == ("completed", "cargo_received")
    for trader in (rode.buyer, rode.market.merchant, rode.roads.second):
        assert fees(rode, trader) == []
    assert reports.check(reading()) == []


def test_who_gives_up_late_owes_each_carrier_by_its_own_cut_off(rode, later):
    late = cutoff(rode) - timedelta(days=2)
    later(int((late - datetime.now(tz=late.tzinfo)).total_seconds()))
    rode.call(rode.market.merchant, "POST", f"/orders/{rode.order_id}/cancellation", json={}, expect=204)
    assert rode.states() == ("cancelled", "cancelled")
    (one,), (other,) = fees(rode, rode.market.carrier), fees(rode, rode.roads.second)
    assert (one["kind"], other["kind"]) == ("no_show", "cancellation")
    assert one["booking"] == rode.booking()["reference"]
    assert other["booking"] == rode.booking(second=True)["reference"]
    assert reports.check(reading()) == []
