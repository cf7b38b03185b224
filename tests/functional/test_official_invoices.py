"""The register of official invoices on pages: recorded with a file, matched, read by the other side, made void."""

import io

import sqlalchemy as sa

from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.orders.invoices.models import InvoiceMatch
from tests.integration.orders.test_official_invoices import invoice, sold
from tests.support.pdfs import pdf
from tests.support.visitors import Reader

CHECKED = True
__all__ = ["sold"]


def test_pages_record_with_a_file_match_and_give_it_to_the_other_side(app, call, market, sold):
    reader = Reader(app, market.merchant)
    # The register is found from the other pages about money.
    assert 'href="/account/invoices"' in reader.get("/merchant/money")
    page = reader.get("/account/invoices")
    assert sold["reference"] in page
    body = invoice(sold, amount="4000.00", tax="0", code="", refers_to="")
    where = reader.post("/account/invoices", body | {"file": (io.BytesIO(pdf("fapiao")), "fapiao.pdf")})
    assert "suggestion" in reader.get(where)
    (line,) = sold["lines"]
    reader.post(f"{where}/lines", {"line_ids": line["id"], "amounts": "3999.00"}, page=where)
    with unit_of_work() as session:
        assert session.scalars(sa.select(InvoiceMatch.minor)).all() == [399_900]
    refused = reader.post(f"{where}/lines", {"line_ids": line["id"], "amounts": "4000.01"}, page=where, expect=422)
    assert "4000.00 CNY" in refused or "4,000.00" in refused
    buyer = Reader(app, market.buyer)
    assert buyer.visitor.client.get(f"{where}/file").data.startswith(b"%PDF")
    reader.post(f"{where}/cancellation", {}, page=where)
    assert "Void" in reader.get(where)


def test_a_line_that_is_not_the_orders_is_refused_whatever_is_said_of_it(call, market, sold):
    body = invoice(sold, amount="4000.00", tax="0", code="", refers_to="")
    made = call(market.merchant, "POST", "/official-invoices", json=body, expect=201)
    where = f"/official-invoices/{made['id']}"
    uneven = {"line_ids": [sold["lines"][0]["id"]] * 2, "amounts": ["1.00"]}
    refused = call(market.merchant, "POST", f"{where}/lines", json=uneven, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["line_ids", "amounts"]
    before = {"line_ids": [sold["lines"][0]["id"]], "amounts": ["3999.00"]}
    call(market.merchant, "POST", f"{where}/lines", json=before, expect=204)
    for amount in (None, "5.00"):
        other = {"line_ids": [str(new_id())], "amounts": [amount]}
        refused = call(market.merchant, "POST", f"{where}/lines", json=other, expect=422)
        assert [one["field"] for one in refused["errors"]] == ["line_ids"]
    with unit_of_work() as session:
        assert session.scalars(sa.select(InvoiceMatch.minor)).all() == [399_900]


def test_an_invoice_in_another_currency_than_its_orders_is_refused(app, call, market, sold):
    body = invoice(sold, amount="4000.00", tax="0", code="", refers_to="", currency="USD")
    refused = call(market.merchant, "POST", "/official-invoices", json=body, expect=422)
    assert [(one["field"], one["accepted"]) for one in refused["errors"]] == [("currency", "CNY")]
    reader = Reader(app, market.merchant)
    assert "CNY" in reader.post("/account/invoices", body, expect=422)
    assert reader.visitor.refused_fields() == {"currency"}
    assert call(market.merchant, "GET", "/official-invoices", expect=200)["items"] == []


def test_a_wrong_order_or_tax_keeps_the_form_and_names_its_field(app, call, market, sold):
    reader, page = Reader(app, market.merchant), "/account/invoices"
    body = invoice(sold, amount="4000.00", tax="0", code="", refers_to="", number="20260007")
    call(
        market.merchant, "POST", "/official-invoices", json=body | {"amount": "9.00", "number": "20260001"}, expect=201
    )
    for wrong, *fields in (
        ({"order": "ORD-7K3M-Q9TX"}, "order"),
        # Without the one that it takes back it is no red-letter invoice, and no invoice is of less than nothing.
        ({"amount": "-5", "tax": "1"}, "amount", "refers_to"),
        ({"amount": "-5", "tax": "1", "refers_to": "20260001"}, "tax"),
        ({"amount": "-5", "tax": "-6", "refers_to": "20260001"}, "tax"),
    ):
        shown = reader.post(page, body | wrong, expect=422)
        assert reader.visitor.refused_fields() == set(fields)
        assert 'value="20260007"' in shown
        refused = call(market.merchant, "POST", "/official-invoices", json=body | wrong, expect=422)
        assert [one["field"] for one in refused["errors"]] == fields
    # Another's order is as unknown as none.
    refused = call(market.thai, "POST", "/official-invoices", json=body, expect=422)
    assert [one["field"] for one in refused["errors"]] == ["order"]
