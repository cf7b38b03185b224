"""Certificates and licences of brands that end: told of, on the desk, and shown as ended from then on."""

import io
from datetime import date, timedelta

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.catalog import flows
from marketplace.kernel import clock, moments
from marketplace.kernel.db import unit_of_work
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.details import call
from tests.support.pdfs import pdf
from tests.support.visitors import Town, Visitor

pytestmark = pytest.mark.both_databases
_SUBJECT = "Certificates or licences of your goods end"


def paper(client, trader):
    sent = {"file": (io.BytesIO(pdf("a paper")), "paper.pdf"), "purpose": "licence"}
    return client.post("/api/v1/files", data=sent, headers=trader.headers).get_json()["id"]


def test_what_ends_is_told_of_and_no_longer_shown_as_valid(app, client, monkeypatch):
    found, town = factories.open_market(app), Town(app)
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.MODERATOR, now=clock.now())
    today = clock.now()
    ends = (today + timedelta(days=7)).date().isoformat()
    listing, file = f"/listings/{found.chains}", paper(client, found.merchant)
    certificate = {"kind": "ccc", "number": "A-1", "issuer": "CQC", "file": file, "valid_from": "2025-01-01"}
    said = {
        "certificates": {"items": [certificate | {"valid_until": ends}]},
        "brand": {"relation": "licensed", "brand": "Honda", "letter": file, "until": ends},
    }
    call(client, found.merchant, "PATCH", f"{listing}/details", said)
    for case in call(client, office, "GET", "/moderation")["items"]:
        call(client, office, "POST", f"/moderation/{case['id']}/decision", {"decision": "approve"})
    assert [flows.watch_papers(now=clock.now()) for _ in range(2)] == [1, 0]
    run_due(app)
    (letter,) = [one for one in town.letters() if one.subject == _SUBJECT]
    assert letter.to == found.merchant.login
    assert f"Certificate A-1 (CQC): ends on {ends} (1 listing)" in letter.body
    assert f"Licence of the brand Honda: ends on {ends}" in letter.body
    seller = Visitor(app)
    seller.log_in(found.merchant.login)
    assert "Certificates and licences that end" in seller.open("/merchant")
    seller.open("/merchant/ending-papers")
    assert "A-1 (CQC)" in seller.text()
    rows = call(client, found.merchant, "GET", "/ending-papers")["items"]
    assert {row["part"]: row["ends"] for row in rows} == {
        "certificates": [{"name": "A-1 (CQC)", "until": ends, "expired": False}],
        "brand": [{"name": "Honda", "until": ends, "expired": False}],
    }
    assert call(client, found.thai, "GET", "/ending-papers")["items"] == []
    stranger = Visitor(app)
    assert "Licensed by the brand's owner" in stranger.open(f"/products/{found.chains}").replace("&#39;", "'")
    shown = call(client, None, "GET", listing)["details"]
    assert (shown["certificates"]["items"][0]["expired"], shown["brand"]["expired"]) == (False, False)

    monkeypatch.setattr(clock, "now", lambda: today + timedelta(days=8))
    stranger.open(f"/products/{found.chains}")
    text = " ".join(stranger.text().split())
    assert "CCC – expired" in text
    assert "Relation No licence any more" in text
    assert f"Licence ended on {moments.day(date.fromisoformat(ends), 'en')}" in text
    assert "Licensed by the brand" not in text
    shown = call(client, None, "GET", listing)["details"]
    assert (shown["certificates"]["items"][0]["expired"], shown["brand"]["expired"]) == (True, True)
    assert flows.watch_papers(now=clock.now()) == 1
    run_due(app)
    last = next(one for one in town.letters() if one.subject == _SUBJECT)
    assert f"ended on {ends}" in last.body
