"""The corridor's figures over HTTP: what everybody is told, what the operator sees, and months that are closed."""

import io

import openpyxl
import pytest

from marketplace.distribution.statistics.rules.months import month_of
from marketplace.kernel import clock
from tests.support.visitors import Visitor
from tests.support.ways import Way

DAYS_40 = 40 * 86_400


@pytest.fixture
def left(call, market, operator):
    """The month in which a lorry with ten cartons left, by the clock of Chongqing."""
    way = Way(call, market, operator).secure()
    way.pack()
    way.hand_over()
    for act in ("close", "load"):
        way.act(act)
    way.act("seal", seal_number="CQ-1")
    way.act("depart")
    return str(month_of(clock.now()))


def figures(call, operator, query=""):
    return call(operator, "GET", f"/statistics/figures{query}", expect=200)


def test_a_lorry_is_told_at_once_and_its_load_when_its_month_is_closed(call, client, market, operator, left, later):
    told = client.get("/api/v1/statistics").get_json()
    assert told["total"]["lorries"] | {"arrived": 0} == {
        "departures": 1, "loaded": 1, "empty": 0, "teu": "2.25", "arrived": 0, "on_time": 0,
    }  # fmt: skip
    assert (told["closed_until"], told["year"], told["countries"]) == (None, None, [])
    assert told["total"]["goods"]["kg"] == "0.000"
    assert told["filled"]["kg"] is None
    seen = figures(call, operator, "?by=chapter")
    assert seen["open_months"] == [left]
    assert [(row["key"], row["goods"]["consignments"]) for row in seen["rows"]] == [("87", 1)]
    assert seen["rows"][0]["goods"]["kg"] == "125.000"
    assert seen["next_to_close"] is None
    refused = call(operator, "POST", "/statistics/closes", json={"month": left}, expect=409)
    assert refused["type"].endswith("month_running")

    later(DAYS_40)
    assert figures(call, operator)["next_to_close"] == left
    closed = call(operator, "POST", "/statistics/closes", json={"month": left}, expect=201)
    assert closed == {"months": [left]}
    assert call(operator, "POST", "/statistics/closes", json={"month": left}, expect=409)["type"].endswith(
        "month_closed"
    )
    (row,) = call(operator, "GET", "/statistics/closes", expect=200)["items"]
    assert (row["month"], len(row["sha256"]), row["closed_by"] is not None) == (left, 64, True)
    # One company on a side: the public is not told what it sent, the operator is.
    told = client.get("/api/v1/statistics").get_json()
    assert told["closed_until"] == left
    assert told["total"]["goods"] is None
    assert all(row["goods"] is None for row in (*told["months"], *told["lines"], *told["directions"]))
    total = figures(call, operator, "?country=vn")["total"]
    assert (total["goods"]["kg"], total["goods"]["value"]["currency"]) == ("125.000", "CNY")
    assert total["lorries"] is None


def test_before_the_first_lorry_there_are_no_figures(call, client, market, operator):
    closed = call(operator, "POST", "/statistics/closes", json={"month": "2020-01"}, expect=201)
    assert closed == {"months": ["2020-01"]}
    assert client.get("/api/v1/statistics").get_json()["total"]["lorries"]["departures"] == 0
    assert "No lorry has left yet" in client.get("/statistics").get_data(as_text=True)
    assert client.get("/statistics?year=2020").status_code == 422
    assert figures(call, operator)["rows"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("by=colour", "by"), ("from_month=2020-13", "from_month"), ("to_month=yesterday", "to_month"),
     ("line=NONE", "line"), ("direction=up", "direction"), ("from_month=1999-01", "from_month")],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_said_by_its_field(call, operator, market, query, field):
    refused = call(operator, "GET", f"/statistics/figures?{query}", expect=422)
    assert [error["field"] for error in refused["errors"]] == [field]


def test_only_the_operator_sees_and_closes(call, client, market, operator):
    for method, path in (("GET", "/statistics/figures"), ("GET", "/statistics.xlsx"), ("POST", "/statistics/closes")):
        call(market.merchant, method, path, json={"month": "2020-01"} if method == "POST" else None, expect=403)
    assert client.get("/operator/statistics").status_code in (302, 303)


def test_the_operator_closes_on_the_page_and_takes_a_workbook_along(app, call, operator, left, later):
    page = Visitor(app)
    page.enter(operator.actor)
    text = page.open("/operator/statistics?by=line")
    assert "2.25" in text
    assert "Every month that is over is closed." in text
    assert page.open("/operator/statistics?by=colour", status=422)
    for by in ("year", "month", "direction", "country", "chapter"):
        page.open(f"/operator/statistics?by={by}&from_month={left}&to_month={left}")
    later(DAYS_40)
    page.open("/operator/statistics")
    page.send("/operator/statistics/close", {"month": "soon"}, status=422)
    page.open("/operator/statistics")
    page.send("/operator/statistics/close", {"month": left})
    assert left in page.open("/operator/statistics")
    answer = page.client.get("/operator/statistics.xlsx?by=country")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["by_country", "stages", "closes"]
    assert book["by_country"]["A2"].value == "VN"
    assert book["closes"]["A2"].value == left
