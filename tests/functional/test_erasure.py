"""What a person may take along, and what is left of them: facts of their company, without their words."""

import io

import pytest

from marketplace.audit import flows as audit
from marketplace.distribution.models import Discrepancy
from marketplace.files.store import read
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.logistics.handling.models import HandlingAct
from marketplace.logistics.models.cargo import HandlingUnit, Receipt
from marketplace.mail.channels import EmlFolder
from marketplace.orders.models import Cart, ClaimText
from marketplace.reports import queries as reports
from marketplace.worker.runner import run_due
from tests.factories import PASSWORD
from tests.functional.test_fees import after
from tests.support.handling import taken, told, work
from tests.support.invariants import fresh
from tests.support.pdfs import pdf
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
TOLD = ("two crushed, ask Hoa", "Chains rusted, says Hoa.")
OVER_BORDER = True


class Buyer:
    """A buyer who remarked, claimed, handed files in and was written to."""

    def __init__(self, app, call, market, operator):
        self.app, self.call, self.trader = app, call, market.buyer
        way = Way(call, market, operator).secure()
        way.pack()
        way.hand_over()
        for act, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-1"}), ("depart", {})):
            way.act(act, **body)
        for act in ("at-border", "clear", "arrive", "strip"):
            way.act(act)
        way.receive(cartons=8, remarks=TOLD[0])
        self.way = way
        self.loose = self.upload("passport of Hoa", "any")
        self.evidence = self.upload("rust", "evidence")
        claim = {"reason": "defective", "quantity": 40, "text": TOLD[1], "evidence": [self.evidence]}
        self.claim = call(self.trader, "POST", f"/order-lines/{way.line_id}/claims", json=claim, expect=201)["id"]
        call(self.trader, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
        call(self.trader, "POST", "/codes", json={"login": self.trader.login}, expect=202)
        run_due(app)

    def upload(self, text, purpose):
        sent = {"file": (io.BytesIO(pdf(text)), f"{text}.pdf"), "purpose": purpose}
        return self.call(self.trader, "POST", "/files", data=sent, expect=201)["id"]

    def data(self):
        return self.call(self.trader, "GET", "/me/data", expect=200)["data"]

    def letters(self):
        folder = self.app.extensions["city.settings"].data_dir / "mail"
        return [letter for letter in EmlFolder(folder, sender="").newest() if letter.to == self.trader.login]


@pytest.fixture
def buyer(app, call, market, operator):
    for path in (app.extensions["city.settings"].data_dir / "mail").glob("*.eml"):
        path.unlink()
    return Buyer(app, call, market, operator)


def test_a_person_takes_along_everything_that_is_kept(buyer):
    company = buyer.trader.company
    invited = {"login": "new@demo.test", "roles": ["sales"]}
    buyer.call(buyer.trader, "POST", f"/companies/{company}/invitations", json=invited, expect=201)
    data = buyer.data()
    assert [row["body"] for row in data["claim_texts"]] == [TOLD[1]]
    assert [row["remarks"] for row in data["receipts"]] == [TOLD[0]]
    assert [row["remarks"] for row in data["discrepancy_remarks"]] == [TOLD[0]]
    assert {row["id"] for row in data["files"]} == {buyer.loose, buyer.evidence}
    assert [row["id"] for row in data["orders_placed"]] == [buyer.way.order_id]
    assert [row["quantity"] for row in data["cart"]] == [400]
    assert {"claim.open", "receipt.recorded", "member.invited"} <= {row["action"] for row in data["acts"]}
    account = data["account"]
    assert len(account["tokens"]) == len(account["memberships"]) == len(account["invitations_sent"]) == 1
    assert len(account["terms_accepted"]) == 2
    assert "new@demo.test" not in str(data)
    assert {"checkouts", "acceptances", "payout_approvals", "imports", "reviews_decided"} <= data.keys()


def test_an_erased_person_s_words_letters_and_loose_files_are_gone(app, buyer, tmp_path):
    store = app.extensions["city.store"]
    (loose,) = [row["sha256"] for row in buyer.data()["files"] if row["id"] == buyer.loose]
    (kept,) = [row["sha256"] for row in buyer.data()["files"] if row["id"] == buyer.evidence]
    assert buyer.letters()
    buyer.call(buyer.trader, "POST", "/me/erasure", json={"current_password": PASSWORD}, expect=204)
    run_due(app)
    assert buyer.letters() == []
    session = fresh()
    assert [text.body for text in session.query(ClaimText)] == [""]
    assert [row.remarks for row in session.query(Discrepancy)] == [""]
    assert session.query(Receipt).one().cartons == 8
    assert session.query(Cart).filter_by(person_id=buyer.trader.actor.person).count() == 0
    with pytest.raises(NotFound):
        read(store, loose)
    assert read(store, kept)
    left = reports.person_data(session, person_id=buyer.trader.actor.person)
    assert not [words for words in (*TOLD, "passport") if words in str(left)]
    assert [row["id"] for row in left["files"]] == [buyer.evidence]
    merchant = buyer.way.market.merchant
    shown = buyer.call(merchant, "GET", f"/claims/{buyer.claim}", expect=200)
    assert (shown["state"], shown["texts"][0]["text"]) == ("negotiating", "")
    audit.seal_rows(now=clock.now())
    assert reports.check(reading()) == []
    path = tmp_path / "audit.jsonl"
    assert audit.export_chain(path).ok
    assert audit.verify_file(path).ok


def test_why_cargo_came_late_is_its_taker_s_word_and_goes_with_him(call, way, operator, later):
    way.secure().pack()
    after(way, later, 1)
    assert told(way, taken(way, minutes=-1, late=True)) == ["refused"]
    assert told(way, taken(way, minutes=-1, late=True, remarks="Hoa had a flat tyre")) == ["applied"]
    acts = call(operator, "GET", "/me/data", expect=200)["data"]["handling_acts"]
    assert "Hoa had a flat tyre" in [act["remarks"] for act in acts]
    call(operator, "POST", "/me/erasure", json={"current_password": PASSWORD}, expect=204)
    assert "flat tyre" not in str(work(way, trader=way.market.carrier))
    session = fresh()
    assert "flat tyre" not in str([act.content for act in session.query(HandlingAct)])
    assert [unit.late_reason for unit in session.query(HandlingUnit)] == [None]
