"""Which vehicles parts fit: entered, reviewed, brought in and taken along as a sheet, shown and found."""

import io

import openpyxl
import pytest

from marketplace.worker.runner import run_due
from tests.support.details import approve, call
from tests.support.sheets import table, workbook
from tests.support.visitors import Visitor

pytestmark = pytest.mark.both_databases
HILUX = {"make": "Toyota", "model": "Hilux", "year_from": 2012, "year_to": 2015, "note": "2.5 D"}


def send(client, trader, text, status=200, name="fitment.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    sent = {"file": (io.BytesIO(content), name)}
    answer = client.post("/api/v1/fitment", data=sent, headers=trader.headers)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def sku_of(client, listing_id):
    return call(client, None, "GET", f"/listings/{listing_id}")["sku"]


def found_by(client, words):
    return [hit["id"] for hit in call(client, None, "GET", f"/search?q={words}")["items"]]


def test_a_part_is_found_by_make_model_and_year_once_somebody_reviewed_it(app, client, moderated):
    found, office = moderated
    form = f"/merchant/listings/{found.chains}/details/fitment"
    seller = Visitor(app)
    seller.log_in(found.merchant.login)
    seller.open(form)
    seller.send(form, {"fitment.vehicles": "Toyota; Hilux; 2012; 2015; 2.5 D\nHonda; Wave; soon"}, 422)
    assert seller.refused_fields() == {"fitment.vehicles"}
    assert "Line 2, First year: Write a whole number." in seller.text()
    seller.send(form, {"fitment.vehicles": "Toyota; Hilux; 2012; 2015; 2.5 D\nHonda； Wave； 2018"})
    assert "Toyota; Hilux; 2012; 2015; 2.5 D\nHonda; Wave; 2018" in seller.open(form)
    said = call(client, found.merchant, "GET", f"/listings/{found.chains}/details")["fitment"]["vehicles"]
    assert said[0] == HILUX
    assert said[1]["year_to"] is None
    stranger = Visitor(app)
    assert "Fits these vehicles" not in stranger.open(f"/products/{found.chains}")
    run_due(app)
    assert str(found.chains) not in found_by(client, "Toyota Hilux 2015")[:1]
    approve(client, office)
    run_due(app)
    for words in ("Toyota Hilux 2015", "hilux 2.5 D", "Honda Wave 2024"):
        assert found_by(client, words) == [str(found.chains)], words
    text = " ".join(stranger.open(f"/products/{found.chains}").split())
    assert "<caption>Fits these vehicles</caption>" in text
    shown = " ".join(stranger.text().split())
    assert "Toyota Hilux 2012 – 2015 2.5 D" in shown
    assert "Honda Wave 2018 and later" in shown
    stranger.open(f"/compare?ids={found.chains},{found.pads}")
    assert "Toyota Hilux (2012 – 2015); Honda Wave (2018 and later)" in " ".join(stranger.text().split())


def test_a_sheet_says_all_of_its_articles_and_its_export_changes_nothing(app, client, moderated):
    found, office = moderated
    chains = sku_of(client, found.chains)
    sheet = (
        f"sku,make,model,year_from,year_to,note\n{chains},Toyota,Hilux,2012,2015,2.5 D\n{chains},'=Fiat,500,2007,,\n"
    )
    assert send(client, found.merchant, sheet) == {"changed": 1, "waiting": 1, "unchanged": 0}
    assert send(client, found.merchant, sheet) == {"changed": 0, "waiting": 0, "unchanged": 1}
    assert "fitment" not in call(client, None, "GET", f"/listings/{found.chains}")["details"]
    for name in ("fitment.csv", "fitment.xlsx"):
        answer = client.get(f"/api/v1/{name}", headers=found.merchant.headers)
        assert answer.status_code == 200
        if name == "fitment.csv":
            assert "'=Fiat" in answer.text
        assert send(client, found.merchant, answer.data, name=name) == {"changed": 0, "waiting": 0, "unchanged": 1}
    approve(client, office)
    assert call(client, None, "GET", f"/listings/{found.chains}")["details"]["fitment"]["vehicles"] == [
        HILUX,
        {"make": "=Fiat", "model": "500", "year_from": 2007, "year_to": None, "note": ""},
    ]
    # Taken away, and said again before anybody looked: nothing waits any more.
    assert send(client, found.merchant, f"sku,make,model,year_from\n{chains}\n")["waiting"] == 1
    assert len(call(client, office, "GET", "/moderation")["items"]) == 1
    assert send(client, found.merchant, sheet) == {"changed": 1, "waiting": 0, "unchanged": 0}
    assert call(client, office, "GET", "/moderation")["items"] == []


def test_an_edit_that_waits_stays_beside_what_a_sheet_brings(app, client, moderated):
    found, office = moderated
    chains = sku_of(client, found.chains)
    call(client, found.merchant, "PATCH", f"/listings/{found.chains}", {"titles": {"en": "Chain of steel"}})
    sheet = f"sku,make,model,year_from\n{chains},Toyota,Hilux,2012\n"
    assert send(client, found.merchant, sheet)["waiting"] == 1
    approve(client, office)
    shown = call(client, None, "GET", f"/listings/{found.chains}")
    assert shown["titles"]["en"] == "Chain of steel"
    assert len(shown["details"]["fitment"]["vehicles"]) == 1


def test_bad_rows_are_named_in_the_merchants_language_and_nothing_is_written(app, client, moderated):
    found, _office = moderated
    chains = sku_of(client, found.chains)
    foreign = sku_of(client, found.pads)
    rows = [
        {"货号": chains, "品牌": "Toyota", "车型": "Hilux", "起始年份": 2012},
        {"货号": foreign, "品牌": "Toyota", "车型": "Hilux", "起始年份": 2012},
        {"货号": chains, "品牌": "Toyota", "车型": "Vigo", "起始年份": "soon"},
    ]
    book = workbook(table(rows))
    refused = send(client, found.merchant, book, 422, "fitment.xlsx")
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [
        ("rows.3.sku", "fitment_article"),
        ("rows.4.year_from", "whole_number"),
    ]
    seller = Visitor(app)
    seller.log_in(found.merchant.login)
    seller.open("/zh/merchant/fitment")
    seller.send("/zh/merchant/fitment", {"file": (io.BytesIO(book), "fitment.xlsx")}, 422)
    assert "您没有这个货号的商品" in seller.text()
    assert "请填写整数" in seller.text() or "整数" in seller.text()
    assert call(client, found.merchant, "GET", f"/listings/{found.chains}/details")["fitment"] is None
    refused = send(client, found.merchant, "sku,price\nA,1\n", 422)
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [("file", "fitment_header")]
    call(client, None, "GET", "/fitment.csv", status=401)


def test_the_page_takes_a_sheet_in_and_gives_it_out(app, client, moderated):
    found, _office = moderated
    chains = sku_of(client, found.chains)
    seller = Visitor(app)
    seller.log_in(found.merchant.login)
    seller.open("/merchant/imports")
    seller.open("/merchant/fitment")
    sheet = f"sku;make;model;year_from;year_to\n{chains};Toyota;Hilux;2012;2015\n".encode()
    seller.send("/merchant/fitment", {"file": (io.BytesIO(sheet), "fitment.csv")})
    seller.open("/merchant/fitment")
    text = seller.text()
    assert "1 article is changed." in text
    assert "waits for review" in text
    given = seller.client.get("/merchant/fitment.xlsx")
    (_headers, line) = openpyxl.load_workbook(io.BytesIO(given.data)).active.values
    assert list(line[:4]) == [chains, "Toyota", "Hilux", 2012]
    assert "attachment" in seller.client.get("/merchant/fitment.csv").headers["Content-Disposition"]
