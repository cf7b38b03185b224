"""A claim's credit note, a carrier's debit note, and statements, read on page, API, PDF and ledger alike."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.orders.notes import services as notes
from marketplace.orders.notes.models import TradeNote
from marketplace.orders.rules.notes import NoteReason
from marketplace.orders.services import claims as services
from marketplace.payments.models.payouts import Allowance
from marketplace.reference.rules import Setting
from marketplace.reference.services import change_setting
from marketplace.reports import queries as reports
from marketplace.reports.statements import flows
from tests import factories
from tests.support.claims import bring, claim, line_of, place
from tests.support.documents import documents, pdf_of
from tests.support.visitors import Reader

CHECKED = True


def settled(call, market, order_id, *, quantity, offer, reason="defective"):
    """Claim as the buyer, offer as who answers, take the offer; return the claim's id."""
    claim_id = claim(call, market, line_of(order_id), quantity=quantity, reason=reason)["id"]
    with unit_of_work() as session:
        services.answer(
            session, claim_id=UUID(claim_id), offer=Money(offer, "CNY"), text="", actor=market.merchant.actor,
            now=clock.now(),
        )  # fmt: skip
    call(market.buyer, "POST", f"/claims/{claim_id}/settlement", json={}, expect=200)
    return claim_id


def test_what_is_let_off_has_a_numbered_credit_note_once(call, market, client):
    order_id = place(call, market)
    bring(order_id)
    settled(call, market, order_id, quantity=40, offer=50_000)
    settled(call, market, order_id, quantity=40, offer=12_345)
    found = documents(call, market.buyer, "credit_note")
    assert found == documents(call, market.merchant, "credit_note")
    year = local_day("CN", clock.now()).year
    assert sorted(one["number"] for one in found) == [f"CN-{year}-0000{place}" for place in (1, 2)]
    with unit_of_work() as session:
        pairs = session.execute(
            sa.select(TradeNote.amount_minor, Allowance.amount_minor).join(
                Allowance, Allowance.cause_id == TradeNote.cause_id
            )
        ).all()
        assert sorted(pairs) == [(12_345, 12_345), (50_000, 50_000)]
    first = next(one for one in found if one["number"].endswith("1"))
    words = pdf_of(client, market.buyer, first["id"])
    assert "500.00 CNY" in words
    assert "CLM-" in words
    assert "Goods defective" in words or "质量" in words or "缺陷" in words
    assert call(market.thai, "GET", f"/documents/{first['id']}", expect=404)
    assert reports.check(reading()) == []


def test_a_debit_note_is_issued_once_a_cause(call, market):
    order_id = UUID(place(call, market))
    cause, now = factories.new_id(), clock.now()
    asked = {
        "order_id": order_id, "line_id": None, "issuer_id": market.merchant.company,
        "recipient_id": market.buyer.company, "reason": NoteReason.SURCHARGE, "cause_id": cause, "actor": SYSTEM,
        "now": now,
    }  # fmt: skip
    with unit_of_work() as session:
        first = notes.debit(session, amount=Money(4_200, "CNY"), **asked)
        assert notes.debit(session, amount=Money(4_200, "CNY"), **asked) == first
    with pytest.raises(Refused), unit_of_work() as session:
        notes.debit(session, amount=Money(4_200, "THB"), **asked)
    (note,) = documents(call, market.buyer, "debit_note")
    assert (note["number"], note["subject_kind"]) == (f"DN-{local_day('CN', now).year}-00001", "order")


def test_a_note_is_dated_by_the_day_of_whoever_issues_it(call, market, client):
    order_id = UUID(place(call, market))
    # A quarter to midnight in Hanoi, where it is still the 28th; in Chongqing the 29th has begun.
    for issuer, recipient, day in (
        (market.buyer, market.merchant, "28 thg 11, 2026"), (market.merchant, market.buyer, "29 thg 11, 2026")
    ):  # fmt: skip
        with unit_of_work() as session:
            document_id = notes.debit(
                session, order_id=order_id, line_id=None, issuer_id=issuer.company, recipient_id=recipient.company,
                amount=Money(4_200, "CNY"), reason=NoteReason.SURCHARGE, cause_id=factories.new_id(), actor=SYSTEM,
                now=datetime(2026, 11, 28, 16, 45, tzinfo=UTC),
            )  # fmt: skip
        assert day in pdf_of(client, issuer, str(document_id))


def test_statements_say_the_same_on_page_api_paper_and_in_the_ledger(call, market, app, client):
    with unit_of_work() as session:
        now = clock.now()
        treasury = factories.staff(session, app, role=Role.TREASURY, now=now)
        change_setting(
            session, actor=SYSTEM, key=Setting.COMMISSION_VAT_BASIS_POINTS, value=600, valid_from=now, now=now,
        )  # fmt: skip
    order_id = place(call, market)
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/acceptance", json={}, expect=204)
    (goods,) = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["payments"]
    paid = {"amount": "5000.00", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{goods['id']}/confirmation", json=paid, expect=200)
    accounts = call(market.merchant, "GET", "/account-statements/accounts", expect=200)["items"]
    by_kind = {one["kind"]: one for one in accounts}
    assert set(by_kind) == {"commission_statement", "account_statement"}

    bill = by_kind["commission_statement"]
    path = f"/account-statements/{bill['issuer_id']}/{bill['recipient_id']}"
    found = call(market.merchant, "GET", f"{path}?kind=commission_statement&currency=CNY", expect=200)
    (entry,) = found["entries"]
    assert [one["amount"] for one in entry["amounts"]] == ["328.80", "19.73", "0.00"]
    assert (entry["base"]["amount"], entry["rate_bp"], entry["article"]) == ("10960.00", 300, "CH-428-116")
    owed = call(market.merchant, "GET", "/commissions", expect=200)["items"][0]["owed"]
    assert found["closing"] == [owed] == [{"amount": "348.53", "currency": "CNY"}]
    assert found["is_interim"]
    assert call(treasury, "GET", f"{path}?kind=commission_statement&currency=CNY", expect=200) == found
    call(market.buyer, "GET", f"{path}?kind=commission_statement&currency=CNY", expect=404)

    account = by_kind["account_statement"]
    path = f"/account-statements/{account['issuer_id']}/{account['recipient_id']}"
    seen = call(market.buyer, "GET", f"{path}?kind=account_statement&currency=CNY", expect=200)
    assert [(one["kind"], one["amounts"][0]["amount"]) for one in seen["entries"]] == [
        ("obligation_due", "10960.00"), ("obligation_paid", "-5000.00"),
    ]  # fmt: skip
    assert seen["closing"][0]["amount"] == "5960.00"
    ledger = call(market.buyer, "GET", "/statements?currency=CNY", expect=200)
    assert {one["transfer_id"] for one in seen["entries"]} <= {one["transfer_id"] for one in ledger["entries"]}
    made = call(
        market.buyer, "POST", f"{path}/papers", json={"kind": "account_statement", "currency": "CNY"}, expect=201
    )
    words = pdf_of(client, market.buyer, made["id"])
    assert "5,960.00" in words
    assert "INTERIM-" in words
    assert call(market.buyer, "GET", "/account-statements", expect=200)["items"] == []

    later = clock.now() + timedelta(days=31)
    assert flows.issue_due(now=later) >= 1
    assert flows.issue_due(now=later) == 0
    (issued,) = call(market.merchant, "GET", "/account-statements", expect=200)["items"]
    assert issued["closing"] == found["closing"]
    assert issued["number"].startswith("CS-")
    words = pdf_of(client, market.merchant, issued["document_id"])
    assert "348.53" in words
    assert "19.73" in words
    assert reports.check(reading()) == []


def test_what_is_stated_monthly_is_numbered_by_whole_months_alone(app, call, market):
    with unit_of_work() as session:
        factories.staff(session, app, role=Role.TREASURY, now=clock.now())
    order_id = place(call, market)
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/acceptance", json={}, expect=204)
    (goods,) = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["payments"]
    paid = {"amount": "5000.00", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{goods['id']}/confirmation", json=paid, expect=200)
    accounts = call(market.merchant, "GET", "/account-statements/accounts", expect=200)["items"]
    (bill,) = (one for one in accounts if one["kind"] == "commission_statement")
    of = f"{bill['issuer_id']}/{bill['recipient_id']}"
    part = {"kind": "commission_statement", "currency": "CNY", "from": "2026-10-02", "to": "2026-10-31"}
    refused = call(market.merchant, "POST", f"/account-statements/{of}/papers", json=part, expect=422)
    errors = [(error["field"], error["accepted"]) for error in refused["errors"]]
    assert errors == [("from", "2026-10-01 to 2026-10-31")]
    # The month in which the calendar ends is followed by none.
    last = {**part, "from": "9999-12-31", "to": None}
    refused = call(market.merchant, "POST", f"/account-statements/{of}/papers", json=last, expect=422)
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [("from", "calendar_day")]
    query = "&".join(f"{name}={value}" for name, value in part.items())
    assert "by whole months" in Reader(app, market.merchant).get(f"/account/statements/{of}?{query}")
    whole = part | {"from": "2026-10-01"}
    made = [call(market.merchant, "POST", f"/account-statements/{of}/papers", json=whole, expect=201) for _ in "ab"]
    assert made[0] == made[1]


def test_pages_of_statements_show_every_figure_and_issue_a_paper(call, market, app):
    order_id = place(call, market)
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/acceptance", json={}, expect=204)
    reader = Reader(app, market.merchant)
    assert "Account statement" in reader.get("/account/statements")
    path = f"/account/statements/{market.merchant.company}/{market.buyer.company}"
    shown = reader.get(f"{path}?kind=account_statement&currency=CNY")
    assert "10,960.00" in shown
    assert "Interim" in shown
    reader.post(
        f"{path}/papers",
        {"kind": "account_statement", "currency": "CNY"},
        page=f"{path}?kind=account_statement&currency=CNY",
    )
    assert [one["kind"] for one in documents(call, market.buyer, "account_statement")] == ["account_statement"]
