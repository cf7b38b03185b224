"""What a keeper has to do in its centre, in one list over HTTP: each row leads to the form that does it."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.distribution.centre_work import queries
from marketplace.distribution.centre_work.rules import Task
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.pages import encode_cursor
from marketplace.logistics.models.cargo import Consignment
from tests.support.centre_orders import DECLARED, CentreMarket
from tests.support.statements import statements_of
from tests.support.visitors import visitor
from tests.support.ways import Way

CHECKED = True
pytestmark = pytest.mark.both_databases


@pytest.fixture
def site(app, client, market, operator):
    return CentreMarket(app, client, market, operator)


def listed(site, who, query="", expect=200):
    return site.call(who, "GET", f"/centres/work{query}", expect=expect)["items"]


def tasks(rows):
    return [(row["task"], row["quantity"]) for row in rows]


def announce(site, who, listing, quantity, **more):
    body = {"centre": site.hanoi, "listing": listing, "quantity": quantity} | more
    return site.call(who, "POST", "/centre-stock/announcements", body, expect=201)["id"]


def test_each_task_stands_there_until_it_is_done(site, market):
    assert tasks(listed(site, site.keeper)) == [("bond", 400)]
    announced = announce(site, market.thai, site.pads, 50)
    _, sale = site.import_pads()
    assert tasks(listed(site, site.keeper)) == [("receive", 50), ("release", 80), ("bond", 400)]
    site.name_broker(sale)
    site.act(site.broker, sale, "release", DECLARED)
    site.call(site.keeper, "POST", f"/centres/{site.hanoi}/counts", {}, expect=201)
    rows = listed(site, site.keeper)
    assert tasks(rows) == [("receive", 50), ("hand_over", 80), ("count", None), ("bond", 320)]
    assert [row["id"] for row in rows[:2]] == [announced, sale["id"]]
    assert rows[1]["number"].startswith("ORD-")
    for quantity in (30, 10):
        site.act(site.keeper, sale, "handover", {"quantity": quantity, "number": "N-1"})
    # A sale of which a part left is both: the rest is to be handed over, what left is to come.
    assert tasks(listed(site, site.keeper, "?task=hand_over")) == [("hand_over", 40)]
    (row,) = listed(site, site.keeper, "?task=deliver")
    assert (row["id"], row["quantity"]) == (sale["id"], 40)
    site.act(site.keeper, sale, "handover", {"quantity": 40, "number": "N-2"})
    assert tasks(listed(site, site.keeper, "?task=deliver")) == [("deliver", 80)]
    assert listed(site, site.keeper, "?task=hand_over") == []
    for left in site.call(site.keeper, "GET", f"/centre-sales/{sale['id']}", expect=200)["collections"]:
        site.act(site.keeper, sale, "delivery", {"collection": left["id"]})
    assert [row["task"] for row in listed(site, site.keeper)] == ["receive", "count", "bond"]


def test_goods_on_a_lorry_come_with_departure_and_the_time_that_was_noted_last(site, call, market, operator):
    way = Way(call, market, operator).secure()
    way.pack()
    way.hand_over()
    waybill = reading().scalars(sa.select(Consignment.house_waybill)).one()
    announced = announce(site, market.merchant, site.chains, 120, house_waybill=waybill)
    (row,) = listed(site, site.keeper, "?task=comes")
    assert (row["id"], row["number"], row["departure_id"]) == (announced, waybill, way.booking["departure_id"])
    assert row["at"] is not None
    assert listed(site, site.keeper, "?task=receive") == []


def test_nobody_sees_what_is_to_be_done_elsewhere(site, market):
    announce(site, market.thai, site.pads, 50)
    assert listed(site, site.stranger) == []
    site.call(site.stranger, "GET", f"/centres/work?centre={site.hanoi}", expect=404)
    site.call(site.keeper, "GET", f"/centres/work?centre={site.chongqing}", expect=404)
    site.call(market.merchant, "GET", "/centres/work", expect=403)
    assert tasks(listed(site, site.operator, f"?centre={site.hanoi}&task=receive")) == [("receive", 50)]


def test_a_transfer_is_received_on_its_own_page(app, site):
    body = {"to_centre": site.chongqing, "quantity": 30, "transit_reference": "T-1"}
    site.call(site.keeper, "POST", f"/lots/{site.bonded}/transfers", body, expect=201)
    assert listed(site, site.keeper, "?task=transfer") == []
    (row,) = listed(site, site.operator, "?task=transfer")
    path = f"/partner/centres/transfers/{row['id']}"
    assert visitor(app, site.stranger).client.get(path).status_code == 404
    seen = visitor(app, site.operator)
    seen.open(path)
    seen.send(f"{path}/receipt", {"quantity": "31", "entry_number": "E-7"}, status=422)
    assert seen.refused_fields() == {"quantity"}
    seen.send(f"{path}/receipt", {"quantity": "30", "entry_number": "E-7"})
    assert listed(site, site.operator, "?task=transfer") == []


def test_the_page_shows_each_task_with_its_form_in_as_many_queries(app, site, market):
    for quantity in (11, 12):
        announce(site, market.thai, site.pads, quantity)
    keeper = visitor(app, site.keeper)
    shown = keeper.open("/partner/work")
    (first, _) = listed(site, site.keeper, "?task=receive")
    assert f'href="/partner/centres/arrivals/{first["id"]}"' in shown
    few = statements_of(lambda: keeper.open("/partner/work"))
    for quantity in range(13, 20):
        announce(site, market.thai, site.pads, quantity)
    assert statements_of(lambda: keeper.open("/partner/work")) == few
    assert "Take in" in keeper.open("/partner/work?task=receive")
    assert visitor(app, site.stranger).client.get(f"/partner/work?centre={site.hanoi}").status_code == 404


def test_the_list_goes_on_over_the_tasks(site, market):
    for quantity in (11, 12, 13):
        announce(site, market.thai, site.pads, quantity)
    site.import_pads()
    found, cursor, now = [], None, clock.now()
    while True:
        page = queries.work(reading(), centre_ids=[UUID(site.hanoi)], now=now, cursor=cursor, size=2)
        found += [(row.task, row.quantity) for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == [
        (Task.RECEIVE, 11), (Task.RECEIVE, 12), (Task.RECEIVE, 13), (Task.RELEASE, 80), (Task.BOND, 400),
    ]  # fmt: skip
    counted = queries.counts(reading(), centre_ids=[UUID(site.hanoi)], now=now)
    assert {task: many for task, many in counted.items() if many} == {Task.RECEIVE: 3, Task.RELEASE: 1, Task.BOND: 1}
    site.call(site.keeper, "GET", f"/centres/work?cursor={encode_cursor('bond', 'soon', site.hanoi)}", expect=422)
    other = encode_cursor("receive", now.isoformat(), site.hanoi)
    site.call(site.keeper, "GET", f"/centres/work?task=bond&cursor={other}", expect=422)
