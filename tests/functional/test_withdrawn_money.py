"""A payee takes back money that it wrote down by mistake, on page and over API; not when goods were promised for it."""

from datetime import timedelta
from uuid import UUID

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.orders import flows
from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind
from marketplace.payments.services import plans
from tests.support.claims import bring
from tests.support.letters import place, subjects
from tests.support.visitors import Town, Visitor


def ask(order):
    with unit_of_work() as session:
        return plans.fall_due(
            session, subject=Subject(SubjectKind.ORDER, UUID(order["id"])), event=MilestoneEvent.ACCEPTED,
            line_ids=None, due_at=None, now=clock.now(),
        )  # fmt: skip


def pay(call, market, payment_id, **more):
    due = call(market.merchant, "GET", f"/payments/{payment_id}", expect=200)
    body = {"amount": due["outstanding"]["amount"], "received_on": clock.now().date().isoformat()} | more
    path = f"/payments/{payment_id}/confirmation"
    return call(market.merchant, "POST", path, key=str(new_id()), json=body, expect=200)


def test_a_receipt_by_mistake_is_withdrawn_once_and_the_payer_is_told(app, client, call, market):
    town = Town(app)
    payment_id = ask(place(call, market, plan="acceptance_100"))
    paid = pay(call, market, payment_id)
    assert paid["state"] == "paid"
    path = f"/transfers/{paid['receipts'][0]['transfer_id']}/withdrawal"
    mistake = {"mistake": "wrong_amount"}
    assert client.post(f"/api/v1{path}", json=mistake, headers=market.merchant.headers).status_code == 400
    refused = call(market.merchant, "POST", path, key="w0", json={"mistake": "shrug"}, expect=422)
    assert "never_came" in refused["errors"][0]["accepted"]
    for who in (market.buyer, market.thai):
        call(who, "POST", path, key="w1", json=mistake, expect=404)
    for key in ("w2", "w2", "w3"):
        assert call(market.merchant, "POST", path, key=key, json=mistake, expect=200)["state"] == "withdrawn"
    other = call(market.merchant, "POST", path, key="w4", json={"mistake": "never_came"}, expect=409)
    assert other["type"] == "urn:city:problem:withdrawn_otherwise"
    again = call(market.buyer, "GET", f"/payments/{payment_id}", expect=200)
    assert (again["state"], again["receipts"], again["settled_at"]) == ("due", [], None)
    assert again["outstanding"] == paid["amount"]
    assert again["due_at"]
    reading().rollback()
    told = [one for one in subjects(town, market.buyer) if one.startswith("Money has not come after all")]
    assert len(told) == 1
    (row,) = call(market.merchant, "GET", "/transfers?state=withdrawn", expect=200)["items"]
    assert row["matches"][0]["payment_id"] == str(payment_id)
    assert pay(call, market, payment_id)["state"] == "paid"


def test_it_is_withdrawn_on_the_page_of_the_payment_and_of_what_is_not_matched(app, call, market):
    payment_id = ask(place(call, market, plan="acceptance_100"))
    transfer_id = pay(call, market, payment_id)["receipts"][0]["transfer_id"]
    body = {"amount": "33.00", "currency": "CNY", "received_on": clock.now().date().isoformat()}
    unmatched = call(market.merchant, "POST", "/transfers", key="u", json=body, expect=201)["id"]
    buys, sells = Visitor(app), Visitor(app)
    buys.log_in(market.buyer.login)
    assert "/withdrawal" not in buys.open(f"/payments/{payment_id}")
    sells.log_in(market.merchant.login)
    for page, found in ((f"/payments/{payment_id}", transfer_id), ("/merchant/money", unmatched)):
        sells.open(page)
        sells.send(f"/merchant/transfers/{found}/withdrawal", {"mistake": "never_came"})
    gone = call(market.merchant, "GET", "/transfers?state=withdrawn", expect=200)["items"]
    assert {row["id"] for row in gone} == {transfer_id, unmatched}
    assert call(market.merchant, "GET", f"/payments/{payment_id}", expect=200)["state"] == "due"
    assert "33.00" not in sells.open("/merchant/money")


def test_a_deposit_for_which_goods_were_promised_stays(app, call, market):
    order = place(call, market)
    deposit = next(one for one in order["payments"] if one["subject"] == "order")
    paid = pay(call, market, deposit["id"])
    path = f"/transfers/{paid['receipts'][0]['transfer_id']}/withdrawal"
    refused = call(market.merchant, "POST", path, key="w", json={"mistake": "never_came"}, expect=409)
    assert refused["type"].endswith(":receipt_counts")
    assert "ask the operator's finance people" in refused["detail"]
    assert call(market.buyer, "GET", f"/payments/{deposit['id']}", expect=200)["state"] == "paid"
    sells = Visitor(app)
    sells.log_in(market.merchant.login)
    assert "/withdrawal" not in sells.open(f"/payments/{deposit['id']}")


def test_money_of_a_line_that_is_closed_stays(app, call, market):
    order = place(call, market, plan="acceptance_100")
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", expect=204)
    bring(order["id"])
    line = order["lines"][0]
    accepted = {"quantity": line["quantity"]}
    call(market.buyer, "POST", f"/order-lines/{line['id']}/acceptance", key="a", json=accepted)
    (due,) = call(market.merchant, "GET", "/payments?view=to_receive", expect=200)["items"]
    paid = pay(call, market, due["id"])
    assert flows.close_lines(now=clock.now() + timedelta(days=90)) == 1
    reading().rollback()
    path = f"/transfers/{paid['receipts'][0]['transfer_id']}/withdrawal"
    refused = call(market.merchant, "POST", path, key="w", json={"mistake": "never_came"}, expect=409)
    assert refused["type"].endswith(":receipt_counts")
    sells = Visitor(app)
    sells.log_in(market.merchant.login)
    sells.open(f"/payments/{due['id']}")
    sells.send(path.replace("/transfers", "/merchant/transfers"), {"mistake": "never_came"}, 409)
    assert "ask the operator" in sells.shown
