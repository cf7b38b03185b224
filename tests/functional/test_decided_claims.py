"""What was decided about a claim is told as a decision, not as an offer: on its page, by the API and in its bundle."""

import io
import json
import re
import zipfile

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.orders import flows
from tests import factories
from tests.support.claims import LATER, bring, claim, line_of, place
from tests.support.pictures import png
from tests.support.visitors import Visitor

_WHY = "The goods are of another type: they go back."


@pytest.fixture
def made(call, market, client):
    """A claim of the buyer's with a picture."""
    order_id = place(call, market)
    bring(order_id)

    def hand_in(name):
        body = {"purpose": "evidence", "file": (io.BytesIO(png()), name)}
        return client.post("/api/v1/files", headers=market.buyer.headers, data=body).get_json()["id"]

    return claim(call, market, line_of(order_id), reason="wrong", evidence=[hand_in("photo.png")], text="Type B came.")


def decided(call, market, operator, made, **body):
    call(market.buyer, "POST", f"/claims/{made['id']}/escalation", expect=200)
    words = {"amount": "1096.00", "remedy": "return", "text": _WHY} | body
    return call(operator, "POST", f"/claims/{made['id']}/decision", json=words, expect=200)


def found(pattern, page):
    """Return what a pattern's brackets hold, or all it matches."""
    match = re.search(pattern, page, re.DOTALL)
    assert match is not None, pattern
    return match[match.re.groups]


def fact(page, label):
    """Return the value of a fact in words."""
    value = found(rf"<dt[^>]*>\s*{label}\s*</dt>\s*<dd[^>]*>(.*?)</dd>", page)
    return " ".join(re.sub(r"<[^>]+>", " ", value).split())


def bundle(visitor, path):
    with visitor.client.get(f"{path}/bundle") as answer, zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return archive.read("index.html").decode(), json.loads(archive.read("facts/claim.json"))


def test_a_return_that_the_operator_decides_is_awarded_and_nobody_offered_it(app, call, market, operator, made):
    answer = decided(call, market, operator, made)
    assert (answer["state"], answer["offer"]) == ("sending", None)
    assert answer["awarded"]["amount"] == "1096.00"
    decision = answer["decision"]
    assert (decision["by"], decision["remedy"], decision["amount"]["amount"]) == ("operator", "return", "1096.00")
    assert (decision["text"], bool(decision["at"])) == (_WHY, True)
    for trader in (market.buyer, market.merchant):
        visitor = Visitor(app)
        visitor.log_in(trader.login)
        page = visitor.open(f"/claims/{made['id']}")
        assert fact(page, "Offered") == "–"
        assert "1,096.00" in fact(page, "Amount awarded")
        assert fact(page, "Decided by").startswith("The operator")
        assert re.search(r"\d\d:\d\d UTC\+0", fact(page, "Decided by"))
        assert fact(page, "Reason of the decision") == _WHY


def test_a_bundle_says_what_was_decided_and_who_showed_what_when(app, call, market, operator, made):
    decided(call, market, operator, made)
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)
    index, facts = bundle(visitor, f"/claims/{made['id']}")
    for words in ("To be sent", "Return over the border, then money back", "The operator", _WHY):
        assert words in index
    assert found(r"Offered</th><td>(.*?)</td>", index) == "–"
    assert "1096.00 CNY" in found(r"Amount awarded</th><td>(.*?)</td>", index)
    assert not re.search(r"\d\d:\d\d:\d\d\.\d", index + json.dumps(facts))
    assert re.search(r"\d\d:\d\d UTC\+07 \(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)", index)
    assert (facts["offer"], facts["awarded"]["amount"], facts["remedy"]) == (None, "1096.00", "return")
    decision = facts["decision"]
    assert (decision["by"], decision["text"], decision["amount"]) == ("operator", _WHY, facts["awarded"])
    assert "UTC+07" in decision["at_local"]
    (shown,) = facts["evidence"]
    assert (shown["handed_in_by"], shown["shows"]) == ("claimant", "Type B came.")
    assert shown["company_name"] == facts["claimant"]["name"]
    assert shown["path"] == "evidence/001-claimant-photo.png"
    row = found(r"<tr><td><a href=\"evidence/001[^>]*>.*?</tr>", index)
    assert facts["claimant"]["name"] in row
    assert "Type B came." in row


def test_what_was_offered_before_stays_offered_beside_what_is_decided(call, market, operator, made):
    call(market.merchant, "POST", f"/claims/{made['id']}/answer", json={"amount": "500.00"}, expect=200)
    answer = decided(call, market, operator, made)
    assert (answer["offer"]["amount"], answer["awarded"]["amount"]) == ("500.00", "1096.00")
    (listed,) = call(market.merchant, "GET", "/claims", expect=200)["items"]
    assert (listed["offer"], listed["awarded"]) == (answer["offer"], answer["awarded"])


def test_a_deadline_that_decides_is_told_as_one(app, call, market, made):
    call(market.buyer, "POST", f"/claims/{made['id']}/escalation", expect=200)
    assert flows.lapse_claims(now=clock.now() + LATER) == 1
    answer = call(market.buyer, "GET", f"/claims/{made['id']}", expect=200)
    assert (answer["state"], answer["decision"]["by"], answer["decision"]["text"]) == ("decided", "deadline", None)
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login)
    assert fact(visitor.open(f"/claims/{made['id']}"), "Decided by").startswith("The end of the time to decide")


def test_a_return_that_was_not_handed_over_in_time_says_so(app, call, market, operator, made):
    decided(call, market, operator, made)
    assert flows.lapse_claims(now=clock.now() + LATER) == 1
    answer = call(market.buyer, "GET", f"/claims/{made['id']}", expect=200)
    assert (answer["state"], answer["withdrawn_by"]) == ("withdrawn", "not_sent_back")
    assert answer["awarded"]["amount"] == "0.00"
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)
    words = "The goods were not handed over in time to go back"
    assert words in visitor.open(f"/claims/{made['id']}")
    index, facts = bundle(visitor, f"/claims/{made['id']}")
    assert words in index
    assert facts["withdrawn_by"] == "not_sent_back"


def test_only_who_may_open_a_claim_is_led_to_it_from_what_does_not_add_up(app, call, market, operator, made):
    call(market.buyer, "POST", f"/claims/{made['id']}/escalation", expect=200)
    for role, is_led in ((Role.TREASURY, True), (Role.ADMIN, False)):
        with unit_of_work() as session:
            reader = factories.colleague(session, app, operator, role=role, now=clock.now(), name=role)
        page = Visitor(app)
        with page.client.session_transaction() as cookie:
            cookie["_user_id"] = f"{reader.actor.person}:{reader.company}:0"
        shown = page.open("/operator/reconciliation?kind=claim")
        assert made["reference"] in shown
        assert (f'href="/claims/{made["id"]}"' in shown) is is_led
