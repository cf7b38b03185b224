"""A city with terms in force, an empty postbox and a clock that can be moved."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.services.terms import publish_shipped
from marketplace.distribution.costs import flows
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.worker.jobs import JOBS
from tests import factories
from tests.support.costs import LINE, RATES, yesterday
from tests.support.trading import House
from tests.support.visitors import Program, Town


@pytest.fixture
def town(app: Flask) -> Town:
    """A city that newcomers can register in."""
    with unit_of_work() as session:
        publish_shipped(session, now=clock.now())
    town = Town(app)
    for path in town.folder.folder.glob("*.eml"):
        path.unlink()
    return town


@pytest.fixture
def program(app: Flask, market: factories.Market) -> Program:
    """A program of the merchant's."""
    return Program(app, market.merchant.token)


@pytest.fixture
def haulier(app: Flask, market: factories.Market) -> factories.Trader:
    """Another carrier, with nothing on the road."""
    with unit_of_work() as session:
        return factories.trader(
            session, app, name="Lang Son Haulage", country="VN", kind=CompanyKind.CARRIER, now=clock.now()
        )


@pytest.fixture
def house(app: Flask, call: Callable[..., Any], market: factories.Market) -> House:
    """The operator's trading company, named."""
    found = House(app, call, market)
    found.name()
    return found


@pytest.fixture
def moderated(market: factories.Market, judge: factories.Trader) -> tuple[factories.Market, factories.Trader]:
    """The market, and who decides about its goods."""
    return market, judge


@pytest.fixture
def broker(app, market):
    with unit_of_work() as session:
        return factories.trader(
            session, app, name="Pingxiang Broker", country="CN", kind=CompanyKind.BROKER, now=clock.now()
        )


@pytest.fixture
def priced(call, treasurer, broker):
    for kind, unit, price in RATES:
        body = {
            "line": LINE, "kind": kind, "unit": unit, "price": price, "currency": "CNY", "valid_from": yesterday(),
            "source": "a test's own", "free_hours": 8 if kind == "waiting" else None,
            "company_id": str(broker.company) if kind == "crossing" else None,
        }  # fmt: skip
        call(treasurer, "POST", "/costs/rates", json=body, expect=201)


@pytest.fixture
def gone(way, priced):
    """An order's goods on their way, its departure planned."""
    way.secure()
    way.pack()
    way.hand_over(complete=True)
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"}), ("depart", {})):
        way.act(name, **body)
    flows.plan_due(now=clock.now())
    return way


@pytest.fixture
def pdf_of(client):
    def read(trader, document_id):
        reading().rollback()
        JOBS["render_document"]({"document": document_id})
        reading().rollback()
        answer = client.get(f"/api/v1/documents/{document_id}.pdf", headers=trader.headers)
        assert answer.status_code == 200, answer.text
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
        return " ".join(text.replace("\u00a0", " ").replace("\u200b", "").split())

    return read
