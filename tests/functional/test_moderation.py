"""Reviewers at work, on pages and over the API."""

import io
import re

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import db, extension, unit_of_work
from marketplace.moderation import flows
from marketplace.moderation.services import wording as writing
from tests.functional.test_selling import BODY, BUYER, OTHER, REVIEWER, SELLER, check_city, market, member, reviewer
from tests.support.pictures import picture

__all__ = ["market"]


def submitted(seller, **changes):
    made = seller.call("POST", "/listings", 201, BODY | changes)["id"]
    seller.call("POST", f"/listings/{made}/submission", 200)
    return made


def shown(market, login, listing_id, image):
    target = io.BytesIO()
    image.save(target, "JPEG")
    target.seek(0)
    page = market.visitor(login)
    address = f"/merchant/listings/{listing_id}"
    page.open(address)
    data = page.hidden(f"{address}/pictures") | {"alt": "Chains on a table", "file": (target, "a.jpg")}
    assert page.client.post(f"{address}/pictures", data=data).status_code == 303


def reader(market, login=REVIEWER):
    """A reviewer before pages, past his second factor."""
    page = market.visitor()
    with market.app.app_context(), page.client.session_transaction() as cookie:
        person, company, epoch = member(login)
        cookie["_user_id"] = f"{person}:{company}:{epoch}"
    return page


def compare(market):
    with market.app.app_context():
        flows.compare_outdated(store=extension("city.store"), now=clock.now())
        db.session.remove()


@pytest.fixture
def statements(market):
    """The SELECTs that the database was asked."""
    found = []

    def count(*facts):
        if facts[2].lstrip().upper().startswith("SELECT"):
            found.append(facts[2])

    with market.app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", count)
    yield found
    sa.event.remove(engine, "before_cursor_execute", count)


def test_a_reviewer_filters_walks_and_sees_what_is_copied(market, statements):
    seller, rival, judge = market.program(SELLER), market.program(OTHER), reviewer(market)
    one, other = submitted(seller), submitted(rival, sku="COPY")
    shown(market, SELLER, one, picture(1))
    shown(market, OTHER, other, picture(1).resize((320, 240)))
    compare(market)
    page = reader(market)
    text = page.open("/operator/moderation?kind=listing&country=LA")
    assert "Another company shows the same picture" in page.text()
    assert judge.problem("GET", "/moderation?kind=nonsense", 422) == ("fields", {"kind"})
    assert judge.problem("GET", "/moderation?merchant=nonsense", 422) == ("fields", {"merchant"})
    rows = judge.call("GET", "/moderation?kind=listing&country=LA&category=motorcycle-parts", 200)["items"]
    assert {row["listing_id"] for row in rows} == {one, other}
    assert all(row["risk_points"]["same_picture"] == 25 for row in rows)
    assert judge.call("GET", f"/moderation?merchant={rows[0]['company_id']}", 200)["items"] == [rows[0]]
    assert judge.call("GET", "/moderation?country=VN", 200)["items"] == []
    first = judge.call("GET", f"/moderation/{rows[0]['id']}?kind=listing", 200)
    assert (first["previous"], first["next"]) == (None, rows[1]["id"])
    assert [(each["listing_id"], each["by"]) for each in first["similar"]] == [(rows[1]["listing_id"], "picture")]
    assert f"/operator/moderation/{rows[0]['id']}?kind=listing&amp;country=LA" in text
    page.open(f"/operator/moderation/{rows[0]['id']}?kind=listing&country=LA")
    assert "another company" in page.text()
    assert f"/operator/moderation/{rows[1]['id']}?kind=listing&amp;country=LA" in page.shown
    page.open(f"/operator/moderation/listings/{rows[1]['listing_id']}")
    assert "Same picture" in page.text()
    page.open(f"/operator/moderation/{rows[0]['id']}?kind=listing")
    done = page.send(f"/operator/moderation/{rows[0]['id']}/decision?kind=listing", {"decision": "approve"})
    assert done.headers["Location"].endswith(f"/operator/moderation/{rows[1]['id']}?kind=listing")


def test_pictures_of_an_edit_stand_side_by_side_with_their_descriptions(market):
    seller, judge = market.program(SELLER), reviewer(market)
    made = submitted(seller)
    shown(market, SELLER, made, picture(1))
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    judge.call("POST", f"/moderation/{case['id']}/decision", 200, {"decision": "approve"})
    shown(market, SELLER, made, picture(2))
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    page = reader(market)
    html = page.open(f"/operator/moderation/{case['id']}")
    live, proposed = html.split("<h3>Proposed</h3>")
    assert live.split("<h3>Live now</h3>")[1].count("Chains on a table") == 2
    assert proposed.count('alt="Chains on a table"') == 2
    assert proposed.count("(new)") == 1


def test_a_price_that_jumped_stands_beside_the_one_before(market):
    seller, judge = market.program(SELLER), reviewer(market)
    made = submitted(seller, price="27.40", tiers="")
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    judge.call("POST", f"/moderation/{case['id']}/decision", 200, {"decision": "approve"})
    seller.call("PATCH", f"/listings/{made}", 200, {"price": "58.00", "tiers": ""})
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    page = reader(market)
    page.open(f"/operator/moderation/{case['id']}")
    before, now = page.text().index("27.40"), page.text().index("58.00")
    assert before < now
    assert "until" in page.text()[before - 200 : before]
    assert "What the listing says" in page.text()
    assert "Live now" not in page.text()
    assert "The price moved by more than 30 %" in page.text()
    assert "%%" not in page.text()


def test_the_queue_asks_no_more_for_more_cases(market, statements):
    seller, page = market.program(SELLER), reader(market)
    submitted(seller)
    asked = []
    for number in range(2):
        for each in range(number * 3):
            submitted(seller, sku=f"S{each}")
        page.open("/operator/moderation")
        statements.clear()
        page.open("/operator/moderation")
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_many_are_decided_on_the_page_and_over_the_api(market):
    with market.app.app_context(), unit_of_work() as session:
        writing.load_reasons(session)
    seller, judge, page = market.program(SELLER), reviewer(market), reader(market)
    made = [submitted(seller, sku=f"S{number}") for number in range(4)]
    page.open("/operator/moderation")
    boxes = re.findall(r'name="cases" value="([^"]+)"', page.shown)
    assert len(boxes) == 4
    seller.call("PATCH", f"/listings/{made[1]}", 200, {"origin": "VN"})
    first = judge.call("GET", "/moderation", 200)["items"][0]["id"]
    judge.call("POST", f"/moderation/{first}/decision", 200, {"decision": "approve"})
    page.send("/operator/moderation/decisions", {"cases": boxes[:3], "decision": "reject"}, 422)
    assert page.refused_fields() == {"reason"}
    assert "The reason is missing" in page.text()
    # One case is decided and one has changed since it was read: the third is still chosen, and so is the decision.
    assert re.findall(r'name="cases" value="([^"]+)"[^>]* checked', page.shown) == [boxes[2]]
    assert re.search(r'name="decision" value="reject"[^>]* checked', page.shown)
    page.send("/operator/moderation/decisions", {"cases": boxes[:3], "decision": "reject", "canned": "unclear_title"})
    page.open("/operator/moderation")
    text = " ".join(page.text().split())
    assert "1 case was decided." in text
    assert "The listing has changed since you looked. Look again." in text
    assert text.count("Not decided:") == 2
    assert page.send("/operator/moderation/decisions", {"decision": "approve"}, 422)
    assert page.refused_fields() == {"cases"}
    left = [row["id"] for row in judge.call("GET", "/moderation", 200)["items"]]
    body = {"decision": "reject", "canned": "unclear_title", "cases": [{"id": each} for each in [*left, first]]}
    done = judge.call("POST", "/moderation/decisions", 200, body)["items"]
    assert [(each["decided"], each["state"], each["code"]) for each in done] == [
        (True, "declined", None), (True, "declined", None), (False, "confirmed", "state"),
    ]  # fmt: skip
    rows = {row["sku"]: row for row in seller.call("GET", "/listings?mine=1", 200)["items"]}
    assert sum(bool(row["reason"]) for row in rows.values()) == 3
    own = market.visitor(SELLER)
    declined = next(row["id"] for row in rows.values() if row["reason"])
    own.open(f"/zh/merchant/listings/{declined}")
    assert "标题没有说明是什么商品" in own.shown
    assert judge.problem("POST", "/moderation/decisions", 422, {"decision": "approve", "cases": []})[1] == {"cases"}


def test_the_admin_writes_reasons(market):
    page, judge = reader(market, "admin@demo.test"), reviewer(market)
    page.open("/operator/review-reasons")
    reason = {"code": "no", "en": "No.", "zh": "不。", "vi": "Không.", "kinds": ["listing"], "position": "5"}
    page.send("/operator/review-reasons", reason | {"vi": ""}, 422)
    assert page.refused_fields() == {"vi"}
    page.open("/operator/review-reasons")
    page.send("/operator/review-reasons", reason)
    (row,) = market.program().call("GET", "/review-reasons", 200)["items"]
    assert (row["code"], row["texts"]["zh"], row["kinds"]) == ("no", "不。", ["listing"])
    page.open("/operator/review-reasons?code=no")
    assert 'value="no"' in page.shown
    judge.problem("PUT", "/review-reasons/no", 403, {"en": "x", "zh": "x", "vi": "x"})
    admin, body = reviewer(market, "admin@demo.test"), {"en": "Never.", "zh": "绝不。", "vi": "Không bao giờ."}
    admin.problem("PUT", "/review-reasons/No Code", 404, body)
    admin.call("PUT", "/review-reasons/no", 204, body)
    (row,) = market.program().call("GET", "/review-reasons", 200)["items"]
    assert (row["texts"]["en"], row["kinds"]) == ("Never.", [])
    admin.call("PUT", "/review-reasons/no", 204, body | {"retired": True})
    assert market.program().call("GET", "/review-reasons", 200)["items"] == []


def read_what_waits(market, made, text):
    """Read as its merchant the appeal about a listing that waits."""
    own = market.visitor(SELLER)
    assert text in own.open(f"/merchant/listings/{made}")
    assert "Your appeal waits since" in own.text()
    waits = market.program(SELLER).call("GET", f"/listings/{made}/appeal", 200)
    assert (waits["text"], waits["until"]) == (text, None)
    assert waits["since"] < waits["due_at"]
    market.program(OTHER).problem("GET", f"/listings/{made}/appeal", 404)


def leaves_to_others(desk, case):
    """Find no form where the reader took the decision that an appeal is about."""
    assert 'name="decision"' not in desk.open(f"/operator/moderation/{case['id']}")
    assert "Another reviewer looks at it." in desk.text()


def reads_why(market, made, reason):
    """Read as its merchant why a listing was taken down: nothing is edited then, and nobody who told is named."""
    own = market.visitor(SELLER)
    own.open(f"/merchant/listings/{made}")
    for words in (reason, "Taken down", "Begin again as a draft to change them"):
        assert words in own.text()
    for hidden in ("witness", 'name="title"'):
        assert hidden not in own.shown
    return own


def test_a_listing_is_reported_taken_down_appealed_and_restored(market):
    seller, judge, public = market.program(SELLER), reviewer(market), market.program()
    made = submitted(seller)
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    judge.call("POST", f"/moderation/{case['id']}/decision", 200, {"decision": "approve"})
    stranger, buyer = market.visitor(), market.visitor(BUYER)
    for page, more in ((stranger, {"contact": "nobody"}), (buyer, {})):
        page.open(f"/products/{made}")
        assert f"/products/{made}/report" in page.shown
        page.open(f"/products/{made}/report")
        if more:
            page.send(f"/products/{made}/report", {"kind": "counterfeit", "text": "A copy."} | more, 422)
            assert page.refused_fields() == {"contact"}
            page.open(f"/products/{made}/report")
        page.send(f"/products/{made}/report", {"kind": "counterfeit", "text": "A copy."})
    said = {"kind": "other", "text": "Again."}
    assert market.program(BUYER).problem("POST", f"/listings/{made}/reports", 409, said)[0] == "reported"
    assert public.problem("POST", f"/listings/{made}/reports", 422, {"kind": "x", "text": "x"})[1] == {"kind"}
    public.call("POST", f"/listings/{made}/reports", 201, said | {"contact": "witness@demo.test"})
    (case,) = judge.call("GET", "/moderation?reported=1", 200)["items"]
    shown = judge.call("GET", f"/moderation/{case['id']}", 200)
    assert (case["kind"], len(shown["reports"]), case["risk_points"]["reported"]) == ("listing_report", 3, 40)
    assert "demo.test" not in str(shown)
    desk = reader(market)
    desk.open(f"/operator/moderation/listings/{made}")
    for words in ("Length of a carton", "Net weight of a carton"):
        assert words in desk.text()
    desk.send(f"/operator/moderation/listings/{made}/takedown", {}, 422)
    assert desk.refused_fields() == {"reason"}
    desk.open(f"/operator/moderation/listings/{made}")
    desk.send(f"/operator/moderation/listings/{made}/takedown", {"reason": "A copy of another's goods."})
    public.call("GET", f"/listings/{made}", 404)
    assert judge.problem("POST", f"/listings/{made}/takedown", 409, {"reason": "x"})[0] == "state"
    own = reads_why(market, made, "A copy of another's goods.")
    own.open(f"/merchant/listings/{made}/appeal")
    own.send(f"/merchant/listings/{made}/appeal", {"text": "The pictures are ours."})
    read_what_waits(market, made, "The pictures are ours.")
    assert seller.problem("POST", f"/listings/{made}/appeal", 409, {"text": "x"})[0] == "nothing_to_appeal"
    market.program(OTHER).problem("POST", f"/listings/{made}/appeal", 404, {"text": "x"})
    (case,) = judge.call("GET", "/moderation?kind=appeal", 200)["items"]
    assert judge.call("GET", f"/moderation/{case['id']}", 200)["statement"] == "The pictures are ours."
    path, granted = f"/moderation/{case['id']}/decision", {"decision": "approve"}
    assert judge.problem("POST", path, 403, granted)[0] == "same_moderator"
    leaves_to_others(desk, case)
    second = reader(market, "second@demo.test")
    second.open(f"/operator/moderation/{case['id']}")
    assert "The pictures are ours." in second.text()
    second.send(f"/operator{path}", granted)
    public.call("GET", f"/listings/{made}", 200)
    check_city(market)
