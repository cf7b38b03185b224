"""Which cartons hold which lot, and under what certificate: the same on packing, labels, list, invoice and waybill."""

import pytest

from tests import factories
from tests.support.documents import latest, papers
from tests.support.visitors import Visitor

pytestmark = pytest.mark.both_databases
LOTS = [
    {"number": "L2411", "cartons": 6, "best_before": "2027-05-31", "certificate": "HC-88"},
    {"number": "L2412", "cartons": 4},
]
FIRST, SECOND = "LOT L2411 C/NO. 1–6 BEST BEFORE 2027-05-31 CERT. HC-88", "LOT L2412 C/NO. 7–10"


def said(rows):
    return [" ".join(row.split()) for row in rows]


def test_every_paper_names_the_lots_and_each_label_its_own(way, market, pdf_of):
    way.secure()
    made = way.pack(lots=LOTS)
    assert [(one["number"], one["first_carton"], one["last_carton"]) for one in made["lots"]] == [
        ("L2411", 1, 6), ("L2412", 7, 10),
    ]  # fmt: skip
    assert [(one["best_before"], one["certificate"]) for one in made["lots"]] == [("2027-05-31", "HC-88"), (None, None)]
    assert {FIRST, SECOND} <= set(said(papers(way, market.buyer)["marks"]))
    labels = way.call(market.merchant, "GET", f"/order-lines/{way.line_id}/labels", expect=200)["items"]
    own = [[row for row in said(one["marks"]) if row.startswith("LOT")] for one in labels]
    assert own == [["LOT L2411 BEST BEFORE 2027-05-31 CERT. HC-88"]] * 6 + [["LOT L2412"]] * 4
    way.hand_over()
    for kind in ("packing_list", "commercial_invoice", "house_waybill"):
        text = pdf_of(market.buyer, latest(way, market.buyer, kind)["id"])
        assert FIRST in text, kind
        assert SECOND in text, kind
    text = pdf_of(market.buyer, latest(way, market.buyer, "carton_labels")["id"])
    assert (text.count("LOT L2411 BEST BEFORE 2027-05-31 CERT. HC-88"), text.count("LOT L2412")) == (6, 4)


def test_lots_are_those_of_all_cartons_and_follow_a_packing_anew(way, market):
    way.secure()
    for lots, code in (
        (LOTS[:1], "lots_of_all"), ([LOTS[0], LOTS[0] | {"cartons": 4}], "lot_twice"),
        ([LOTS[0] | {"cartons": 10, "number": "L" * 21}], None), ([LOTS[0] | {"cartons": 0}], None),
    ):  # fmt: skip
        (error,) = way.pack(422, lots=lots)["errors"]
        assert error["field"].startswith("lots"), error
        if code:
            assert error["code"] == code
    way.pack(lots=LOTS)
    assert way.pack(lots=[LOTS[0] | {"cartons": 10}])["lots"][0]["last_carton"] == 10
    assert not [row for row in said(papers(way)["marks"]) if "L2412" in row]
    assert way.pack()["lots"] == []
    assert not [row for row in papers(way)["marks"] if row.startswith("LOT")]
    way.hand_over()
    way.pack(409, lots=LOTS)


def test_a_merchant_types_lots_a_row_each(app, way, market):
    way.secure()
    merchant = Visitor(app)
    merchant.log_in(market.merchant.login, factories.PASSWORD)
    path = f"/merchant/lines/{way.line_id}/packing"
    merchant.open(path)
    merchant.send(path, {"cartons": "10", "lots": "L2411"}, 422)
    assert "number cartons best_before certificate" in merchant.text()
    assert "L2411" in merchant.text()
    typed = "L2411 6 2027-05-31 HC-88\nL2412 4 - HC-89\n"
    merchant.send(path, {"cartons": "10", "lots": typed})
    merchant.open("/merchant/fulfilment")
    assert "Lots: L2411, L2412" in merchant.text()
    merchant.open(path)
    assert typed.strip() in merchant.text().replace("\r", "")
