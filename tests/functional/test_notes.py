"""Notes about orders, lines and listings: who reads them, that nobody changes them, and what erasure leaves."""

import pytest
import sqlalchemy as sa

from marketplace.exchange.models.notes import Note
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from tests.functional.test_handovers import colleague, order
from tests.support.visitors import PASSWORD, Visitor

pytestmark = pytest.mark.both_databases


@pytest.fixture
def order_id(town, market):
    return order(town.program(market.buyer.login), market.chains)


def texts(call, trader, path):
    return [(row["text"], row["shared"], row["author"]) for row in call(trader, "GET", path, expect=200)["items"]]


def test_colleagues_read_all_and_the_other_company_what_is_shared(app, town, call, market, order_id):
    path = f"/orders/{order_id}/notes"
    line_id = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["lines"][0]["id"]
    mate = colleague(town, call, market.buyer, "mate@demo.test", "purchasing")
    call(market.buyer, "POST", path, json={"text": "Our budget is thin."}, expect=201)
    mate.call("POST", path, 201, {"text": " Please pack on pallets. ", "shared": True, "line_id": line_id})
    call(market.merchant, "POST", path, json={"text": "A new buyer."}, expect=201)
    assert texts(call, market.buyer, path) == [
        ("Please pack on pallets.", True, "Mate"),
        ("Our budget is thin.", False, "Test Owner"),
    ]
    assert texts(call, market.merchant, path) == [
        ("A new buyer.", False, "Test Owner"),
        ("Please pack on pallets.", True, None),
    ]
    shared = call(market.merchant, "GET", path, expect=200)["items"][1]
    assert (shared["about"], shared["subject_id"]) == ("order_line", line_id)
    letters = [letter for letter in town.letters() if "wrote a note" in letter.subject]
    assert [letter.to for letter in letters] == [market.merchant.login]
    assert "pallets" not in letters[0].body
    foreign = call(market.thai, "GET", path, expect=404)
    assert foreign == call(market.thai, "GET", f"/orders/{market.chains}/notes", expect=404)
    call(market.thai, "POST", path, json={"text": "x"}, expect=404)
    for body, field in (
        ({"text": "  "}, "text"),
        ({"text": "x" * 2_001}, "text"),
        ({"text": "x", "line_id": str(market.chains)}, "line_id"),
    ):
        found = call(market.buyer, "POST", path, json=body, expect=422)
        assert [error["field"] for error in found["errors"]] == [field]
    page = Visitor(app)
    page.log_in(market.merchant.login)
    assert "Please pack on pallets." in page.open(f"/orders/{order_id}/notes")
    assert "Our budget" not in page.shown
    page.send(f"/orders/{order_id}/notes", {"text": "We will.", "shared": "1"})
    assert texts(call, market.buyer, path)[0] == ("We will.", True, None)
    assert reports.check(reading()) == []


def test_a_listings_notes_are_its_merchants_alone(app, call, market):
    path = f"/listings/{market.chains}/notes"
    call(market.merchant, "POST", path, json={"text": "The factory in Bishan makes these."}, expect=201)
    assert len(call(market.merchant, "GET", path, expect=200)["items"]) == 1
    foreign = call(market.thai, "GET", path, expect=404)
    assert foreign == call(market.thai, "GET", f"/listings/{market.merchant.company}/notes", expect=404)
    page = Visitor(app)
    page.log_in(market.merchant.login)
    assert "Bishan" in page.open(f"/merchant/listings/{market.chains}/notes")
    page.send(f"/merchant/listings/{market.chains}/notes", {"text": ""}, status=422)
    assert page.refused_fields() == {"text"}
    assert "Bishan" not in Visitor(app).open(f"/products/{market.chains}")


def test_nobody_changes_a_note_and_erasure_takes_its_words(app, town, call, market, order_id):
    path = f"/orders/{order_id}/notes"
    mate = colleague(town, call, market.buyer, "mate@demo.test", "purchasing")
    mate.call("POST", path, 201, {"text": "I know their driver.", "shared": True})
    assert "I know their driver." in str(mate.call("GET", "/me/data", 200)["data"]["notes"])
    with pytest.raises(sa.exc.DBAPIError), unit_of_work() as session:
        session.execute(sa.update(Note).values(shared_with=None))
    mate.call("POST", "/me/erasure", 204, {"current_password": PASSWORD})
    assert texts(call, market.buyer, path) == [("", True, None)]
    assert texts(call, market.merchant, path) == [("", True, None)]
    assert reports.check(reading()) == []


def test_many_notes_come_by_pages(app, call, market, order_id):
    path = f"/orders/{order_id}/notes"
    for number in range(52):
        call(market.buyer, "POST", path, json={"text": f"Note {number}"}, expect=201)
    first = call(market.buyer, "GET", path, expect=200)
    rest = call(market.buyer, "GET", f"{path}?cursor={first['next']}", expect=200)
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [50, 2, None]
    assert rest["items"][-1]["text"] == "Note 0"
