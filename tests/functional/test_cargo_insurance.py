"""Cargo insurance: offered, taken at checkout, bound under CIP, certified at the hub, claimed, surveyed and paid."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.models import CargoInsurance, InsuranceClaim, InsuranceCover
from marketplace.logistics.insurance.rules.covering import Clauses, Terms
from marketplace.logistics.insurance.services import covers
from marketplace.logistics.insurance.services.covers import NewCover
from marketplace.orders.models import Order
from marketplace.reference.rules import Setting
from marketplace.reference.services import change_setting
from marketplace.reports import queries as reports
from tests import factories
from tests.functional.test_neighbours import goods
from tests.support.documents import latest
from tests.support.pdfs import pdf
from tests.support.visitors import Visitor
from tests.support.ways import BANK, COUNT, Way, cart_of, check_out

__all__ = ["goods"]
pytestmark = pytest.mark.both_databases


@pytest.fixture
def insurer(app, market):
    with unit_of_work() as session:
        return factories.trader(
            session, app, name="Demo Marine", country="CN", kind=CompanyKind.INSURER, now=clock.now()
        )


def write(insurer, number="OC-1", *, limit="1000000", **changes):
    """Write down a cover at 1.25 per mille, at least 50 CNY; return its id as text."""
    facts = {
        "clauses": Clauses.A, "rate_ppm": 1_250, "minimum": Money.of("50", "CNY"), "limit": Money.of(limit, "CNY"),
        "valid_from": (clock.now() - timedelta(days=2)).date(), "valid_to": None,
    }  # fmt: skip
    with unit_of_work() as session:
        cover = NewCover(
            insurer_id=insurer.actor.company, policy_number=number, terms=Terms(**{**facts, **changes}),
            is_fictitious=True,
        )  # fmt: skip
        return str(covers.write(session, cover=cover, actor=insurer.actor, now=clock.now()))


@pytest.fixture
def cover(insurer):
    return write(insurer)


def insurance(way, trader):
    return way.call(trader, "GET", f"/orders/{way.order_id}/insurance", expect=200)


def take(way, trader, cover, expect=201, **more):
    return way.call(trader, "POST", f"/orders/{way.order_id}/insurance", json={"cover": cover, **more}, expect=expect)


def test_a_buyer_insures_at_checkout_and_has_a_certificate_at_the_hub(call, market, operator, cover, pdf_of):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    (offered,) = call(market.buyer, "GET", "/cart/insurance", expect=200)["items"]
    (offer,) = offered["offers"]
    value, insured = float(offer["value"]["amount"]), float(offer["insured"]["amount"])
    totals = {one["kind"]: float(one["amount"]) for one in cart["totals"]}
    assert value == totals["goods"] + totals["freight"]
    assert insured == pytest.approx(value * 1.1, abs=0.01)
    assert float(offer["premium"]["amount"]) == pytest.approx(max(50, insured * 0.00125), abs=0.01)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    wrong = {"insurance": {offered["bundle"]: {"cover": cover, "declared_value": "1"}}}
    refused = call(market.buyer, "POST", "/checkout", json=body | wrong, expect=422)
    assert refused["errors"][0]["field"] == "declared_value"
    wanted = {"insurance": {offered["bundle"]: {"cover": cover}}}
    done = call(market.buyer, "POST", "/checkout", json=body | wanted, expect=201)
    way = object.__new__(Way)
    way.call, way.market, way.operator, way.order_id = call, market, operator, done["order_ids"][0]
    call(market.merchant, "POST", f"/orders/{way.order_id}/confirmation", expect=204)
    mine = insurance(way, market.buyer)["insurance"]
    assert (mine["state"], mine["insured"], mine["premium"]) == ("taken", offer["insured"], offer["premium"])
    assert insurance(way, market.merchant)["insurance"] is None
    way.secure().pack()
    way.hand_over()
    mine = insurance(way, market.buyer)["insurance"]
    assert mine["state"] == "at_risk"
    number = mine["lines"][0]["certificate"]
    found = latest(way, market.buyer, "insurance_certificate")
    assert found["number"] == number
    text = pdf_of(market.buyer, found["id"])
    assert "DEMO" not in text
    for word in ("OC-1", "ICC (A)", "1.25", "Fictitious"):
        assert word in text
    seen = call(market.buyer, "GET", f"/order-lines/{way.line_id}/papers", expect=200)
    for row in seen["marks"]:
        assert " ".join(row.split()) in text
    call(market.buyer, "POST", f"/insurances/{mine['id']}/void", json={}, expect=409)
    assert reports.check(reading()) == []


def test_a_cover_without_dangerous_goods_is_not_sold_for_them(app, call, market, insurer, goods):
    without, taking = write(insurer, "OC-1"), write(insurer, "OC-D", takes_dangerous=True)
    cart = cart_of(call, market, goods[0])
    (offered,) = call(market.buyer, "GET", "/cart/insurance", expect=200)["items"]
    assert [one["cover"]["policy_number"] for one in offered["offers"]] == ["OC-D"]
    wanted = {offered["bundle"]: {"cover": without}}
    refused = check_out(call, market, cart, 422, insurance=wanted)
    assert refused["errors"][0]["field"] == "cover"
    (order_id,) = check_out(call, market, cart, 201, insurance={offered["bundle"]: {"cover": taking}})["order_ids"]
    assert call(market.buyer, "GET", f"/orders/{order_id}/insurance", expect=200)["insurance"]


def test_under_cip_the_seller_insures_before_the_hub_takes_anything(app, call, market, operator, insurer):
    with unit_of_work() as session:
        goods = factories.listing(
            session, market.merchant.actor, sku="CIP-1", stock=10_000, now=clock.now(),
            ladders=(factories.ladder("CNY", "CIP", factories.HANOI),),
        )  # fmt: skip
    weak, strong = write(insurer, "OC-C", clauses=Clauses.C), write(insurer, "OC-A")
    way = Way(call, market, operator, goods=(goods,))
    assert way.order()["price_basis"] == {"incoterm": "CIP", "place": factories.HANOI}
    way.secure().pack()
    refused = way.hand_over(409)
    assert "Under CIP the seller insures" in refused["detail"]
    assert take(way, market.buyer, strong, 409)["type"].endswith("insured_by_seller")
    seen = insurance(way, market.merchant)
    assert [one["cover"]["policy_number"] for one in seen["offers"]] == ["OC-A"]
    take(way, market.merchant, weak, 422)
    least = float(seen["offers"][0]["insured"]["amount"])
    take(way, market.merchant, strong, 422, declared_value=f"{least - 1:.2f}")
    mine = take(way, market.merchant, strong)
    assert (mine["by_rule"], mine["insured_id"]) == (True, str(market.merchant.actor.company))
    assert insurance(way, market.buyer)["insurance"]["id"] == mine["id"]
    assert take(way, market.merchant, strong, 409)["type"].endswith("insured_already")
    way.hand_over()
    seen = call(market.merchant, "GET", f"/order-lines/{way.line_id}/papers", expect=200)["consignment"]
    assert {"paper": "insurance_certificate", "ready": True, "maker": "merchant"} in seen["papers"]


def cip(call, market, operator):
    """Return the way of an order that its seller has to insure, although it pays no carriage."""
    way = Way(call, market, operator)
    with unit_of_work() as session:
        session.execute(sa.update(Order).where(Order.id == UUID(way.order_id)).values(incoterm="CIP"))
    return way


def add(way, quantity=80, expect=200):
    """Agree to more of the goods; return what accepting it answers."""
    more = {"kind": "add", "line": way.line_id, "quantity": quantity, "departure": way.booking["departure_id"]}
    change = way.call(way.market.buyer, "POST", f"/orders/{way.order_id}/changes", json=more, expect=201)
    body, path = {"content_hash": change["content_hash"]}, f"/order-changes/{change['id']}"
    told = way.call(way.market.merchant, "POST", f"{path}/acceptance", json=body, expect=expect)
    if expect != 200:
        way.call(way.market.merchant, "POST", f"{path}/refusal", json={}, expect=200)
    return told


def test_what_is_added_to_insured_goods_is_insured_with_them(call, market, operator, cover):
    way = cip(call, market, operator)
    before = take(way, market.merchant, cover)
    way.secure().pack()
    way.hand_over()
    new = add(way)["new_line"]
    after = insurance(way, market.merchant)["insurance"]
    lines = {one["line_id"]: float(one["insured"]["amount"]) for one in after["lines"]}
    freight = float(way.order(market.merchant)["freight"][-1]["amount"]["amount"])
    assert lines[new] == pytest.approx((2192 + freight) * 1.1, abs=0.02)
    assert float(after["insured"]["amount"]) == pytest.approx(sum(lines.values()), abs=0.001)
    assert float(before["insured"]["amount"]) == lines[way.line_id]
    assert float(after["premium"]["amount"]) == pytest.approx(max(50, sum(lines.values()) * 0.00125), abs=0.01)
    call(market.merchant, "POST", f"/order-lines/{new}/packing", json={"cartons": 2}, expect=201)
    call(market.carrier, "POST", f"/order-lines/{new}/handover", json=COUNT | {"cartons_received": 2}, expect=201)
    after = insurance(way, market.merchant)["insurance"]
    assert all(one["certificate"] for one in after["lines"])
    assert len({one["certificate"] for one in after["lines"]}) == 2


def test_what_the_insurer_does_not_take_is_not_added_where_the_seller_is_bound_to_insure(
    app, call, market, operator, insurer
):
    small = write(insurer, "OC-S", limit="16000")
    way = cip(call, market, operator)
    mine = take(way, market.merchant, small)
    way.secure()
    refused = add(way, quantity=400, expect=409)
    assert "takes no more than" in refused["detail"]
    with unit_of_work() as session:  # as if its policy ended yesterday
        over = (clock.now() - timedelta(days=1)).date()
        session.execute(sa.update(InsuranceCover).where(InsuranceCover.id == UUID(small)).values(valid_to=over))
    assert "OC-S" in add(way, expect=409)["detail"]
    with unit_of_work() as session:  # as if nobody was bound
        session.execute(sa.update(CargoInsurance).where(CargoInsurance.id == UUID(mine["id"])).values(by_rule=False))
    add(way)
    assert len(insurance(way, market.merchant)["insurance"]["lines"]) == 1


def test_an_insurer_takes_no_more_on_one_lorry_than_it_said(call, market, operator, insurer):
    small = write(insurer, "OC-S", limit="20000")
    first = Way(call, market, operator)
    second = Way(call, market, operator)
    assert first.booking["departure_id"] == second.booking["departure_id"]
    mine = take(first, market.buyer, small)
    refused = take(second, market.buyer, small, 409)
    assert "takes no more than" in refused["detail"]
    call(market.buyer, "POST", f"/insurances/{mine['id']}/void", json={}, expect=204)
    take(second, market.buyer, small)
    call(market.buyer, "POST", f"/orders/{second.order_id}/cancellation", json={"reason": "buyer"})


def evidence(client, trader):
    answer = client.post(
        "/api/v1/files", headers=trader.headers, content_type="multipart/form-data",
        data={"file": (io.BytesIO(pdf("paper")), "paper.pdf"), "purpose": "evidence"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return answer.get_json()["id"]


def test_a_claim_is_surveyed_decided_and_paid(client, call, way, market, insurer, cover, operator):
    mine = take(way, market.buyer, cover)
    claim = {"line_id": way.line_id, "amount": "1000.00", "said": "Crushed on the way."}
    path = f"/insurances/{mine['id']}/claims"
    assert call(market.buyer, "POST", path, json=claim, expect=409)["type"].endswith("not_at_risk")
    way.secure().pack()
    way.hand_over()
    call(market.thai, "POST", path, json=claim, expect=404)
    call(market.buyer, "POST", path, json=claim | {"amount": "999999999"}, expect=422)
    claim_id = call(market.buyer, "POST", path, json=claim, expect=201)["id"]
    assert call(market.buyer, "POST", path, json=claim, expect=409)["type"].endswith("claimed_already")
    here = f"/insurance-claims/{claim_id}"
    seen = call(insurer, "GET", here, expect=200)
    assert (seen["state"], seen["missing"]) == ("opened", ["survey_report", "protest"])
    call(market.merchant, "GET", here, expect=404)
    decided = {"accepted": "900.00"}
    assert call(insurer, "POST", f"{here}/decision", json=decided, expect=409)["type"].endswith("state")
    survey = {"surveyed_on": clock.now().date().isoformat(), "surveyor": "SGS Hanoi", "findings": "One carton crushed."}
    call(market.buyer, "POST", f"{here}/survey", json=survey, expect=403)
    call(insurer, "POST", f"{here}/survey", json=survey, expect=204)
    refused = call(insurer, "POST", f"{here}/decision", json=decided, expect=409)
    assert "Protest to the carrier" in refused["detail"]
    for kind, who in (("survey_report", insurer), ("protest", market.buyer)):
        body = {"evidence": kind, "file_id": evidence(client, who)}
        call(who, "POST", f"{here}/files", json=body, expect=204)
    refused = call(insurer, "POST", f"{here}/decision", json={"accepted": "1000.01"}, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["accepted"]
    call(insurer, "POST", f"{here}/decision", json=decided, expect=204)
    paid = {"reference": "TT-1", "paid_on": clock.now().date().isoformat()}
    assert call(insurer, "POST", f"{here}/payment", json=paid, expect=200) == {"settled": True}
    seen = call(market.buyer, "GET", here, expect=200)
    assert (seen["state"], seen["accepted"]["amount"], seen["payment_reference"]) == ("settled", "900.00", "TT-1")
    assert [one["findings"] for one in seen["surveys"]] == ["One carton crushed."]
    (listed,) = call(insurer, "GET", "/partner/insurances", expect=200)["items"]
    assert listed["id"] == mine["id"]
    assert call(operator, "GET", "/operator/insurances", expect=200)["items"][0]["id"] == mine["id"]
    file_id = next(one["id"] for one in seen["files"] if one["evidence"] == "survey_report")
    answer = client.get(f"/api/v1{here}/files/{file_id}", headers=market.buyer.headers)
    assert answer.data.startswith(b"%PDF")
    assert client.get(f"/api/v1{here}/files/{file_id}", headers=market.thai.headers).status_code == 404


def settled(client, call, buyer, insurer, path, claim, accepted=None):
    """Take a claim from its opening to its payment; return its id."""
    claim_id = call(buyer, "POST", path, json=claim, expect=201)["id"]
    here, today = f"/insurance-claims/{claim_id}", clock.now().date().isoformat()
    survey = {"surveyed_on": today, "surveyor": "SGS", "findings": "Crushed."}
    call(insurer, "POST", f"{here}/survey", json=survey, expect=204)
    for kind in ("survey_report", "protest"):
        body = {"evidence": kind, "file_id": evidence(client, insurer)}
        call(insurer, "POST", f"{here}/files", json=body, expect=204)
    yield claim_id
    call(insurer, "POST", f"{here}/decision", json={"accepted": accepted or claim["amount"]}, expect=204)
    paid = {"reference": f"TT-{claim_id[-4:]}", "paid_on": today}
    call(insurer, "POST", f"{here}/payment", json=paid, expect=200)
    yield claim_id


def test_claims_about_a_line_together_bring_what_it_is_insured_for(client, call, way, market, insurer, cover):
    mine = take(way, market.buyer, cover)
    way.secure().pack()
    way.hand_over()
    path, whole = f"/insurances/{mine['id']}/claims", float(mine["lines"][0]["insured"]["amount"])
    claim = {"line_id": way.line_id, "amount": "1000.00", "said": "Crushed."}
    first, _ = settled(client, call, market.buyer, insurer, path, claim, accepted="900.00")
    rest = f"{whole - 900:.2f}"
    told = call(market.buyer, "POST", path, json=claim | {"amount": f"{whole:.2f}"}, expect=422)
    assert rest in told["errors"][0]["accepted"]
    steps = settled(client, call, market.buyer, insurer, path, claim | {"amount": rest})
    here = f"/insurance-claims/{next(steps)}/decision"
    with unit_of_work() as session:  # as if another claim, opened before, was accepted meanwhile
        session.execute(sa.update(InsuranceClaim).where(InsuranceClaim.id == UUID(first)).values(accepted_minor=90_100))
    call(insurer, "POST", here, json={"accepted": rest}, expect=422)
    with unit_of_work() as session:
        session.execute(sa.update(InsuranceClaim).where(InsuranceClaim.id == UUID(first)).values(accepted_minor=90_000))
    next(steps)
    refused = call(market.buyer, "POST", path, json=claim | {"amount": "0.01"}, expect=409)
    assert refused["type"].endswith("insured_used_up")


def test_over_the_threshold_a_second_person_confirms_the_payment(app, client, call, way, market, insurer):
    large = write(insurer, "OC-L", limit="100000000")
    seen = insurance(way, market.buyer)
    value = float(seen["value"]["amount"])
    mine = take(way, market.buyer, large, declared_value=f"{value * 1.5:.2f}")
    way.secure().pack()
    way.hand_over()
    now = clock.now()
    with unit_of_work() as session:
        change_setting(
            session, key=Setting.FOUR_EYES_THRESHOLD, value=Money.of("1000", "CNY"), actor=insurer.actor,
            valid_from=now, now=now,
        )  # fmt: skip
    body = {"line_id": way.line_id, "amount": "5000.00", "said": "Lost."}
    claim_id = call(market.buyer, "POST", f"/insurances/{mine['id']}/claims", json=body, expect=201)["id"]
    here = f"/insurance-claims/{claim_id}"
    survey = {"surveyed_on": clock.now().date().isoformat(), "surveyor": "SGS", "findings": "Gone."}
    call(insurer, "POST", f"{here}/survey", json=survey, expect=204)
    for kind in ("survey_report", "protest"):
        body = {"evidence": kind, "file_id": evidence(client, insurer)}
        call(insurer, "POST", f"{here}/files", json=body, expect=204)
    call(insurer, "POST", f"{here}/decision", json={"accepted": "5000.00"}, expect=204)
    paid = {"reference": "TT-9", "paid_on": clock.now().date().isoformat()}
    assert call(insurer, "POST", f"{here}/payment", json=paid, expect=200) == {"settled": False}
    assert call(insurer, "POST", f"{here}/payment", json=paid, expect=409)["type"].endswith("second_person")
    with unit_of_work() as session:
        other = factories.colleague(session, app, insurer, role=Role.FINANCE, now=clock.now())
    wrong = call(other, "POST", f"{here}/payment", json=paid | {"reference": "TT-8"}, expect=409)
    assert wrong["type"].endswith("payment_differs")
    assert call(other, "POST", f"{here}/payment", json=paid, expect=200) == {"settled": True}


def test_pages_lead_through_insurance_and_claim(app, way, market, insurer, cover):
    buyer, answers = Visitor(app), Visitor(app)
    buyer.enter(market.buyer.actor)
    answers.enter(insurer.actor)
    page = f"/orders/{way.order_id}/insurance"
    assert page in buyer.open(f"/orders/{way.order_id}")
    buyer.open(page)
    assert "Demo Marine, ICC (A)" in buyer.text()
    buyer.send(page, {"cover": cover, "declared_value": "1"}, 422)
    buyer.send(page, {"cover": cover, "declared_value": ""})
    buyer.open(page)
    buyer.send(f"{page}/void", {})
    buyer.open(page)
    buyer.send(page, {"cover": cover, "declared_value": ""})
    way.secure().pack()
    way.hand_over()
    buyer.open(page)
    assert "CRT-" in buyer.text()
    buyer.send(f"{page}/claims", {"line_id": way.line_id, "amount": "100.00", "said": "One <b>carton</b> wet."})
    (claim,) = [one["id"] for one in way.call(market.buyer, "GET", "/insurance-claims")["items"]]
    here = f"/insurance-claims/{claim}"
    assert "&lt;b&gt;" in answers.open(here)
    assert here in answers.open("/partner/insurances")
    answers.open(here)
    answers.send(f"{here}/survey", {"surveyed_on": "2026-01-01", "surveyor": "SGS", "findings": "Wet."})
    answers.open(here)
    answers.send(f"{here}/decision", {"accepted": "", "said": ""}, 422)
    answers.send(f"{here}/decision", {"accepted": "", "said": "Unfit packing."})
    assert "Unfit packing." in buyer.open(here)
    runs = Visitor(app)
    runs.enter(way.operator.actor)
    assert here in runs.open("/operator/insurances")
    assert UUID(claim)


def test_an_admin_writes_down_what_insurers_offer(app, call, insurer):
    with unit_of_work() as session:
        admin = factories.staff(session, app, role=Role.ADMIN, name="Admin", now=clock.now())
    body = {
        "insurer": str(insurer.actor.company), "policy_number": "OC-9", "clauses": "B", "rate_permille": "0.8",
        "currency": "CNY", "minimum": "30", "limit": "500000", "valid_from": "2026-01-01", "excluded": ["71", "97.01"],
        "fictitious": True,
    }  # fmt: skip
    call(admin, "POST", "/insurance-covers", json=body, expect=201)
    assert call(admin, "POST", "/insurance-covers", json=body, expect=422)["errors"][0]["field"] == "policy_number"
    call(admin, "POST", "/insurance-covers", json=body | {"insurer": str(factories.new_id())}, expect=422)
    (row,) = call(admin, "GET", "/insurance-covers", expect=200)["items"]
    assert (row["rate_permille"], row["excluded"], row["fictitious"]) == ("0.8", ["71", "9701"], True)
