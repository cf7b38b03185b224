"""A price list over the API and by page: previewed, written, given back - and nobody else's to see."""

import io
import json
import zipfile

import openpyxl
import pytest
from PIL import Image

from marketplace.worker import runner
from tests.factories import PASSWORD
from tests.support.sheets import comma_separated, row, table, workbook
from tests.support.visitors import Program, Visitor

GOOD = table([row(), row(sku="CH-2", hs="1")])


def post(app, token, content, name="list.xlsx", query="", **parts):
    answer = app.test_client().post(
        f"/api/v1/imports{query}",
        data={"file": (io.BytesIO(content), name), **parts},
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.status_code, answer.get_json()


def test_a_price_list_over_the_api(app, market):
    program = Program(app, market.merchant.token)
    status, made = post(app, program.token, workbook(GOOD))
    assert status == 202
    assert program.call("GET", f"/imports/{made['id']}", 200)["state"] == "queued"
    assert program.problem("GET", f"/imports/{made['id']}/errors", 409)[0] == "state"
    runner.run_due(app)
    found = program.call("GET", f"/imports/{made['id']}", 200)
    assert (found["state"], found["total"], found["done"]) == ("done", 2, 2)
    assert found["counts"] == {"create": 1, "update": 0, "unchanged": 0, "error": 1}
    assert [(item["row"], item["outcome"]) for item in found["rows"]] == [(2, "create"), (3, "error")]
    (problem,) = found["rows"][1]["errors"]
    assert (problem["field"], bool(problem["message"]), bool(problem["accepted"])) == ("hs", True, True)
    headers = {"Authorization": f"Bearer {program.token}"}
    given = app.test_client().get(f"/api/v1/imports/{made['id']}/errors", headers=headers)
    assert given.status_code == 200
    assert given.data.startswith(b"PK")
    assert [item["id"] for item in program.call("GET", "/imports", 200)["items"]] == [made["id"]]
    program.call("POST", f"/imports/{made['id']}/commit", 409)
    program.call("POST", f"/imports/{made['id']}/cancellation", 409)


def test_a_preview_says_what_each_row_changes(app, market):
    program = Program(app, market.merchant.token)
    post(app, program.token, workbook(table([row(), row(sku="CH-2"), row(sku="CH-3")])))
    runner.run_due(app)
    changed = [
        row(price=28, stock=7, title="链条，新"),
        row(sku="CH-2"),
        row(sku="CH-4"),
        row(sku="CH-3", hs="1"),
    ]
    made = post(app, program.token, workbook(table(changed)), query="?dry_run=1")[1]["id"]
    runner.run_due(app)
    rows = {each["sku"]: each for each in program.call("GET", f"/imports/{made}", 200)["rows"]}
    before, first = row(), next(iter(rows.values()))
    assert {each["column"]: (each["before"], each["after"]) for each in first["changes"]} == {
        "title": (before["title"], "链条，新"),
        "stock": (str(before["stock"]), "7"),
        "price": (f"{before['price']:g}", "28"),
    }
    assert {sku: (each["outcome"], len(each["changes"])) for sku, each in rows.items()} == {
        first["sku"]: ("update", 3), "CH-2": ("unchanged", 0), "CH-4": ("create", 0), "CH-3": ("error", 0),
    }  # fmt: skip
    page = Visitor(app)
    page.log_in(market.merchant.login)
    page.open(f"/merchant/imports/{made}?outcome=update")
    for told in (
        f"<b>Title</b>: <del>{before['title']}</del> → <ins>链条，新</ins>",
        "<b>Price</b>: <del>27.4</del> → <ins>28</ins>",
    ):
        assert told in page.shown
    program.call("POST", f"/imports/{made}/commit", 202)
    runner.run_due(app)
    done = {each["sku"]: each for each in program.call("GET", f"/imports/{made}", 200)["rows"]}
    assert done[first["sku"]]["changes"] == first["changes"]


def test_a_dry_run_is_committed_later_or_cancelled(app, market):
    program = Program(app, market.merchant.token)
    first, second = (post(app, program.token, workbook(GOOD), query="?dry_run=1")[1]["id"] for _ in range(2))
    runner.run_due(app)
    assert program.call("GET", f"/imports/{first}?outcome=error", 200)["state"] == "previewed"
    program.call("POST", f"/imports/{second}/cancellation", 200)
    program.call("POST", f"/imports/{first}/commit", 202)
    runner.run_due(app)
    assert program.call("GET", f"/imports/{first}", 200)["state"] == "done"
    assert program.call("GET", f"/imports/{second}", 200)["state"] == "cancelled"


def test_a_mapping_goes_with_the_file(app, market):
    lines = [["Artikel", *GOOD[0][1:]], *GOOD[1:]]
    program = Program(app, market.merchant.token)
    _, made = post(app, program.token, workbook(lines), mapping=json.dumps({"sku": "Artikel"}))
    runner.run_due(app)
    assert program.call("GET", f"/imports/{made['id']}", 200)["counts"]["create"] == 1


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"mapping": "{"}, "mapping"),
        ({"mapping": "[1]"}, "mapping"),
        ({"mapping": '{"sku": NaN}'}, "mapping"),
        ({"mapping": "[" * 19_000}, "mapping"),
        ({"submit": "maybe"}, "submit"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
def test_bad_parts_are_refused_by_name(app, market, parts, field):
    status, refused = post(app, market.merchant.token, workbook(GOOD), **parts)
    assert (status, [item["field"] for item in refused["errors"]]) == (422, [field])


def test_what_is_no_sheet_is_refused(app, market):
    status, refused = post(app, market.merchant.token, b"\x89PNG\r\n\x1a\n rest", "list.xlsx")
    assert (status, refused["errors"][0]["field"]) == (422, "file")
    program = Program(app, market.merchant.token)
    program.call("POST", "/imports", 422)


def test_imports_of_others_are_unknown(app, market):
    _, made = post(app, market.merchant.token, workbook(GOOD))
    other = Program(app, market.thai.token)
    for method, path in (("GET", ""), ("GET", "/errors"), ("POST", "/commit"), ("POST", "/cancellation")):
        other.call(method, f"/imports/{made['id']}{path}", 404)
    Program(app, market.carrier.token).call("GET", "/imports", 403)


def test_by_page_without_scripts(app, market):
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login, PASSWORD)
    visitor.open("/merchant/imports")
    lines = table([row(sku="W-1"), row(sku="W-2", price="x")], chinese=True)
    sent = {"file": (io.BytesIO(comma_separated(lines)), "list.csv"), "dry_run": "1", "submit": "1"}
    place = visitor.send("/merchant/imports", sent).headers["Location"]
    assert "hx-get" in visitor.open(place)
    runner.run_due(app)
    assert "hx-get" not in visitor.open(place)
    assert "“x” is no number" in visitor.text()
    progress = visitor.client.get(f"{place}/progress")
    assert progress.headers["HX-Refresh"] == "true"
    visitor.send(f"{place}/commit", {})
    runner.run_due(app)
    assert "Done" in visitor.open(place)
    assert visitor.client.get(f"{place}/errors").data.startswith(b"PK")
    assert "W-1" in visitor.open("/merchant/listings")
    visitor.open("/merchant/imports")
    visitor.send("/merchant/imports", {"file": (io.BytesIO(b"\x89PNG\r\n\x1a\n no"), "x.xlsx"), "mapping": ""}, 422)
    assert visitor.refused_fields() == {"file"}


def test_cells_merged_over_rows_are_read_in_every_row(app, market):
    rows = [row(), *(row(sku=f"CH-{number}", origin=None, currency=None) for number in range(2, 6))]
    content = workbook(table(rows, chinese=True), title="价格表", merge=("D4:D8", "F4:F8"))
    program = Program(app, market.merchant.token)
    _, made = post(app, program.token, content, query="?dry_run=1")
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login, PASSWORD)
    visitor.open("/merchant/imports")
    place = visitor.send("/merchant/imports", {"file": (io.BytesIO(content), "list.xlsx")}).headers["Location"]
    runner.run_due(app)
    assert program.call("GET", f"/imports/{made['id']}", 200)["counts"]["create"] == 5
    visitor.open(place)
    runner.run_due(app)
    assert "This field is needed" not in visitor.open(place)
    found = visitor.open("/merchant/listings")
    assert all(f"CH-{number}" in found for number in range(1, 6))


def test_bad_rows_are_mended_over_the_api(app, market):
    program = Program(app, market.merchant.token)
    _, made = post(app, program.token, workbook(GOOD))
    path = f"/imports/{made['id']}"
    cells = {"rows": [{"row": 3, "cells": {"hs": "871410"}}]}
    assert program.problem("POST", f"{path}/rows", 409, cells)[0] == "state"
    runner.run_due(app)
    for wrong in (
        {"row": 2, "cells": {}},
        {"row": 3, "cells": {"nonsense": "x"}},
        {"row": 3, "cells": {"hs": "a\x00"}},
    ):
        program.call("POST", f"{path}/rows", 422, {"rows": [wrong]})
    mending = program.call("POST", f"{path}/rows", 202, cells)["id"]
    runner.run_due(app)
    found = program.call("GET", f"/imports/{mending}", 200)
    assert (found["retries"], found["counts"]["create"], found["rows"][0]["errors"]) == (made["id"], 1, [])
    first = program.call("GET", path, 200)
    assert (first["counts"]["error"], first["mended"], first["errors_url"]) == (0, 1, None)
    assert [item["mended_by"] for item in first["rows"]] == [None, mending]
    assert program.call("GET", f"{path}?outcome=error", 200)["rows"] == []
    assert program.problem("GET", f"{path}/errors", 409)[0] == "import_clean"
    assert program.problem("POST", f"{path}/rows", 422, cells)
    other = Program(app, market.thai.token)
    other.call("POST", f"{path}/rows", 404, cells)
    headers = {"Authorization": f"Bearer {market.thai.token}"}
    sent = {"file": (io.BytesIO(workbook(GOOD)), "rows.xlsx")}
    assert app.test_client().post(f"/api/v1{path}/retry", data=sent, headers=headers).status_code == 404


def test_the_file_of_bad_rows_is_mended_and_handed_in_over_the_api(app, market):
    program = Program(app, market.merchant.token)
    headers = {"Authorization": f"Bearer {program.token}"}
    _, made = post(app, program.token, workbook(GOOD))
    runner.run_due(app)
    client = app.test_client()
    given = client.get(f"/api/v1/imports/{made['id']}/errors", headers=headers).data
    header, line = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(given)).active]
    line[header.index("hs")] = "871410"
    sent = {"file": (io.BytesIO(workbook([header, line])), "errors.xlsx")}
    answer = client.post(f"/api/v1/imports/{made['id']}/retry?dry_run=1", data=sent, headers=headers)
    assert answer.status_code == 202
    runner.run_due(app)
    mending = answer.get_json()["id"]
    assert program.call("GET", f"/imports/{mending}", 200)["state"] == "previewed"
    program.call("POST", f"/imports/{mending}/commit", 202)
    runner.run_due(app)
    assert program.call("GET", f"/imports/{made['id']}", 200)["mended"] == 1


def test_bad_rows_are_mended_on_a_page_without_scripts(app, market):
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login, PASSWORD)
    visitor.open("/merchant/imports")
    lines = table([row(sku="W-1"), row(sku="W-2", price="x"), row(sku="W-3", hs="1")])
    sent = {"file": (io.BytesIO(comma_separated(lines)), "list.csv"), "submit": "1"}
    place = visitor.send("/merchant/imports", sent).headers["Location"]
    runner.run_due(app)
    assert "Mend rows here" in visitor.open(place)
    shown = visitor.open(f"{place}/rows")
    assert 'name="cell.3.price" value="x"' in shown
    assert "“x” is no number" in visitor.text()
    cells = {"row.3": "1", "row.4": "1", "cell.3.price": "31", "cell.4.hs": "2"}
    mending = visitor.send(f"{place}/rows", cells).headers["Location"]
    runner.run_due(app)
    assert "See that import" in visitor.open(mending)
    assert "1 row was mended since. 1 row still needs mending." in visitor.text() or visitor.open(place)
    assert "1 row was mended since. 1 row still needs mending." in visitor.text()
    visitor.open(f"{place}/retry")
    content = comma_separated([["sku", "hs", "error_row"], ["W-3", "871410", "4"]])
    visitor.send(f"{place}/retry", {"file": (io.BytesIO(content), "rows.csv")}, 303)
    runner.run_due(app)
    visitor.open(place)
    assert "1 row was mended since. 1 row still needs mending." in visitor.text()
    whole = comma_separated([[*lines[0], "error_row"], [*lines[3], "4"]]).replace(b",1,CN", b",871410,CN")
    visitor.open(f"{place}/retry")
    visitor.send(f"{place}/retry", {"file": (io.BytesIO(whole), "rows.csv")}, 303)
    runner.run_due(app)
    visitor.open(place)
    assert "2 rows were mended since. 0 rows still need mending." in visitor.text()
    visitor.open(f"{place}/rows")
    assert "Nothing needs mending" in visitor.text()


def picture(colour):
    target = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(target, "PNG")
    return target.getvalue()


def archive(**pictures):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, colour in pictures.items():
            made.writestr(f"{name}.png", picture(colour))
    return target.getvalue()


def test_pictures_come_with_a_list_and_what_failed_is_tried_again(app, market):
    program = Program(app, market.merchant.token)
    lines = table([row(sku="Z", pictures="Z.png;https://127.0.0.1/a.png;https://localhost/b.png")])
    _, made = post(app, program.token, workbook(lines), pictures=(io.BytesIO(archive(Z="red")), "p.zip"))
    runner.run_due(app)
    path = f"/imports/{made['id']}/pictures"
    found = program.call("GET", path, 200)["items"]
    assert [(item["row"], item["source"], item["state"]) for item in found] == [
        (2, "Z.png", "added"),
        (2, "https://127.0.0.1/a.png", "failed"),
        (2, "https://localhost/b.png", "failed"),
    ]
    assert {item["error"]["code"] for item in found[1:]} == {"url_inside"}
    Program(app, market.thai.token).call("GET", path, 404)
    Program(app, market.thai.token).call("POST", path, 404)
    program.call("POST", path, 202)
    runner.run_due(app)
    assert [item["state"] for item in program.call("GET", path, 200)["items"]] == ["added", "failed", "failed"]
    bad = {"pictures": (io.BytesIO(b"PK\x03\x04 no"), "p.zip")}
    headers = {"Authorization": f"Bearer {program.token}"}
    refused = app.test_client().post(f"/api/v1{path}", data=bad, headers=headers)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "pictures")


def test_pictures_alone_by_page(app, market):
    program = Program(app, market.merchant.token)
    post(app, program.token, workbook(table([row(sku="Z"), row(sku="Y", pictures="Y.png")])))
    runner.run_due(app)
    _, alone = post(app, program.token, archive(Y="green"), "pictures.zip")
    runner.run_due(app)
    (taken,) = program.call("GET", f"/imports/{alone['id']}/pictures", 200)["items"]
    assert (taken["sku"], taken["state"]) == ("Y", "added")
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login, PASSWORD)
    visitor.open("/merchant/imports")
    sent = {"pictures": (io.BytesIO(archive(Z="red", Z_2="blue", Q="white")), "p.zip"), "submit": "1"}
    place = visitor.send("/merchant/imports", sent).headers["Location"]
    runner.run_due(app)
    assert "You have no listing with this article number" in visitor.open(place)
    assert "2 pictures" in visitor.text()
    assert "Pictures: taken in 2. See the pictures" in " ".join(visitor.text().split())
    visitor.open(f"{place}/pictures")
    assert "Z_2.png" in visitor.text()
    first = program.call("GET", "/imports", 200)["items"][-1]["id"]
    assert "There is no file" in visitor.open(f"/merchant/imports/{first}/pictures")
    sent = {"pictures": (io.BytesIO(archive(Y="red")), "p.zip")}
    visitor.send(f"/merchant/imports/{first}/pictures", sent)
    runner.run_due(app)
    visitor.open(f"/merchant/imports/{first}/pictures")
    assert "taken in" in visitor.text()
    visitor.open("/merchant/imports")
    visitor.send("/merchant/imports", {"pictures": (io.BytesIO(b"no"), "p.zip"), "submit": "1"}, 422)
    assert visitor.refused_fields() == {"pictures"}
    visitor.open("/merchant/imports")
    visitor.send("/merchant/imports", {"submit": "1"}, 422)
    assert visitor.refused_fields() == {"file"}


def test_a_second_click_is_one_import(app, market):
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login, PASSWORD)
    visitor.open("/merchant/imports")
    content = comma_separated(GOOD)
    places = [
        visitor.send("/merchant/imports", {"file": (io.BytesIO(content), "list.csv"), "submit": "1"}).headers[
            "Location"
        ]
        for _ in range(2)
    ]
    assert places[0] == places[1]
