"""Both sides show what is so, and everything about a claim leaves as one ZIP whose hashes hold."""

import hashlib
import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.audit.models import AuditRow
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.pictures import png
from tests.support.visitors import Visitor
from tests.support.ways import Way

VOICE = b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom" + bytes(64)
OVER_BORDER = True


@pytest.fixture
def hand_in(client):
    def hand_in(trader, content, name, purpose="evidence", expect=201):
        answer = client.post(
            "/api/v1/files", headers=trader.headers, data={"purpose": purpose, "file": (io.BytesIO(content), name)}
        )
        assert answer.status_code == expect, answer.text
        return answer.get_json()["id"] if expect == 201 else answer.get_json()

    return hand_in


@pytest.fixture
def fetch(client):
    def fetch(trader, claim_id, expect=200):
        with client.get(f"/api/v1/claims/{claim_id}/bundle", headers=trader.headers) as answer:
            assert answer.status_code == expect, answer.text
            return answer.data

    return fetch


def opened(content):
    """Return the files of a bundle by path; every one has the hash that the manifest says, and none is missing."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    listed = json.loads(files.pop("manifest.json"))["files"]
    assert {one["path"]: (one["sha256"], one["size"]) for one in listed} == {
        path: (hashlib.sha256(body).hexdigest(), len(body)) for path, body in files.items()
    }
    return files


def facts(files, name):
    return json.loads(files[f"facts/{name}.json"])


def crushed(way, **claim):
    """Take an order's goods over the border to the buyer, one carton of them crushed, and claim about it."""
    way.pack()
    way.hand_over()
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-7"}), ("depart", {})):
        way.act(name, **body)
    for name in ("at-border", "clear", "arrive", "strip"):
        way.act(name)
    way.receive(cartons=10, damaged=1, remarks="one crushed at the corner")
    body = {"reason": "damaged", "quantity": 40, "text": "Crushed."} | claim
    return way.call(way.market.buyer, "POST", f"/order-lines/{way.line_id}/claims", json=body, expect=201)


def note(way, trader, text, *, shared):
    body = {"text": text, "shared": shared}
    way.call(trader, "POST", f"/orders/{way.order_id}/notes", json=body, expect=201)


def holds_all(files, claimed):
    """See that a merchant's bundle has all there is about the claim, and nothing of the buyer's alone."""
    claim = facts(files, "claim")
    assert (claim["value"], claim["clocks"]["by_silence"]) == (claimed["value"], "escalate")
    assert [text["text"] for text in claim["texts"]] == ["Links <b>break</b>.", "Hear the driver."]
    assert claim["respondent"]["working_time"] == "Asia/Shanghai"
    assert facts(files, "order")["line"]["amount"] == {"amount": "10960.00", "currency": "CNY"}
    assert facts(files, "packing")["cartons"] == 10
    (receipts,) = facts(files, "receipts").values()
    assert [(one["damaged_cartons"], one["remarks"]) for one in receipts] == [(1, "one crushed at the corner")]
    assert [one["damaged_cartons"] for one in facts(files, "discrepancies")] == [1]
    (events,) = facts(files, "transport").values()
    assert {24, 12, 16} <= {one["code"] for one in events if one["classifier"] == "actual"}
    assert [one["text"] for one in facts(files, "notes")] == ["Please pack better."]
    assert files["evidence/002-respondent-driver.m4a"] == VOICE
    assert b"Links &lt;b&gt;break&lt;/b&gt;." in files["index.html"]
    kinds = {one["kind"] for one in facts(files, "papers")}
    assert {"sales_contract", "commercial_invoice", "packing_list"} <= kinds
    assert "freight_contract" not in kinds  # what the buyer pays the carrier is no business of the merchant's
    assert sum(name.startswith("papers/") for name in files) == len(facts(files, "papers"))


def answered_by_voice(call, market, defective, hand_in):
    """Let the merchant answer a claim with a recording; no other does, no film is one, and no clock begins anew."""
    path = f"/claims/{defective['id']}"
    voice, film = hand_in(market.merchant, VOICE, "driver.m4a"), b"OggS\0\x02" + bytes(22) + b"\x80theora"
    refused = hand_in(market.merchant, film, "film.ogg", expect=422)
    assert "M4A, MP3, OGG, WAV up to 20 MB" in refused["errors"][0]["accepted"]
    body = {"evidence": [voice], "text": "Hear the driver."}
    call(market.carrier, "POST", f"{path}/evidence", json=body, expect=404)
    call(market.buyer, "POST", f"{path}/evidence", json=body, expect=404)  # another's file
    call(market.merchant, "POST", f"{path}/evidence", json={"evidence": []}, expect=422)
    shown = call(market.merchant, "POST", f"{path}/evidence", json=body, expect=200)
    assert call(market.merchant, "POST", f"{path}/evidence", json=body, expect=200) == shown
    assert [(one["name"], one["company_id"]) for one in shown["files"]] == [
        ("crushed carton.png", str(market.buyer.company)), ("driver.m4a", str(market.merchant.company)),
    ]  # fmt: skip
    assert shown["deadline_at"] == defective["deadline_at"]
    assert [text["text"] for text in shown["texts"]] == ["Links <b>break</b>.", "Hear the driver."]


def test_each_side_adds_its_evidence_and_each_takes_away_what_it_may_see(
    app, call, way, market, operator, hand_in, fetch
):
    way.secure()
    photo = hand_in(market.buyer, png(), "crushed carton.png")
    note(way, market.buyer, "Please pack better.", shared=True)
    note(way, market.merchant, "He always says that.", shared=False)
    defective = crushed(way, reason="defective", text="Links <b>break</b>.", evidence=[photo])
    by_carrier = call(
        market.buyer, "POST", f"/order-lines/{way.line_id}/claims",
        json={"reason": "damaged", "quantity": 40, "text": "Crushed."}, expect=201,
    )  # fmt: skip
    answered_by_voice(call, market, defective, hand_in)
    run_due(app)
    content = fetch(market.merchant, defective["id"])
    noted = reading().scalars(sa.select(AuditRow).where(AuditRow.action == "claim.bundle")).all()
    assert [row.facts["sha256"] for row in noted] == [hashlib.sha256(content).hexdigest()]
    holds_all(opened(content), defective)
    buyers = opened(fetch(market.buyer, defective["id"]))
    assert "freight_contract" in {one["kind"] for one in facts(buyers, "papers")}
    carriers = opened(fetch(market.carrier, by_carrier["id"]))
    assert "facts/notes.json" not in carriers
    assert not {"total", "plan"} & facts(carriers, "order").keys()
    assert {one["kind"] for one in facts(carriers, "papers")} == {
        "freight_contract", "house_waybill", "cargo_receipt",
    }  # fmt: skip
    decides = opened(fetch(operator, defective["id"]))
    assert {one["kind"] for one in facts(decides, "papers")} == {one["kind"] for one in facts(buyers, "papers")}
    for stranger, claim_id in ((market.thai, defective), (market.carrier, defective), (market.merchant, by_carrier)):
        fetch(stranger, claim_id["id"], 404)
    path = f"/claims/{defective['id']}"
    call(market.buyer, "POST", f"{path}/withdrawal", expect=200)
    late = {"evidence": [hand_in(market.buyer, png("blue"), "late.png")]}
    call(market.buyer, "POST", f"{path}/evidence", json=late, expect=409)
    with zipfile.ZipFile(io.BytesIO(fetch(market.buyer, defective["id"]))) as archive:
        assert "manifest.json" in archive.namelist()
    assert reports.check(reading()) == []


def test_evidence_on_pages_and_who_may_add_it(app, call, market, operator):
    way = Way(call, market, operator).secure()
    made = crushed(way, reason="wrong")
    page = f"/claims/{made['id']}"
    with unit_of_work() as session:
        clerk = factories.colleague(session, app, market.merchant, role=Role.FINANCE, now=clock.now())
    call(clerk, "POST", f"{page}/evidence", json={"evidence": [made["id"]]}, expect=403)
    merchant = Visitor(app)
    merchant.log_in(market.merchant.login)
    assert "Everything as one ZIP" in merchant.open(page)
    merchant.send(f"{page}/evidence", {"text": "None."}, 422)
    assert "file" in merchant.refused_fields()
    two = [(io.BytesIO(png(colour)), f"{colour}.png") for colour in ("red", "blue")]
    merchant.send(f"{page}/evidence", {"file": two, "text": "As packed."})
    shown = merchant.open(page)
    assert "red.png" in shown
    assert "blue.png" in shown
    assert "As packed." in shown
    seen = Visitor(app)
    seen.log_in(clerk.login)
    assert len(call(market.buyer, "GET", page, expect=200)["files"]) == 2
    with merchant.client.get(f"{page}/bundle") as answer:
        content = answer.data
    assert answer.headers["Content-Disposition"].endswith(f"{made['reference']}.zip")
    assert {name for name in opened(content) if name.startswith("evidence/")} == {
        "evidence/001-respondent-red.png", "evidence/002-respondent-blue.png",
    }  # fmt: skip
