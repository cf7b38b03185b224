"""Samples over HTTP: by courier and approved, credited once and named in the contract; free ones; refused ones."""

import io
from decimal import Decimal
from html import unescape
from uuid import UUID

import pytest
from pypdf import PdfReader

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.orders.flows import lapse_samples
from marketplace.papers import queries as papers
from marketplace.papers.layout import labels
from marketplace.payments.queries import payments
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.reports.queries import check
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.samples import COURIER, FREE, OFFER, decided, offer, order_sample, paid, received, sample_of, sent
from tests.support.visitors import Visitor
from tests.support.ways import BANK

DAY = 86_400


@pytest.fixture
def offered(call, market):
    """The chains' merchant offers samples."""
    return offer(call, market, OFFER)


def bulk(call, market, quantity=400, expect=201):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": quantity}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    done = call(market.buyer, "POST", "/checkout", json=body, expect=expect)
    return cart, done["order_ids"][0] if expect == 201 else done


def papers_of(call, market, order_id):
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    with unit_of_work() as session:
        return {row["kind"]: papers.manuscript(session, document_id=UUID(row["id"])).data for row in order["documents"]}


def printed(app, client, market, order_id, kind):
    """Return what the PDF of an order's paper says."""
    order = client.get(f"/api/v1/orders/{order_id}", headers=market.buyer.headers).get_json()
    document = next(row for row in order["documents"] if row["kind"] == kind)
    run_due(app)
    answer = client.get(f"/api/v1/documents/{document['id']}.pdf", headers=market.buyer.headers)
    assert answer.status_code == 200, answer.text
    return bare("".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages))


def bare(text):
    """Return a text without the blanks and breaks that setting it put in."""
    return "".join(text.replace("\u200b", "").split())


def sound():
    with unit_of_work() as session:
        assert check(session) == []


def test_a_courier_sample_is_approved_credited_once_and_named_in_the_contract(app, client, call, market, offered):
    order_id = order_sample(call, market)
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (order["kind"], order["by_courier"], order["plan"]) == ("sample", True, "sample_100")
    assert order["agreed_total"] == {"amount": "210.00", "currency": "CNY"}  # two units and the courier
    assert (order["bookings"], order["freight"]) == ([], [])
    assert order["lines"][0]["customs_value"] == {"amount": "90.00", "currency": "CNY"}
    call(
        market.buyer, "GET", f"/listings/{market.chains}/sample?quantity=1&way=courier&to={factories.HANOI}", expect=409
    )

    sample = sent(call, market, order_id)
    assert (sample["state"], sample["courier"], sample["tracking"]) == ("sent", "Friendship Express", "FX-2044-17")
    found = papers_of(call, market, order_id)
    for kind in ("pro_forma", "sales_contract", "commercial_invoice", "packing_list"):
        assert found[kind]["sample"]["customs_value"] == {"amount": "90.00", "currency": "CNY"}
    assert found["commercial_invoice"]["total"]["amount"] == "210.00"
    assert found["commercial_invoice"]["shipment"]["courier"] == "Friendship Express"
    sample = call(market.buyer, "POST", f"/samples/{sample['id']}/receipt", expect=200)
    assert (sample["state"], sample["line_state"]) == ("received", "delivered")
    decided(call, market, sample | {"content_hash": "0" * 64}, expect=409)
    sample = decided(call, market, sample, words="As agreed.")
    assert sample["state"] == "approved"
    call(market.buyer, "POST", f"/order-lines/{order['lines'][0]['id']}/acceptance", json={}, expect=204)

    small = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 120}, expect=200)
    assert small["bundles"][0]["lines"][0]["sample_credit"] is None  # fewer than the offer asks for
    cart, bulk_id = bulk(call, market)
    line = cart["bundles"][0]["lines"][0]
    assert line["sample_credit"]["amount"] == {"amount": "90.00", "currency": "CNY"}
    assert line["conforms_to"] == sample["reference"]
    placed = call(market.buyer, "GET", f"/orders/{bulk_id}", expect=200)
    whole, asked = Decimal(placed["total"]["amount"]), Decimal(placed["agreed_total"]["amount"])
    assert (placed["credit"]["amount"], whole - asked) == ("90.00", 90)
    assert cart["totals"][0]["amount"] == placed["agreed_total"]["amount"]
    shares = sum(Decimal(one["amount"]["amount"]) for one in placed["milestones"] if one["subject"] == "order")
    assert shares == asked
    contract = papers_of(call, market, bulk_id)["sales_contract"]
    assert contract["conforms_to"][0]["reference"] == sample["reference"]
    assert contract["conforms_to"][0]["content_hash"] == sample["content_hash"]
    assert contract["lines"][0]["amount"]["amount"] == placed["total"]["amount"]
    assert contract["total"]["amount"] == placed["agreed_total"]["amount"]
    text = printed(app, client, market, bulk_id, "sales_contract")
    assert bare(labels.word("conformity", "zh")) in text
    assert sample["reference"] in text
    assert sample["content_hash"] in text
    assert contract["extras"] == [
        {"kind": "sample_credit", "reference": sample["reference"], "amount": {"amount": "-90.00", "currency": "CNY"}}
    ]
    assert "90.00" in text

    again, _other = bulk(call, market)
    assert again["bundles"][0]["lines"][0]["sample_credit"] is None
    assert again["bundles"][0]["lines"][0]["conforms_to"] == sample["reference"]
    sound()


def test_a_cancelled_order_gives_the_credit_back(app, call, market, offered):
    sample = received(call, market, order_sample(call, market))
    cart, first = bulk(call, market)
    # The page that thanks for the order names what the checkout said.
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    group_id = call(market.buyer, "GET", f"/orders/{first}", expect=200)["group_id"]
    shown = buyer.open(f"/orders/groups/{group_id}")
    (goods,) = [Decimal(total["amount"]) for total in cart["totals"] if total["kind"] == "goods"]
    assert shown.count(f"{goods:,.2f}\u00a0CNY") == 1
    assert f"Goods {goods + 90:,.2f}\u00a0CNY, less 90.00\u00a0CNY for samples bought before." in shown
    call(market.buyer, "POST", f"/orders/{first}/cancellation", expect=204)
    cart, second = bulk(call, market)
    assert cart["bundles"][0]["lines"][0]["sample_credit"]["reference"] == sample["reference"]
    found = call(market.buyer, "GET", f"/samples/{sample['id']}", expect=200)
    assert (found["credited_order_id"], found["credited"]["amount"]) == (second, "90.00")
    sound()


def test_a_free_sample_is_worth_something_to_customs_and_asks_for_no_money(app, client, call, market):
    offer(call, market, FREE)
    order_id = order_sample(call, market)
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (order["agreed_total"]["amount"], order["payments"], order["plan"]) == ("0.00", [], "sample_free")
    assert order["lines"][0]["customs_value"]["amount"] == "77.00"
    sample = received(call, market, order_id)
    text = printed(app, client, market, order_id, "commercial_invoice")
    assert bare(labels.word("sample_goods", "zh")) in text
    assert bare(labels.word("no_commercial_value", "zh")) in text
    assert "77.00" in text
    call(market.buyer, "POST", f"/order-lines/{order['lines'][0]['id']}/acceptance", json={}, expect=204)
    decided(call, market, sample)
    cart, _bulk = bulk(call, market)
    assert cart["bundles"][0]["lines"][0]["sample_credit"] is None  # nothing was paid for it
    assert cart["bundles"][0]["lines"][0]["conforms_to"] == sample["reference"]
    sound()


def test_a_free_offer_without_a_value_for_customs_is_refused(call, market):
    done = call(
        market.merchant, "PATCH", f"/listings/{market.chains}/details",
        json={"sample": {"price": "0", "currency": "CNY", "lead_days": 2}}, expect=422,
    )  # fmt: skip
    assert [error["field"] for error in done["errors"]] == ["sample.customs_value"]


def test_a_refused_sample_says_why_and_no_contract_names_it(call, market, offered):
    sample = received(call, market, order_sample(call, market))
    decided(call, market, sample, "refuse", expect=422)
    sample = decided(call, market, sample, "refuse", words="The plates are too thin.")
    assert (sample["state"], sample["words"]) == ("refused", "The plates are too thin.")
    decided(call, market, sample, expect=409)
    cart, bulk_id = bulk(call, market)
    line = cart["bundles"][0]["lines"][0]
    assert (line["conforms_to"], line["sample_credit"]["reference"]) == (None, sample["reference"])
    assert "conforms_to" not in papers_of(call, market, bulk_id)["sales_contract"]
    sound()


def test_a_sample_by_lorry_books_a_departure_at_its_own_price_and_quantity(call, market, offered):
    order_id = order_sample(call, market, COURIER | {"way": "lorry", "quantity": 1})
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (order["by_courier"], len(order["bookings"])) == (False, 1)
    assert order["agreed_total"]["amount"] == "45.00"
    sample = sample_of(call, market, order_id)
    body = {"courier": "Friendship Express", "tracking": "1"}
    call(market.merchant, "POST", f"/samples/{sample['id']}/dispatch", json=body, expect=409)
    sound()


def test_a_moved_price_answers_409_and_numbers_are_kept(call, market, offered):
    wish = COURIER | {"expected_totals": [], "payment": {"rail": "bank", "plan": "sample_100"}}
    path = f"/listings/{market.chains}/sample-orders"
    moved = call(market.buyer, "POST", path, json=wish, expect=409)
    assert moved["type"] == "urn:city:problem:expected_totals"
    for change, field in (({"quantity": 4}, "quantity"), ({"to": "NOWHERE"}, "to")):
        done = call(market.buyer, "POST", path, json=wish | change, expect=422)
        assert [error["field"] for error in done["errors"]] == [field]
    call(market.merchant, "POST", path, json=wish, expect=422)


def test_a_sample_is_paid_by_its_own_plan_and_no_other_is_taken_in_silence(call, market, offered):
    path = f"/listings/{market.chains}/sample-orders"
    totals = [{"kind": "goods", "amount": "210.00", "currency": "CNY"}]
    (key,) = [
        one["key"]
        for one in call(
            market.buyer, "GET", f"/listings/{market.chains}/sample?quantity=2&way=courier&to={factories.HANOI}"
        )["bundles"]
    ]
    for plan in ("deposit_30_70", "sample_free", "acceptance_100"):
        body = COURIER | {"expected_totals": totals, "payment": {"rail": "bank", "plan": plan}}
        refused = call(market.buyer, "POST", path, json=body, expect=422)
        assert [(one["field"], one["accepted"]) for one in refused["errors"]] == [("payment.plan", "sample_100")]
    body |= {"payment": {"rail": "bank"}, "payments": {key: {"rail": "bank", "plan": "deposit_30_70"}}}
    refused = call(market.buyer, "POST", path, json=body, expect=422)
    assert [one["field"] for one in refused["errors"]] == [f"payments.{key}.plan"]
    body = COURIER | {"expected_totals": totals, "payment": {"rail": "bank"}}
    (order_id,) = call(market.buyer, "POST", path, json=body, expect=201)["order_ids"]
    assert call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["plan"] == "sample_100"
    sound()


def test_a_sample_says_what_is_missing_and_refuses_what_is_wrong_before_all_is_said(app, call, market, offered):
    path = f"/listings/{market.chains}/sample"
    for query, missing in (
        ("", ["quantity_missing", "way_missing", "destination_missing"]),
        ("?quantity=2", ["way_missing", "destination_missing"]),
        ("?quantity=2&way=courier", ["destination_missing"]),
        (f"?way=courier&to={factories.HANOI}", ["quantity_missing"]),
        (f"?quantity=2&way=courier&to={factories.HANOI}", []),
    ):
        quote = call(market.buyer, "GET", path + query, expect=200)
        assert [one["code"] for one in quote["problems"]] == missing
        assert bool(quote["bundles"]) is not bool(missing)
    wrong = [(f"quantity={units}", "quantity", "1 to 3") for units in (0, -1, 4, 9999)] + [
        ("way=pigeon", "way", None), ("to=NOWHERE", "to", None)
    ]  # fmt: skip
    for query, field, accepted in wrong:
        for more in ("", "&way=courier", f"&to={factories.HANOI}", f"&way=courier&to={factories.HANOI}"):
            if field in more:
                continue
            (error,) = call(market.buyer, "GET", f"{path}?{query}{more}", expect=422)["errors"]
            assert (error["field"], error["accepted"] if accepted else None) == (field, accepted)
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    page = f"/samples/order/{market.chains}"
    assert "Choose where the goods shall go." not in buyer.open(page)
    assert "Choose where the goods shall go." in buyer.open(f"{page}?quantity=2&way=courier&to=")
    buyer.open(f"{page}?quantity=9&way=courier&to=", 422)
    assert buyer.refused_fields() == {"quantity"}


def test_a_card_pays_a_sample_and_a_credited_order_no_more_than_is_owed(call, market, offered):
    wish = COURIER
    query = "&".join(f"{name}={value}" for name, value in wish.items())
    quote = call(market.buyer, "GET", f"/listings/{market.chains}/sample?{query}", expect=200)
    card = {"rail": "card", "plan": "sample_100", "payment_method": "pm_card_visa"}
    body = {**wish, "expected_totals": quote["totals"], "payment": card}
    done = call(market.buyer, "POST", f"/listings/{market.chains}/sample-orders", json=body, expect=201)
    received(call, market, done["order_ids"][0])
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    card = {"rail": "card", "plan": "deposit_30_70", "payment_method": "pm_card_visa"}
    done = call(
        market.buyer, "POST", "/checkout", json={"expected_totals": cart["totals"], "payment": card}, expect=201
    )
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    charged = [one["amount"]["amount"] for one in order["payments"] if one["subject"] == "order"]
    assert charged == [order["agreed_total"]["amount"]]
    assert Decimal(order["total"]["amount"]) - Decimal(charged[0]) == 90
    sound()


def test_silence_lapses_a_sample_and_a_courier_who_never_comes_loses_it(call, market, offered, later):
    sample = received(call, market, order_sample(call, market))
    later(40 * DAY)
    lapse_samples(now=clock.now())
    found = call(market.buyer, "GET", f"/samples/{sample['id']}", expect=200)
    assert (found["state"], found["deadline_at"]) == ("lapsed", None)
    second = sent(call, market, order_sample(call, market))
    later(80 * DAY)
    lapse_samples(now=clock.now())
    found = call(market.buyer, "GET", f"/samples/{second['id']}", expect=200)
    assert (found["state"], found["credit_until"]) == ("void", None)
    sound()


def test_pages_lead_from_the_goods_to_a_decision(app, call, market, offered):
    buyer, seller = Visitor(app), Visitor(app)
    buyer.log_in(market.buyer.login)
    seller.log_in(market.merchant.login)
    buyer.open(f"/products/{market.chains}")
    assert f"/samples/order/{market.chains}" in buyer.shown
    page = f"/samples/order/{market.chains}?quantity=2&way=courier&to={factories.HANOI}"
    buyer.open(page)
    form = {
        "quantity": "2", "way": "courier", "to": factories.HANOI, "payment": "bank sample_100",
        "total": "goods 210.00 CNY",
    }  # fmt: skip
    buyer.send(f"/samples/order/{market.chains}/checkout", form)
    order_id = call(market.buyer, "GET", "/orders", expect=200)["items"][0]["id"]
    buyer.open(f"/orders/{order_id}")
    assert "Sample SMP-" in buyer.text()
    order = paid(call, market, order_id)
    line, sample = order["lines"][0]["id"], sample_of(call, market, order_id)
    # Until it is packed, its page leads to where that is done, and says what the day it names is for.
    assert 'href="/merchant/fulfilment"' in seller.open(f"/samples/{sample['id']}").partition("<main")[2]
    assert "Void unless with the courier by" in seller.text()
    packing = {"cartons": 1, "gross_kg": "3", "length_cm": "30", "width_cm": "20", "height_cm": "10"}
    call(market.merchant, "POST", f"/order-lines/{line}/packing", json=packing, expect=201)
    path = f"/samples/{sample['id']}"
    assert path in seller.open("/merchant/fulfilment")
    assert "Bring to the hub" not in seller.shown
    seller.open(path)
    seller.send(f"{path}/dispatch", {"courier": "", "tracking": "FX-1"}, 422)
    seller.send(f"{path}/dispatch", {"courier": "Friendship Express", "tracking": "FX-1"})
    buyer.open(path)
    buyer.send(f"{path}/receipt", {})
    buyer.open(path)
    word = {"decision": "approve", "content_hash": sample["content_hash"], "words": ""}
    buyer.send(f"{path}/decision", word)
    buyer.open("/samples")
    assert "Approved" in buyer.text()
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    for page in ("/cart", "/checkout"):
        buyer.open(page)
        assert f"Credit for sample {sample['reference']}" in buyer.text()
    seller.open(f"/merchant/listings/{market.chains}/details/sample")
    assert "Value of one unit for customs" in seller.text()


def test_a_company_approves_a_sample_before_it_is_ordered(app, call, market, offered):
    with unit_of_work() as session:
        boss = factories.colleague(session, app, market.buyer, role=Role.APPROVER, now=clock.now())
    rule = {"name": "All", "currency": "CNY", "tiers": [{"from": "0", "steps": [{"roles": ["approver"]}]}]}
    call(market.buyer, "POST", "/approval-rules", json=rule, expect=201)
    body = COURIER | {
        "expected_totals": [{"amount": "210.00", "currency": "CNY"}],
        "payment": {"rail": "bank", "plan": "sample_100"},
    }
    path = f"/listings/{market.chains}/sample-orders"
    waits = call(market.buyer, "POST", path, json=body, expect=409)
    assert waits["type"] == "urn:city:problem:approval_needed"
    case = waits["facts"]["case"]
    seen = call(boss, "GET", f"/approvals/{case}", expect=200)
    shown = Visitor(app)
    shown.log_in(market.buyer.login)
    shown.open(f"/account/approvals/{case}")
    call(
        boss,
        "POST",
        f"/approvals/{case}/decision",
        json={"verdict": "approve", "content_hash": seen["content_hash"]},
        expect=200,
    )
    shown.open(f"/account/approvals/{case}")
    assert f"/samples/order/{market.chains}?quantity=2" in shown.shown
    # Another way is another purchase.
    quote = call(
        market.buyer, "GET", f"/listings/{market.chains}/sample?quantity=2&way=lorry&to={factories.HANOI}", expect=200
    )
    other = body | {"way": "lorry", "expected_totals": quote["totals"]}
    assert call(market.buyer, "POST", path, json=other, expect=409)["type"] == "urn:city:problem:approval_needed"
    sound()


def test_a_credited_sample_is_not_paid_back_too(call, market, offered):
    sample = received(call, market, order_sample(call, market))
    _cart, bulk_id = bulk(call, market)
    assert call(market.buyer, "GET", f"/orders/{bulk_id}", expect=200)["credit"]["amount"] == "90.00"
    line = call(market.buyer, "GET", f"/orders/{sample['order_id']}", expect=200)["lines"][0]["id"]
    body = {"reason": "defective", "quantity": 2, "text": "Links break."}
    made = call(market.buyer, "POST", f"/order-lines/{line}/claims", json=body, expect=201)
    assert made["value"]["amount"] == "120.00"  # what the courier took
    sound()


def claimed(call, market, order_id, quantity):
    """Claim units of a sample as defective and be paid all that they are worth; return that."""
    line = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["lines"][0]["id"]
    body = {"reason": "defective", "quantity": quantity, "text": "Links break."}
    made = call(market.buyer, "POST", f"/order-lines/{line}/claims", json=body, expect=201)
    amount = made["value"]["amount"]
    call(market.merchant, "POST", f"/claims/{made['id']}/answer", json={"amount": amount, "text": "Sorry."}, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={"amount": amount}, expect=200)
    return Decimal(amount)


@pytest.mark.parametrize(
    ("acts", "amounts"),
    [
        (("use", "claim both", "cancel"), (120, 90)),
        (("use", "claim one", "cancel"), (105, 90)),
        (("use", "claim one", "cancel", "claim one"), (210, 0)),
        (("claim one", "use", "cancel"), (105, 90)),
        (("claim one", "use", "claim one", "cancel"), (120, 90)),
        (("use", "cancel", "claim one"), (105, 90)),
        (("use", "cancel", "claim both"), (210, 0)),
        (("claim both",), (210, 0)),
        (("use", "cancel", "use", "claim both", "cancel"), (120, 90)),
    ],
    ids=lambda acts: ", ".join(map(str, acts)),
)
def test_no_credit_is_lost_or_given_twice_in_whatever_order_a_sample_is_claimed_and_used(
    call, market, offered, acts, amounts
):
    """Of the 210.00 that were paid, 90.00 for the goods, so much is let off in the end, and so much can be credited."""
    sample = received(call, market, order_sample(call, market))
    decided(call, market, sample)
    let_off, bulk_id = Decimal(0), None
    for act in acts:
        if act == "use":
            _cart, bulk_id = bulk(call, market)
            assert call(market.buyer, "GET", f"/orders/{bulk_id}", expect=200)["credit"]["amount"] == "90.00"
        elif act == "cancel":
            call(market.buyer, "POST", f"/orders/{bulk_id}/cancellation", expect=204)
            assert call(market.buyer, "GET", f"/samples/{sample['id']}", expect=200)["credited"]["amount"] == "0.00"
        else:
            let_off += claimed(call, market, sample["order_id"], 2 if act == "claim both" else 1)
        sound()
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    credit = cart["bundles"][0]["lines"][0]["sample_credit"]
    assert (let_off, Decimal(credit["amount"]["amount"] if credit else 0)) == amounts


def test_a_couriers_sample_is_replaced_by_courier_and_can_be_lessened(call, market, offered):
    order_id = order_sample(call, market)
    line = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["lines"][0]["id"]
    body = {"kind": "reduce", "line": line, "quantity": 1}
    made = call(market.buyer, "POST", f"/orders/{order_id}/changes", json=body, expect=201)
    agreed = {"content_hash": made["content_hash"]}
    call(market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=agreed, expect=200)
    received(call, market, order_id)
    body = {"reason": "defective", "quantity": 1, "text": "Links break."}
    made = call(market.buyer, "POST", f"/order-lines/{line}/claims", json=body, expect=201)
    call(market.merchant, "POST", f"/claims/{made['id']}/answer", json={"remedy": "replacement"}, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)
    text = {"text": "FX-2044-18"}
    sent_again = call(market.merchant, "POST", f"/claims/{made['id']}/sending", json=text, expect=200)
    assert (sent_again["state"], sent_again["owner"]) == ("sent", "claimant")
    sound()


def test_a_sample_is_not_kept_back_for_ever(call, market, offered, later):
    order_id = order_sample(call, market)
    order = paid(call, market, order_id)
    line = order["lines"][0]["id"]
    assert sample_of(call, market, order_id)["deadline_at"]
    call(market.merchant, "PUT", f"/order-lines/{line}/ready-date", json={"ready_date": "2199-01-01"}, expect=422)
    later(60 * DAY)
    assert lapse_samples(now=clock.now()) == 1
    ended = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (ended["state"], ended["cancel_reason"]) == ("cancelled", "late")
    assert sample_of(call, market, order_id)["state"] == "void"
    assert lapse_samples(now=clock.now()) == 0
    sound()


def test_the_term_said_before_a_sample_is_ordered_is_the_one_it_is_ordered_with(app, call, market, offered):
    query = "&".join(f"{name}={value}" for name, value in COURIER.items())
    quote = call(market.buyer, "GET", f"/listings/{market.chains}/sample?{query}", expect=200)
    (said,) = quote["bundles"][0]["plans"][0]["stages"]
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    shown = buyer.open(f"/samples/order/{market.chains}?{query}")
    order_id = UUID(order_sample(call, market))
    with unit_of_work() as session:
        subject = Subject(SubjectKind.ORDER, order_id)
        (agreed,) = payments.terms_of(session, subjects=[subject])[subject].plan.stages
    assert (said["days"], said["counted"]) == (agreed.days, agreed.counted)
    assert f"within {agreed.days} working days" in shown


def test_both_sides_are_told_of_a_credit_that_stays_with_too_few_units(app, call, market, offered):
    received(call, market, order_sample(call, market))
    _, order_id = bulk(call, market)
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert order["credit"]["amount"] == "90.00"
    line, path = order["lines"][0]["id"], f"/orders/{order_id}/changes"
    for fewer, kept in ((200, None), (240, {"least": 200, "left": 160})):
        body = {"kind": "reduce", "line": line, "quantity": fewer}
        made = call(market.buyer, "POST", path, json=body, expect=201)
        for trader in (market.buyer, market.merchant):
            seen = call(trader, "GET", path, expect=200)["items"][0]
            found = seen["credit_kept"]
            assert (found and {name: found[name] for name in ("least", "left")}) == kept
            if found:
                assert found["amount"] == {"amount": "90.00", "currency": "CNY"}
            visitor = Visitor(app)
            visitor.log_in(trader.login)
            assert ("The credit of a sample stays" in visitor.open(f"/orders/{order_id}")) == (kept is not None)
        if kept is None:
            call(market.buyer, "POST", f"/order-changes/{made['id']}/withdrawal", expect=200)
    accept = {"content_hash": made["content_hash"]}
    call(market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=accept, expect=200)
    assert call(market.buyer, "GET", path, expect=200)["items"][0]["credit_kept"] is None
    after = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (after["credit"]["amount"], after["agreed_total"]["amount"]) == ("90.00", "4294.00")
    sound()


def test_an_order_that_its_credit_pays_alone_goes_on_without_a_deposit(app, call, market, offered):
    received(call, market, order_sample(call, market))
    _, order_id = bulk(call, market)
    call(market.merchant, "POST", f"/orders/{order_id}/confirmation", expect=204)
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    line, path = order["lines"][0]["id"], f"/orders/{order_id}/changes"
    # However few are left below the credit, nothing is to be paid: the preview says what the credit covers.
    for fewer, covered in ((396, None), (397, "82.20"), (398, "54.80"), (399, "27.40")):
        body = {"kind": "reduce", "line": line, "quantity": fewer}
        seen = call(market.buyer, "POST", f"{path}/preview", json=body, expect=200)
        assert seen["total_then"]["amount"] == ("0.00" if covered else "19.60")
        assert (seen["covered_by_credit"] and seen["covered_by_credit"]["amount"]) == covered
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)
    visitor.open(f"{path}?kind=reduce")
    fields = visitor.hidden(path) | {"line": line, "quantity": "397"}
    shown = unescape(visitor.client.post(f"{path}/preview", data=fields).text).replace("\xa0", " ")
    assert "82.20 CNY is covered by the sample's credit" in shown
    made = call(market.buyer, "POST", path, json={"kind": "reduce", "line": line, "quantity": 397}, expect=201)
    agreed = {"content_hash": made["content_hash"]}
    call(market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=agreed, expect=200)
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (order["agreed_total"]["amount"], order["money"]["due_now"]["amount"]) == ("0.00", "0.00")
    assert [row["state"] for row in order["payments"] if row["subject"] == "order"] == ["cancelled"]
    assert order["secured_at"] is not None
    assert [row["state"] for row in order["bookings"]] == ["confirmed"]
    packing = {"cartons": 1, "gross_kg": "3", "length_cm": "30", "width_cm": "20", "height_cm": "10"}
    call(market.merchant, "POST", f"/order-lines/{line}/packing", json=packing, expect=201)
    sound()


def test_an_order_confirmed_without_what_was_to_be_paid_goes_on_without_a_deposit(call, market, offered):
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="M-2", now=clock.now())
    offer(call, market, OFFER | {"credit_least": 1})
    received(call, market, order_sample(call, market))
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{other}", json={"quantity": 40}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    (order_id,) = call(market.buyer, "POST", "/checkout", json=body, expect=201)["order_ids"]
    path = f"/orders/{order_id}"
    chains, rest = (row["id"] for row in call(market.buyer, "GET", path, expect=200)["lines"])
    body = {"kind": "reduce", "line": chains, "quantity": 399}
    made = call(market.buyer, "POST", f"{path}/changes", json=body, expect=201)
    agreed = {"content_hash": made["content_hash"]}
    call(market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=agreed, expect=200)
    assert call(market.buyer, "GET", path, expect=200)["secured_at"] is None
    body = {"rejected_lines": [{"line": rest, "reason": "out_of_stock"}]}
    call(market.merchant, "POST", f"{path}/confirmation", json=body, expect=204)
    order = call(market.buyer, "GET", path, expect=200)
    assert (order["agreed_total"]["amount"], order["secured_at"] is not None) == ("0.00", True)
    sound()


def test_who_begins_a_checkout_again_keeps_the_credit(call, market, offered):
    received(call, market, order_sample(call, market))
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    before = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    assert total_of(before) == "10870.00"
    card = {"rail": "card", "plan": "deposit_30_70"}
    body = {"expected_totals": before["totals"], "payment": card}
    left = call(market.buyer, "POST", "/checkout", json=body, expect=202)
    assert left["payment_url"]
    # The card's page is left, and the cart costs what it cost.
    again = call(market.buyer, "GET", "/cart", expect=200)
    assert total_of(again) == "10870.00"
    body = {"expected_totals": again["totals"], "payment": BANK}
    order_id = call(market.buyer, "POST", "/checkout", json=body, expect=201)["order_ids"][0]
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (order["credit"]["amount"], order["agreed_total"]["amount"]) == ("90.00", "10870.00")
    # A placed order keeps it.
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    assert total_of(call(market.buyer, "GET", "/cart", expect=200)) == "10960.00"
    sound()


def total_of(cart):
    return next(one["amount"] for one in cart["totals"] if one["kind"] == "goods")
