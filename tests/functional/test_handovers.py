"""A leaver passes on what is in hand: a written list, both sides' word, everything in one transaction."""

from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.orders.models import Cart, CartLine
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import PASSWORD, TERMS, Visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases


def colleague(town, call, owner, login, *roles):
    """Let somebody join a company, and return what calls the API for them."""
    body = {"login": login, "roles": list(roles)}
    call(owner, "POST", f"/companies/{owner.company}/invitations", json=body, expect=201)
    joining = {"person_name": login.split("@")[0].title(), "password": PASSWORD, "accepted_terms": TERMS}
    town.program().call("POST", f"/invitations/{town.invitation(login)}/acceptance", 201, joining)
    return town.program(login)


@pytest.fixture
def leaver(town, call, market):
    return colleague(town, call, market.buyer, "leaver@demo.test", "purchasing", "owner")


@pytest.fixture
def heir(town, call, market):
    return colleague(town, call, market.buyer, "heir@demo.test", "purchasing")


def me(program):
    return program.call("GET", "/me", 200)["person_id"]


def order(program, listing_id, quantity=40):
    program.call("PUT", "/cart", 200, {"to": factories.HANOI})
    cart = program.call("PUT", f"/cart/lines/{listing_id}", 200, {"quantity": quantity})
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
    return program.call("POST", "/checkout", 201, body)["order_ids"][0]


def begin(program, company, leaver, heir, status=201):
    body = {"leaver_id": me(leaver), "successor_id": me(heir)}
    return program.call("POST", f"/companies/{company}/handovers", status, body)


def test_everything_passes_with_the_word_of_both(app, town, call, market, leaver, heir):
    company = market.buyer.company
    order_id = order(leaver, market.chains)
    leaver.call("PUT", f"/cart/lines/{market.chains}", 200, {"quantity": 120})
    leaver.call("PUT", f"/cart/lines/{market.pads}", 200, {"quantity": 80})
    heir.call("PUT", f"/cart/lines/{market.pads}", 200, {"quantity": 40})
    leaver.call("POST", f"/companies/{company}/invitations", 201, {"login": "new@demo.test", "roles": ["sales"]})
    leaver_id, heir_id = me(leaver), me(heir)
    path = f"/companies/{company}/handovers/{begin(leaver, company, leaver, heir)['id']}"
    seen = leaver.call("GET", path, 200)
    assert [thing["kind"] for thing in seen["things"]] == ["cart", "purchase", "invitation", "token"]
    assert seen["things"][1]["id"] == order_id
    assert seen["waits_for"] == ["leaver", "successor"]
    said = {"content_hash": seen["content_hash"]}
    assert leaver.call("POST", f"{path}/confirmation", 200, said) == {"done": False}
    assert leaver.call("POST", f"{path}/confirmation", 200, said) == {"done": False}
    assert heir.call("GET", path, 200)["waits_for"] == ["successor"]
    assert heir.call("POST", f"{path}/confirmation", 200, said) == {"done": True}
    assert heir.call("POST", f"{path}/confirmation", 200, said) == {"done": True}
    leaver.call("GET", "/me", 401)
    assert leaver_id not in {
        row["person_id"] for row in heir.call("GET", f"/companies/{company}/members", 200)["items"]
    }
    with unit_of_work() as session:
        (cart,) = session.query(Cart).filter_by(company_id=company, person_id=UUID(heir_id))
        lines = {line.listing_id: line.quantity for line in session.query(CartLine).filter_by(cart_id=cart.id)}
    assert lines == {market.chains: 120, market.pads: 40}
    done = heir.call("GET", path, 200)
    assert done["state"] == "done"
    assert {thing["kind"] for thing in done["things"]} == {"cart", "purchase", "invitation", "token"}
    assert reports.check(reading()) == []
    next_path = f"/companies/{company}/handovers"
    body = {"leaver_id": heir_id, "successor_id": str(market.buyer.actor.person)}
    again = call(market.buyer, "POST", next_path, json=body, expect=201)["id"]
    kinds = [thing["kind"] for thing in call(market.buyer, "GET", f"{next_path}/{again}", expect=200)["things"]]
    assert kinds == ["cart", "purchase", "invitation", "token"]


def test_a_list_that_changed_is_confirmed_anew(market, leaver, heir):
    company = market.buyer.company
    path = f"/companies/{company}/handovers/{begin(leaver, company, leaver, heir)['id']}"
    first = {"content_hash": leaver.call("GET", path, 200)["content_hash"]}
    leaver.call("POST", f"{path}/confirmation", 200, first)
    order(leaver, market.chains)
    assert heir.problem("POST", f"{path}/confirmation", 409, first) == ("handover_changed", set())
    seen = heir.call("GET", path, 200)
    assert seen["waits_for"] == ["leaver", "successor"]
    second = {"content_hash": seen["content_hash"]}
    assert heir.call("POST", f"{path}/confirmation", 200, second) == {"done": False}
    assert leaver.call("POST", f"{path}/confirmation", 200, second) == {"done": True}
    leaver.call("GET", path, 401)


def test_who_may_begin_see_and_confirm(call, town, market, leaver, heir):
    company = market.buyer.company
    begin(heir, company, leaver, heir, 403)
    handover_id = begin(leaver, company, leaver, heir)["id"]
    assert begin(leaver, company, leaver, heir, 409)["type"].endswith("handover_open")
    base = f"/companies/{company}/handovers"
    path = f"{base}/{handover_id}"
    other = colleague(town, call, market.buyer, "other@demo.test", "purchasing")
    assert other.call("GET", path, 404) == other.call("GET", f"{base}/{market.chains}", 404)
    assert other.call("GET", base, 200)["items"] == []
    call(market.thai, "GET", f"/companies/{market.thai.company}/handovers/{handover_id}", expect=404)
    said = {"content_hash": leaver.call("GET", path, 200)["content_hash"]}
    found = call(market.buyer, "POST", f"{path}/confirmation", json=said, expect=403)
    assert found["type"].endswith("handover_not_yours")
    assert leaver.problem("POST", f"{path}/confirmation", 422, {"content_hash": "x"})[1] == {"content_hash"}
    heir.call("POST", f"{path}/withdrawal", 204)
    heir.call("POST", f"{path}/withdrawal", 204)
    assert leaver.problem("POST", f"{path}/confirmation", 409, said)[0] in {"state", "state_final"}
    myself = {"leaver_id": me(leaver), "successor_id": me(leaver)}
    assert leaver.problem("POST", base, 422, myself)[1] == {"successor_id"}
    unknown = {"leaver_id": str(market.chains), "successor_id": me(heir)}
    leaver.call("POST", base, 404, unknown)


def test_an_owner_stands_in_for_a_leaver_who_was_erased(call, market, leaver, heir):
    company = market.buyer.company
    leaver_id = me(leaver)
    order_id = order(leaver, market.chains)
    leaver.call("POST", "/me/erasure", 204, {"current_password": PASSWORD})
    assert reports.check(reading()) == []
    body = {"leaver_id": leaver_id, "successor_id": me(heir)}
    base = f"/companies/{company}/handovers"
    handover_id = call(market.buyer, "POST", base, json=body, expect=201)["id"]
    seen = call(market.buyer, "GET", f"{base}/{handover_id}", expect=200)
    assert [thing["id"] for thing in seen["things"]] == [order_id]
    said = {"content_hash": seen["content_hash"]}
    assert heir.call("POST", f"{base}/{handover_id}/confirmation", 200, said) == {"done": False}
    found = call(market.buyer, "POST", f"{base}/{handover_id}/confirmation", json=said, expect=200)
    assert found == {"done": True}
    assert reports.check(reading()) == []


def test_a_sole_owner_takes_over_from_who_is_gone(call, market, leaver):
    company = market.buyer.company
    leaver_id = me(leaver)
    order(leaver, market.chains)
    call(market.buyer, "DELETE", f"/companies/{company}/members/{leaver_id}", expect=204)
    base = f"/companies/{company}/handovers"
    body = {"leaver_id": leaver_id, "successor_id": str(market.buyer.actor.person)}
    handover_id = call(market.buyer, "POST", base, json=body, expect=201)["id"]
    said = {"content_hash": call(market.buyer, "GET", f"{base}/{handover_id}", expect=200)["content_hash"]}
    found = call(market.buyer, "POST", f"{base}/{handover_id}/confirmation", json=said, expect=200)
    assert found == {"done": True}


def test_a_merchants_promises_pass_too(town, call, market, operator):
    with unit_of_work() as session:
        made = factories.listing(session, market.merchant.actor, sku="M-1", stock=None, lead_days=5, now=clock.now())
    seller = colleague(town, call, market.merchant, "seller@demo.test", "sales")
    mate = colleague(town, call, market.merchant, "mate@demo.test", "sales")
    way = Way(call, market, operator, goods=(made,))
    payment = way.order()["payments"][0]
    paid = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=paid, expect=200)
    day = {"ready_date": (clock.now() + timedelta(days=12)).date().isoformat()}
    seller.call("PUT", f"/order-lines/{way.line_id}/ready-date", 204, day)
    company = market.merchant.company
    path = f"/companies/{company}/handovers/{begin(seller, company, seller, mate)['id']}"
    seen = seller.call("GET", path, 200)
    assert [thing["kind"] for thing in seen["things"]] == ["ready_date", "token"]
    said = {"content_hash": seen["content_hash"]}
    mate.call("POST", f"{path}/confirmation", 200, said)
    assert seller.call("POST", f"{path}/confirmation", 200, said) == {"done": True}
    assert way.order()["lines"][0]["ready_date"] == day["ready_date"]
    assert reports.check(reading()) == []


def test_the_last_leader_stays(call, market, heir):
    company, owner = market.buyer.company, market.buyer
    base = f"/companies/{company}/handovers"
    body = {"leaver_id": str(owner.actor.person), "successor_id": me(heir)}
    handover_id = call(owner, "POST", base, json=body, expect=201)["id"]
    said = {"content_hash": call(owner, "GET", f"{base}/{handover_id}", expect=200)["content_hash"]}
    call(owner, "POST", f"{base}/{handover_id}/confirmation", json=said, expect=200)
    assert heir.problem("POST", f"{base}/{handover_id}/confirmation", 409, said)[0] == "last_leader"
    assert call(owner, "GET", f"{base}/{handover_id}", expect=200)["state"] == "open"


def test_both_confirm_on_the_page_and_the_leavers_browser_is_out(app, town, market, leaver, heir):
    order(leaver, market.chains)
    gone, stays = Visitor(app), Visitor(app)
    gone.log_in("leaver@demo.test")
    stays.log_in("heir@demo.test")
    gone.open("/account/handovers")
    begun = gone.send("/account/handovers", {"leaver_id": me(leaver), "successor_id": me(heir)})
    path = begun.headers["Location"]
    assert "Order placed" in gone.open(path)
    assert "API token: it ends" in gone.shown
    gone.send(f"{path}/confirmation", {})
    assert "Confirm this list" not in gone.open(path)
    assert "Confirm this list" in stays.open(path)
    stays.send(f"{path}/confirmation", {})
    assert "Handed over" in stays.open(path)
    gone.open(path, status=303)


def handed(company, leaver, heir):
    """Hand everything over with the word of both; return what was on the list."""
    path = f"/companies/{company}/handovers/{begin(leaver, company, leaver, heir)['id']}"
    seen = leaver.call("GET", path, 200)
    said = {"content_hash": seen["content_hash"]}
    leaver.call("POST", f"{path}/confirmation", 200, said)
    assert heir.call("POST", f"{path}/confirmation", 200, said) == {"done": True}
    return {(thing["kind"], thing["id"]): thing["label"] for thing in seen["things"]}


def test_what_a_buyer_asked_and_saved_passes_too(call, town, market, leaver, heir):
    company = market.buyer.company
    body = {"visibility": "on_request"}
    call(market.thai, "PUT", f"/listings/{market.pads}/price-visibility", json=body, expect=200)
    question = leaver.call("POST", f"/listings/{market.chains}/questions", 201, {"text": "Which steel?"})["id"]
    over = leaver.call("POST", f"/listings/{market.chains}/questions", 201, {"text": "Which colour?"})["id"]
    leaver.call("POST", f"/questions/{over}/withdrawal", 204)
    request = leaver.call("POST", f"/listings/{market.pads}/price-requests", 201, {"quantity": 40})["id"]
    private = leaver.call("POST", "/lists", 201, {"name": "Secret spring"})["id"]
    leaver.call("PUT", f"/lists/{private}/items/{market.chains}", 204, {})
    own = heir.call("POST", "/lists", 201, {"name": "Mine"})["id"]
    heir.call("GET", f"/lists/{private}", 404)
    heir_id = me(heir)
    things = handed(company, leaver, heir)
    kept = {kind_id: label for kind_id, label in things.items() if kind_id[0] != "token"}
    assert set(kept) == {("question", question), ("price_request", request), ("saved_list", private)}
    assert "Secret spring" not in str(things)  # a name is a person's words
    assert (kept["question", question], kept["price_request", request]) == ("CH-428-116", "BP-1")
    lists = {row["id"]: row["mine"] for row in heir.call("GET", "/lists", 200)["items"]}
    assert lists == {private: True, own: True}
    heir.call("PATCH", f"/lists/{private}", 204, {"name": "Ours"})
    assert reports.check(reading()) == []
    next_path = f"/companies/{company}/handovers"
    body = {"leaver_id": heir_id, "successor_id": str(market.buyer.actor.person)}
    again = call(market.buyer, "POST", next_path, json=body, expect=201)["id"]
    found = call(market.buyer, "GET", f"{next_path}/{again}", expect=200)["things"]
    assert {(row["kind"], row["id"]) for row in found if row["kind"] != "token"} == {*kept, ("saved_list", own)}
    call(market.merchant, "POST", f"/questions/{question}/answer", json={"text": "40Mn."}, expect=204)
    found = call(market.buyer, "GET", f"{next_path}/{again}", expect=200)["things"]
    assert ("question", question) not in {(row["kind"], row["id"]) for row in found}  # who has an answer waits no more


def test_the_visitors_of_a_booth_pass_too(app, call, town, market):
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.MODERATOR, now=clock.now())
    seller = colleague(town, call, market.merchant, "seller@demo.test", "sales")
    second = colleague(town, call, market.merchant, "second@demo.test", "sales")
    hall = call(office, "POST", "/halls", json={"code": "A", "names": {"en": "Hall A"}}, expect=201)["id"]
    place = {"code": "A-1", "area_m2": "9", "column": 1, "row": 1}
    booth = call(office, "POST", f"/halls/{hall}/booths", json=place, expect=201)["id"]
    today = clock.now().date()
    let = {
        "company_id": str(market.merchant.company),
        "from_on": (today - timedelta(days=1)).isoformat(),
        "until_on": (today + timedelta(days=30)).isoformat(),
    }
    tenancy = call(office, "POST", f"/booths/{booth}/tenancies", json=let, expect=201)["id"]
    path = f"/merchant/tenancies/{tenancy}"
    call(market.merchant, "POST", f"{path}/exhibits", json={"listing_id": str(market.chains)}, expect=201)
    (exhibit,) = call(market.merchant, "GET", path, expect=200)["exhibits"]
    card = {"name": "Ann", "email": "ann@demo.test", "consent": True}
    mine, over, free = (
        call(market.buyer, "POST", f"/exhibits/{exhibit['code']}/cards", json=card, expect=201)["id"]
        if number == 0
        else town.program().call("POST", f"/exhibits/{exhibit['code']}/cards", 201, card)["id"]
        for number in range(3)
    )
    for lead in (mine, over):
        seller.call("POST", f"/leads/{lead}/taking", 200)
    seller.call("POST", f"/leads/{over}/acts", 200, {"action": "close", "text": "Bought elsewhere."})
    seller_id, second_id = me(seller), me(second)
    things = handed(market.merchant.company, seller, second)
    assert {kind_id for kind_id in things if kind_id[0] != "token"} == {("lead", mine)}
    assert things["lead", mine] == "A-1 / CH-428-116"
    owners = {lead: second.call("GET", f"/leads/{lead}", 200)["owner_id"] for lead in (mine, over, free)}
    assert owners == {mine: second_id, over: seller_id, free: None}
