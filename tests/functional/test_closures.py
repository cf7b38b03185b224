"""A merchant closes: what buyers see, when goods are ready, and what was promised for those days."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from marketplace.accounts.models import Company
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from marketplace.worker import runner
from tests import factories
from tests.support.statements import statements
from tests.support.visitors import Program, Town, Visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases

CHINA = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


@pytest.fixture
def made(market):
    with unit_of_work() as session:
        return factories.listing(session, market.merchant.actor, sku="M-1", stock=None, lead_days=5, now=clock.now())


def today():
    return clock.now().astimezone(CHINA).date()


def close(call, trader, first, length, *parts, expect=201, **words):
    body = {
        "parts": list(parts),
        "first_day": (today() + first * DAY).isoformat(),
        "last_day": (today() + (first + length - 1) * DAY).isoformat(),
        **words,
    }
    return call(trader, "POST", "/merchant/closures", json=body, expect=expect)


def first_departures(call, market, listing_id):
    """Return the first departure that each way of asking names."""
    query = f"to={factories.HANOI}&quantity=40"
    listed = call(market.buyer, "GET", f"/listings/{listing_id}?{query}", expect=200)
    found = call(market.buyer, "GET", f"/search?q=&{query}&sort=arrival", expect=200)["items"]
    hit = next(each for each in found if each["id"] == str(listing_id))
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": 40}, expect=200)
    (line,) = cart["bundles"][0]["lines"]
    return (
        listed["quote"]["departures"][0]["reference"],
        hit["delivery"]["reference"],
        min(line["departures"], key=lambda option: option["departs_at"])["reference"],
    ), listed


@pytest.mark.parametrize("part", ["factory", "warehouse"])
def test_every_way_of_asking_names_the_same_departure(app, call, market, made, part):
    runner.run_due(app)
    listing_id = made if part == "factory" else market.chains
    before, _listed = first_departures(call, market, listing_id)
    assert len(set(before)) == 1
    close(call, market.merchant, 0, 12, part, words_en="We are at the fair.")
    after, listed = first_departures(call, market, listing_id)
    assert len(set(after)) == 1
    assert after[0] != before[0]
    ready = datetime.fromisoformat(listed["ready_at"]).astimezone(CHINA)
    assert ready.date() >= today() + 12 * DAY
    assert listed["closed"]["words"] == {"en": "We are at the fair."}
    assert listed["closed"]["order_by"] is None
    page = Visitor(app)
    page.open(f"/products/{listing_id}?to={factories.HANOI}&quantity=40")
    assert "We are at the fair." in page.text()
    assert "What is ordered now is ready from" in page.text()
    assert reports.check(reading()) == []


def test_buyers_read_until_when_to_order_and_no_longer_once_it_is_taken_back(app, call, market, made):
    close(call, market.merchant, 40, 10, "factory")
    page = Visitor(app)
    path = f"/products/{made}"
    assert ", order by" in page.open(path)
    assert "Closed" not in page.open(f"/products/{market.chains}")
    (row,) = call(market.merchant, "GET", "/merchant/closures", expect=200)["items"]
    call(market.merchant, "POST", f"/merchant/closures/{row['id']}/withdrawal", expect=204)
    call(market.merchant, "POST", f"/merchant/closures/{row['id']}/withdrawal", expect=204)
    assert "order by" not in page.open(path)
    (row,) = call(market.merchant, "GET", "/merchant/closures", expect=200)["items"]
    assert row["withdrawn_at"] is not None
    assert reports.check(reading()) == []


def test_a_page_takes_as_many_queries_with_closures_as_without(app, call, market, made):
    page = Visitor(app)
    page.open(f"/products/{made}")
    with statements() as open_days:
        page.open(f"/products/{made}?quantity=80")
    for number in range(4):
        close(call, market.merchant, 20 + 20 * number, 10, "factory")
    with statements() as closed_days:
        page.open(f"/products/{made}?quantity=80")
    assert len(open_days) == len(closed_days) <= 4  # the beginning of the transaction among them


def test_what_cannot_be_entered_is_named(app, call, market):
    close(call, market.merchant, 3, 5, "factory", "office")
    for first, length, parts, field, code in (
        (4, 2, ["office"], "first_day", "closed_already"),
        (-1, 2, ["factory"], "first_day", "day_within"),
        (30, 61, ["factory"], "last_day", "day_within"),
        (30, 2, ["roof"], "parts", "choice"),
    ):
        found = close(call, market.merchant, first, length, *parts, expect=422)
        assert [(error["field"], error["code"]) for error in found["errors"]] == [(field, code)]
    close(call, market.merchant, 4, 2, "warehouse")
    row = call(market.merchant, "GET", "/merchant/closures", expect=200)["items"][0]
    foreign = call(market.thai, "POST", f"/merchant/closures/{row['id']}/withdrawal", expect=404)
    unknown = call(market.thai, "POST", f"/merchant/closures/{market.chains}/withdrawal", expect=404)
    assert foreign == unknown


def test_a_merchant_who_is_closed_has_until_it_opens_to_confirm(call, market):
    def confirm_by():
        cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 40}, expect=200)
        done = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
        order_id = call(market.buyer, "POST", "/checkout", json=done, expect=201)["order_ids"][0]
        found = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
        return datetime.fromisoformat(found["confirm_by"]).astimezone(CHINA)

    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    open_by = confirm_by()
    close(call, market.merchant, 0, 20, "office")
    shut_by = confirm_by()
    assert open_by.date() < today() + 20 * DAY <= shut_by.date()
    assert shut_by.time() == open_by.time() == time(18)


def test_what_was_promised_stays_and_both_sides_are_told(app, call, market, operator, made):
    way = Way(call, market, operator, goods=(made,))
    payment = way.order()["payments"][0]
    body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
    promised = (clock.now() + 12 * DAY).date().isoformat()
    call(market.merchant, "PUT", f"/order-lines/{way.line_id}/ready-date", json={"ready_date": promised}, expect=204)
    town = Town(app)
    close(call, market.merchant, 10, 10, "office")
    assert not [letter for letter in town.letters() if "is closed from" in letter.subject]
    assert waits(call, market) == 0
    close(call, market.merchant, 10, 10, "factory")
    (told,) = (letter for letter in town.letters() if "is closed from" in letter.subject)
    assert told.to == market.buyer.login
    assert way.order()["reference"] in told.body
    assert way.order()["lines"][0]["ready_date"] == promised
    assert waits(call, market) == 1
    merchant = Visitor(app)
    merchant.log_in(market.merchant.login)
    assert "Promised while you are closed" in merchant.open("/merchant")
    assert way.order()["reference"] in merchant.open("/merchant/closures")
    later = (clock.now() + 25 * DAY).date().isoformat()
    call(
        market.merchant,
        "PUT",
        f"/order-lines/{way.line_id}/ready-date",
        json={"ready_date": later, "reason": "other"},
        expect=204,
    )
    assert waits(call, market) == 0


def waits(call, market):
    found = call(market.merchant, "GET", "/desk", expect=200)["items"]
    return next(row["waiting"] for row in found if row["queue"] == "closed_promises")


def test_the_merchant_enters_it_on_a_page(app, market):
    merchant = Visitor(app)
    merchant.log_in(market.merchant.login)
    merchant.open("/merchant/closures")
    path = "/merchant/closures"
    typed = {"parts": ["factory"], "first_day": "soon", "last_day": "", "words_zh": "春节"}
    merchant.send(path, typed, status=422)
    assert {"first_day", "last_day"} <= merchant.refused_fields()
    assert "春节" in merchant.shown
    typed |= {"first_day": str(today() + 5 * DAY), "last_day": str(today() + 9 * DAY)}
    merchant.send(path, typed)
    shown = merchant.open(path)
    assert "春节" in shown
    with unit_of_work() as session:
        kept = session.get(Company, market.merchant.company).own_closures
    assert [each[0] for each in kept] == [["factory"]]
    row = next(part for part in shown.split('"') if part.startswith("/merchant/closures/"))
    merchant.send(row, {})
    assert "taken back" in merchant.open(path)


def shelves(market):
    """Return the pages on which the market's chains stand as cards."""
    return (
        "/",
        "/products",
        "/products?category=motorcycle-parts",
        f"/merchants/{market.merchant.company}",
        "/search?q=chain",
        "/search?q=chain&to=VNHAN&quantity=400",
        "/pavilions/CN",
    )


def cards(page):
    """Return the text of each card on a page by the address of its product."""
    found = re.findall(r'<article class="offer">.*?</article>', page, re.DOTALL)
    plain = {re.search(r'href="[^"]*/products/([\w-]+)["?]', each)[1]: each for each in found}
    return {listing: " ".join(re.sub(r"<[^>]+>", " ", each).split()) for listing, each in plain.items()}


@pytest.fixture
def found(app, market, made):
    """The goods of the market, in the search's index too."""
    runner.run_due(app)


def test_cards_say_what_the_product_page_says(app, call, market, made, found):
    close(call, market.merchant, 40, 20, "factory", "warehouse")
    page = Visitor(app)
    said = {}
    for listing in (made, market.chains):
        said[str(listing)] = re.search(r"Closed [^<]*order by [^<]*", page.open(f"/products/{listing}"))[0]
    assert said[str(made)] != said[str(market.chains)]  # what is made to order has to be ordered earlier
    for path in shelves(market):
        shown = cards(page.open(path))
        for listing, text in said.items():
            assert text in shown[listing], path
        assert not any("Closed" in text for listing, text in shown.items() if listing not in said), path
    for path in ("/listings", "/search?q=chain", "/pavilions/CN"):
        answer = Program(app).call("GET", path, 200)
        items = answer["newest"] if "newest" in answer else answer["items"]
        for listing in (made, market.chains):
            product = Program(app).call("GET", f"/listings/{listing}", 200)["closed"]
            assert next(item for item in items if item["id"] == str(listing))["closed"] == product
            assert product["order_by"] is not None
    (row,) = call(market.merchant, "GET", "/merchant/closures", expect=200)["items"]
    call(market.merchant, "POST", f"/merchant/closures/{row['id']}/withdrawal", expect=204)
    for path in shelves(market):
        assert "Closed" not in "".join(cards(page.open(path)).values())


def test_cards_say_no_more_when_it_is_over_to_order(app, call, market, made, found, later):
    close(call, market.merchant, 10, 5, "factory")
    page = Visitor(app)
    assert "order by" in cards(page.open("/products"))[str(made)]
    later(9 * 86_400)  # nobody stored anything: the page is another by the day alone
    text = cards(page.open("/products"))[str(made)]
    assert "Closed" in text
    assert "order by" not in text
    later(16 * 86_400)
    assert "Closed" not in cards(page.open("/products"))[str(made)]


def test_shelves_take_one_query_more_where_somebody_closes_and_none_where_nobody_does(app, call, market, made, found):
    page = Visitor(app)

    def asked():
        counts = {}
        for path in shelves(market):
            page.open(path)
            with statements() as seen:
                page.open(path)
            counts[path] = len(seen)
        return counts

    open_days = asked()
    close(call, market.thai, 20, 5, "office")
    close(call, market.merchant, 20, 5, "warehouse")
    closed = asked()
    assert all(0 <= closed[path] - open_days[path] <= 1 for path in open_days)
    with unit_of_work() as session:
        for number in range(6):
            factories.listing(
                session, market.merchant.actor, sku=f"C-{number}", stock=None, lead_days=5, now=clock.now()
            )
    for number in range(3):
        close(call, market.merchant, 30 + 20 * number, 10, "factory")
    runner.run_due(app)
    many = asked()
    assert all(0 <= many[path] - open_days[path] <= 1 for path in open_days)
