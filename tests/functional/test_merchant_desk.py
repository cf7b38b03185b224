"""What a merchant has to do first: papers, returned listings, goods that run low, rows of a list to mend."""

import io

import sqlalchemy as sa

from marketplace.catalog.models import Listing, Stock
from marketplace.catalog.rules.states import ListingState
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports.queries import desks
from marketplace.worker import runner
from tests.factories import PASSWORD
from tests.support.sheets import row, table, workbook
from tests.support.statements import statements
from tests.support.visitors import Program, Visitor


def waits(program):
    return {item["queue"]: item["waiting"] for item in program.call("GET", "/desk", 200)["items"] if item["waiting"]}


def test_what_keeps_goods_off_the_shelf_stands_first(app, market, program):
    assert waits(program) == {}
    with unit_of_work() as session:
        stock = session.get_one(Stock, market.chains)
        listing = session.get_one(Listing, market.chains)
        # What is promised and held is not free.
        few, sku = listing.moq * 3 - 1 + stock.allocated + stock.held, listing.sku
    program.call("PUT", f"/listings/{market.chains}/stock", 200, {"stock": few})
    lines = table([row(sku="B-1"), row(sku="B-2", hs="1"), row(sku="B-3", hs="1")])
    headers = {"Authorization": f"Bearer {program.token}"}
    sent = {"file": (io.BytesIO(workbook(lines)), "list.xlsx")}
    made = app.test_client().post("/api/v1/imports", data=sent, headers=headers).get_json()["id"]
    runner.run_due(app)
    assert waits(program) == {"low_stock": 1, "mend_imports": 2}
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login, PASSWORD)
    shown = visitor.open("/merchant")
    assert shown.index("Goods that run low") < shown.index("Rows of your last list to mend")
    visitor.open("/merchant/grid?low=1")
    assert sku in visitor.text()
    assert "B-1" not in visitor.text()
    cells = {"rows": [{"row": line, "cells": {"hs": "871410"}} for line in (3, 4)]}
    program.call("POST", f"/imports/{made}/rows", 202, cells)
    runner.run_due(app)
    program.call("PUT", f"/listings/{market.chains}/stock", 200, {"stock": few + 1})
    assert waits(program) == {}


def test_listings_that_came_back_are_told(program, market):
    with unit_of_work() as session:
        session.execute(
            sa.update(Listing).where(Listing.id == market.chains).values(state=ListingState.CHANGES_REQUESTED)
        )
    assert waits(program) == {"returned_listings": 1}


def test_the_desk_asks_as_many_questions_however_many_listings_there_are(app, market, program):
    def asked():
        reading().rollback()
        with statements() as sent:
            desks.waiting(
                reading(), company_id=market.merchant.company, person_id=market.merchant.actor.person, now=clock.now()
            )
        return len(sent)

    few = asked()
    headers = {"Authorization": f"Bearer {program.token}"}
    sent = {"file": (io.BytesIO(workbook(table([row(sku=f"M-{n}") for n in range(60)]))), "list.xlsx")}
    app.test_client().post("/api/v1/imports", data=sent, headers=headers)
    runner.run_due(app)
    assert asked() == few


def test_a_listing_says_itself_when_it_runs_low(app, market, program):
    path, desk = f"/listings/{market.chains}/stock", lambda: waits(program)
    mine = f"/listings?mine=1&state={ListingState.LIVE.value}"
    program.call("PUT", path, 200, {"stock": 500, "low_below": 501})
    assert desk() == {"low_stock": 1}
    assert program.call("GET", mine, 200)["items"][0]["low_below"] == 501
    program.call("PUT", path, 200, {"stock": 501})  # what is not sent stays
    assert desk() == {}
    program.call("PUT", path, 200, {"stock": 500})
    assert desk() == {"low_stock": 1}
    program.call("PUT", path, 200, {"stock": 1, "low_below": 0})  # nothing is too little for who wants to hear nothing
    assert desk() == {}
    program.call("PUT", path, 200, {"stock": 1, "low_below": None})
    assert desk() == {"low_stock": 1}
    assert program.problem("PUT", path, 422, {"stock": 7, "low_below": -1})[1] == {"low_below"}
    assert program.problem("PUT", path, 422, {"stock": 7, "low_below": 10**14})[1] == {"low_below"}
    assert program.call("GET", mine, 200)["items"][0]["stock"] == 1  # nothing half-written
    other = Program(app, market.thai.token)
    other.call("PUT", path, 404, {"stock": 7, "low_below": 1})
    assert "low_below" not in Program(app).call("GET", f"/listings/{market.chains}", 200) or (
        Program(app).call("GET", f"/listings/{market.chains}", 200)["low_below"] is None
    )


def test_the_form_of_the_stock_says_when_it_runs_low(app, market, program):
    visitor, path = Visitor(app), f"/merchant/listings/{market.chains}"
    visitor.log_in(market.merchant.login, PASSWORD)
    assert "fewer than 3 smallest orders" in visitor.open(path)
    visitor.send(f"{path}/stock", {"stock": "400", "low_below": "401"})
    assert 'name="low_below" type="text" value="401"' in visitor.open(path)
    assert waits(program) == {"low_stock": 1}
    visitor.send(f"{path}/stock", {"stock": "400", "low_below": "few"}, 422)
    assert 'href="#field-low_below"' in visitor.shown
    visitor.open(path)
    visitor.send(f"{path}/stock", {"stock": "400", "low_below": ""})
    assert waits(program) == {}


def test_the_grid_says_of_many_when_they_run_low(app, market, program):
    def patched(version, **fields):
        rows = [{"id": str(market.chains), "version": version, **fields}]
        (row,) = program.call("PATCH", "/listings", 200, {"rows": rows})["rows"]
        return row

    row = patched(2, low_below=7)
    assert (row["changed"], row["fields"], row["version"]) == (True, ["low_below"], 2)
    row = patched(2, low_below=10_001, price="13")
    assert (row["fields"], row["errors"], row["version"]) == (["ladders", "low_below"], [], 3)
    assert waits(program) == {"low_stock": 1}
    row = patched(2, low_below=10_001, price="13")
    assert (row["changed"], row["errors"]) == (False, [])
    for wrong, field in (({"low_below": -1}, "low_below"), ({"low_below": 5, "moq": 0}, "moq")):
        assert [error["field"] for error in patched(3, **wrong)["errors"]] == [field]
    assert [error["code"] for error in patched(2, low_below=4)["errors"]] == ["row_changed"]
    assert waits(program) == {"low_stock": 1}
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login, PASSWORD)
    name = f"low_below.{market.chains}"
    assert f'name="{name}" value="10001"' in visitor.open("/merchant/grid?low=1")
    visitor.send("/merchant/grid?low=1", {f"version.{market.chains}": "3", f"was.{name}": "10001", name: ""}, 303)
    assert waits(program) == {}
