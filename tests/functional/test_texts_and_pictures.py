"""Texts by language with how they came about, and pictures in their order: by page and API."""

import io

from tests.support.details import approve, call
from tests.support.pictures import png
from tests.support.visitors import Visitor, logged_in


def test_a_translation_waits_with_its_mark_and_shows_it(app, client, moderated):
    found, office = moderated
    form = f"/merchant/listings/{found.chains}/texts/vi"
    seller = logged_in(app, found.merchant)
    assert "摩托车链条 428H" in seller.open(form)
    seller.send(form, {"title": "Xích xe máy", "description": "Rất bền.", "how": ""}, 422)
    assert seller.refused_fields() == {"how"}
    assert all(typed in seller.shown for typed in ("Xích xe máy", "Rất bền."))
    seller.send(form, {"title": "Xích xe máy", "description": "Rất bền.", "how": "machine"})
    page = Visitor(app)
    assert "Xích" not in page.open(f"/vi/products/{found.chains}")
    approve(client, office)
    text = page.open(f"/vi/products/{found.chains}")
    assert "Xích xe máy" in text
    assert "Rất bền." in text
    shown = call(client, None, "GET", f"/listings/{found.chains}")
    assert shown["details"]["texts"] == {"marks": {"vi": "machine"}}
    assert shown["descriptions"]["zh"] == "加强型"
    page.open(f"/products/{found.chains}")
    assert "A translation; nobody said how it was made" in page.text()
    # A copy says that it is one, and takes the merchant's own words.
    path = f"/listings/{found.chains}/texts"
    done = call(client, found.merchant, "PUT", f"{path}/th", {"how": "copied"})
    assert sorted(done["waiting"]) == ["descriptions", "texts", "titles"]
    # Taken away with its mark; the merchant's own stays.
    call(client, found.merchant, "PUT", f"{path}/vi", {})
    approve(client, office)
    now = call(client, None, "GET", f"/listings/{found.chains}")
    assert (now["titles"]["th"], now["descriptions"]["th"]) == ("摩托车链条 428H", "加强型")
    assert "vi" not in now["titles"]
    assert now["details"]["texts"] == {"marks": {"th": "copied"}}
    refused = call(client, found.merchant, "PUT", f"{path}/zh", {"description": "x"}, 422)
    assert [error["field"] for error in refused["errors"]] == ["title"]
    call(client, found.merchant, "PUT", f"{path}/fr", {"title": "x", "how": "person"}, 404)
    call(client, found.thai, "PUT", f"{path}/vi", {"title": "x", "how": "person"}, 404)


def test_a_text_in_one_language_leaves_the_others(client, moderated):
    found, office = moderated
    call(client, found.merchant, "PATCH", f"/listings/{found.chains}", {"descriptions": {"en": "Strong."}})
    approve(client, office)
    now = call(client, None, "GET", f"/listings/{found.chains}")
    assert now["descriptions"] == {"zh": "加强型", "en": "Strong."}


def test_pictures_stand_in_the_order_they_are_put_in(app, client, moderated):
    found, office = moderated
    ids = []
    for colour in ("red", "green", "blue"):
        sent = {"file": (io.BytesIO(png(colour)), "a.png"), "purpose": "picture"}
        file_id = client.post("/api/v1/files", data=sent, headers=found.merchant.headers).get_json()["id"]
        made = call(client, found.merchant, "POST", f"/listings/{found.chains}/pictures", {"file_id": file_id}, 201)
        ids.append((made["id"], file_id))
    approve(client, office)

    def order():
        return [each["file_id"] for each in call(client, None, "GET", f"/listings/{found.chains}")["pictures"]]

    red, green, blue = (file_id for _, file_id in ids)
    assert order() == [red, green, blue]
    path = f"/listings/{found.chains}/pictures"
    call(client, found.merchant, "PATCH", f"{path}/{ids[2][0]}", {"position": 1, "alt": "Blue box"}, 204)
    assert order() == [blue, red, green]
    for wrong, field in (({"position": 4}, "position"), ({"position": 0}, "position"), ({"alt": "x" * 161}, "alt")):
        refused = call(client, found.merchant, "PATCH", f"{path}/{ids[0][0]}", wrong, 422)
        assert [error["field"] for error in refused["errors"]] == [field]
    call(client, found.thai, "PATCH", f"{path}/{ids[0][0]}", {"position": 1}, 404)
    seller = logged_in(app, found.merchant)
    # The buttons beside each picture send its new place.
    seller.open(f"/merchant/listings/{found.chains}")
    seller.send(f"/merchant{path}/{ids[1][0]}", {"position": "2"})
    assert order() == [blue, green, red]
    form = f"/merchant{path}/{ids[1][0]}"
    assert 'value="2"' in seller.open(form)
    seller.send(form, {"alt": "Green box", "position": "9"}, 422)
    assert seller.refused_fields() == {"position"}
    assert 'value="Green box"' in seller.shown
    seller.send(form, {"alt": "Green box", "position": "1"})
    assert order() == [green, blue, red]
    assert 'alt="Green box"' in Visitor(app).open(f"/products/{found.chains}")
