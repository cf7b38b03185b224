"""Goods are compared with lists: when handed in, edited and when a list comes; a person says whether it is the same."""

import io
from dataclasses import replace
from uuid import UUID

import pytest

from marketplace.catalog import flows
from marketplace.catalog.services import listings
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.moderation import flows as moderation
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.visitors import Town, Visitor

pytestmark = pytest.mark.both_databases
FLUX = {"name": "Flux capacitors (invented)", "hs": [], "words": ["flux capacitor"]}
CLEAR = {"decision": "clear", "reason": "A name alone."}
CONFIRM = {"decision": "confirm", "reason": "These are they."}


@pytest.fixture
def call(client):
    def made(trader, method, path, body=None, status=200):
        headers = trader.headers if trader else {}
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.get_json()

    return made


def imported(call, office, *goods, name="Demo list (invented)"):
    body = {"kind": "own", "name": name, "goods": list(goods)}
    return call(office, "POST", "/screening-lists", body, 201)["id"]


def hits(call, office, state="open"):
    return call(office, "GET", f"/screening-hits?state={state}")["items"]


def test_goods_are_compared_when_a_list_comes_and_a_cleared_hit_stays_cleared(app, call, moderated):
    found, office = moderated
    before = call(None, "GET", f"/listings/{found.chains}")
    hs = {"name": "Whatever begins so", "hs": [before["hs"][:4]], "words": []}
    first = imported(call, office, hs)
    assert hits(call, office) == []  # a job compares
    letters = Town(app).letters()
    assert any(one.subject.startswith("Goods are like an entry of a list") for one in letters)
    mine = [hit for hit in hits(call, office) if hit["subject_id"] == str(found.chains)]
    assert [(hit["subject"], hit["likeness"], hit["list_id"]) for hit in mine] == [("goods", "hs", first)]
    # Nothing is stopped by a list alone, and neither by what a person says of it.
    assert call(None, "GET", f"/listings/{found.chains}")["state"] == "live"
    call(office, "POST", f"/screening-hits/{mine[0]['id']}/decision", CONFIRM)
    assert call(None, "GET", f"/listings/{found.chains}")["state"] == "live"
    assert call(found.merchant, "GET", "/merchant")["state"] == "approved"
    assert call(office, "POST", f"/screening-hits/{mine[0]['id']}/decision", CLEAR)["state"] == "cleared"
    call(office, "POST", f"/screening-hits/{mine[0]['id']}/decision", CLEAR, 409)
    imported(call, office, hs, FLUX)
    run_due(app)
    assert str(found.chains) not in {hit["subject_id"] for hit in hits(call, office)}
    assert flows.screen_goods(now=clock.now()) == 0


def test_an_edit_is_compared_before_review_and_weighs_until_it_is_cleared(app, call, moderated):
    found, office = moderated
    imported(call, office, FLUX)
    run_due(app)
    assert hits(call, office) == []
    call(found.merchant, "PATCH", f"/listings/{found.chains}", {"titles": {"en": "Chain with a FLUX-capacitor"}})
    (hit,) = hits(call, office)
    assert (hit["subject_id"], hit["likeness"], hit["entry_aliases"]) == (
        str(found.chains), "phrase", ["flux capacitor"],
    )  # fmt: skip
    (case,) = call(office, "GET", "/moderation")["items"]
    assert case["risk_points"]["listed"] == 40
    call(office, "POST", f"/screening-hits/{hit['id']}/decision", CONFIRM)
    (case,) = call(office, "GET", "/moderation")["items"]
    assert case["risk_points"]["listed"] == 40
    call(office, "POST", f"/screening-hits/{hit['id']}/decision", CLEAR)
    reading().rollback()
    # The job that weighs a merchant's cases anew runs a minute later.
    assert moderation.weigh_company(found.merchant.company, now=clock.now()) == 1
    (case,) = call(office, "GET", "/moderation")["items"]
    assert "listed" not in case["risk_points"]
    # The same words elsewhere in its texts are what was cleared.
    call(found.merchant, "PATCH", f"/listings/{found.chains}", {"titles": {"en": "Steel chain, flux capacitor"}})
    assert hits(call, office) == []


def test_a_sheet_is_kept_with_its_version_and_given_out(app, call, client, moderated):
    found, office = moderated
    eye = Visitor(app)
    eye.enter(office.actor)
    eye.open("/operator/screening/lists")
    form = {"kind": "export_control", "name": "Goods (invented)"}
    wrong = b"name,hs,words,country\nFlux,85x,,\nWarp,,warp drive,CN\nDashes,,--,\n"
    refused = eye.send("/operator/screening/lists", form | {"file": (io.BytesIO(wrong), "list.csv")}, 422)
    assert "Row 4, column “words”: write 1 to" in refused.get_data(as_text=True)
    sent = {"file": (io.BytesIO(wrong), "list.csv"), **form}
    answer = client.post("/api/v1/screening-lists/sheet", data=sent, headers=office.headers)
    errors = answer.get_json()["errors"]
    assert [error["field"] for error in errors] == ["file"] * 3
    said = [error["message"].partition(":")[0] for error in errors]
    assert said == ["Row 2, column “hs”", "Row 3, column “country”", "Row 4, column “words”"]
    sheet = "name,hs,words,country\nFlux,8532; 8714.10,,\nWarp,,warp drive；曲速引擎,\nSome Company,,,KP\n".encode()
    eye.open("/operator/screening/lists")
    eye.send("/operator/screening/lists", form | {"file": (io.BytesIO(sheet), "list.csv")})
    (version,) = call(office, "GET", "/screening-lists")["items"]
    assert (version["entries"], version["sheet"], version["current"]) == (3, True, True)
    path = f"/screening-lists/{version['id']}/sheet"
    page = f"/operator/screening/lists/{version['id']}/sheet"
    assert page in eye.open("/operator/screening/lists")
    assert eye.client.get(page).data == sheet
    assert client.get(f"/api/v1{path}", headers=office.headers).data == sheet
    call(found.merchant, "GET", path, status=403)
    call(office, "GET", f"/screening-lists/{UUID(int=7)}/sheet", status=404)
    call(office, "GET", f"/screening-lists/{imported(call, office, FLUX)}/sheet", status=404)
    # The same content again is the version there is, and no second sheet is kept.
    sent = {"file": (io.BytesIO(sheet), "again.csv"), **form}
    again = client.post("/api/v1/screening-lists/sheet", data=sent, headers=office.headers)
    assert (again.status_code, again.get_json()["id"]) == (201, version["id"])
    run_due(app)
    hit = next(hit for hit in hits(call, office) if hit["subject_id"] == str(found.chains))
    shown = eye.open(f"/operator/screening/{hit['id']}")
    assert "HS codes begin with" in shown
    assert str(found.chains) in shown
    eye.send(f"/operator/screening/{hit['id']}", CLEAR)
    assert str(found.chains) not in {hit["subject_id"] for hit in hits(call, office)}


def test_drafts_are_compared_once_they_are_handed_in(app, call, moderated):
    found, office = moderated
    imported(call, office, FLUX)
    run_due(app)
    with unit_of_work() as session:
        draft = replace(factories.DRAFT, sku="FLUX-1", titles={"en": "Flux capacitor"}, source_locale="en")
        made = listings.create(session, actor=found.merchant.actor, draft=draft, now=clock.now())
    assert hits(call, office) == []
    call(found.merchant, "POST", f"/listings/{made}/submission", {})
    (hit,) = hits(call, office)
    assert hit["subject_id"] == str(made)
    case = next(case for case in call(office, "GET", "/moderation")["items"] if case["listing_id"] == str(made))
    assert case["risk_points"]["listed"] == 40
