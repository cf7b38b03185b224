"""A company's money as one picture: page, API, files and ledger say the same, and nobody sees another's."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import openpyxl
import pytest

from marketplace.accounts.queries.closures import day_of
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.payments.queries import standing
from marketplace.payments.rules.terms import Subject, SubjectKind
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Visitor
from tests.support.ways import Way

CARD = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}


def look(call, trader, query=""):
    return call(trader, "GET", f"/cash-flow{query}", expect=200)


def figure(found, name, currency="CNY"):
    return next((Decimal(row[name]["amount"]) for row in found["figures"] if row["currency"] == currency), Decimal())


def total(found, **wanted):
    rows = [row for row in found["items"] if all(row[name] == value for name, value in wanted.items())]
    return sum((Decimal(row["amount"]["amount"]) for row in rows), Decimal())


def balance(call, trader, account):
    session = reading()
    today = day_of(session, company_id=trader.company, now=clock.now()).isoformat()
    session.rollback()
    found = call(trader, "GET", f"/statements?currency=CNY&from={today}&to={today}", expect=200)
    return sum((Decimal(one["closing"]["amount"]) for one in found["balances"] if one["account"] == account), Decimal())


@pytest.mark.both_databases
def test_what_is_due_and_expected_is_told_alike_everywhere(app, client, call, market, operator):
    way = Way(call, market, operator, order_number="=1+1")
    order = way.order()
    deposit = Decimal(order["payments"][0]["amount"]["amount"])
    bought, sold = look(call, market.buyer), look(call, market.merchant)

    # The ledger, the reckoning of the order, and both sides.
    assert figure(bought, "to_pay") == figure(sold, "to_receive") == deposit
    assert balance(call, market.buyer, "obligation_payer") == -deposit
    _, facts = standing.of_subject(reading(), subject=Subject(SubjectKind.ORDER, order_id(way)))
    assert facts.due_now.amount == total(bought, state="due") == total(sold, state="due") == deposit
    rest = (facts.balance - facts.due_now).amount
    assert figure(sold, "expected_in") == total(sold, state="pending") == rest
    assert rest <= figure(bought, "expected_out") == total(bought, state="pending")  # and the freight

    # The share says whose line, until when, and by what its day is known.
    due = next(row for row in bought["items"] if row["state"] == "due")
    assert (due["side"], due["order_id"], due["milestone"]) == ("out", way.order_id, "deposit")
    assert due["due_at"] == order["payments"][0]["due_at"]
    later = next(row for row in sold["items"] if row["state"] == "pending")
    assert (later["side"], later["basis"], later["company_id"]) == ("in", "cutoff", str(market.buyer.company))

    # What is to move stands in its week, and only there.
    for found, name in ((bought, "to_pay"), (sold, "to_come")):
        assert sum(Decimal(week[name]["amount"]) for week in found["weeks"] if week["currency"] == "CNY") == total(
            found, state="due"
        ) + total(found, state="pending")

    # Files: text that would be a formula stays text.
    sheet = sheet_of(client, market.buyer)
    header, *rows = sheet["shares"].iter_rows(values_only=True)
    mine = [dict(zip(header, row, strict=True)) for row in rows]
    assert sum(Decimal(str(row["amount"])) for row in mine if row["state"] == "due") == deposit
    assert {row["purchase_order"] for row in mine if row["order"].startswith("ORD")} == {"=1+1"}
    assert all(cell.data_type != "f" for row in sheet["shares"].iter_rows() for cell in row)
    written = list(csv.DictReader(io.StringIO(file_of(client, market.buyer, "csv?table=shares").decode())))
    assert "'=1+1" in {row["purchase_order"] for row in written}
    figures = list(csv.DictReader(io.StringIO(file_of(client, market.buyer, "csv?table=figures").decode())))
    assert Decimal(next(row["amount"] for row in figures if row["figure"] == "to_pay")) == deposit

    page = Visitor(app)
    page.log_in(market.buyer.login)
    shown = page.open("/account/cash-flow")
    assert f"{deposit:,.2f} CNY" in page.text().replace("\xa0", " ")
    assert order["reference"] in shown
    assert page.client.get("/account/cash-flow.xlsx").data[:2] == b"PK"
    assert "=1+1" in page.client.get("/account/cash-flow.csv").text

    # Paid, it is a movement of this week and due no more.
    way.secure()
    after = look(call, market.buyer)
    assert figure(after, "to_pay") == 0
    assert sum(Decimal(week["paid"]["amount"]) for week in after["weeks"]) == deposit
    assert sum(Decimal(week["came"]["amount"]) for week in look(call, market.merchant)["weeks"]) == deposit


def test_money_that_a_provider_holds_is_held_for_the_payee_and_due_to_nobody(call, market, operator):
    way = Way(call, market, operator, payment=CARD)
    amount = Decimal(way.order()["total"]["amount"])
    bought, sold = look(call, market.buyer), look(call, market.merchant)
    assert figure(bought, "held_by_us") == total(
        bought, state="held", mode="provider_held", sku=sold["items"][0]["sku"]
    )
    assert figure(sold, "held_for_us") == total(sold, state="held") == amount
    assert figure(bought, "to_pay") == figure(sold, "to_receive") == 0
    assert sum(Decimal(week["paid"]["amount"]) for week in bought["weeks"]) >= amount
    assert sum(Decimal(week["to_pay"]["amount"]) for week in bought["weeks"]) == 0


def test_it_is_narrowed_by_currency_side_state_and_days(call, market, operator):
    Way(call, market, operator)
    assert look(call, market.buyer, "?side=in")["items"] == []
    assert look(call, market.buyer, "?currency=THB")["figures"] == []
    assert {row["state"] for row in look(call, market.buyer, "?state=due")["items"]} == {"due"}
    far = (clock.now() + timedelta(days=200)).date().isoformat()
    assert look(call, market.buyer, f"?from={far}")["items"] == []
    refused = call(market.buyer, "GET", "/cash-flow?from=2026-12-31&to=2026-01-01", expect=422)
    assert refused["errors"][0]["field"] == "from"


def test_nobody_sees_anothers_money(app, call, market, operator):
    Way(call, market, operator)
    (stranger,) = factories.more_buyers(app, 1)
    found = look(call, stranger)
    assert (found["figures"], found["items"], found["weeks"]) == ([], [], [])
    carried = look(call, market.carrier)["items"]
    assert carried
    assert {(row["order_id"], row["purchase_order_number"]) for row in carried} == {(None, "")}


def test_the_number_of_queries_does_not_depend_on_the_orders(app, client, call, market, operator):
    Way(call, market, operator)
    few = statements_of(lambda: look(call, market.buyer))
    for _ in range(3):
        Way(call, market, operator)
    assert statements_of(lambda: look(call, market.buyer)) == few
    page = Visitor(app)
    page.log_in(market.buyer.login)
    page.open("/account/cash-flow")
    assert statements_of(lambda: page.open("/account/cash-flow")) <= few + 8


def order_id(way):
    return UUID(way.order_id)


def file_of(client, trader, name):
    answer = client.get(f"/api/v1/cash-flow.{name}", headers=trader.headers)
    assert answer.status_code == 200, answer.text
    return answer.data


def sheet_of(client, trader):
    return openpyxl.load_workbook(io.BytesIO(file_of(client, trader, "xlsx")))


def test_the_first_and_the_last_days_there_are_have_no_weeks_around_them(client, call, market, operator):
    Way(call, market, operator).order()
    for what in ("?", ".xlsx?", ".csv?table=shares&", ".csv?table=weeks&", ".csv?table=figures&"):
        for field in ("from", "to"):
            for day in ("0001-01-01", "9999-12-30", "9999-12-31"):
                answer = client.get(f"/api/v1/cash-flow{what}{field}={day}", headers=market.buyer.headers)
                assert answer.status_code == 422, (what, field, day)
                assert [error["field"] for error in answer.get_json()["errors"]] == [field]
