"""What a merchant has to do first: papers, returned listings, goods that run low, rows of a list to mend."""

import io

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Listing, Stock
from marketplace.catalog.rules.states import ListingState
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports.queries import desks
from marketplace.worker import runner
from tests import factories
from tests.factories import PASSWORD
from tests.support.sheets import row, table, workbook
from tests.support.visitors import Program, Visitor


@pytest.fixture
def market(app):
    return factories.open_market(app)


@pytest.fixture
def program(app, market):
    return Program(app, market.merchant.token)


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
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        session = reading()
        session.rollback()
        engine = session.get_bind()
        sa.event.listen(engine, "before_cursor_execute", note)
        desks.waiting(session, company_id=market.merchant.company, now=clock.now())
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    few = asked()
    headers = {"Authorization": f"Bearer {program.token}"}
    sent = {"file": (io.BytesIO(workbook(table([row(sku=f"M-{n}") for n in range(60)]))), "list.xlsx")}
    app.test_client().post("/api/v1/imports", data=sent, headers=headers)
    runner.run_due(app)
    assert asked() == few
