"""What departures cost on pages without scripts: planned, entered with a file, closed; a partner's invoice decided."""

import io
import re

import pytest

from marketplace.accounts.models import Person
from marketplace.accounts.rules.permissions import Role
from marketplace.distribution.costs.models import CostNote, PartnerInvoiceNote
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from tests import factories
from tests.support.costs import LINE, sheet, yesterday
from tests.support.pdfs import pdf
from tests.support.visitors import Reader, enrolled

OVER_BORDER = True


@pytest.fixture
def treasurer(app, operator):
    """Who looks after money and is nobody else, so that a browser acts for the operator."""
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.TREASURY, name="Treasury", now=clock.now())


@pytest.fixture
def readers(app, gone, treasurer):
    """Return who runs lorries, who looks after money, and the carrier, each before a browser."""
    found = [Reader(app, one) for one in (gone.operator, treasurer, gone.market.carrier)]
    for reader in found[:2]:
        enrolled(reader.visitor)
    return found


def test_a_lorrys_costs_are_entered_and_its_sheet_closed_by_forms(gone, readers, later):
    runner, treasurer, _carrier = readers
    departure = gone.booking["departure_id"]
    page = f"/operator/departures/{departure}/costs"
    assert page in runner.get(f"/operator/departures/{departure}")
    shown = runner.get(page)
    assert "Haulage" in shown
    assert "4,000.00" in shown
    assert f"{page}/close" not in shown
    entered = {"kind": "swap", "amount": "320.00", "currency": "CNY", "cause": "breakdown", "note": "A <b>tow</b>."}
    refused = runner.post(f"{page}/items", entered | {"amount": "0"}, page=page, expect=422)
    assert "Too small" in refused
    runner.post(f"{page}/items", entered | {"file": (io.BytesIO(pdf("tow")), "tow.pdf")}, page=page)
    shown = runner.get(page)
    assert "A &lt;b&gt;tow&lt;/b&gt;." in shown
    assert "borne by: Carrier" in shown
    (file,) = set(re.findall(r"/operator/costs/items/[0-9a-f-]+/file", shown))
    assert runner.visitor.client.get(file).data.startswith(b"%PDF")
    (void,) = set(re.findall(rf"{page}/items/[0-9a-f-]+/void", shown))
    runner.post(void, {}, page=page)
    assert "Void" in runner.get(page)
    runner.post(f"{page}/plan", {}, page=page)
    later(200 * 3_600)
    for name in ("at-border", "clear", "arrive", "strip"):
        gone.act(name)
    treasurer.post(f"{page}/close", {}, page=page)
    assert "Closed on" in treasurer.get(page)
    assert f"{page}/plan" not in runner.get(page)
    treasurer.post(f"{page}/reopen", {}, page=page)
    assert f"{page}/items" in runner.get(page)


def test_a_partner_sends_an_invoice_and_money_decides_it_by_forms(app, gone, readers, treasurer):
    _runner, money, carrier = readers
    lorry = sheet(gone)["lorry"]["departure"]
    assert 'href="/partner/invoices"' in carrier.get("/partner/invoices")
    body = {
        "number": "f-7", "issued_on": yesterday(), "currency": "CNY", "departures": [lorry.lower(), "", lorry],
        "kinds": ["haulage", "haulage", "toll"], "amounts": ["4000.00", "", "1200.00"],
    }  # fmt: skip
    refused = carrier.post("/partner/invoices", body | {"departures": ["DEP-NONE", "", lorry]}, expect=422)
    assert "This is not known." in refused
    assert 'value="1200.00"' in refused  # what was typed is still there
    where = carrier.post("/partner/invoices", body | {"file": (io.BytesIO(pdf("invoice")), "invoice.pdf")})
    assert "F-7" in carrier.get(where)
    assert "F-7" not in money.get("/operator/costs/invoices")
    carrier.post(f"{where}/submission", {}, page=where)
    assert "F-7" in money.get("/operator/costs/invoices")
    desk = where.replace("/partner/", "/operator/costs/")
    shown = money.get(desk)
    assert "Differs from the plan" in shown
    assert money.visitor.client.get(f"{desk}/file").data.startswith(b"%PDF")
    money.post(f"{desk}/acceptance", {}, page=desk)
    (decide,) = set(re.findall(r"/operator/costs/invoice-lines/[0-9a-f-]+/decision", money.get(desk)))
    split = {"decision": "split", "amount": "900.00", "reason": "", "note": "Three legs, not four."}
    assert "Choose one of" in money.post(decide, split, page=desk, expect=422)
    money.post(decide, split | {"reason": "wrong_quantity"}, page=desk)
    assert "Three legs, not four." in carrier.get(where)
    assert "Another quantity" in carrier.get(where)
    money.post(f"{desk}/settlement", {}, page=desk)
    assert "Paid" in carrier.get(where)
    assert sheet(gone)["lorry"]["actual"]["cost"]["amount"] == "4900.00"
    with unit_of_work() as session:
        person = session.get_one(Person, treasurer.actor.person)
        told = reports.person_data(session, person_id=person.id)
        assert [one["body"] for one in told["partner_invoice_notes"]] == ["Three legs, not four."]


def test_a_draft_is_thrown_away_and_its_number_is_free(gone, readers):
    _runner, _money, carrier = readers
    lorry = sheet(gone)["lorry"]["departure"]
    body = {
        "number": "F-8", "issued_on": yesterday(), "currency": "CNY", "departures": lorry, "kinds": "toll",
        "amounts": "1.00",
    }  # fmt: skip
    where = carrier.post("/partner/invoices", body)
    carrier.post("/partner/invoices", body, expect=409)
    carrier.post(f"{where}/discard", {}, page=where)
    carrier.get(where, expect=404)
    where = carrier.post("/partner/invoices", body | {"submit": "1"})
    assert "discard" not in carrier.get(where)
    gone.call(gone.market.carrier, "POST", f"/partner-invoices/{where.rpartition('/')[2]}/discard", expect=409)


def test_rates_and_months_on_pages(gone, readers):
    runner, money, _carrier = readers
    page = "/operator/costs/rates"
    shown = runner.get(f"{page}?line={LINE}")
    assert "a test&#39;s own" in shown
    assert "Who bears what a held lorry costs" in shown
    rate = {
        "line": LINE, "kind": "dc", "unit": "km", "price": "90", "currency": "CNY", "free_hours": "", "vehicle": "",
        "company_id": "", "valid_from": yesterday(), "source": "Offer of the centre",
    }  # fmt: skip
    assert "Choose one of" in money.post(page, rate, expect=422)
    money.post(page, rate | {"unit": "tonne"})
    assert "Offer of the centre" in runner.get(f"{page}?line={LINE}")
    month = sheet(gone)["lorry"]["leaves_on"][:7]
    shown = runner.get(f"/operator/costs?month={month}")
    assert sheet(gone)["lorry"]["departure"] in shown
    assert "no cost entered" in shown
    assert month in runner.get(f"/operator/costs/months?month={month}&line={LINE}")
    assert "Write a month such as 2026-11." in runner.get("/operator/costs?month=never", expect=422)
    assert "Write a month such as 2026-11." in runner.get("/operator/costs/months?month=never", expect=422)


def test_what_somebody_wrote_about_costs_goes_with_him(app, gone, operator):
    departure = gone.booking["departure_id"]
    with unit_of_work() as session:
        found = factories.colleague(session, app, operator, role=Role.OPERATIONS, now=clock.now(), name="Third Office")
    cost = {"kind": "fuel", "amount": "1.00", "currency": "CNY", "note": "By my own card."}
    gone.call(found, "POST", f"/departures/{departure}/costs/items", json=cost, expect=201)
    with unit_of_work() as session:
        from marketplace.accounts.events import PersonErased
        from marketplace.distribution.costs.services import erasing

        assert reports.person_data(session, person_id=found.actor.person)["cost_notes"][0]["body"] == "By my own card."
        erasing.on_person_erased(session, PersonErased(person_id=found.actor.person, at=clock.now()))
    session = reading()
    session.rollback()
    assert session.query(CostNote).count() == session.query(PartnerInvoiceNote).count() == 0
    assert [one["note"] for one in sheet(gone)["costs"] if one["basis"] == "actual"] == [""]
