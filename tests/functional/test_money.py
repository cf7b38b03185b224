"""Money by bank, as buyer and merchant see it: over the API and on the pages."""

import io
import re
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from marketplace.accounts import queries as accounts
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import Mode, Plan, Rail, Subject, SubjectKind
from marketplace.payments.services import plans
from marketplace.reference.rules import zone_of
from marketplace.reports.queries import check
from tests.integration.payments.conftest import publish_rates
from tests.support.money import ACCOUNT, SLIP, Trade, send
from tests.support.visitors import Town

REFERENCE = "ORD-7K3M-Q9TX"


@pytest.fixture
def trade(town: Town, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Trade:
    """Open a plan between two companies that registered, for a subject that no feature above knows."""
    monkeypatch.setitem(app.extensions, "city.reactions", {})
    ids = {name: UUID(town.company(f"{name}@demo.test")["company_id"]) for name in ("buyer", "merchant", "stranger")}
    subject, now = Subject(SubjectKind.ORDER, new_id()), clock.now()
    lines = new_id(), new_id()
    with unit_of_work() as session:
        publish_rates(session)
        opening = plans.Opening(
            subject=subject,
            reference=REFERENCE,
            plan=preset(Plan.DEPOSIT_30_70, mode=Mode.DIRECT, days=5),
            mode=Mode.DIRECT,
            rail=Rail.BANK,
            payer_id=ids["buyer"],
            payee_id=ids["merchant"],
            payee_account=ACCOUNT,
            lines=[(lines[0], Money(600_000, "CNY")), (lines[1], Money(400_000, "CNY"))],
            deposit_due_at=now + timedelta(days=5),
            commission_bp=300,
        )
        plans.open_all(session, openings=[opening], actor=SYSTEM, now=now)
    return Trade(town, subject, *(town.program(f"{name}@demo.test") for name in ids), lines)


def today(**more):
    return {"received_on": clock.now().date().isoformat(), **more}


def test_an_order_is_paid_by_two_transfers_and_a_third_waits(trade: Trade, app: Flask) -> None:
    deposit = trade.newest()
    shown = trade.buyer.call("GET", f"/payments/{deposit}", 200)
    assert shown["amount"] == {"amount": "3000.00", "currency": "CNY"}
    assert shown["payee_account"]["account_number"] == "6222000000000001"
    assert shown == trade.merchant.call("GET", f"/payments/{deposit}", 200)

    answer = app.test_client().post(
        f"/api/v1/payments/{deposit}/slip",
        data={"file": (io.BytesIO(SLIP), "slip.pdf")},
        headers={"Authorization": f"Bearer {trade.buyer.token}", "Idempotency-Key": "slip"},
    )
    assert (answer.status_code, answer.get_json()["state"]) == (200, "slip_received"), answer.text

    key = str(uuid4())
    paid = send(trade.merchant, f"/payments/{deposit}/confirmation", 200, today(amount="3000.00"), key)
    assert paid["state"] == "paid"
    assert send(trade.merchant, f"/payments/{deposit}/confirmation", 200, today(amount="3000.00"), key) == paid
    assert trade.buyer.call("GET", f"/payments/{deposit}", 200) == paid

    balance = trade.hand_over()
    reference = trade.buyer.call("GET", f"/payments/{balance}", 200)["creditor_reference"]
    short = {"amount": {"amount": "6870.00", "currency": "CNY"}, "reference": f"/ROC/{reference}"}
    came = send(trade.merchant, "/transfers", 201, today(**short))
    assert (came["state"], came["matches"][0]["payment_id"]) == ("matched", balance)
    settled = trade.buyer.call("GET", f"/payments/{balance}", 200)
    assert (settled["state"], settled["bank_charges"]["amount"]) == ("paid", "130.00")

    third = send(trade.merchant, "/transfers", 201, today(amount="55.00", currency="CNY"))
    waiting = trade.merchant.call("GET", "/transfers?state=unmatched", 200)
    assert [row["id"] for row in waiting["items"]] == [third["id"]]

    statement = trade.buyer.call("GET", "/statements?currency=CNY", 200)
    assert [row["amount"]["amount"] for row in statement["entries"]] == [
        "-3000.00", "3000.00", "-7000.00", "6870.00", "130.00",
    ]  # fmt: skip
    assert statement["balances"][0]["closing"]["amount"] == "0.00"
    assert check(reading()) == []


def test_lists_show_what_banks_kept_and_what_came_too_much(trade: Trade) -> None:
    send(trade.merchant, f"/payments/{trade.newest()}/confirmation", 200, today(amount="3100.00"))
    balance = trade.hand_over()
    send(trade.merchant, f"/payments/{balance}/confirmation", 200, today(amount="6870.00"))
    for login, page in (("merchant@demo.test", "/merchant/money"), ("buyer@demo.test", "/account/money")):
        shown = trade.town.visitor(login).open(page)
        assert re.search(r"Kept by banks on the way: .*130\.00", shown)
        assert re.search(r"Paid too much: .*100\.00", shown)


def test_what_the_papers_print_names_the_one_payment_that_is_open(trade: Trade) -> None:
    first = {"amount": "3000.00", "currency": "CNY", "reference": f"Order {REFERENCE.lower()}, thanks 谢谢"}
    deposit = trade.newest()
    assert send(trade.stranger, "/transfers", 201, today(**first))["suggested"] == []
    came = send(trade.merchant, "/transfers", 201, today(**first))
    assert [match["payment_id"] for match in came["matches"]] == [deposit]
    # The contract was printed with the deposit's reference, to be quoted with every transfer.
    quoted = trade.buyer.call("GET", f"/payments/{deposit}", 200)["creditor_reference"]
    assert send(trade.merchant, "/transfers", 201, today(amount="1", currency="CNY", reference=quoted))["matches"] == []
    balance = trade.hand_over()
    came = send(trade.merchant, "/transfers", 201, today(amount="7000.00", currency="CNY", reference=quoted))
    assert [match["payment_id"] for match in came["matches"]] == [balance]
    assert trade.buyer.call("GET", f"/payments/{balance}", 200)["state"] == "paid"
    # In another currency it is for none of them.
    other = send(trade.merchant, "/transfers", 201, today(amount="7000.00", currency="USD", reference=quoted))
    assert (other["state"], other["suggested"]) == ("unmatched", [])


def test_a_reference_of_several_open_payments_suggests_them(trade: Trade) -> None:
    deposit = trade.newest()
    send(trade.merchant, f"/payments/{deposit}/confirmation", 200, today(amount="3000.00"))
    due = [trade.hand_over(line) for line in trade.lines]
    came = send(trade.merchant, "/transfers", 201, today(amount="4200", currency="CNY", reference=REFERENCE))
    assert (came["state"], came["suggested"]) == ("unmatched", due)
    (waiting,) = trade.merchant.call("GET", "/transfers?state=unmatched", 200)["items"]
    assert waiting["suggested"] == due
    shown = trade.town.visitor("merchant@demo.test").open("/merchant/money")
    assert all(f'value="{payment}" checked' in shown for payment in due)
    matched = send(trade.merchant, f"/transfers/{came['id']}/match", 200, {"payment_id": due[0]})
    assert (matched["state"], matched["suggested"]) == ("matched", [])
    came = send(trade.merchant, "/transfers", 201, today(amount="2800", currency="CNY", reference=REFERENCE))
    assert [match["payment_id"] for match in came["matches"]] == [due[1]]


def test_a_transfer_is_matched_by_hand(trade: Trade) -> None:
    came = send(trade.merchant, "/transfers", 201, today(amount="3100.00", currency="CNY", note="from the counter"))
    matched = send(trade.merchant, f"/transfers/{came['id']}/match", 200, {"payment_id": trade.newest()})
    assert (matched["state"], matched["matches"][0]["amount"]["amount"]) == ("matched", "3100.00")
    assert trade.buyer.call("GET", f"/payments/{trade.newest()}", 200)["surplus"]["amount"] == "100.00"


def test_a_slip_sent_again_under_its_key_is_answered_again(trade: Trade, app: Flask) -> None:
    path = f"/api/v1/payments/{trade.newest()}/slip"
    headers = {"Authorization": f"Bearer {trade.buyer.token}", "Idempotency-Key": "slip"}

    def send_slip(content: bytes) -> tuple[int, str | None]:
        # Every request draws a new boundary for its parts, as a client's retry does.
        sent = app.test_client().post(path, data={"file": (io.BytesIO(content), "slip.pdf")}, headers=headers)
        return sent.status_code, sent.headers.get("Idempotency-Replayed")

    assert send_slip(SLIP) == (200, None)
    assert send_slip(SLIP) == (200, "true")
    assert send_slip(SLIP + b"\n") == (422, None)


def test_a_slip_handed_in_before_is_named_by_its_id(trade: Trade, app: Flask) -> None:
    path = f"/payments/{trade.newest()}/slip"
    bearer = {"Authorization": f"Bearer {trade.buyer.token}"}
    upload = app.test_client().post(
        "/api/v1/files", data={"file": (io.BytesIO(SLIP), "s.pdf"), "purpose": "slip"}, headers=bearer
    )
    named = {"file_id": upload.get_json()["id"]}
    assert send(trade.buyer, path, 200, named)["slip_file_id"] == named["file_id"]
    got = app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {trade.merchant.token}"})
    assert (got.status_code, got.data) == (200, SLIP)
    send(trade.buyer, path, 404, {"file_id": str(uuid4())})
    send(trade.buyer, path, 422, {"file_id": "x"})
    send(trade.merchant, path, 403, named)
    deep = '{"file_id": ' + "[" * 100_000 + "]" * 100_000 + "}"
    for text, expected in ((deep, 400), ("[]", 400), ('{"file_id": NaN}', 400), ("", 422)):
        keyed = bearer | {"Content-Type": "application/json", "Idempotency-Key": f"deep {len(text)}".replace(" ", "-")}
        assert app.test_client().post(f"/api/v1{path}", data=text, headers=keyed).status_code == expected, text[:20]


def test_strangers_are_told_that_there_is_nothing(trade: Trade) -> None:
    payment = trade.newest()
    transfer = send(trade.merchant, "/transfers", 201, today(amount="5", currency="CNY"))["id"]
    for known, unknown in ((payment, uuid4()),):
        for found in (known, unknown):
            trade.stranger.call("GET", f"/payments/{found}", 404)
            trade.stranger.call("GET", f"/payments/{found}/slip", 404)
            send(trade.stranger, f"/payments/{found}/slip", 404, {"file_id": str(uuid4())})
            send(trade.stranger, f"/payments/{found}/confirmation", 404, today(amount="5"))
    for found in (transfer, uuid4()):
        send(trade.stranger, f"/transfers/{found}/match", 404, {"payment_id": payment})
    assert trade.stranger.call("GET", "/transfers", 200)["items"] == []
    trade.stranger.call("GET", "/ledger", 403)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"amount": "NaN", "currency": "CNY"}, {"amount"}),
        ({"amount": "-5", "currency": "CNY"}, {"amount"}),
        ({"amount": "0", "currency": "CNY"}, {"amount"}),
        ({"amount": "1.001", "currency": "CNY"}, {"amount"}),
        ({"amount": "1.5", "currency": "VND"}, {"amount"}),
        ({"amount": "999999999999999", "currency": "CNY"}, {"amount"}),
        ({"amount": {"amount": "5"}}, {"currency"}),
        ({"amount": {"amount": "5", "currency": "CNY", "x": 1}}, {"amount", "currency"}),
        ({"amount": "5", "currency": "XXX"}, {"currency"}),
        ({"amount": "5", "currency": "CNY", "received_on": "2999-01-01"}, {"received_on"}),
        ({"amount": "5", "currency": "CNY", "received_on": 20000}, {"received_on"}),
        ({"amount": "5", "currency": "CNY", "received_on": "2026-02-30"}, {"received_on"}),
        ({"amount": "5", "currency": "CNY", "reference": "x" * 201}, {"reference"}),
        ({"amount": "5", "currency": "CNY", "payee": "me"}, {"payee"}),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(trade: Trade, body: dict, fields: set[str]) -> None:
    answer = send(trade.merchant, "/transfers", 422, {**today(), **body})
    assert {item["field"] for item in answer["errors"]} == fields


def test_the_days_of_a_statement_are_those_of_the_readers_company(trade: Trade) -> None:
    for program in (trade.buyer, trade.merchant):
        company_id = UUID(program.call("GET", "/me", 200)["company_id"])
        zone = ZoneInfo(zone_of(accounts.get_company(reading(), company_id=company_id).country))
        day = clock.now().astimezone(zone).date()
        found = program.call("GET", f"/statements?currency=CNY&from={day}&to={day}", 200)
        begins = datetime.combine(day, time.min, zone).astimezone(UTC)
        assert datetime.fromisoformat(found["since"]) == begins
        assert found["entries"]
        assert program.call("GET", f"/statements?currency=CNY&to={day}", 200)["until"] == found["until"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"currency"}),
        ("currency=CNY&from=2026-02-01&to=2026-01-01", {"from"}),
        ("currency=CNY&from=yesterday", {"from"}),
    ],
)
def test_a_statement_needs_a_currency_and_days_in_order(trade: Trade, query: str, fields: set[str]) -> None:
    assert trade.merchant.problem("GET", f"/statements?{query}", 422)[1] == fields


def test_lists_refuse_cursors_that_are_not_theirs(trade: Trade) -> None:
    for path in ("/payments?cursor=x", "/transfers?cursor=eA", "/payments?view=all", "/transfers?state=lost"):
        trade.merchant.call("GET", path, 422)
    for view in ("to_pay", "to_receive", "slips", "closed"):
        assert trade.buyer.call("GET", f"/payments?view={view}", 200)["next"] is None


def test_buyer_and_merchant_settle_on_the_pages(trade: Trade) -> None:
    deposit = trade.newest()
    buyer, merchant = trade.town.visitor("buyer@demo.test"), trade.town.visitor("merchant@demo.test")
    assert f"/payments/{deposit}" in buyer.open("/account/money")
    assert "6222000000000001" in buyer.open(f"/payments/{deposit}")
    buyer.send(f"/payments/{deposit}/slip", {"file": (io.BytesIO(SLIP), "slip.pdf")})
    assert f"/payments/{deposit}" in merchant.open("/merchant/money")
    slip = merchant.client.get(f"/payments/{deposit}/slip")
    assert (slip.status_code, slip.headers["Cache-Control"]) == (200, "no-store")
    merchant.open(f"/payments/{deposit}")
    merchant.send(f"/payments/{deposit}/confirmation", today(amount="abc"), 422)
    assert merchant.refused_fields() == {"amount"}
    merchant.send(f"/payments/{deposit}/confirmation", today(amount="3000.00"))
    merchant.open(f"/payments/{deposit}")
    assert f'action="/payments/{deposit}/confirmation"' not in merchant.shown

    balance = trade.hand_over()
    merchant.open("/merchant/money")
    merchant.send("/merchant/transfers", today(amount="7000", currency="CNY", reference="<script>", note=""))
    merchant.open("/merchant/money")
    assert "<script>" not in merchant.shown.split("</head>")[1].replace("<script type", "")
    (came,) = trade.merchant.call("GET", "/transfers?state=unmatched", 200)["items"]
    merchant.send(f"/merchant/transfers/{came['id']}/match", {}, 422)
    merchant.send(f"/merchant/transfers/{came['id']}/match", {"payment_ids": balance})
    assert trade.buyer.call("GET", f"/payments/{balance}", 200)["state"] == "paid"
    assert "7,000.00" in buyer.open("/account/statement?currency=CNY")
    buyer.open("/account/statement?currency=CNY&from=x", 422)
    trade.town.visitor("stranger@demo.test").open(f"/payments/{deposit}", 404)
    for locale in ("zh", "vi"):
        buyer.open(f"/{locale}/payments/{balance}")


def test_two_who_write_down_the_same_receipt_are_asked_whether_it_came_twice(trade: Trade) -> None:
    deposit = trade.newest()
    some = today(amount="1000.00")
    send(trade.merchant, f"/payments/{deposit}/confirmation", 200, some)
    refused = send(trade.merchant, f"/payments/{deposit}/confirmation", 409, some)
    assert refused["type"].endswith("receipt_twice")
    assert trade.buyer.call("GET", f"/payments/{deposit}", 200)["paid"]["amount"] == "1000.00"
    merchant = trade.town.visitor("merchant@demo.test")
    merchant.open(f"/payments/{deposit}")
    merchant.send(f"/payments/{deposit}/confirmation", some, 409)
    assert "a second time on that day" in merchant.text()
    merchant.send(f"/payments/{deposit}/confirmation", some | {"confirmed": "1"})
    assert trade.buyer.call("GET", f"/payments/{deposit}", 200)["paid"]["amount"] == "2000.00"
    send(trade.merchant, f"/payments/{deposit}/confirmation", 200, today(amount="999.00"))


def test_a_mistyped_amount_is_looked_at_twice(trade: Trade) -> None:
    deposit = trade.newest()
    wrong = today(amount="99999999")
    refused = send(trade.merchant, f"/payments/{deposit}/confirmation", 409, wrong)
    assert refused["type"].endswith("amount_unlikely")
    assert refused["facts"] == {"received": "99999999.00 CNY", "due": "3000.00 CNY"}
    merchant = trade.town.visitor("merchant@demo.test")
    merchant.open(f"/payments/{deposit}")
    assert 'name="confirmed"' not in merchant.shown
    merchant.send(f"/payments/{deposit}/confirmation", wrong, 409)
    assert 'name="confirmed"' in merchant.shown
    assert "99999999.00 CNY" in merchant.text()
    assert "3000.00 CNY" in merchant.text()
    # By its reference or by hand it is written down just as little.
    named = trade.buyer.call("GET", f"/payments/{deposit}", 200)["creditor_reference"]
    send(trade.merchant, "/transfers", 409, {**wrong, "currency": "CNY", "reference": named})
    merchant.open("/merchant/money")
    merchant.send("/merchant/transfers", {**wrong, "currency": "CNY", "reference": named}, 409)
    assert 'name="confirmed"' in merchant.shown
    came = send(trade.merchant, "/transfers", 201, {**wrong, "currency": "CNY"})
    send(trade.merchant, f"/transfers/{came['id']}/match", 409, {"payment_id": deposit})
    assert trade.buyer.call("GET", f"/payments/{deposit}", 200)["paid"]["amount"] == "0.00"
    # Money that really came is written down, and what is too much is owed back.
    paid = send(trade.merchant, f"/payments/{deposit}/confirmation", 200, today(amount="5000", confirmed=True))
    assert (paid["state"], paid["surplus"]["amount"]) == ("paid", "2000.00")


def test_money_says_what_it_is_for(trade: Trade) -> None:
    deposit = trade.newest()
    buyer, merchant = trade.town.visitor("buyer@demo.test"), trade.town.visitor("merchant@demo.test")
    for path in (f"/payments/{deposit}", "/account/money"):
        assert REFERENCE in buyer.open(path)
        assert f"/orders/{trade.subject.id}" in buyer.shown
    assert REFERENCE in merchant.open("/merchant/money")
    send(trade.merchant, f"/payments/{deposit}/confirmation", 200, today(amount="3100"))
    # What came to the merchant is under what it received, not under what it pays.
    assert f"/payments/{deposit}" in buyer.open("/account/money")
    assert f"/payments/{deposit}" not in merchant.open("/account/money")
    assert f"/payments/{deposit}" in merchant.open("/merchant/money")
    paid = {name: trade.merchant.call("GET", f"/payments?view={name}", 200)["items"] for name in ("paid", "received")}
    assert (paid["paid"], [row["id"] for row in paid["received"]]) == ([], [deposit])
    assert REFERENCE in buyer.open("/account/returns")
    # A statement opens in the money that moved last, and names it by numbers that are on papers.
    assert "3,000.00" in buyer.open("/account/statement")
    assert REFERENCE in buyer.shown
    assert f"/payments/{deposit}" in buyer.shown
    entries = trade.buyer.call("GET", "/statements?currency=CNY", 200)["entries"]
    assert not any(row["transfer_id"] in buyer.shown for row in entries)
