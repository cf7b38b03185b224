"""Another account for placed orders over pages and API: proven, proposed, accepted, waited for, paid into - or not."""

import io
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.merchants.services import payees
from marketplace.orders import flows
from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind
from marketplace.payments.services import plans
from tests import factories
from tests.support.letters import letters, subjects
from tests.support.pdfs import pdf
from tests.support.visitors import PASSWORD, Town, Visitor, app_code
from tests.support.ways import Way

NEW = {
    "account_name": "Jialing Parts", "bank_name": "Second Bank", "account_number": "1111222233334444",
    "bic": "SECDCN22", "country": "CN", "currency": "CNY",
}  # fmt: skip
OLD, LATEST = "6222000011112222", "1111222233334444"

CHECKED = True


class Desk:
    """The merchant's money people: the account that became active beside orders that name the one before."""

    def __init__(self, app, call, market, operator, later):
        self.app, self.call, self.market, self.later = app, call, market, later
        self.hours = 0
        self.way = Way(call, market, operator)
        enrolled = call(market.merchant, "POST", "/me/second-factor", expect=201)
        self.secret = enrolled["secret"]
        proven = {"code": app_code(self.secret)}
        call(market.merchant, "POST", "/me/second-factor/confirmation", json=proven, expect=200)

    def pass_time(self, hours):
        self.hours += hours
        self.later(self.hours * 3_600)
        return self

    def pass_time_until(self, moment):
        """Wait for an instant of an answer: a deadline in working time is further away before a weekend."""
        left = datetime.fromisoformat(moment) - clock.now()
        return self.pass_time(max(0, left // timedelta(hours=1)) + 1)

    def name(self, **changes):
        """Name an account and let it count."""
        self.pass_time(1)
        body = NEW | {"code": app_code(self.secret)} | changes
        made = self.call(self.market.merchant, "POST", "/payees", json=body, expect=201)
        self.pass_time(73)
        run_due_payees()
        return made["id"]

    def propose(self, payee_id, expect=201, trader=None, key=None, wait=1, **changes):
        self.pass_time(wait)
        body = {"order_ids": [self.way.order_id], "current_password": PASSWORD, "code": app_code(self.secret)}
        body = {name: value for name, value in (body | changes).items() if value is not None}
        path = f"/payees/{payee_id}/orders"
        return self.call(trader or self.market.merchant, "POST", path, key=key, json=body, expect=expect)

    def answer(self, change, what="acceptance", expect=200, trader=None):
        body = {"content_hash": change["content_hash"]} if what == "acceptance" else {}
        path = f"/order-changes/{change['id']}/{what}"
        return self.call(trader or self.market.buyer, "POST", path, json=body, expect=expect)

    def change(self, trader=None):
        path = f"/orders/{self.way.order_id}/changes"
        return self.call(trader or self.market.buyer, "GET", path, expect=200)["items"][0]

    def account(self, which=-1):
        """Return into which account the order's payment goes."""
        mine = [one for one in self.way.order()["payments"] if one["subject"] == "order"]
        path = f"/payments/{mine[which]['id']}"
        return self.call(self.market.buyer, "GET", path, expect=200)["payee_account"]["account_number"]

    def bind(self):
        return flows.bind_changes(now=clock.now())

    def papers(self, kind):
        return sorted(one["version"] for one in self.way.order()["documents"] if one["kind"] == kind)


def run_due_payees():
    with unit_of_work() as session:
        payees.activate_due(session, now=clock.now())


@pytest.fixture
def desk(app, call, market, operator, later):
    return Desk(app, call, market, operator, later)


@pytest.fixture
def treasury(app, market):
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.TREASURY, name="Treasury", now=clock.now())


@pytest.mark.both_databases
def test_an_account_binds_after_three_days_and_never_before(app, desk, market):
    town = Town(app)
    payee_id = desk.name()
    (payable,) = desk.call(market.merchant, "GET", f"/payees/{payee_id}/orders", expect=200)["items"]
    assert (payable["id"], payable["account_now"]["account_number"]) == (desk.way.order_id, OLD)
    assert payable["open"] == desk.way.order()["money"]["balance"]
    mate = mate_of(app, market)
    (change,) = desk.propose(payee_id, key="p")["items"]
    assert (change["kind"], change["state"], change["acts"]) == ("payee", "proposed", ["withdraw"])
    # Both the buyer and the money people of the merchant hear of it at once.
    assert [one for one in subjects(town, market.buyer) if one.startswith("Change CHG")]
    for who in (market.merchant, mate):
        told = [one for one in subjects(town, who) if one.startswith("Another account is proposed for placed orders")]
        assert len(told) == 1
    seen = desk.change()
    assert (seen["account"]["account_number"], seen["account_now"]["account_number"]) == (LATEST, OLD)
    assert seen["acts"] == ["accept", "decline"]
    assert desk.call(market.merchant, "GET", f"/payees/{payee_id}/orders", expect=200)["items"] == []
    desk.propose(payee_id, expect=409)
    # The buyer accepts at once: the old account binds until the wait is over.
    desk.answer(seen | {"content_hash": "0" * 64}, expect=409)
    desk.answer(seen, trader=market.merchant, expect=403)
    desk.answer(seen, trader=market.thai, expect=404)
    assert desk.answer(seen)["state"] == "agreed"
    assert desk.answer(seen)["state"] == "agreed"
    assert desk.pass_time(70).bind() == 0
    assert (desk.account(), desk.papers("sales_contract"), desk.papers("pro_forma")) == (OLD, [1], [1])
    assert desk.pass_time(2).bind() == 1
    assert desk.change()["state"] == "accepted"
    assert (desk.account(), desk.papers("sales_contract"), desk.papers("pro_forma")) == (LATEST, [1, 2], [1, 2])
    assert desk.bind() == 0
    assert any("CHG" in one for one in subjects(town, market.buyer))


def mate_of(app, market):
    with unit_of_work() as session:
        return factories.colleague(session, app, market.merchant, role=Role.OWNER, now=clock.now())


def test_what_was_paid_keeps_its_account_and_the_rest_names_the_new_one(desk, market):
    desk.way.secure()
    payee_id = desk.name()
    (change,) = desk.propose(payee_id)["items"]
    assert desk.pass_time(73).bind() == 0
    assert desk.account() == OLD
    desk.pass_time_until(change["deadline_at"])
    desk.answer(change, expect=409)
    flows.expire_changes(now=clock.now())
    assert desk.change()["state"] == "expired"
    (change,) = desk.propose(payee_id)["items"]
    desk.answer(change)
    assert desk.pass_time(73).bind() == 1
    assert desk.account() == OLD
    assert desk.papers("pro_forma") == [1]
    hand_over(desk)
    assert [desk.account(0), desk.account(1)] == [OLD, LATEST]
    body = {"amount": desk.way.order()["money"]["due_now"]["amount"], "received_on": clock.now().date().isoformat()}
    payment = [one for one in desk.way.order()["payments"] if one["subject"] == "order"][-1]
    desk.call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
    assert desk.way.order()["money"]["balance"]["amount"] == "0.00"
    desk.propose(payee_id, expect=409)


def hand_over(desk):
    """Let what is due at the hand-over fall due: the lorries of these days are gone."""
    subject = Subject(SubjectKind.ORDER, UUID(desk.way.order_id))
    with unit_of_work() as session:
        plans.fall_due(session, subject=subject, event=MilestoneEvent.HANDED_OVER, line_ids=None, now=clock.now())


def test_a_slip_that_waits_keeps_its_account_until_it_is_due_anew(app, desk, market):
    payee_id = desk.name()
    payment = desk.way.order()["payments"][0]["id"]
    (change,) = desk.propose(payee_id)["items"]
    desk.answer(change)
    visitor = Visitor(app)
    visitor.enter(market.buyer.actor)
    slip = hand_in_slip(desk, payment)
    assert slip["state"] == "slip_received"
    assert desk.pass_time(73).bind() == 1
    assert desk.account(0) == OLD
    desk.call(market.merchant, "POST", f"/payments/{payment}/dispute", expect=200)
    assert desk.account(0) == LATEST


def hand_in_slip(desk, payment):
    file = {"file": (io.BytesIO(pdf("a slip")), "slip.pdf"), "purpose": "slip"}
    answer = desk.call(desk.market.buyer, "POST", "/files", data=file, expect=201)
    path = f"/payments/{payment}/slip"
    return desk.call(desk.market.buyer, "POST", path, json={"file_id": answer["id"]}, expect=200)


def test_a_stolen_session_proposes_no_account(app, desk, market):
    payee_id = desk.name()
    refused = desk.propose(payee_id, expect=422, current_password=None)
    assert refused["errors"][0]["field"] == "current_password"
    assert desk.propose(payee_id, expect=401, current_password="guessed it")["type"].endswith("wrong_login")
    assert desk.propose(payee_id, expect=401, code=None)["type"].endswith("second_factor_needed")
    assert desk.propose(payee_id, expect=401, code="000000")["type"].endswith("wrong_code")
    # Nor by the way on which other changes are proposed.
    body = {"kind": "payee", "payee": payee_id}
    desk.call(market.merchant, "POST", f"/orders/{desk.way.order_id}/changes", json=body, expect=422)
    thief = Visitor(app)
    thief.enter(market.merchant.actor)
    path = f"/merchant/payees/{payee_id}/orders"
    assert desk.way.order()["reference"] in thief.open(path)
    form = {"order_ids": [desk.way.order_id]}
    thief.send(path, form | {"current_password": "guessed it", "code": app_code(desk.secret)}, 401)
    thief.send(path, form | {"current_password": PASSWORD, "code": ""}, 401)
    thief.send(path, form | {"current_password": "", "code": app_code(desk.secret)}, 422)
    thief.open(f"/orders/{desk.way.order_id}/changes")
    sent = {"kind": "payee", "payee": payee_id}
    thief.open(f"/orders/{desk.way.order_id}/changes?kind=cancel")
    thief.send(f"/orders/{desk.way.order_id}/changes", sent, 404)
    assert desk.call(market.buyer, "GET", f"/orders/{desk.way.order_id}/changes", expect=200)["items"] == []
    # A code of the app is used up by its proof.
    code = app_code(desk.pass_time(1).secret)
    (change,) = desk.propose(payee_id, code=code, wait=0)["items"]
    desk.answer(change, "withdrawal", trader=market.merchant)
    desk.propose(payee_id, code=code, wait=0, expect=401)


def test_who_may_not_change_accounts_proposes_none(app, desk, market):
    payee_id = desk.name()
    with unit_of_work() as session:
        seller = factories.colleague(session, app, market.merchant, role=Role.SALES, now=clock.now())
    desk.propose(payee_id, trader=seller, expect=403)
    desk.propose(payee_id, trader=market.thai, expect=404)
    desk.propose("00000000-0000-7000-8000-000000000000", expect=404)
    desk.propose(payee_id, order_ids=["00000000-0000-7000-8000-000000000000"], expect=404)
    desk.propose(payee_id, order_ids=[], expect=422)
    desk.call(market.buyer, "GET", f"/payees/{payee_id}/orders", expect=404)
    # The account of before does not count any longer, and one in another currency is none for this order.
    before = desk.call(market.merchant, "GET", "/payees", expect=200)["items"][-1]["id"]
    assert desk.propose(before, expect=409)["type"].endswith("payee_inactive")
    dollars = desk.name(currency="USD", account_number="9999888877776666")
    assert desk.propose(dollars, expect=422)["errors"][0]["field"] == "payee_id"


def test_the_buyer_declines_and_the_old_account_stands(desk, market):
    payee_id = desk.name()
    (change,) = desk.propose(payee_id)["items"]
    assert desk.answer(change, "refusal")["state"] == "declined"
    desk.answer(change, expect=409)
    assert desk.pass_time(100).bind() == 0
    assert desk.account() == OLD
    (change,) = desk.propose(payee_id)["items"]
    desk.answer(change)
    # Agreed, the merchant may still take it back.
    assert desk.answer(change, "withdrawal", trader=market.merchant)["state"] == "withdrawn"
    assert desk.pass_time(73).bind() == 0
    assert desk.account() == OLD


def test_another_account_by_then_makes_it_void(desk, market):
    payee_id = desk.name()
    (change,) = desk.propose(payee_id)["items"]
    desk.answer(change)
    later = desk.name(account_number="5555666677778888")
    assert desk.bind() == 1
    assert (desk.change()["state"], desk.account()) == ("void", OLD)
    (change,) = desk.propose(later)["items"]
    assert desk.answer(change)["state"] == "agreed"
    desk.way.call(market.merchant, "POST", f"/orders/{desk.way.order_id}/cancellation", json={}, expect=204)
    assert desk.change()["state"] == "void"


def test_the_operator_stops_it_for_a_reason(app, desk, market, treasury, operator):
    payee_id = desk.name()
    (change,) = desk.propose(payee_id)["items"]
    desk.answer(change)
    (row,) = desk.call(treasury, "GET", "/payee-changes", expect=200)["items"]
    assert (row["id"], row["state"], row["account"]["account_number"]) == (change["id"], "agreed", LATEST)
    path = f"/payee-changes/{change['id']}/stop"
    desk.call(treasury, "POST", path, json={"reason": ""}, expect=422)
    for who in (market.merchant, market.buyer, operator):
        desk.call(who, "POST", path, json={"reason": "No."}, expect=403)
    desk.call(treasury, "POST", f"/payee-changes/{desk.way.order_id}/stop", json={"reason": "No."}, expect=404)
    clerk = Visitor(app)
    clerk.enter(treasury.actor)
    # Whoever may stop it is told, once of all its orders.
    (letter,) = [one for one in letters(Town(app), treasury) if "Another account is named for" in one.subject]
    assert "/operator/payee-changes" in letter.body
    assert desk.way.order()["reference"] in letter.body
    assert LATEST in clerk.open("/operator/payee-changes")
    clerk.send(f"/operator/payee-changes/{change['id']}/stop", {"reason": "Nobody at the merchant knows it."})
    assert "Nobody at the merchant knows it." in clerk.open("/operator/payee-changes")
    town = Town(app)
    for who in (market.merchant, market.buyer):
        assert any(one.startswith("Change CHG") for one in subjects(town, who))
    stopped = desk.call(treasury, "POST", path, json={"reason": "Again."}, expect=200)
    assert (stopped["state"], stopped["reason"]) == ("stopped", "Nobody at the merchant knows it.")
    assert desk.change()["reason"] == "Nobody at the merchant knows it."
    assert desk.pass_time(73).bind() == 0
    assert desk.account() == OLD


def test_the_operator_is_told_of_an_account_of_a_company_while_it_waits(app, desk, market, treasury):
    desk.pass_time(1)
    desk.call(market.merchant, "POST", "/payees", json=NEW | {"code": app_code(desk.secret)}, expect=201)
    (letter,) = [one for one in letters(Town(app), treasury) if "Another account is named for" in one.subject]
    assert "4444" in letter.body
    assert LATEST not in letter.body
    assert "/account/payouts" in letter.body


def test_a_card_order_names_no_account(call, market, operator, desk):
    card = {"rail": "card", "plan": "deposit_30_70", "payment_method": "pm_card_visa"}
    held = Way(call, market, operator, payment=card)
    payee_id = desk.name()
    refused = desk.propose(payee_id, order_ids=[held.order_id], expect=409)
    assert refused["type"].endswith("account_follows")
    # All or none: the order by bank beside it is not proposed for either.
    desk.propose(payee_id, order_ids=[desk.way.order_id, held.order_id], expect=409)
    assert desk.call(market.buyer, "GET", f"/orders/{desk.way.order_id}/changes", expect=200)["items"] == []


def test_the_whole_way_by_page(app, desk, market):
    payee_id = desk.name()
    desk.pass_time(1)
    merchant, buyer = Visitor(app), Visitor(app)
    merchant.enter(market.merchant.actor)
    buyer.enter(market.buyer.actor)
    assert f"/merchant/payees/{payee_id}/orders" in merchant.open("/merchant/payees")
    merchant.open(f"/merchant/payees/{payee_id}/orders")
    sent = {"order_ids": [desk.way.order_id], "current_password": PASSWORD, "code": app_code(desk.secret)}
    merchant.send(f"/merchant/payees/{payee_id}/orders", sent)
    assert "Withdraw the change" in merchant.open(f"/orders/{desk.way.order_id}")
    shown = buyer.open(f"/orders/{desk.way.order_id}")
    assert OLD in shown
    assert LATEST in shown
    change = desk.change()
    buyer.send(f"/orders/{desk.way.order_id}/changes/{change['id']}/acceptance", {})
    assert "Agreed, not in force yet" in buyer.open(f"/orders/{desk.way.order_id}/changes")
    assert desk.pass_time(73).bind() == 1
    assert "Another account to pay into" in buyer.open(f"/orders/{desk.way.order_id}/changes")
    payment = desk.way.order()["payments"][0]["id"]
    assert LATEST in buyer.open(f"/payments/{payment}")


def test_a_buyer_who_needs_approval_accepts_another_account_by_a_case_of_its_own(app, desk, market):
    with unit_of_work() as session:
        chief = factories.colleague(session, app, market.buyer, role=Role.OWNER, now=clock.now())
    body = {"name": "Over", "currency": "CNY", "tiers": [{"from": "3000", "steps": [{"roles": ["owner"]}]}]}
    desk.call(market.buyer, "POST", "/approval-rules", json=body, expect=201)
    (change,) = desk.propose(desk.name())["items"]
    refused = desk.answer(change, expect=409)
    assert refused["type"].endswith("approval_needed")
    case_id = refused["facts"]["case"]
    seen = desk.call(chief, "GET", f"/approvals/{case_id}", expect=200)
    assert (seen["kind"], seen["parts"][0]["terms"]["change"]) == ("change", "payee")
    verdict = {"verdict": "approve", "content_hash": seen["content_hash"]}
    desk.call(chief, "POST", f"/approvals/{case_id}/decision", json=verdict, expect=200)
    agreed = desk.answer(change)
    assert (agreed["state"], agreed["approval"]["id"]) == ("agreed", case_id)
