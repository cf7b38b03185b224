"""Accept or claim over the API, on both databases: what each does to goods, money and deadlines."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind, Role, permissions_of
from marketplace.files.models import StoredFile
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.orders import flows
from marketplace.orders.rules.claims import Carrier
from marketplace.orders.services import claims as services
from marketplace.reference.rules import Setting
from marketplace.reference.services import change_setting
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.claims import LATER, bring, claim, come_late, line_of, place, receive, seen

CHECKED = True


def goods_paid(order):
    """The state and amount of the goods' payments."""
    return [(one["state"], one["amount"]["amount"]) for one in order["payments"] if one["subject"] == "order"]


def delay_is_worth(share_bp):
    """Let a day of delay be worth so much of the price from now on, and no more in all."""
    now = clock.now()
    with unit_of_work() as session:
        for key in ("LATE_DAY_BASIS_POINTS", "LATE_MOST_BASIS_POINTS"):
            change_setting(session, actor=SYSTEM, key=key, value=share_bp, valid_from=now, now=now)


def operator(role=Role.OPERATIONS):
    return Actor(
        new_id(), new_id(), CompanyKind.OPERATOR, frozenset({role.value}), permissions_of(CompanyKind.OPERATOR, [role])
    )


def test_accepting_all_makes_the_price_due_and_bills_the_commission(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=409)
    bring(order_id)
    assert seen(call, market.buyer, order_id)["state"] == "delivered"
    call(market.merchant, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=403)
    call(market.thai, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=404)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={"quantity": 401}, expect=409)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={"quantity": 100}, expect=204)
    assert goods_paid(seen(call, market.buyer, order_id)) == []
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", key="rest", json={}, expect=204)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", key="rest", json={}, expect=204)
    order = seen(call, market.buyer, order_id)
    assert order["state"] == "completed"
    assert goods_paid(order) == [("due", "10960.00")]
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=409)
    statement = call(market.merchant, "GET", "/statements?currency=CNY", expect=200)
    closing = {one["account"]: one["closing"]["amount"] for one in statement["balances"]}
    assert closing["commission_receivable"] in ("328.80", "-328.80")
    assert "commission_receivable" in call(market.merchant, "GET", "/statements.csv?currency=CNY", expect=200)


def test_silence_accepts_and_releases_what_is_held(call, market, app):
    order_id = place(call, market, rail="card")
    bring(order_id)
    assert flows.accept_by_silence(now=clock.now() + timedelta(days=3)) == 0
    assert flows.accept_by_silence(now=clock.now() + LATER) == 1
    assert flows.accept_by_silence(now=clock.now() + LATER) == 0
    order = seen(call, market.buyer, order_id)
    assert order["state"] == "completed"
    assert [one["state"] for one in order["milestones"] if one["event"] == "accepted"] == ["released"]


def test_defects_block_the_line_and_lower_what_falls_due(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id)
    made = claim(call, market, line_id)
    assert (made["state"], made["owner"], made["blocks_payment"]) == ("negotiating", "respondent", True)
    assert made["by_silence"] == "escalate"
    assert made["value"] == {"amount": "1096.00", "currency": "CNY"}
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    assert goods_paid(seen(call, market.buyer, order_id)) == []
    path = f"/claims/{made['id']}"
    call(market.thai, "GET", path, expect=404)
    call(market.carrier, "GET", path, expect=404)
    call(market.buyer, "POST", f"{path}/settlement", json={}, expect=409)
    call(market.buyer, "POST", f"{path}/answer", json={"amount": "1"}, expect=403)
    call(market.merchant, "POST", f"{path}/answer", json={"amount": "1096.01"}, expect=422)
    answered = call(market.merchant, "POST", f"{path}/answer", json={"amount": "500", "text": "Half."}, expect=200)
    assert (answered["owner"], answered["offer"]["amount"]) == ("claimant", "500.00")
    call(market.merchant, "POST", f"{path}/answer", json={"amount": "400"}, expect=422)
    call(market.buyer, "POST", f"{path}/settlement", json={"amount": "600"}, expect=409)
    settled = call(market.buyer, "POST", f"{path}/settlement", json={"amount": "500"}, expect=200)
    assert (settled["state"], settled["owner"], settled["awarded"]["amount"]) == ("settled", None, "500.00")
    assert settled["by_silence"] is None
    call(market.buyer, "POST", f"{path}/settlement", json={}, expect=200)
    call(market.buyer, "POST", f"{path}/withdrawal", expect=409)
    order = seen(call, market.buyer, order_id)
    assert goods_paid(order) == [("due", "10460.00")]
    assert order["state"] == "completed"


def test_held_money_of_a_decided_claim_goes_back_to_the_card(call, market, app):
    order_id = place(call, market, rail="card")
    line_id = line_of(order_id)
    bring(order_id)
    made = claim(call, market, line_id, reason="wrong")
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    assert flows.lapse_claims(now=clock.now()) == 0
    assert flows.lapse_claims(now=clock.now() + LATER) == 1
    assert call(market.buyer, "GET", f"/claims/{made['id']}", expect=200)["state"] == "escalated"
    with pytest.raises(NotAllowed), unit_of_work() as session:
        services.decide(
            session, claim_id=UUID(made["id"]), amount=Money(1, "CNY"), text="", actor=market.merchant.actor,
            now=clock.now(),
        )  # fmt: skip
    member = factories.insider(app, role=Role.ADMIN, company_id=market.merchant.company, now=clock.now())
    with pytest.raises(NotAllowed, match="own_claim"), unit_of_work() as session:
        services.decide(
            session, claim_id=UUID(made["id"]), amount=Money(1, "CNY"), text="", actor=member.actor, now=clock.now()
        )
    with unit_of_work() as session:
        services.decide(
            session, claim_id=UUID(made["id"]), amount=Money(1_096_00, "CNY"), text="Photos show it.",
            actor=operator(), now=clock.now(),
        )  # fmt: skip
    run_due(app)
    order = seen(call, market.buyer, order_id)
    (paid,) = [one for one in order["payments"] if one["subject"] == "order"]
    assert paid["paid"]["amount"] == "9864.00"
    assert order["state"] == "completed"
    shares = sorted(
        (one["state"], one["amount"]["amount"]) for one in order["milestones"] if one["event"] == "accepted"
    )
    assert shares == [("refunded", "1096.00"), ("released", "9864.00")]


def test_damage_after_risk_has_passed_is_the_carriers_and_blocks_nobody(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id)
    made = claim(call, market, line_id, reason="damaged", quantity=80)
    assert (made["respondent"], made["blocks_payment"]) == ("carrier", False)
    assert made["respondent_id"] == str(market.carrier.company)
    call(market.merchant, "GET", f"/claims/{made['id']}", expect=404)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    assert goods_paid(seen(call, market.buyer, order_id)) == [("due", "10960.00")]
    call(market.carrier, "POST", f"/claims/{made['id']}/answer", json={"amount": "2192.00"}, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)
    (owed,) = call(market.carrier, "GET", "/returns", expect=200)["items"]
    assert (owed["amount"]["amount"], owed["returned_at"]) == ("2192.00", None)
    call(market.buyer, "POST", f"/returns/{owed['id']}/confirmation", expect=403)
    call(market.merchant, "POST", f"/returns/{owed['id']}/confirmation", expect=404)
    first = call(market.carrier, "POST", f"/returns/{owed['id']}/confirmation", expect=200)
    assert first["returned_at"]
    assert call(market.carrier, "POST", f"/returns/{owed['id']}/confirmation", expect=200) == first


def test_under_dap_transit_damage_is_the_merchants(call, market):
    order_id = place(call, market, chains=0, pads=80)
    bring(order_id)
    made = claim(call, market, line_of(order_id), reason="damaged", quantity=40)
    assert (made["respondent"], made["respondent_id"]) == ("merchant", str(market.thai.company))
    assert made["blocks_payment"]


def test_what_the_hub_found_missing_is_not_paid_for(call, market):
    order_id = place(call, market)
    bring(order_id, short=120)
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/acceptance", json={}, expect=204)
    order = seen(call, market.buyer, order_id)
    assert goods_paid(order) == [("due", "7672.00")]
    assert order["state"] == "completed"


def test_a_settled_claim_about_paid_goods_is_owed_back(call, market):
    order_id = place(call, market, plan="deposit_30_70")
    line_id = line_of(order_id)
    paid = seen(call, market.merchant, order_id)["payments"][0]
    body = {"amount": paid["amount"]["amount"], "received_on": str(clock.now().date())}
    call(market.merchant, "POST", f"/payments/{paid['id']}/confirmation", json=body, expect=200)
    bring(order_id)
    made = claim(call, market, line_id, reason="short", quantity=400)
    call(market.merchant, "POST", f"/claims/{made['id']}/answer", json={"amount": "10960"}, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)
    (owed,) = call(market.buyer, "GET", "/returns", expect=200)["items"]
    # The hand-over milestone has not fallen due in this test: it never will, and the deposit goes back.
    assert owed["amount"]["amount"] == "3288.00"


def test_deadlines_have_outcomes_and_hidden_defects_a_time(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    hidden = claim(call, market, line_id)
    claim(call, market, line_id, reason="wrong", expect=409)
    call(market.merchant, "POST", f"/claims/{hidden['id']}/answer", json={"amount": "0"}, expect=200)
    assert flows.lapse_claims(now=clock.now() + LATER) == 1
    assert call(market.buyer, "GET", f"/claims/{hidden['id']}", expect=200)["state"] == "withdrawn"
    claim(call, market, line_id, reason="late", quantity=400, expect=409)  # it came before it was promised
    come_late(line_id)
    late = claim(call, market, line_id, reason="late", quantity=400)
    assert (late["respondent"], late["blocks_payment"]) == ("carrier", False)
    call(market.buyer, "POST", f"/claims/{late['id']}/escalation", expect=200)
    assert flows.lapse_claims(now=clock.now() + LATER) == 1
    decided = call(market.buyer, "GET", f"/claims/{late['id']}", expect=200)
    assert (decided["state"], decided["awarded"]) == ("decided", late["value"])
    with pytest.raises(Conflict), unit_of_work() as session:
        services.open_claim(
            session, line_id=line_id, reason="defective", quantity=1, text="Late rust.", evidence=[], carrier=None,
            actor=market.buyer.actor, now=clock.now() + LATER,
        )  # fmt: skip


def test_accepted_goods_are_closed_when_they_are_paid_and_nothing_can_be_claimed_any_more(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    assert flows.close_lines(now=clock.now() + LATER) == 0
    (due,) = [one for one in seen(call, market.buyer, order_id)["payments"] if one["subject"] == "order"]
    paid = due["amount"] | {"received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{due['id']}/confirmation", json=paid, expect=200)
    assert flows.close_lines(now=clock.now() + timedelta(days=10)) == 0
    hidden = claim(call, market, line_id)
    assert flows.close_lines(now=clock.now() + LATER) == 0
    call(market.buyer, "POST", f"/claims/{hidden['id']}/withdrawal", expect=200)
    assert flows.close_lines(now=clock.now() + LATER) == 1
    assert flows.close_lines(now=clock.now() + LATER) == 0
    order = seen(call, market.buyer, order_id)
    assert (order["state"], order["lines"][0]["state"]) == ("completed", "closed")
    assert order["lines"][0]["parts"] == {"closed": 400}


@pytest.mark.parametrize("plan", ["acceptance_100", "halves"])
@pytest.mark.parametrize("paid_percent", [0, 20, 60, 95, 100])
def test_an_award_lessens_what_is_due_and_only_the_rest_is_owed_back(call, market, plan, paid_percent):
    rng = Random(paid_percent)
    if plan == "halves":
        stages = [
            {"event": event, "percent": share, "days": 3} for event, share in (("delivered", 45), ("accepted", 55))
        ]
        body = {"code": plan, "name": "Halves", "stages": stages, "rails": ["bank"]}
        call(market.merchant, "POST", "/payment-plans", json=body, expect=201)
    order_id = place(call, market, plan=plan)
    bring(order_id)
    line_id = line_of(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    total = Decimal(seen(call, market.buyer, order_id)["total"]["amount"])
    paid = left = (total * paid_percent / 100).quantize(Decimal("0.01"))
    assert len(dues(call, market, order_id)) == (2 if plan == "halves" else 1)
    for due in dues(call, market, order_id):
        if part := min(left, Decimal(due["amount"]["amount"])):
            body = {"amount": str(part), "currency": "CNY", "received_on": clock.now().date().isoformat()}
            call(market.merchant, "POST", f"/payments/{due['id']}/confirmation", json=body, expect=200)
            left -= part
    made = claim(call, market, line_id, quantity=rng.randint(100, 400))
    award = (Decimal(made["value"]["amount"]) * rng.randint(30, 100) / 100).quantize(Decimal("0.01"))
    answer = {"amount": str(award), "currency": "CNY", "remedy": "price", "text": "So be it."}
    call(market.merchant, "POST", f"/claims/{made['id']}/answer", json=answer, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)

    still_due = sum(
        Decimal(one["amount"]["amount"]) - Decimal(one["paid"]["amount"])
        for one in dues(call, market, order_id)
        if one["state"] not in ("paid", "cancelled")
    )
    owed = sum(Decimal(one["amount"]["amount"]) for one in call(market.buyer, "GET", "/returns", expect=200)["items"])
    assert not (still_due and owed)
    assert paid + still_due - owed == total - award


def dues(call, market, order_id):
    return [one for one in seen(call, market.buyer, order_id)["payments"] if one["subject"] == "order"]


def test_a_line_closes_by_the_days_of_its_placement_though_the_settings_have_grown(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    (due,) = [one for one in seen(call, market.buyer, order_id)["payments"] if one["subject"] == "order"]
    paid = due["amount"] | {"received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{due['id']}/confirmation", json=paid, expect=200)
    now = clock.now()
    with unit_of_work() as session:
        for key in (Setting.HIDDEN_DEFECT_DAYS, Setting.HIDDEN_DEFECT_FRESH_DAYS, Setting.HIDDEN_DEFECT_MACHINERY_DAYS):
            change_setting(session, actor=SYSTEM, key=key, value=200, valid_from=now, now=now)
    assert flows.close_lines(now=clock.now() + timedelta(days=10)) == 0
    assert flows.close_lines(now=clock.now() + LATER) == 1


def test_evidence_is_the_claimants_own_and_seen_by_the_parties(call, market):
    order_id = place(call, market)
    bring(order_id)
    ids = {}
    with unit_of_work() as session:
        for owner, purpose in (("buyer", Purpose.EVIDENCE), ("thai", Purpose.EVIDENCE), ("buyer2", Purpose.SLIP)):
            ids[owner] = new_id()
            company = market.thai.company if owner == "thai" else market.buyer.company
            session.add(
                StoredFile(
                    id=ids[owner], company_id=company, purpose=purpose, name="a.png", media_type="image/png",
                    sha256="0" * 64, size=1, created_at=clock.now(),
                )
            )  # fmt: skip
    line_id = line_of(order_id)
    claim(call, market, line_id, evidence=[str(ids["thai"])], expect=404)
    claim(call, market, line_id, evidence=[str(ids["buyer2"])], expect=422)
    made = claim(call, market, line_id, evidence=[str(ids["buyer"])])
    assert made["evidence"] == [str(ids["buyer"])]
    call(market.carrier, "GET", f"/claims/{made['id']}/evidence/{ids['buyer']}", expect=404)
    call(market.buyer, "POST", f"/claims/{made['id']}/withdrawal", expect=200)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    assert goods_paid(seen(call, market.buyer, order_id)) == [("due", "10960.00")]


@pytest.mark.parametrize("rail", ["bank", "card"])
def test_a_cancelled_order_gives_everything_back(call, market, app, rail):
    order_id = place(call, market, rail=rail, plan="deposit_30_70")
    order = seen(call, market.merchant, order_id)
    if rail == "bank":
        (deposit,) = [one for one in order["payments"] if one["subject"] == "order"]
        body = {"amount": deposit["amount"]["amount"], "received_on": str(clock.now().date())}
        call(market.merchant, "POST", f"/payments/{deposit['id']}/confirmation", json=body, expect=200)
    call(market.buyer, "POST", f"/orders/{order_id}/cancellation", expect=204)
    run_due(app)
    paid = [one for one in seen(call, market.buyer, order_id)["payments"] if one["subject"] == "order"]
    owed = call(market.merchant, "GET", "/returns", expect=200)["items"]
    if rail == "card":
        assert ({one["state"] for one in paid}, owed) == ({"refunded"}, [])
    else:
        assert [one["amount"]["amount"] for one in owed] == ["3288.00"]
        call(market.merchant, "POST", f"/returns/{owed[0]['id']}/confirmation", expect=200)


def first_line(order):
    (line,) = order["lines"]
    return line


def test_accepting_the_good_units_leaves_the_damaged_ones_to_claim(call, market):
    order_id = place(call, market, chains=0, pads=80)
    receive(order_id, damage=10)
    line_id = line_of(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    order = seen(call, market.buyer, order_id)
    assert first_line(order)["parts"] == {"accepted": 70, "damaged": 10}
    # Damage is the merchant's under DAP: he is paid when it is claimed and settled, given up, or time is over.
    assert (order["state"], goods_paid(order)) == ("delivered", [])
    due = first_line(order)["answer_due"]
    assert (due["owner"], due["by_silence"], due["holds_payment"]) == ("buyer", "accepted", True)
    assert (due["delivered"], due["faulty"]) == (0, {"damaged": 10})
    assert due["due_at"] > f"{clock.now():%Y-%m-%d}"
    made = claim(call, market, line_id, reason="damaged", quantity=4)
    assert made["blocks_payment"]
    assert first_line(seen(call, market.buyer, order_id))["answer_due"]["faulty"] == {"damaged": 6}
    call(market.merchant, "GET", f"/claims/{made['id']}", expect=404)
    call(market.buyer, "POST", f"/claims/{made['id']}/withdrawal", expect=200)
    assert goods_paid(seen(call, market.buyer, order_id)) == []
    assert flows.accept_by_silence(now=clock.now() + LATER) == 1
    order = seen(call, market.buyer, order_id)
    assert (order["state"], first_line(order)["answer_due"]) == ("completed", None)
    assert [state for state, _amount in goods_paid(order)] == ["due"]


def test_loss_after_risk_has_passed_stays_claimable_and_holds_up_nobody(call, market):
    order_id = place(call, market)
    receive(order_id, lose=30, damage=20)
    line_id = line_of(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    order = seen(call, market.buyer, order_id)
    assert first_line(order)["answer_due"]["faulty"] == {"damaged": 20, "lost": 30}
    assert not first_line(order)["answer_due"]["holds_payment"]
    assert goods_paid(order) == [("due", "10960.00")]
    made = claim(call, market, line_id, reason="lost", quantity=30)
    assert made["respondent"] == "carrier"
    call(market.carrier, "POST", f"/claims/{made['id']}/answer", json={"amount": "822.00"}, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)
    assert first_line(seen(call, market.buyer, order_id))["parts"] == {"accepted": 350, "damaged": 20, "closed": 30}


def test_faulty_units_are_given_up_by_naming_them_only(call, market):
    order_id = place(call, market, chains=0, pads=80)
    receive(order_id, damage=10)
    path = f"/order-lines/{line_of(order_id)}/acceptance"
    call(market.buyer, "POST", path, json={"quantity": 0, "damaged": 11}, expect=409)
    call(market.buyer, "POST", path, json={"quantity": 0, "lost": 1}, expect=409)
    refused = call(market.buyer, "POST", path, json={"quantity": 0, "damaged": 0}, expect=422)
    assert "damaged" in str(refused)
    call(market.buyer, "POST", path, json={"quantity": 0}, expect=422)
    call(market.buyer, "POST", path, json={"quantity": 0, "damaged": 4}, expect=204)
    assert first_line(seen(call, market.buyer, order_id))["parts"] == {"delivered": 70, "damaged": 6, "accepted": 4}
    call(market.buyer, "POST", path, json={"damaged": 6}, expect=204)
    order = seen(call, market.buyer, order_id)
    assert (order["state"], first_line(order)["parts"]) == ("completed", {"accepted": 80})


def awarded_by(call, trader, market, made):
    """Let a claim be met in full and return what was awarded, in minor units."""
    call(trader, "POST", f"/claims/{made['id']}/answer", json={"amount": made["value"]["amount"]}, expect=200)
    settled = call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)
    return int(Decimal(settled["awarded"]["amount"]).scaleb(2))


def test_a_carrier_pays_for_the_same_units_once(call, market):
    delay_is_worth(10_000)
    order_id = place(call, market)
    bring(order_id)
    line_id = line_of(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    come_late(line_id)
    first = claim(call, market, line_id, reason="late", quantity=300)
    claim(call, market, line_id, reason="late", quantity=101, expect=409)
    assert awarded_by(call, market.carrier, market, first) == 8_220_00
    claim(call, market, line_id, reason="late", quantity=300, expect=409)
    second = claim(call, market, line_id, reason="late", quantity=100)
    # Open beside it, a hidden defect is valued by the whole line; what is awarded is never more than is left.
    hidden = claim(call, market, line_id, quantity=400)
    assert hidden["value"]["amount"] == "2740.00"
    assert awarded_by(call, market.carrier, market, second) == 2_740_00
    assert awarded_by(call, market.merchant, market, hidden) == 0
    assert goods_paid(seen(call, market.buyer, order_id)) == [("due", "10960.00")]
    claim(call, market, line_id, quantity=1, expect=409)


def test_a_day_of_delay_is_worth_its_share_and_the_merchants_where_the_goods_missed_their_lorry(call, market):
    order_id = place(call, market)
    bring(order_id)
    line_id = line_of(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    come_late(line_id, days=3)
    late = claim(call, market, line_id, reason="late", quantity=200)
    # Three days at half a per cent of 5,480.00.
    assert (late["value"]["amount"], late["days_late"], late["respondent"]) == ("82.20", 3, "carrier")
    assert late["remedies"] == ["refund"]
    with unit_of_work() as session:
        departures = sa.select(Booking.departure_id).where(Booking.subject == line_id)
        missed = sa.update(Departure).where(Departure.id.in_(departures)).values(cutoff_cargo_at=clock.now() - LATER)
        session.execute(missed)
    own = claim(call, market, line_id, reason="late", quantity=200)
    assert (own["respondent"], own["blocks_payment"]) == ("merchant", False)
    assert goods_paid(seen(call, market.buyer, order_id)) == [("due", "10960.00")]


def test_lateness_is_claimed_while_the_time_to_accept_runs(call, market):
    order_id = place(call, market)
    bring(order_id)
    line_id = line_of(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={}, expect=204)
    with pytest.raises(Conflict) as refused, unit_of_work() as session:
        services.open_claim(
            session, line_id=line_id, reason="late", quantity=1, text="A week late.", evidence=[],
            carrier=Carrier(market.carrier.company, new_id()), actor=market.buyer.actor, now=clock.now() + LATER,
        )  # fmt: skip
    assert refused.value.code == "deadline"
