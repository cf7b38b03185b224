"""Goods in a distribution centre are ordered there, over HTTP: as an import from bond, or inside the country."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.distribution.centre_sales import flows, queries
from marketplace.distribution.centre_sales.models import CentreSale, CentreTransit
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.road.models.customs import TransitNumber
from marketplace.papers import queries as issued
from tests.conftest import SOAK
from tests.functional.test_centres import refused
from tests.support.centre_orders import AFTER_ACCEPTANCE, DECLARED, CentreMarket, company
from tests.support.invariants import sound
from tests.support.letters import letters
from tests.support.racing import at_once
from tests.support.visitors import Town, visitor

CHECKED = True
pytestmark = pytest.mark.both_databases


@pytest.fixture
def site(app, client, market, operator):
    yield CentreMarket(app, client, market, operator)
    sound()


def test_bonded_goods_are_sold_as_an_import_from_cart_to_acceptance(site):
    call, buyer, seller = site.call, site.market.buyer, site.market.thai
    cart = site.put(buyer, site.pads, site.hanoi, 80)
    ((line,),) = [bundle["lines"] for bundle in cart["bundles"]]
    taken = line["centre"]
    assert (taken["place"], taken["status"], taken["left"], taken["days_left"] in (18, 19, 20)) == (
        "VN-DC-HAN", "bonded", 400, True
    )  # fmt: skip
    assert (line["departures"], line["departure_id"], line["freight"], cart["is_orderable"]) == ([], None, None, True)
    assert [(total["kind"], total["amount"]) for total in cart["totals"]] == [("goods", "6800.00")]
    order_id, sale = site.import_pads()
    assert (sale["state"], sale["quantity"], sale["importer_id"]) == ("to_release", 80, str(buyer.company))
    order = call(buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (order["centre_id"], order["is_domestic"], order["bookings"]) == (site.hanoi, False, [])
    assert order["price_basis"] == {"incoterm": "DAP", "place": "VN-DC-HAN"}
    assert (site.lot(site.bonded), call(buyer, "GET", f"/listings/{site.pads}", expect=200)["stock"]) == (
        (400, 80),
        10000,
    )
    site.act(site.keeper, sale, "handover", {"quantity": 80, "number": "N-1"}, expect=409)
    site.name_broker(sale)
    site.act(site.broker, sale, "release", DECLARED)
    assert (site.sale(sale, site.broker)["state"], site.lot(site.bonded)) == ("ready", (320, 0))
    site.act(site.keeper, sale, "handover", {"quantity": 80, "number": "N-1"})
    seen = site.sale(sale, seller)
    assert (seen["state"], seen["handed"], seen["number"]) == ("handed_over", 80, "N-1")
    assert call(buyer, "GET", f"/orders/{order_id}", expect=200)["lines"][0]["state"] == "in_transit"
    site.act(buyer, sale, "delivery", {})
    line_id = order["lines"][0]["id"]
    assert call(buyer, "GET", f"/orders/{order_id}", expect=200)["lines"][0]["state"] == "delivered"
    call(buyer, "POST", f"/order-lines/{line_id}/acceptance", {}, expect=204)
    order = call(buyer, "GET", f"/orders/{order_id}", expect=200)
    assert order["lines"][0]["parts"] == {"accepted": 80}
    assert {"packing_list", "commercial_invoice"} <= {paper["kind"] for paper in order["documents"]}
    (due,) = order["payments"]
    assert (due["state"], due["amount"]) == ("due", {"amount": "6800.00", "currency": "THB"})
    assert (site.sale(sale)["state"], site.lot(site.bonded)) == ("delivered", (320, 0))


def test_cleared_goods_are_sold_inside_the_country_in_its_currency(site):
    call, buyer = site.call, site.wholesale
    order_id, sale = site.buy_chains(120)
    assert (sale["state"], sale["status"], sale["importer_id"]) == ("ready", "free", None)
    order = call(buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (order["is_domestic"], order["total"]["currency"]) == (True, "CNY")
    assert order["price_basis"] == {"incoterm": "FCA", "place": "CN-DC-CQ"}
    assert site.lot(site.cleared) == (400, 120)
    # Two cartons are not found: what is missing is short, and nobody's promise any more.
    site.act(site.operator, sale, "handover", {"quantity": 121, "number": "N-2"}, expect=422)
    site.act(site.operator, sale, "handover", {"quantity": 80, "number": "N-2", "complete": True})
    assert site.lot(site.cleared) == (320, 0)
    parts = call(buyer, "GET", f"/orders/{order_id}", expect=200)["lines"][0]["parts"]
    assert parts == {"in_transit": 80, "short": 40}
    site.act(site.operator, sale, "delivery", {"damaged": 81}, expect=422)
    site.act(site.operator, sale, "delivery", {"damaged": 3})
    parts = call(buyer, "GET", f"/orders/{order_id}", expect=200)["lines"][0]["parts"]
    assert parts == {"delivered": 77, "damaged": 3, "short": 40}


HALVES = [{"event": event, "percent": "50", "days": 3} for event in ("handed_over", "delivered")]


def test_goods_are_fetched_in_parts_and_each_comes_by_itself(site):
    call, buyer, keeper = site.call, site.wholesale, site.operator
    plan = {"code": "halves", "name": "In halves", "rails": ["bank"], "stages": HALVES}
    call(site.market.merchant, "POST", "/payment-plans", plan, expect=201)
    order_id, sale = site.buy_chains(120, payment={"rail": "bank", "plan": "halves"})

    def order():
        found = call(buyer, "GET", f"/orders/{order_id}", expect=200)
        return found["lines"][0]["parts"], [one["event"] for one in found["payments"] if one["state"] == "due"]

    first = {"quantity": 50, "number": "N-1"}
    for _twice in range(2):  # the same call again is answered as the first
        call(keeper, "POST", f"/centre-sales/{sale['id']}/handover", first, expect=204, key="one")
    seen = site.sale(sale)
    assert (seen["state"], seen["handed"], site.lot(site.cleared)) == ("partly_handed", 50, (350, 70))
    assert seen["due_at"] is not None
    assert order() == ({"in_transit": 50, "packed": 70}, ["handed_over"])
    site.act(keeper, sale, "handover", {"quantity": 71, "number": "N-2"}, expect=422)
    site.act(keeper, sale, "handover", {"quantity": 40, "number": "N-2"})
    one, other = call(buyer, "GET", f"/centre-sales/{sale['id']}", expect=200)["collections"]
    assert [(each["quantity"], each["number"]) for each in (one, other)] == [(50, "N-1"), (40, "N-2")]
    assert set(refused(site.act(buyer, sale, "delivery", {}, expect=422))) == {"collection"}
    assert set(refused(site.act(buyer, sale, "delivery", {"collection": str(new_id())}, expect=422))) == {"collection"}
    site.act(buyer, sale, "delivery", {"collection": other["id"], "damaged": 41}, expect=422)
    site.act(buyer, sale, "delivery", {"collection": other["id"], "damaged": 1})
    site.act(buyer, sale, "delivery", {"collection": other["id"]}, expect=409)
    site.act(keeper, sale, "delivery", {})
    # All that left has come, and more is to come: the share that is due on delivery waits.
    assert order() == ({"delivered": 89, "damaged": 1, "packed": 30}, ["handed_over"])
    assert site.sale(sale)["state"] == "partly_handed"
    site.act(buyer, sale, "shortage", None, expect=403)
    site.act(keeper, sale, "shortage", None)
    site.act(keeper, sale, "shortage", None, expect=409)
    assert order() == ({"delivered": 89, "damaged": 1, "short": 30}, ["handed_over", "delivered"])
    assert (site.sale(sale)["state"], site.lot(site.cleared)) == ("delivered", (310, 0))
    papers = call(buyer, "GET", "/documents?kind=commercial_invoice", expect=200)["items"]
    assert len(papers) == 2


def test_the_invoice_of_each_part_names_the_cartons_in_which_it_goes(site):
    _, sale = site.buy_chains(120)
    for quantity in (40, 60, 20):  # forty are in a carton: one, two that are opened, and what was left in the last
        site.act(site.operator, sale, "handover", {"quantity": quantity, "number": "N-1"})
    papers = site.call(site.wholesale, "GET", "/documents?kind=commercial_invoice", expect=200)["items"]
    rows = [issued.manuscript(reading(), document_id=UUID(paper["id"])).data["lines"][0] for paper in papers]
    assert sorted((int(row["quantity"]), int(row["cartons"])) for row in rows) == [(20, 1), (40, 1), (60, 2)]


def movement(**changes):
    today = clock.now().date()
    return {
        "regime": "national", "to_place": "VNSGN", "discharge_by": (today + timedelta(days=8)).isoformat(),
        "guarantee": "single", "guarantee_reference": "G-2026-9", "guarantee_amount": "2500", "currency": "VND",
        "guarantee_until": (today + timedelta(days=30)).isoformat(),
    } | changes  # fmt: skip


def test_bonded_goods_leave_uncleared_only_under_a_transit_movement(site):
    call, broker, keeper = site.call, site.broker, site.keeper
    _, sale = site.import_pads(80)
    site.name_broker(sale)
    path, whole = f"/centre-sales/{sale['id']}", {"quantity": 80, "number": "N-1"}
    site.act(broker, sale, "transit/steps", {"step": "lodge"}, expect=404)
    for field, changes in (
        ("to_place", {"to_place": "VN-DC-HAN"}), ("to_place", {"to_place": "NOWHERE"}),
        ("regime", {"to_place": "THBKK"}), ("guarantee", {"guarantee": "carnet"}),
        ("guarantee_until", {"guarantee_until": clock.now().date().isoformat()}),
    ):  # fmt: skip
        assert set(refused(site.act(broker, sale, "transit", movement(**changes), expect=422))) == {field}
    site.act(site.market.buyer, sale, "transit", movement(), expect=403)
    site.act(broker, sale, "transit", movement(), expect=201)
    site.act(broker, sale, "transit", movement(), expect=409)
    # While it is drafted the goods are neither declared in the centre nor handed over.
    assert site.act(broker, sale, "release", DECLARED, expect=409)["type"] == "urn:city:problem:transit_open"
    site.act(keeper, sale, "handover", whole, expect=409)
    site.act(broker, sale, "transit/steps", {"step": "cancel"})
    site.act(broker, sale, "transit", movement(), expect=201)
    site.act(broker, sale, "transit/steps", {"step": "lodge"})
    with unit_of_work() as session:  # a lorry's movement has this one
        session.add(TransitNumber(mrn="VN2026000009", movement_id=new_id()))
    for mrn in ("1", "VN2026000009"):
        accept = {"step": "accept", "mrn": mrn}
        assert set(refused(site.act(broker, sale, "transit/steps", accept, expect=422))) == {"mrn"}
    site.act(broker, sale, "transit/steps", {"step": "accept", "mrn": "VN2026000001"})
    site.act(keeper, sale, "handover", whole, expect=409)
    site.act(broker, sale, "transit/steps", {"step": "release"})
    assert (site.sale(sale)["state"], site.lot(site.bonded)) == ("ready", (400, 80))
    site.act(broker, sale, "transit/steps", {"step": "arrive"}, expect=409)
    part = site.act(keeper, sale, "handover", {"quantity": 40, "number": "N-1"}, expect=422)
    assert set(refused(part)) == {"quantity"}
    site.act(keeper, sale, "handover", whole)
    assert site.lot(site.bonded) == (320, 0)
    moves = call(keeper, "GET", f"/lots/{site.bonded}", expect=200)["movements"]
    assert [row["number"] for row in moves if row["kind"] == "out"] == ["VN2026000001"]
    early = site.act(site.market.buyer, sale, "delivery", {}, expect=409)
    assert early["type"] == "urn:city:problem:transit_under_way"
    assert "deliver" not in call(site.market.buyer, "GET", path, expect=200)["actions"]
    for step in ("arrive", "discharge"):
        site.act(broker, sale, "transit/steps", {"step": step})
    site.act(broker, sale, "transit/steps", {"step": "enquire"}, expect=409)
    seen = call(site.market.buyer, "GET", path, expect=200)["transit"]
    assert (seen["mrn"], seen["state"], seen["possible"], seen["overdue"]) == ("VN2026000001", "discharged", [], False)
    assert [one["step"] for one in seen["steps"]] == ["lodge", "accept", "release", "arrive", "discharge"]
    site.act(site.market.buyer, sale, "delivery", {})
    assert site.sale(sale)["state"] == "delivered"


def released_for_transit(site, mrn, quantity=80):
    """Let bonded goods be sold and released under a transit movement; return order and sale."""
    order_id, sale = site.import_pads(quantity)
    site.name_broker(sale)
    site.act(site.broker, sale, "transit", movement(), expect=201)
    for step in ({"step": "lodge"}, {"step": "accept", "mrn": mrn}, {"step": "release"}):
        site.act(site.broker, sale, "transit/steps", step)
    return order_id, sale


def test_a_released_movement_whose_goods_never_left_is_taken_back_not_discharged(site):
    _, sale = released_for_transit(site, "VN2026000011")
    path = f"/centre-sales/{sale['id']}"
    site.act(site.broker, sale, "transit/steps", {"step": "enquire"})
    assert site.call(site.broker, "GET", path, expect=200)["transit"]["possible"] == ["cancel"]
    for step in ("arrive", "discharge"):
        problem = site.act(site.broker, sale, "transit/steps", {"step": step}, expect=409)
        assert problem["type"] == "urn:city:problem:transit_not_gone"
    site.act(site.broker, sale, "transit/steps", {"step": "cancel"})
    assert (site.sale(sale)["state"], site.lot(site.bonded)) == ("to_release", (400, 80))
    # They are declared in the centre after all, and leave.
    site.act(site.broker, sale, "release", DECLARED)
    site.act(site.keeper, sale, "handover", {"quantity": 80, "number": "N-1"})
    site.act(site.market.buyer, sale, "delivery", {})
    assert (site.sale(sale)["state"], site.lot(site.bonded)) == ("delivered", (320, 0))


def test_nothing_leaves_once_the_guarantee_of_its_movement_is_over(site):
    _, sale = released_for_transit(site, "VN2026000012")
    with unit_of_work() as session:
        over = clock.now().date() - timedelta(days=2)
        session.execute(sa.update(CentreTransit).values(guarantee_until=over))
    problem = site.act(site.keeper, sale, "handover", {"quantity": 80, "number": "N-1"}, expect=409)
    assert problem["type"] == "urn:city:problem:guarantee_over"
    assert site.lot(site.bonded) == (400, 80)


def test_a_guarantee_that_stands_too_long_is_seen_by_broker_and_operator(app, site):
    _, sale = released_for_transit(site, "VN2026000014")
    site.act(site.keeper, sale, "handover", {"quantity": 80, "number": "N-1"})
    site.act(site.broker, sale, "transit/steps", {"step": "arrive"})
    site.act(site.market.buyer, sale, "delivery", {})
    with unit_of_work() as session:
        session.execute(sa.update(CentreTransit).values(discharge_by=clock.now() - timedelta(hours=1)))
    broker, staff, path = visitor(app, site.broker), visitor(app, site.operator), f"/centre-sales/{sale['id']}"

    def seen():
        waiting = site.call(site.broker, "GET", "/centre-sales?waiting=1", expect=200)["items"]
        pages = (broker.open("/partner/releases"), staff.open("/lorries/transits/overdue"))
        reading().rollback()
        many = queries.waiting_undischarged(reading(), now=clock.now())
        return [row["id"] for row in waiting], [sale["reference"] in page for page in pages], many

    assert seen() == ([sale["id"]], [True, True], 1)
    assert "overdue" in broker.open(path)
    site.act(site.broker, sale, "transit/steps", {"step": "discharge"})
    assert seen() == ([], [False, False], 0)


def test_the_end_of_an_order_ends_the_movement_of_its_goods(site):
    call, buyer = site.call, site.market.buyer
    order_id, sale = released_for_transit(site, "VN2026000013")
    made = call(buyer, "POST", f"/orders/{order_id}/changes", {"kind": "cancel"}, expect=201)
    (change,) = call(buyer, "GET", f"/orders/{order_id}/changes", expect=200)["items"]
    accepted = {"content_hash": change["content_hash"]}
    call(site.market.thai, "POST", f"/order-changes/{made['id']}/acceptance", accepted, expect=200)
    assert (site.sale(sale)["state"], site.lot(site.bonded)) == ("cancelled", (400, 0))
    seen = call(buyer, "GET", f"/centre-sales/{sale['id']}", expect=200)["transit"]
    assert (seen["state"], seen["possible"], seen["steps"][-1]["step"]) == ("cancelled", [], "cancel")
    site.act(site.broker, sale, "transit/steps", {"step": "discharge"}, expect=404)


def test_a_transit_movement_is_drafted_and_released_on_the_page(app, site):
    _, sale = site.import_pads(80)
    site.name_broker(sale)
    broker, path = visitor(app, site.broker), f"/centre-sales/{sale['id']}"
    broker.open(path)
    broker.send(f"{path}/transit", movement(discharge_by=""), 422)
    assert broker.refused_fields() == {"discharge_by"}
    broker.send(f"{path}/transit", movement())
    blank = {"mrn": "", "place": "", "remark": ""}
    for step in ({"step": "lodge"}, {"step": "accept", "mrn": "VN2026000002"}, {"step": "release"}):
        broker.open(path)
        broker.send(f"{path}/transit/steps", blank | step)
    page = broker.open(path)
    assert ("VN2026000002" in page, "Released for transit" in page, "Release from bond" in page) == (True, True, False)


def test_only_what_may_be_sold_there_is_put_into_a_cart(site):
    buyer, other = site.market.buyer, site.chongqing
    assert set(refused(site.put(buyer, site.pads, other, 80, expect=422))) == {"centre"}
    assert set(refused(site.put(buyer, site.pads, str(new_id()), 80, expect=422))) == {"centre"}
    assert set(refused(site.put(buyer, site.pads, site.hanoi, 80, expect=422, currency="CNY"))) == {"price_basis"}
    cart = site.put(buyer, site.pads, site.hanoi, 480)
    assert cart["bundles"][0]["lines"][0]["problems"] == [
        {"code": "lots_short", "facts": {"status": "bonded", "left": 400}}
    ]
    problem = site.check_out(buyer, expect=409)
    assert (problem["type"], problem["facts"]["lines"][0]["code"]) == ("urn:city:problem:cart_changed", "lots_short")
    # Set without a centre it is bought of the merchant's own stock again.
    cart = site.call(buyer, "PUT", f"/cart/lines/{site.pads}", {"quantity": 80, "to": "VNHAN"}, expect=200)
    assert cart["bundles"][0]["lines"][0]["centre"] is None
    site.put(buyer, site.pads, site.hanoi, 80)
    site.call(site.market.thai, "DELETE", f"/centre-offers/{site.pads}/{site.hanoi}", expect=204)
    cart = site.call(buyer, "GET", "/cart", expect=200)
    assert cart["bundles"][0]["lines"][0]["problems"][0]["code"] == "not_sold_there"


def test_a_cancelled_order_promises_nothing_any_more(site):
    call, buyer = site.call, site.market.buyer
    order_id, sale = site.import_pads()
    call(buyer, "POST", f"/orders/{order_id}/cancellation", expect=204)
    assert (site.sale(sale)["state"], site.lot(site.bonded)) == ("cancelled", (400, 0))
    site.act(site.broker, sale, "release", DECLARED, expect=404)
    order_id, sale = site.import_pads()
    site.name_broker(sale)
    site.act(site.broker, sale, "release", DECLARED)
    # What was declared for its buyer is set aside: neither side ends the order alone.
    call(buyer, "POST", f"/orders/{order_id}/cancellation", expect=409)
    line = call(buyer, "GET", f"/orders/{order_id}", expect=200)["lines"][0]
    call(site.market.thai, "POST", f"/order-lines/{line['id']}/packing", {"cartons": 2}, expect=409)
    # A deposit by bank that never comes, and a card that pays at once.
    order_id, sale = site.buy_chains(40, payment={"rail": "bank", "plan": "deposit_30_70"})
    assert sale["state"] == "promised"
    call(site.market.merchant, "POST", f"/orders/{order_id}/cancellation", expect=204)
    card = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}
    _, sale = site.buy_chains(40, payment=card)
    assert (sale["state"], site.lot(site.cleared)) == ("ready", (400, 40))


def test_every_party_knows_its_own_sales_alone(site):
    _, sale = site.import_pads()
    path = f"/centre-sales/{sale['id']}"
    for who in (site.market.buyer, site.market.thai, site.keeper, site.operator):
        assert site.sale(sale, who)["reference"] == sale["reference"]
    for who in (site.stranger, site.broker, site.market.merchant, site.wholesale):
        site.call(who, "GET", path, expect=404)
        assert site.call(who, "GET", "/centre-sales", expect=200)["items"] == []
    site.name_broker(sale, who=site.market.thai, expect=403)
    site.name_broker(sale, who=site.wholesale, expect=404)
    body = {"broker": str(site.stranger.company)}
    assert set(refused(site.call(site.market.buyer, "PUT", f"{path}/broker", body, expect=422))) == {"broker"}
    site.name_broker(sale)
    assert [row["id"] for row in site.call(site.broker, "GET", "/centre-sales?waiting=1", expect=200)["items"]] == [
        sale["id"]
    ]
    assert set(refused(site.act(site.broker, sale, "release", DECLARED | {"duty_paid": False}, 422))) == {"duty_paid"}
    site.act(site.stranger, sale, "handover", {"quantity": 80, "number": "N"}, expect=404)
    site.act(site.market.thai, sale, "delivery", {}, expect=403)
    site.act(site.market.buyer, sale, "delivery", {}, expect=409)
    _, free = site.buy_chains()
    site.name_broker(free, who=site.wholesale, expect=409)


def test_goods_are_ordered_and_handed_over_on_pages(app, site):
    buyer, keeper, broker = (visitor(app, who) for who in (site.market.buyer, site.keeper, site.broker))
    product, line = f"/products/{site.pads}", f"/cart/lines/{site.pads}"
    assert "from Hanoi DC into the cart" in buyer.open(f"{product}?quantity=80")
    there = {"centre": site.hanoi, "currency": "", "price_basis": "", "to": ""}
    buyer.send(line, there)
    assert "From Hanoi DC: no lorry is needed, the goods are handed over there." in buyer.open("/cart")
    buyer.send(line, {"quantity": 120})
    assert "no freight: handed over in the centre" in buyer.open("/cart")
    page = buyer.open("/checkout")
    assert ("In bond: sold as an import" in page, 'name="departure.' in page) == (True, False)
    (order_id,) = site.check_out(site.market.buyer)["order_ids"]
    merchant = visitor(app, site.market.thai)
    assert "To pack and hand over" not in merchant.open(f"/orders/{order_id}")
    site.call(site.market.thai, "POST", f"/orders/{order_id}/confirmation", expect=204)
    assert "Next: the buyer fetches the goods" in merchant.open(f"/orders/{order_id}")
    assert site.pads not in merchant.open("/merchant/fulfilment")
    assert "Next: have the goods declared" in buyer.open(f"/orders/{order_id}")
    (sale,) = site.call(site.market.buyer, "GET", "/centre-sales", expect=200)["items"]
    path = f"/centre-sales/{sale['id']}"
    assert sale["reference"] in buyer.open("/centre-sales")
    buyer.open(path)
    buyer.send(f"{path}/broker", {"broker": str(site.broker.company)})
    assert sale["reference"] in broker.open("/partner/releases")
    broker.open(path)
    broker.send(f"{path}/release", DECLARED | {"duty_paid": ""}, 422)
    assert broker.refused_fields() == {"duty_paid"}
    broker.send(f"{path}/release", DECLARED | {"duty_paid": "1"})
    assert "Sold, to be handed over" in keeper.open("/partner/centres")
    keeper.open(path)
    keeper.send(f"{path}/handover", {"quantity": "121", "number": "N-1"}, 422)
    for number in ("N-1", "N-2"):
        keeper.send(f"{path}/handover", {"quantity": "40", "number": number})
        keeper.open(path)
    assert "Still to be fetched" in keeper.open(path)
    keeper.send(f"{path}/shortage", {})
    page = buyer.open(path)
    buyer.send(f"{path}/delivery", {"damaged": "0", "collection": ""}, 422)
    (one, _other) = site.call(site.market.buyer, "GET", path, expect=200)["collections"]
    assert f'value="{one["id"]}"' in page
    buyer.send(f"{path}/delivery", {"damaged": "2", "collection": one["id"]})
    assert "damaged: 2" in buyer.open(path)
    buyer.open(path)
    buyer.send(f"{path}/delivery", {"damaged": "0"})
    assert "Delivered" in buyer.open(path)
    visitor(app, site.stranger).open(path, status=404)


def test_those_who_act_next_are_told_and_so_is_what_nobody_fetches(app, site):
    town, buyer, seller = Town(app), site.market.buyer, site.market.thai
    _, sale = site.import_pads()

    def told(trader, words):
        reading().rollback()  # what the clock did since must be seen
        mine = [one for one in letters(town, trader) if f"sale {sale['reference']}" in one.subject]
        return [words in one.body for one in mine]

    assert told(buyer, "Name your broker") == [True]
    assert told(site.keeper, "wait for the buyer's import declaration") == [True]
    site.name_broker(sale)
    assert told(site.broker, "record the line of the import declaration") == [True]
    site.act(site.broker, sale, "release", DECLARED)
    assert told(buyer, "fetch them in the centre") == [False, True]
    assert told(seller, "") == []
    assert flows.watch(now=clock.now()) == 0
    with unit_of_work() as session:
        session.execute(sa.update(CentreSale).values(due_at=clock.now() - timedelta(hours=1)))
    assert site.call(site.keeper, "GET", f"/centre-sales/{sale['id']}", expect=200)["overdue"]
    assert [flows.watch(now=clock.now()) for _ in range(2)] == [1, 0]
    assert told(seller, "Nobody has declared or fetched the goods in time") == [True]
    site.act(site.keeper, sale, "handover", {"quantity": 80, "number": "N-1"})
    assert told(seller, "handed over in the centre") == [False, True]
    assert site.sale(sale)["due_at"] is None
    shown = site.call(buyer, "GET", f"/listings/{site.pads}", expect=200)["centres"]
    assert [(one["centre"], one["place"], one["status"], one["left"]) for one in shown] == [
        (site.hanoi, "VN-DC-HAN", "bonded", 320)
    ]


def test_what_nobody_fetches_of_the_rest_is_told_once(app, site):
    town = Town(app)
    _, sale = site.buy_chains(80)
    site.act(site.operator, sale, "handover", {"quantity": 40, "number": "N-1"})
    with unit_of_work() as session:
        session.execute(sa.update(CentreSale).values(due_at=clock.now() - timedelta(hours=1)))
    assert [flows.watch(now=clock.now()) for _ in range(2)] == [1, 0]
    reading().rollback()
    bodies = [one.body for one in letters(town, site.wholesale) if f"sale {sale['reference']}" in one.subject]
    told = [body for body in bodies if "Nobody has" in body]
    assert ["the rest of the goods" in body for body in told] == [True]
    assert not any("end the order" in body for body in told)


def test_of_two_who_order_the_last_units_one_gets_them(app, site):
    rival = company(app, "Saigon Trading")
    bodies = {}
    for buyer in (site.market.buyer, rival):
        cart = site.put(buyer, site.pads, site.hanoi, 240)
        bodies[buyer] = {"expected_totals": cart["totals"], "payment": AFTER_ACCEPTANCE}

    def check_out(buyer):
        headers = buyer.headers | {"Idempotency-Key": str(new_id())}
        return app.test_client().post("/api/v1/checkout", json=bodies[buyer], headers=headers)

    answers = at_once(app, [lambda buyer=buyer: check_out(buyer) for buyer in bodies])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (problem,) = [answer.get_json() for answer in answers if answer.status_code == 409]
    assert (problem["type"], site.lot(site.bonded)) in (
        ("urn:city:problem:lots_short", (400, 240)), ("urn:city:problem:cart_changed", (400, 240)),
    )  # fmt: skip


def lessen(site, sale, expect=None):
    """Let both sides agree to forty units fewer of a sale."""
    buyer, path = site.market.buyer, f"/orders/{sale['order_id']}/changes"
    wanted = {"kind": "reduce", "line": sale["line_id"], "quantity": 40}
    made = site.call(buyer, "POST", path, wanted, expect=expect)
    if "id" in made:
        (change, *_) = site.call(buyer, "GET", path, expect=200)["items"]
        accepted = {"content_hash": change["content_hash"]}
        site.call(site.market.thai, "POST", f"/order-changes/{made['id']}/acceptance", accepted, expect=200)


def test_units_that_are_taken_off_an_order_are_free_again(site):
    _, sale = site.import_pads(80)
    lessen(site, sale, expect=201)
    assert (site.sale(sale)["quantity"], site.lot(site.bonded)) == (40, (400, 40))
    added = {"kind": "add", "line": sale["line_id"], "quantity": 40, "departure": str(new_id())}
    problem = site.call(site.market.buyer, "POST", f"/orders/{sale['order_id']}/changes", added, expect=409)
    assert problem["type"] == "urn:city:problem:from_centre"
    lessen(site, sale, expect=201)
    assert (site.sale(sale)["state"], site.lot(site.bonded)) == ("cancelled", (400, 0))


ACTS = (
    "buy",
    "buy",
    "cancel",
    "release",
    "release",
    "handover",
    "handover",
    "delivery",
    "delivery",
    "shortage",
    "reduce",
)


def act(site, chance, sales):
    """Do something to one of the sales that there are, or begin another; what cannot be is refused."""
    name = chance.choice(ACTS)
    if name == "buy" or not sales:
        _, sale = site.import_pads(chance.choice((40, 80)))
        site.name_broker(sale)
        sales.append(sale)
        return
    sale, buyer = chance.choice(sales), site.market.buyer
    path = f"/orders/{sale['order_id']}"
    if name == "cancel":
        site.call(buyer, "POST", f"{path}/cancellation")
    elif name == "reduce":
        lessen(site, sale)
    else:
        left = site.call(buyer, "GET", f"/centre-sales/{sale['id']}", expect=200)["collections"]
        part = {"quantity": chance.randint(1, 60), "number": "N", "complete": chance.random() < 0.3}
        came = {"collection": chance.choice(left)["id"]} if left else {}
        bodies = {"release": DECLARED, "handover": part, "delivery": came, "shortage": None}
        who = {"release": site.broker, "handover": site.keeper, "delivery": buyer, "shortage": site.keeper}[name]
        site.act(who, sale, name, bodies[name], expect=None)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20 if SOAK else 1))
def test_whatever_happens_units_are_promised_handed_over_or_there(site, seed):
    chance, sales = Random(seed), []
    for _ in range(24):
        if site.lot(site.bonded)[0] - site.lot(site.bonded)[1] < 80:
            break
        act(site, chance, sales)
    seen = [site.sale(sale) for sale in sales]
    lots = site.call(site.market.thai, "GET", "/centre-stock", expect=200)["items"]
    open_states = ("promised", "to_release", "ready", "partly_handed")
    promised = sum(sale["quantity"] - sale["handed"] for sale in seen if sale["state"] in open_states)
    for sale in seen:
        left = site.call(site.operator, "GET", f"/centre-sales/{sale['id']}", expect=200)["collections"]
        assert sum(part["quantity"] for part in left) == sale["handed"]
        line = site.call(site.market.buyer, "GET", f"/orders/{sale['order_id']}", expect=200)["lines"][0]
        came = sum(part["quantity"] for part in left if part["delivered_at"])
        assert line["parts"].get("in_transit", 0) == sale["handed"] - came
        assert line["parts"].get("delivered", 0) + line["parts"].get("damaged", 0) == came
    assert sum(lot["promised"] for lot in lots) == promised
    assert sum(lot["on_hand"] for lot in lots) + sum(sale["handed"] for sale in seen) == 400
