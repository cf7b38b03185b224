"""The register of official invoices: data goes out, invoices come back, match and reverse; what is missing shows."""

import io
from datetime import timedelta

import pytest

from marketplace.catalog.imports import reader as sheets
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.orders.invoices import services
from marketplace.reports import queries as reports
from tests.support.claims import bring, claim, place, seen

CHECKED = True


@pytest.fixture
def sold(call, market):
    order_id = place(call, market)
    bring(order_id)
    return seen(call, market.buyer, order_id)


def invoice(order, **changes):
    facts = {
        "order": order["reference"], "country": "CN", "type": "fapiao_special", "number": "25507000000012345678",
        "issued_on": clock.now().date().isoformat(), "amount": "10960.00", "tax": "1424.80", "currency": "CNY",
    }  # fmt: skip
    return {**facts, **changes}


def missing(call, trader, side):
    return call(trader, "GET", f"/official-invoices/missing?side={side}", expect=200)["items"]


def test_an_invoice_for_just_what_is_missing_is_matched_at_once(call, market, sold):
    (waits,) = missing(call, market.merchant, "seller")
    assert waits["missing"] == {"amount": "10960.00", "currency": "CNY"}
    assert missing(call, market.buyer, "buyer")[0]["line_id"] == waits["line_id"]
    made = call(market.merchant, "POST", "/official-invoices", json=invoice(sold), expect=201)
    shown = call(market.buyer, "GET", f"/official-invoices/{made['id']}", expect=200)
    assert shown["parts"] == [{"line_id": waits["line_id"], "amount": {"amount": "12384.80", "currency": "CNY"}}]
    assert shown["unmatched"]["amount"] == "0.00"
    assert missing(call, market.merchant, "seller") == missing(call, market.buyer, "buyer") == []
    call(market.merchant, "POST", "/official-invoices", json=invoice(sold), expect=409)
    call(market.thai, "GET", f"/official-invoices/{made['id']}", expect=404)
    call(market.thai, "POST", "/official-invoices", json=invoice(sold, number="9"), expect=422)
    more = invoice(sold, number="2", amount="10.00", tax="0")
    other = call(market.buyer, "POST", "/official-invoices", json=more, expect=201)["id"]
    lines = {"line_ids": [waits["line_id"]], "amounts": ["10.00"]}
    call(market.buyer, "POST", f"/official-invoices/{other}/lines", json=lines, expect=422)
    assert reports.check(reading()) == []


def test_a_red_letter_invoice_takes_back_and_a_replacement_counts_instead(call, market, sold):
    first = call(market.merchant, "POST", "/official-invoices", json=invoice(sold), expect=201)["id"]
    red = invoice(sold, number="RED-1", amount="-960.00", tax="-124.80", refers_to="25507000000012345678")
    call(market.merchant, "POST", "/official-invoices", json=red | {"refers_to": None}, expect=422)
    call(market.merchant, "POST", "/official-invoices", json=red | {"refers_to": "unknown"}, expect=422)
    taken = call(market.merchant, "POST", "/official-invoices", json=red, expect=201)["id"]
    shown = call(market.buyer, "GET", f"/official-invoices/{taken}", expect=200)
    assert shown["parts"][0]["amount"]["amount"] == "-1084.80"
    assert shown["refers_to"] == first
    # With tax on top more than the value is named still: nothing is missing before more is taken back.
    assert missing(call, market.merchant, "seller") == []
    call(market.merchant, "POST", f"/official-invoices/{first}/cancellation", expect=409)
    lines = {"line_ids": [], "amounts": []}
    call(market.merchant, "POST", f"/official-invoices/{first}/lines", json=lines, expect=409)
    call(market.buyer, "POST", f"/official-invoices/{taken}/cancellation", expect=403)
    call(market.merchant, "POST", f"/official-invoices/{taken}/cancellation", expect=204)
    call(market.merchant, "POST", f"/official-invoices/{taken}/cancellation", expect=204)
    again = invoice(sold, number="NEW-1", refers_to="25507000000012345678")
    newer = call(market.merchant, "POST", "/official-invoices", json=again, expect=201)["id"]
    states = {row["id"]: row["state"] for row in call(market.buyer, "GET", "/official-invoices", expect=200)["items"]}
    assert states == {first: "replaced", taken: "cancelled", newer: "recorded"}
    assert missing(call, market.merchant, "seller") == []
    assert reports.check(reading()) == []


def test_what_was_let_off_needs_no_invoice(call, market, sold):
    (line,) = sold["lines"]
    made = claim(call, market, line["id"], quantity=40)
    offer = {"amount": {"amount": "1096.00", "currency": "CNY"}, "text": ""}
    call(market.merchant, "POST", f"/claims/{made['id']}/answer", json=offer, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)
    assert missing(call, market.merchant, "seller")[0]["missing"]["amount"] == "9864.00"
    body = invoice(sold, amount="9864.00", tax="0")
    call(market.merchant, "POST", "/official-invoices", json=body, expect=201)
    assert missing(call, market.merchant, "seller") == []


def test_data_goes_out_and_a_sheet_comes_back_row_by_row(call, market, sold, client):
    answer = client.get("/api/v1/official-invoices/to-issue.xlsx", headers=market.merchant.headers)
    _names, sheet = sheets.read_sheet(answer.data, is_csv=False, sheet=None)
    header, row = ([str(cell or "") for cell in cells] for cells in list(sheet.rows)[:2])
    assert header[:4] == ["购买方纳税人识别号", "购买方名称", "购买方地址", "项目名称"]
    assert sold["reference"] in row
    assert float(row[header.index("金额")]) == 10_960
    told = {name: row[header.index(name)] for name in ("汇率", "汇率币种", "汇率日期", "汇率来源", "行号")}
    assert (float(told["汇率"]) > 1_000, told["汇率币种"], told["行号"]) == (True, "VND", "1")
    assert told["汇率日期"] < clock.now().date().isoformat()
    assert told["汇率来源"]
    rows = [
        "order,country,type,number,issued_on,amount,tax,currency",
        f"{sold['reference']},CN,fapiao_special,A-1,2026-11-01,5000.00,650.00,CNY",
        f"{sold['reference']},CN,e_invoice,A-2,2026-11-01,5000.00,650.00,CNY",
        "ORD-0000-0000,CN,fapiao_special,A-3,2026-11-01,5000.00,650.00,CNY",
        f"{sold['reference']},CN,fapiao_special,A-1,2026-11-01,nothing,650.00,CNY",
        f"{sold['reference']},CN,fapiao_special,A-1,2026-11-01,5000.00,650.00,CNY",
        f'{sold["reference"]},CN,fapiao_special,A-4,2026-11-01,"1,100.00",0,CNY',
    ]
    sent = {"file": (io.BytesIO("\n".join(rows).encode()), "invoices.csv")}
    headers = market.merchant.headers | {"Idempotency-Key": str(new_id())}
    done = client.post("/api/v1/official-invoices/import", data=sent, headers=headers)
    assert done.status_code == 200, done.text
    found = done.get_json()
    assert len(found["recorded"]) == 2
    assert [(one["line"], one["field"]) for one in found["errors"]] == [
        (3, "type"), (4, "order"), (5, "amount"), (6, "number"),
    ]  # fmt: skip
    assert found["errors"][-1]["message"] == "Invoice A-1 of this seller is recorded already."
    seen_one = call(market.buyer, "GET", f"/official-invoices/{found['recorded'][0]}", expect=200)
    assert seen_one["parts"] == []
    assert seen_one["suggested"][0]["amount"]["amount"] == "5650.00"


def test_what_never_left_is_taken_off_once(call, market):
    order_id = place(call, market)
    taken_off(call, market, order_id, units=100)
    assert seen(call, market.buyer, order_id)["agreed_total"]["amount"] == "8220.00"
    bring(order_id, acts=("ready", "pack", "hand_over"))
    assert missing(call, market.merchant, "seller")[0]["missing"]["amount"] == "8220.00"
    body = invoice(seen(call, market.buyer, order_id), amount="8220.00", tax="0")
    call(market.merchant, "POST", "/official-invoices", json=body, expect=201)
    assert missing(call, market.merchant, "seller") == []


def test_what_was_short_is_taken_off_once(call, market):
    order_id = place(call, market)
    bring(order_id, short=40)
    assert missing(call, market.merchant, "seller")[0]["missing"]["amount"] == "9864.00"
    (line,) = seen(call, market.buyer, order_id)["lines"]
    call(market.buyer, "POST", f"/order-lines/{line['id']}/acceptance", json={}, expect=204)
    assert missing(call, market.merchant, "seller")[0]["missing"]["amount"] == "9864.00"


def test_a_strangers_invoice_is_not_replaced_nor_one_behind_a_red_letter(call, market, sold):
    call(market.merchant, "POST", "/official-invoices", json=invoice(sold), expect=201)
    again = invoice(sold, number="NEW-1", amount="5.00", tax="0", refers_to="25507000000012345678")
    refused = call(market.buyer, "POST", "/official-invoices", json=again, expect=403)
    assert refused["type"].endswith("issuer_only")
    red = invoice(sold, number="RED-1", amount="-10960.00", tax="-1424.80", refers_to="25507000000012345678")
    call(market.merchant, "POST", "/official-invoices", json=red, expect=201)
    refused = call(market.merchant, "POST", "/official-invoices", json=again, expect=409)
    assert refused["type"].endswith("red_letter")


def test_the_number_of_a_void_invoice_is_free(call, market, sold):
    wrong = invoice(sold, amount="1.00", tax="0")
    first = call(market.buyer, "POST", "/official-invoices", json=wrong, expect=201)["id"]
    call(market.merchant, "POST", "/official-invoices", json=invoice(sold), expect=409)
    call(market.merchant, "POST", f"/official-invoices/{first}/cancellation", expect=204)
    call(market.merchant, "POST", "/official-invoices", json=invoice(sold), expect=201)
    call(market.merchant, "POST", "/official-invoices", json=invoice(sold), expect=409)
    # Who names the number means the one that counts.
    red = invoice(sold, number="RED-1", amount="-10960.00", tax="-1424.80", refers_to="25507000000012345678")
    call(market.merchant, "POST", "/official-invoices", json=red, expect=201)


def test_the_day_of_the_hand_over_is_that_of_the_issuer(call, market, client):
    order_id = place(call, market)
    late = (clock.now() + timedelta(days=1)).replace(hour=23)  # 07:00 of the next day in China
    clock.set_offset(int((late - clock.now()).total_seconds()))
    try:
        bring(order_id)
    finally:
        clock.set_offset(0)
    answer = client.get("/api/v1/official-invoices/to-issue.xlsx", headers=market.merchant.headers)
    _names, sheet = sheets.read_sheet(answer.data, is_csv=False, sheet=None)
    (_head, row) = ([str(cell or "") for cell in cells] for cells in list(sheet.rows)[:2])
    assert (late + timedelta(days=1)).date().isoformat() in row


def taken_off(call, market, order_id, *, units):
    (line,) = seen(call, market.buyer, order_id)["lines"]
    body = {"kind": "reduce", "line": line["id"], "quantity": units}
    made = call(market.buyer, "POST", f"/orders/{order_id}/changes", json=body, expect=201)
    agreed = {"content_hash": made["content_hash"]}
    call(market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=agreed, expect=200)


def test_a_seller_is_reminded_once(call, market, sold, app):
    later = clock.now() + timedelta(days=31)
    with unit_of_work() as session:
        assert services.remind(session, now=clock.now()) == 0
        assert services.remind(session, now=later) == 1
        assert services.remind(session, now=later) == 0
