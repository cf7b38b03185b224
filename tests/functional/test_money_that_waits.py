"""What waits too long for somebody: due moment and mark on page and API, first in its list, one letter."""

import html
import re
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.merchants.rules.states import PayeeState
from marketplace.payments.flows import lapsing
from marketplace.payments.flows import payouts as flows
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.plans import IncomingTransfer, Payment
from marketplace.payments.queries import payments as payment_rows
from marketplace.payments.queries import payouts as payout_rows
from marketplace.payments.queries import transfers as transfer_rows
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind
from marketplace.payments.services import plans
from tests import factories
from tests.integration.payments.test_write_offs import Debtor
from tests.support.letters import place, subjects
from tests.support.payouts import Till, clear_hit, confirm_hit, name_payee
from tests.support.visitors import Town, Visitor, enrolled


def pass_time(table):
    """Let what waits in a table be due since yesterday, and the clock's work be done twice."""
    with unit_of_work() as session:
        session.execute(sa.update(table).values(act_by=clock.now() - timedelta(days=1)))
    assert [lapsing.escalate(now=clock.now()) for _ in range(2)] == [1, 0]
    reading().rollback()  # what is done from here on must be seen


def release(company_id, currency="CNY"):
    name_payee(company_id)
    till = Till(company_id, currency).release(1_000_00)
    flows.gather(now=clock.now())
    return till


def test_an_overdue_payout_stands_first_and_treasury_is_told(app, call, market, treasury):
    town = Town(app)
    release(market.buyer.actor.company)
    (first,) = call(treasury, "GET", "/payouts", expect=200)["items"]
    assert first["act_by"] > first["created_at"]
    assert first["escalated_at"] is None
    pass_time(Payout)
    release(market.thai.actor.company)
    newest, late = call(treasury, "GET", "/payouts", expect=200)["items"]
    assert (late["id"], newest["escalated_at"]) == (first["id"], None)
    assert late["escalated_at"]
    assert call(treasury, "GET", "/payouts?overdue=true", expect=200)["items"] == [late]
    assert call(treasury, "GET", "/payouts?overdue=false", expect=200)["items"] == [newest]
    assert call(market.buyer, "GET", "/payouts?overdue=true", expect=200)["items"] == [late]

    desk = Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    shown = desk.open("/account/payouts")
    assert shown.index(late["reference"]) < shown.index(newest["reference"])
    assert shown.count("Overdue") == 1
    assert shown.count("to be done by") == 2
    assert newest["reference"] not in desk.open("/account/payouts?overdue=1")
    told = [one for one in subjects(town, treasury) if one.startswith("Overdue: ")]
    assert told == [f"Overdue: {late['reference']} over 1,000.00 CNY"]
    assert not any("Overdue" in one for one in subjects(town, market.buyer))


def test_why_released_money_stays_is_told_to_both_sides_until_it_goes_on(app, call, market, treasury):
    company_id = market.buyer.actor.company
    till = release(company_id)
    (due,) = call(treasury, "GET", "/payouts", expect=200)["items"]
    assert due["stop"] is None
    hit_id = confirm_hit(company_id)
    wait = {
        "company_id": str(company_id), "source": "merchant_payable",
        "amount": {"amount": "1000.00", "currency": "CNY"}, "reason": "screening", "until": None, "behind": None,
    }  # fmt: skip
    for reader in (treasury, market.buyer):
        assert call(reader, "GET", "/payout-waits", expect=200)["items"] == [wait]
        (row,) = call(reader, "GET", "/payouts", expect=200)["items"]
        assert (row["state"], row["stop"]) == ("due", "screening")
    assert call(market.thai, "GET", "/payout-waits", expect=200)["items"] == []
    refused = call(treasury, "POST", f"/payouts/{due['id']}/approval", expect=409, key=str(new_id()))
    assert refused["type"].endswith("payout_stopped")

    desk, sells = Visitor(app), Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    sells.log_in(market.buyer.login)
    for visitor, page in (
        (desk, "/account/payouts"), (desk, "/account/payout-waits"), (sells, "/account/payouts"),
        (sells, "/account/cash-flow"),
    ):  # fmt: skip
        shown = visitor.open(page)
        assert "is on a list" in shown
        assert "1,000.00" in shown
        assert f"{due['id']}/approval" not in shown

    clear_hit(hit_id)
    assert call(market.buyer, "GET", "/payout-waits", expect=200)["items"] == []
    assert "is on a list" not in sells.open("/account/payouts")
    assert call(treasury, "POST", f"/payouts/{due['id']}/approval", expect=200, key=str(new_id()))["state"] == "sent"
    assert till.payouts()[0].stop is None


def test_a_payout_that_failed_says_why_to_both_sides(app, call, market, treasury):
    company_id = market.buyer.actor.company
    release(company_id)
    name_payee(company_id, PayeeState.PENDING, number="6222000000000002")
    assert call(treasury, "POST", "/payouts", key=str(new_id()), expect=201)["made"] == 0
    desk, sells = Visitor(app), Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    sells.log_in(market.buyer.login)
    for reader, visitor in ((treasury, desk), (market.buyer, sells)):
        (row,) = call(reader, "GET", "/payouts", expect=200)["items"]
        assert (row["state"], row["failure"]) == ("failed", "account_held")
        (wait,) = call(reader, "GET", "/payout-waits", expect=200)["items"]
        assert (wait["reason"], wait["amount"]["amount"]) == ("account_held", "1000.00")
        assert wait["until"]
        shown = visitor.open("/account/payouts")
        assert "named another account before it was sent" in shown
        assert "It counts from" in shown


def test_money_that_nobody_matches_stands_first_and_its_payee_is_told(app, call, market):
    town, body = Town(app), {"currency": "CNY", "received_on": clock.now().date().isoformat()}

    def record(amount):
        return call(market.merchant, "POST", "/transfers", key=str(new_id()), json=body | {"amount": amount})

    first = record("11.00")
    assert first["act_by"] > clock.now().isoformat()
    pass_time(IncomingTransfer)
    newest = record("22.00")
    (late,) = call(market.merchant, "GET", "/transfers?overdue=true", expect=200)["items"]
    assert (late["id"], late["state"]) == (first["id"], "unmatched")
    assert late["escalated_at"]
    assert UUID(newest["id"]) > UUID(late["id"])
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login)
    shown = visitor.open("/merchant/money")
    assert shown.index("11.00") < shown.index("22.00")
    assert shown.count("to be done by") == 2
    assert shown.count("Overdue") == 1
    told = [one for one in subjects(town, market.merchant) if one.startswith("Say what")]
    assert told == ["Say what 11.00 CNY is for"]
    assert not any(one.startswith("Say what") for one in subjects(town, market.buyer))


def test_a_balance_that_is_not_paid_in_time_stays_owed_and_everybody_is_told(app, call, market, treasury):
    town = Town(app)
    order = place(call, market, plan="acceptance_100")
    subject = Subject(SubjectKind.ORDER, UUID(order["id"]))
    with unit_of_work() as session:
        balance_id = plans.fall_due(
            session, subject=subject, event=MilestoneEvent.ACCEPTED, line_ids=None, due_at=None, now=clock.now()
        )
        session.execute(sa.update(Payment).values(due_at=clock.now() - timedelta(hours=1)))
    assert [lapsing.lapse(now=clock.now()) for _ in range(2)] == [1, 0]
    reading().rollback()

    (late,) = call(treasury, "GET", "/payments/overdue", expect=200)["items"]
    assert (late["id"], late["state"]) == (str(balance_id), "overdue")
    assert call(market.merchant, "GET", "/payments?view=overdue", expect=200)["items"] == [late]
    assert call(market.buyer, "GET", "/payments?view=overdue", expect=200)["items"] == []
    call(market.buyer, "GET", "/payments/overdue", expect=403)
    desk, sells = Visitor(app), Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    desk.open("/operator")
    assert "Money to move by hand 1" in " ".join(desk.text().split())
    assert late["reference"] in desk.open("/operator/money").split("Payments that are overdue")[1].split("</table>")[0]
    sells.log_in(market.merchant.login)
    shown = sells.open("/merchant/money")
    assert shown.count(late["reference"]) == 1
    assert "can be cancelled while none of its goods are packed" in shown
    assert "It stays owed" in sells.open(f"/payments/{balance_id}")
    for who in (market.buyer, market.merchant, treasury):
        assert len([one for one in subjects(town, who) if one.startswith("Overdue: ")]) == 1, who


def test_an_order_that_ends_by_its_deposit_is_not_called_overdue(app, call, market):
    town, order = Town(app), place(call, market)
    with unit_of_work() as session:
        session.execute(sa.update(Payment).values(due_at=clock.now() - timedelta(hours=1)))
    lapsing.lapse(now=clock.now())
    reading().rollback()
    assert call(market.buyer, "GET", f"/orders/{order['id']}", expect=200)["state"] == "cancelled"
    assert not any(one.startswith("Overdue") for one in subjects(town, market.buyer))


def test_everything_that_is_overdue_is_found_page_by_page(app, call, market, treasury, monkeypatch):
    """More than one page of overdue money: the oldest is reached by the links, and the rest comes after it."""
    for module in (payment_rows, payout_rows, transfer_rows):
        monkeypatch.setattr(module, "PAGE", 1)
    for _ in range(3):
        place(call, market, key=str(new_id()))
    body = {"currency": "CNY", "received_on": clock.now().date().isoformat()}
    for trader in (market.buyer, market.thai):
        release(trader.actor.company)
    for minor in range(1, 4):
        call(market.merchant, "POST", "/transfers", key=str(new_id()), json=body | {"amount": f"{minor}.00"})
    with unit_of_work() as session:
        late = clock.now() - timedelta(hours=1)
        session.execute(sa.update(Payment).values(state=PaymentState.OVERDUE, due_at=late))
        for table in (Payout, IncomingTransfer):
            session.execute(sa.update(table).values(act_by=late, escalated_at=late))
    place(call, market, key=str(new_id()))
    call(market.merchant, "POST", "/transfers", key=str(new_id()), json=body | {"amount": "44.00"})
    reading().rollback()

    def walk(visitor, here, param, word):
        """Return what the page shows that goes on by this parameter, in order, on all its pages."""
        seen, path = [], here.split("?")[0]
        while here:
            shown = visitor.open(here)
            seen += re.findall(word, shown)
            links = [html.unescape(link) for link in re.findall(r'class="btn" href="([^"]+)"', shown)]
            here = next((link for link in links if re.match(rf"{path}\?(.*&)?{param}=(late\.)?Wy", link)), None)
            assert len(seen) < 50
        return list(dict.fromkeys(seen))

    desk, sells = Visitor(app), Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    sells.log_in(market.merchant.login)
    payment, payout = r"PAY-\w{4}-\w{4}", r"OUT-\w{4}-\w{4}"
    assert len(call(treasury, "GET", "/payments/overdue", expect=200)["items"]) == 1
    owed = walk(desk, "/operator/money", "overdue", payment)
    assert len(owed) == 3
    assert len(walk(desk, "/account/payouts", "cursor", payout)) == 2
    assert walk(desk, "/account/payouts?overdue=1", "cursor", payout) == walk(
        desk, "/account/payouts", "cursor", payout
    )
    (due,) = set(walk(sells, "/merchant/money", "cursor", payment)) - set(owed)
    assert set(walk(sells, "/merchant/money", "overdue", payment)) == {*owed, due}
    arrived = walk(sells, "/merchant/money", "unmatched", r"\b\d+\.00(?=.CNY.{0,9} · )")
    assert arrived[:3] == ["3.00", "2.00", "1.00"]
    assert "44.00" in arrived[3:]


def test_a_debt_is_written_off_by_two_people_on_the_page_and_the_api(app, call, market, treasury):
    debtor = Debtor(market.buyer.actor.company).owe(300_00)
    body = {"company_id": str(debtor.company_id), "amount": "300.00", "currency": "CNY", "reason": "Closed down."}
    call(market.buyer, "POST", "/receivable-write-offs", json=body, key=str(new_id()), expect=403)
    with unit_of_work() as session:
        second = factories.staff(session, app, role=Role.TREASURY, name="Second Office", now=clock.now())
    for wrong in ("0", "-1", "300.01"):
        refused = call(second, "POST", "/receivable-write-offs", json=body | {"amount": wrong}, key=wrong, expect=422)
        (error,) = refused["errors"]
        assert (error["field"], error["accepted"]) == ("amount", "more than 0, at most 300.00 CNY")
    made = call(second, "POST", "/receivable-write-offs", json=body, key=str(new_id()), expect=201)
    path = f"/receivable-write-offs/{made['id']}"
    assert call(second, "POST", f"{path}/approval", key=str(new_id()), expect=409)["type"].endswith("same_person")
    assert call(treasury, "POST", f"{path}/refusal", key=str(new_id()), expect=200)["state"] == "declined"

    desk, other = Visitor(app), Visitor(app)
    desk.log_in(treasury.login)
    other.log_in(second.login)
    for visitor in (desk, other):
        enrolled(visitor)
    desk.open("/account/receivables")
    desk.send("/operator/receivable-write-offs", {"amount": "250.00", "reason": "They moved away."})
    (waiting, put_aside) = call(treasury, "GET", "/receivable-write-offs", expect=200)["items"]
    assert (waiting["state"], put_aside["state"]) == ("proposed", "declined")
    assert f"{waiting['id']}/approval" not in desk.open("/account/receivables")
    board = call(treasury, "GET", "/reconciliation?kind=write_off", expect=200)
    assert [one["id"] for one in board["items"]] == [waiting["id"]]
    assert "They moved away." in other.open("/account/receivables")
    other.send(f"/operator/receivable-write-offs/{waiting['id']}/approval", {})
    assert call(market.buyer, "GET", "/receivables", expect=200)["items"] == [
        {"company_id": str(debtor.company_id), "owed": {"amount": "50.00", "currency": "CNY"}}
    ]
    assert debtor.lost == 250_00


def test_what_is_released_behind_a_payout_that_was_not_sent_is_named_as_left_out(app, call, market, treasury):
    company_id = market.buyer.actor.company
    till = release(company_id)
    (due,) = call(treasury, "GET", "/payouts", expect=200)["items"]
    assert call(treasury, "GET", "/payout-waits", expect=200)["items"] == []
    till.release(7_711_50)
    wait = {
        "company_id": str(company_id), "source": "merchant_payable",
        "amount": {"amount": "7711.50", "currency": "CNY"}, "reason": "earlier_payout", "until": None,
        "behind": due["reference"],
    }  # fmt: skip
    gathered = call(treasury, "POST", "/payouts", key=str(new_id()), expect=201)
    assert gathered == {"made": 0, "left_out": {"items": [wait], "next": None}}
    assert call(market.buyer, "GET", "/payout-waits", expect=200)["items"] == [wait]

    desk = Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    desk.open("/account/payouts")
    desk.send("/operator/payouts", {})
    shown = desk.open("/account/payouts")
    assert "Everything that was released" not in shown
    for said in ("7,711.50", "An earlier payout to the company is not sent yet", f"After payout {due['reference']}"):
        assert said in shown

    call(treasury, "POST", f"/payouts/{due['id']}/approval", expect=200, key=str(new_id()))
    assert call(treasury, "GET", "/payout-waits", expect=200)["items"] == []
    assert call(treasury, "POST", "/payouts", key=str(new_id()), expect=201)["made"] == 1
    assert till.payouts()[0].amount.minor == 7_711_50
