"""The operator's board: what of the money does not add up yet, told alike on the page, over the API and in files."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from marketplace.payments.flows import lapsing
from marketplace.payments.models.bookings import ProviderBooking
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.plans import Payment
from marketplace.payments.rules.bookings import BookingState
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.provider import BookingKind
from marketplace.reports.reconciliation import rules
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import visitor
from tests.support.ways import Way


@pytest.fixture
def treasury(app, operator):
    with unit_of_work() as session:
        return factories.colleague(session, app, operator, role=Role.TREASURY, now=clock.now())


def board(call, treasury, query=""):
    return call(treasury, "GET", f"/reconciliation{query}", expect=200)


def kinds(found):
    return {row["kind"]: (row["count"], row["late"]) for row in found["sums"]}


def overdue(call, market, operator):
    """An order whose second share nobody paid."""
    way = Way(call, market, operator).secure()
    way.pack()
    way.hand_over()
    lapsing.lapse(now=clock.now() + timedelta(days=30))
    return way


def booking(minor, currency="CNY"):
    with unit_of_work() as session:
        session.add(
            ProviderBooking(
                id=new_id(), provider_id=f"txn_{new_id().hex}", kind=BookingKind.OTHER, currency=currency,
                amount_minor=minor, fee_currency=currency, fee_minor=0, booked_fee_minor=0,
                state=BookingState.UNMATCHED, at=clock.now(), changed_at=clock.now(),
            )
        )  # fmt: skip


def payout(market, state, *, days=0, **facts):
    at = clock.now() - timedelta(days=days)
    with unit_of_work() as session:
        session.add(
            Payout(
                id=new_id(), reference=f"OUT-{new_id().hex[-9:]}", company_id=market.merchant.company,
                source=AccountKind.MERCHANT_PAYABLE, currency="CNY", amount_minor=5_000, payee_account={},
                approvals_needed=1, state=state, created_at=at, changed_at=at, **facts,
            )
        )  # fmt: skip


@pytest.mark.both_databases
def test_what_does_not_add_up_stands_there_with_owner_deadline_and_place(app, client, call, market, operator, treasury):
    assert board(call, treasury)["items"] == []
    way = overdue(call, market, operator)
    late = (
        reading().scalars(sa.select(Payment).where(Payment.state == "overdue", Payment.subject_kind == "order")).one()
    )
    call(
        market.merchant, "POST", "/transfers", expect=201,
        json={"amount": "12.50", "currency": "CNY", "received_on": clock.now().date().isoformat(), "reference": "=2"},
    )  # fmt: skip
    booking(-700)
    booking(300, "XTS")
    payout(market, PayoutState.RETURNED)
    payout(market, PayoutState.SENT, days=9, act_by=clock.now() - timedelta(days=6))

    found = board(call, treasury)
    seen = kinds(found)
    assert seen["transfer"] == (1, 0)
    assert seen["payout"] == (1, 1)
    assert "bounced" not in seen  # another payout of the same money is on its way
    (debt,) = (row for row in found["items"] if row["kind"] == "obligation" and row["reference"] == late.reference)
    assert Decimal(debt["amount"]["amount"]) == Money(late.amount_minor - late.paid_minor, "CNY").amount
    assert (debt["owner"], debt["company_id"]) == ("payer", str(market.buyer.company))
    assert debt["page"] == f"/operator/orders/{way.order_id}/money"
    assert {row["amount"] and row["amount"]["amount"] for row in found["items"] if row["kind"] == "booking"} == {
        "7.00",
        None,
    }

    # Only what is late, or of one kind; sums stay those of all.
    narrowed = board(call, treasury, "?late=1")
    assert [(row["kind"], row["is_late"]) for row in narrowed["items"]] == [("payout", True)]
    assert {row["kind"] for row in board(call, treasury, "?kind=booking")["items"]} == {"booking"}
    assert narrowed["sums"] == found["sums"]

    # Page and files say the same.
    rows = list(csv.DictReader(io.StringIO(file_of(client, treasury, "csv").decode())))
    assert [row["reference"].lstrip("'") for row in rows] == [row["reference"] for row in found["items"]]
    assert "'=2" in {row["reference"] for row in rows}
    book = openpyxl.load_workbook(io.BytesIO(file_of(client, treasury, "xlsx")))
    assert all(cell.data_type != "f" for row in book["items"].iter_rows() for cell in row)
    assert sum(row[1] for row in book["sums"].iter_rows(min_row=2, values_only=True)) == len(rows)
    page = visitor(app, treasury)
    page.open("/operator/reconciliation")
    assert late.reference in page.text()
    page.open("/operator")
    assert f"Money that does not add up yet {len(rows)}" in " ".join(page.text().split())


def test_a_payout_that_came_back_waits_until_it_is_made_again(call, market, treasury):
    payout(market, PayoutState.RETURNED)
    (row,) = board(call, treasury)["items"]
    assert (row["kind"], row["owner"], row["company_id"]) == ("bounced", "payee", str(market.merchant.company))
    payout(market, PayoutState.DUE)
    assert board(call, treasury)["items"] == []


def test_jobs_about_money_that_stopped_stand_there_and_no_others(app, call, market, operator, treasury):
    now = clock.now()
    with unit_of_work() as session:
        for name, state, run_at in (
            ("send_payouts", JobState.FAILED, now),
            ("reconcile_cards", JobState.PENDING, now - 2 * rules.STUCK),
            ("gather_payouts", JobState.PENDING, now),
            ("send_message", JobState.FAILED, now),
        ):
            session.add(OutboxJob(name=name, args={}, state=state, created_at=now, run_at=run_at))
    assert {row["reference"] for row in board(call, treasury)["items"]} == {"send_payouts", "reconcile_cards"}
    # Who may not revive them reads that they stopped, and is led to no page that is closed.
    for reader, is_led in ((treasury, False), (operator, True)):
        page = visitor(app, reader).open("/operator/reconciliation")
        assert "send_payouts" in page
        assert ('href="/operator/jobs"' in page) is is_led


def test_every_kind_leads_to_a_page_of_ours(app):
    pages = app.url_map.bind("")
    for path in (rules.path(kind, new_id(), order) for kind in rules.Kind for order in (None, new_id())):
        assert not path or pages.match(path.split("#")[0])


def test_the_list_goes_on_by_cursor_in_as_many_queries(call, market, treasury):
    for number in range(3):
        booking(number + 1)
    board(call, treasury)
    few = statements_of(lambda: board(call, treasury))
    for number in range(60):
        booking(number + 1)
    assert statements_of(lambda: board(call, treasury)) == few
    first = board(call, treasury)
    rest = board(call, treasury, f"?cursor={first['next']}")
    assert len({row["id"] for row in first["items"] + rest["items"]}) == 63
    assert rest["next"] is None


def test_it_is_the_operators_alone(call, market):
    for trader in (market.buyer, market.merchant, market.carrier):
        call(trader, "GET", "/reconciliation", expect=403)


def file_of(client, trader, ending):
    answer = client.get(f"/api/v1/reconciliation.{ending}", headers=trader.headers)
    assert answer.status_code == 200, answer.text
    return answer.data
