"""What a card's bank is shown: papers and pictures, bound, handed over once and named in the answer."""

import io

import pytest
from pypdf import PdfReader

from marketplace.files.binding import Sheet, bind
from marketplace.kernel import clock
from marketplace.kernel.errors import TooLarge
from marketplace.payments.flows import disputes as flows
from marketplace.payments.rules import disputes as rules
from marketplace.payments.rules.cards import IN_FLIGHT
from marketplace.worker import runner
from tests.support.cards import CARD, bring_notices, double_of
from tests.support.claims import bring
from tests.support.letters import place
from tests.support.pictures import png
from tests.support.visitors import entered, shown


@pytest.fixture
def double(app):
    return double_of(app)


@pytest.fixture
def disputed(app, client, call, market, treasury, double):
    """A dispute about goods with papers, and with a claim that has a picture."""
    order = place(call, market, **CARD)
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", expect=204)
    bring(order["id"])
    sent = {"purpose": "evidence", "file": (io.BytesIO(png()), "seal.png")}
    photo = client.post("/api/v1/files", headers=market.buyer.headers, data=sent).get_json()["id"]
    claim = {"reason": "defective", "quantity": 40, "text": "Bent.", "evidence": [photo]}
    call(market.buyer, "POST", f"/order-lines/{order['lines'][0]['id']}/claims", key="d", json=claim, expect=201)
    goods = next(one for one in double.all("payment_intent") if one["metadata"].get("city_order"))
    double.dispute(goods["id"], reason="product_not_received")
    bring_notices(double)
    runner.run_due(app)
    (row,) = call(treasury, "GET", "/card-disputes", expect=200)["items"]
    return f"/card-disputes/{row['id']}", photo


def _evidence(double):
    (dispute,) = double.all("dispute")
    return dispute["evidence"]


def test_papers_and_pictures_are_handed_over_and_named(call, treasury, double, disputed):
    path, photo = disputed
    known = call(treasury, "GET", path, expect=200)["files"]
    assert {one["slot"] for one in known} == {"papers", "shipping", "pictures"}
    assert {one["document"] for one in known if one["is_shown"]} >= {"sales_contract"}
    assert [one["is_shown"] for one in known if one["id"] == photo] == [False]
    body = {"told": "Delivered.", "files": [one["id"] for one in known]}

    done = call(treasury, "POST", f"{path}/answer", key="a", json=body, expect=200)

    assert done["dispute"]["state"] == "answered"
    assert all(one["is_shown"] for one in done["files"])
    evidence = _evidence(double)
    files = {one["id"]: one for one in double.all("file")}
    assert {evidence["receipt"], evidence["shipping_documentation"], evidence["uncategorized_file"]} == files.keys()
    assert len(files) == 3
    assert {one["type"] for one in files.values()} == {"pdf"}
    assert sum(one["size"] for one in files.values()) <= rules.MOST_BYTES


def test_foreign_files_and_too_many_are_refused_and_none_need_be_shown(
    client,
    call,
    market,
    treasury,
    double,
    disputed,
    monkeypatch,
):
    path, photo = disputed
    sent = {"purpose": "evidence", "file": (io.BytesIO(png("blue")), "other.png")}
    other = client.post("/api/v1/files", headers=market.buyer.headers, data=sent).get_json()["id"]
    refused = call(treasury, "POST", f"{path}/answer", key="a", json={"told": "x", "files": [other]}, expect=422)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("files", "choice")]
    with monkeypatch.context() as patch:
        patch.setattr("marketplace.payments.flows.evidence_files.MOST_BYTES", 300)
        body = {"told": "x", "files": [photo]}
        refused = call(treasury, "POST", f"{path}/answer", key="t", json=body, expect=422)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("files", "files_too_heavy")]
    call(treasury, "POST", f"{path}/answer", key="b", json={"told": "Delivered."}, expect=200)
    assert double.all("file") == []
    assert _evidence(double) == {"uncategorized_text": "Delivered."}


def test_the_treasury_ticks_them_on_the_page(app, call, treasury, double, disputed):
    path, photo = disputed
    desk, _secret = entered(app, treasury)
    page = f"/operator{path}"
    text = shown(desk.open(page))
    assert "Sales contract" in text
    assert "Picture or paper of CLM-" in text
    desk.send(f"{page}/answer", {"told": "", "files": [photo]}, 422)
    assert f'value="{photo}" checked' in desk.shown or f'value="{photo}" id="field-files" checked' in desk.shown
    desk.send(f"{page}/answer", {"told": "Delivered.", "files": [photo]})
    assert "Picture or paper of CLM-" in shown(desk.open(page))
    (file,) = double.all("file")
    assert _evidence(double)["uncategorized_file"] == file["id"]


@pytest.mark.parametrize(
    ("fault", "where"),
    [("timeout_after", "/v1/files"), ("break_after", "/v1/files"), ("timeout_before", "/v1/disputes/*")],
)
def test_what_was_lost_between_is_handed_in_once(app, call, treasury, double, disputed, fault, where):
    path, photo = disputed
    known = call(treasury, "GET", path, expect=200)["files"]
    papers = [one["id"] for one in known if one["slot"] == "papers"]
    double.switches.arm(fault, method="POST", path=where, times=3 if fault.startswith("timeout") else 1)
    status = 200 if fault == "break_after" else 503
    call(treasury, "POST", f"{path}/answer", key="a", json={"told": "x", "files": [photo, *papers]}, expect=status)
    double.switches.clear()
    flows.reconcile(now=clock.now() + 2 * IN_FLIGHT)

    assert call(treasury, "GET", path, expect=200)["dispute"]["state"] == "answered"
    evidence = _evidence(double)
    handed = {evidence["receipt"], evidence["uncategorized_file"]}
    assert handed <= {one["id"] for one in double.all("file")}
    # A key that broke is not used again: then the same file is there twice, and named once.
    assert len(double.all("file")) == (3 if (fault, where) == ("break_after", "/v1/files") else 2)


def test_sheets_are_bound_small_enough_or_not_at_all():
    wide = Sheet("image/png", png())
    bound = bind([wide, wide], most=100_000, pages=2)
    assert bound == bind([wide, wide], most=100_000, pages=2)
    assert len(PdfReader(io.BytesIO(bound)).pages) == 2
    again = bind([Sheet("application/pdf", bound), wide], most=100_000, pages=3)
    assert len(PdfReader(io.BytesIO(again)).pages) == 3
    for limits in ({"most": 100, "pages": 9}, {"most": 100_000, "pages": 1}):
        with pytest.raises(TooLarge):
            bind([wide, wide], **limits)
