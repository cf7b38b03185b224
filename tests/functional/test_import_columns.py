"""A merchant's own price list: his headers matched or named, his words for places and shelves, his cells in errors."""

import io

import openpyxl
import pytest

from marketplace.worker import runner
from tests.functional.test_imports import post
from tests.support.sheets import row, table, workbook
from tests.support.visitors import Program, Visitor

HEADERS = {"place": "地点", "title": "英文品名", "carton_units": "Pcs per carton"}


@pytest.fixture
def visitor(app, market):
    found = Visitor(app)
    found.log_in(market.merchant.login)
    return found


def brought(app, program, lines, query="?dry_run=1", **parts):
    """Bring a workbook in over the API and return what is said of it."""
    status, made = post(app, program.token, workbook(lines), query=query, **parts)
    assert status == 202, made
    runner.run_due(app)
    return program.call("GET", f"/imports/{made['id']}", 200)


def renamed(lines, names):
    """Give columns other headers."""
    return [[names.get(header, header) for header in lines[0]], *lines[1:]]


def test_headers_as_merchants_write_them_are_recognised(app, program):
    found = brought(app, program, renamed(table([row()]), HEADERS))
    assert found["ignored"] == []
    assert found["columns"]["title_en"] == "英文品名"
    assert found["columns"]["place"] == "地点"
    assert found["columns"]["carton_units"] == "Pcs per carton"
    assert found["counts"]["create"] == 1


def test_what_was_matched_and_what_is_ignored_is_said(app, program, visitor):
    found = brought(app, program, renamed(table([row()]), {"place": "Wo", "grade": "x"}))
    assert found["ignored"] == ["Wo"]
    assert found["columns"]["sku"] == "sku"
    assert found["file_name"] == "list.xlsx"
    visitor.open(f"/merchant/imports/{found['id']}")
    text = visitor.text()
    assert "1 column was not recognised and is ignored" in text
    assert "Recognised columns" in text
    assert 'value="1" max="1"' in visitor.shown
    assert "No row would be written" in text
    assert "Write the good rows" not in visitor.shown


def test_an_ignored_column_is_named_on_the_page_and_the_sheet_read_again(app, program, visitor):
    found = brought(app, program, renamed(table([row()]), {"place": "Wo"}))
    page = f"/merchant/imports/{found['id']}"
    visitor.open(page)
    name = f"column.{table([row()])[0].index('place')}"
    assert f'name="{name}"' in visitor.shown
    visitor.send(f"{page}/mapping", {}, 422)
    visitor.open(page)
    again = visitor.send(f"{page}/mapping", {name: "place"}).headers["Location"]
    runner.run_due(app)
    assert program.call("GET", f"/imports/{found['id']}", 200)["state"] == "cancelled"
    assert "Write the good rows" in visitor.open(again)
    assert "not recognised" not in visitor.text()
    visitor.send(f"{again}/commit", {})
    runner.run_due(app)
    assert "CH-1" in visitor.open("/merchant/listings")
    assert "list.xlsx" in visitor.open("/merchant/imports")


def test_a_program_names_ignored_columns_too(app, program, market):
    found = brought(app, program, renamed(table([row()]), {"place": "Wo"}))
    path = f"/imports/{found['id']}/mapping"
    assert program.problem("POST", path, 422, {"mapping": {"nonsense": "Wo"}})[1] == {"mapping"}
    Program(app, market.thai.token).call("POST", path, 404, {"mapping": {"place": "Wo"}})
    made = program.call("POST", path, 202, {"mapping": {"place": "Wo"}})
    program.call("POST", f"/imports/{made['id']}/mapping", 409, {"mapping": {"place": "Wo"}})
    runner.run_due(app)
    assert program.call("GET", f"/imports/{made['id']}", 200)["counts"]["create"] == 1


@pytest.mark.parametrize(
    ("rule", "place"), [("FCA", "Nanpeng"), ("FCA", "南彭"), ("DAP", "Chongqing"), ("DAP", "重庆"), ("DAP", "Bangkok")]
)
def test_places_and_shelves_are_named_in_words(app, program, rule, place):
    cells = row(incoterm=rule, place=place, category="Motorcycle Parts")
    found = brought(app, program, table([cells]))
    assert found["rows"][0]["errors"] == []
    assert found["counts"]["create"] == 1


def test_errors_name_the_header_and_the_cell(app, program, visitor):
    lines = renamed(table([row(price="x", place="Mars")]), {"price": "单价", "place": "交货地"})
    found = brought(app, program, lines)
    by_field = {error["field"]: error for error in found["rows"][0]["errors"]}
    assert (by_field["price"]["header"], by_field["price"]["cell"]) == ("单价", "G2")
    assert by_field["place"]["header"] == "交货地"
    assert "Chongqing Highway Logistics Base (Nanpeng) (CN-NANPENG)" in by_field["place"]["accepted"]
    visitor.open(f"/merchant/imports/{found['id']}")
    assert "单价 G2 (Price):" in " ".join(visitor.text().split())
    headers = {"Authorization": f"Bearer {program.token}"}
    given = app.test_client().get(f"/api/v1/imports/{found['id']}/errors", headers=headers)
    reasons = openpyxl.load_workbook(io.BytesIO(given.data)).worksheets[0].cell(2, len(lines[0]) + 2).value
    assert "单价 G2 (Price): " in reasons


def test_a_formula_without_a_value_is_pointed_out(app, program):
    found = brought(app, program, table([row(price="=1+1", description="=A1")]))
    (bad,), (told,) = found["rows"][0]["errors"], found["rows"][0]["warnings"]
    assert (bad["field"], bad["code"], bad["cell"]) == ("price", "formula_empty", "G2")
    assert (told["field"], told["code"]) == ("description", "formula_empty")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_template_has_every_column_and_comes_back_in_order(app, program, visitor, language):
    headers = {"Authorization": f"Bearer {program.token}"}
    assert app.test_client().get("/api/v1/imports/template", headers=headers).data.startswith(b"PK")
    prefix = "" if language == "en" else "/zh"
    visitor.open(f"{prefix}/merchant/imports")
    assert "template.xlsx" in visitor.shown
    content = visitor.client.get(f"{prefix}/merchant/imports/template.xlsx").data
    names = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert names == (["Price list", "价格表"] if language == "en" else ["价格表", "Price list"])
    status, made = post(app, program.token, content, query="?dry_run=1")
    assert status == 202
    runner.run_due(app)
    found = program.call("GET", f"/imports/{made['id']}", 200)
    assert found["ignored"] == []
    assert len(found["columns"]) == 23
    assert [(one["errors"], one["warnings"]) for one in found["rows"]] == [([], [])] * 3
    assert found["counts"]["create"] == 3
