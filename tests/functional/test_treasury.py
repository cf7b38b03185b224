"""What the operator's finance people look after, over the API and on their page."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.audit.queries import latest
from marketplace.audit.rules import digest
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.mail.channels import EmlFolder
from marketplace.merchants.models import Payee
from marketplace.merchants.rules.states import PayeeState
from marketplace.payments.flows import lapsing
from marketplace.payments.models.payouts import CommissionReceipt
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import ledger, returns
from marketplace.reports.queries import check
from marketplace.worker import runner
from tests import factories
from tests.support.payouts import bill, name_payee
from tests.support.visitors import Visitor, enrolled


def test_a_commission_bill_is_paid_by_bank(app, call, market, treasury):
    owner = bill(market, 300_00)
    owed = [{"company_id": str(owner), "owed": {"amount": "300.00", "currency": "CNY"}}]
    assert call(market.merchant, "GET", "/commissions", expect=200)["items"] == owed
    assert call(market.buyer, "GET", "/commissions", expect=200)["items"] == []
    assert call(treasury, "GET", "/commissions", expect=200)["items"] == owed
    receipt = {"amount": "300.01", "currency": "CNY", "bank_reference": "TT-9"}
    path = f"/commissions/{owner}/receipts"
    refused = call(treasury, "POST", path, receipt, expect=422)
    assert refused["errors"][0]["field"] == "amount"
    call(market.merchant, "POST", path, receipt | {"amount": "300.00"}, expect=403)
    call(treasury, "POST", path, receipt | {"amount": "100.00"}, expect=204)
    (again,) = call(treasury, "POST", path, receipt | {"amount": "100.00"}, expect=422)["errors"]
    assert (again["field"], again["code"]) == ("bank_reference", "recorded")
    call(treasury, "POST", path, receipt | {"amount": "200.00"}, expect=204)
    assert call(treasury, "GET", "/commissions", expect=200)["items"] == []
    (refused,) = call(treasury, "POST", path, receipt, expect=422)["errors"]
    assert (refused["code"], refused["message"]) == ("nothing_owed", "Nothing is owed in this currency: 0.00 CNY.")
    call(treasury, "POST", f"/commissions/{new_id()}/receipts", receipt, expect=404)
    first, second = call(treasury, "GET", "/commission-receipts", expect=200)["items"]
    assert (first["amount"]["amount"], first["bank_reference"], first["act_by"]) == ("100.00", "TT-9", None)
    path = f"/commission-receipts/{first['id']}/withdrawal"
    assert call(treasury, "POST", path, {"reason": " "}, expect=422)["errors"][0]["field"] == "reason"
    call(treasury, "POST", path, {"reason": "It was another company's."}, expect=204)
    call(market.merchant, "GET", "/commission-receipts", expect=403)
    desk = Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    assert "TT-9" in desk.open("/operator/bank")
    desk.send(f"/operator/commission-receipts/{second['id']}/withdrawal", {"reason": "Nor did this come."})
    assert call(treasury, "GET", "/commissions", expect=200)["items"] == owed
    assert call(treasury, "GET", "/commission-receipts", expect=200)["items"] == []
    assert check(reading()) == []


@pytest.mark.parametrize("bank_reference", ["FT 2026 001", "汇款 重庆 003 号", "Zahlung „März“, 50 %"])
def test_a_bank_reference_is_whatever_the_bank_writes(app, call, market, treasury, bank_reference):
    owner = bill(market, 300_00)
    receipt = {"amount": "100.00", "currency": "CNY", "bank_reference": bank_reference}
    call(treasury, "POST", f"/commissions/{owner}/receipts", receipt, expect=204)
    desk = Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    desk.open("/operator/money")
    desk.send(f"/operator/commissions/{owner}/receipts", receipt | {"amount": "99.00"})
    kept = reading().scalars(sa.select(CommissionReceipt.bank_reference)).all()
    assert kept == [bank_reference, bank_reference]
    told = latest(reading(), size=20)
    assert all(bank_reference not in str(entry.facts) for entry in told)
    assert digest(bank_reference) in {entry.facts.get("bank_reference") for entry in told}


def test_a_return_is_sent_by_one_side_and_confirmed_by_the_other(call, market):
    payee, payer = market.merchant, market.buyer
    with unit_of_work() as session:
        returns.owe(
            session,
            subject=Subject(SubjectKind.ORDER, new_id()),
            payee_id=payee.actor.company,
            payer_id=payer.actor.company,
            amount=Money(5_000, "CNY"),
            cause_id=new_id(),
            now=clock.now(),
        )
    (owed,) = call(payer, "GET", "/returns", expect=200)["items"]
    path = f"/returns/{owed['id']}"
    assert call(payer, "POST", f"{path}/receipt", expect=409)["type"].endswith(":not_returned")
    call(payee, "POST", f"{path}/confirmation", expect=200)
    call(payee, "POST", f"{path}/receipt", expect=403)
    call(market.thai, "POST", f"{path}/receipt", expect=404)
    for _ in range(2):
        assert call(payer, "POST", f"{path}/receipt", expect=200)["received_at"]
    assert call(payee, "GET", "/returns", expect=200)["items"][0]["received_at"]


def test_what_is_said_to_be_sent_back_is_owed_until_it_has_come_or_nobody_says_otherwise(app, call, market):
    payee, payer = market.merchant, market.buyer
    with unit_of_work() as session:
        returns.owe(
            session, subject=Subject(SubjectKind.ORDER, new_id()), payee_id=payee.actor.company,
            payer_id=payer.actor.company, amount=Money(5_000, "CNY"), cause_id=new_id(), now=clock.now(),
        )  # fmt: skip

    def owed():
        reading().rollback()
        figures = call(payer, "GET", "/cash-flow", expect=200)["figures"]
        return [one["back_to_us"]["amount"] for one in figures if one["currency"] == "CNY"]

    (found,) = call(payee, "GET", "/returns", expect=200)["items"]
    assert (found["pay_into"], found["returned_at"]) == (None, None)
    name_payee(payer.actor.company, number="6222000000000123")
    path = f"/returns/{found['id']}"
    assert call(payee, "GET", "/returns", expect=200)["items"][0]["pay_into"]["account_number"] == "6222000000000123"
    reader = Visitor(app)
    reader.log_in(payee.login)
    name_payee(payer.actor.company, PayeeState.PENDING, number="6222000000000777")
    assert call(payee, "GET", "/returns", expect=200)["items"][0]["pay_into"] is None
    assert "neither is to be paid into until then" in reader.open("/account/returns")
    with unit_of_work() as session:
        session.execute(sa.update(Payee).where(Payee.state == PayeeState.PENDING).values(state=PayeeState.WITHDRAWN))
    assert call(payer, "POST", f"{path}/denial", expect=409)["type"].endswith(":not_returned")
    said = call(payee, "POST", f"{path}/confirmation", expect=200)
    assert said["silence_counts"]
    assert (said["pay_into"], said["received_at"], owed()) == (None, None, ["50.00"])
    assert said["returned_at"] < said["answer_by"]
    assert call(payee, "POST", f"{path}/confirmation", expect=200) == said
    call(payee, "POST", f"{path}/denial", expect=403)
    call(market.thai, "POST", f"{path}/denial", expect=404)

    sides = {}
    for name, trader in (("payer", payer), ("payee", payee)):
        sides[name] = Visitor(app)
        sides[name].log_in(trader.login)
        assert "Without a word by" in sides[name].open("/account/returns")
    assert "It has not come" not in sides["payee"].shown
    sides["payer"].send(f"/account/returns/{found['id']}/denial", {})
    for trader in (payer, payee):
        (row,) = call(trader, "GET", "/returns", expect=200)["items"]
        assert row["denied_at"]
        assert (row["returned_at"], row["answer_by"]) == (None, None)
    assert "6222000000000123" in sides["payee"].open("/account/returns")
    assert call(payer, "POST", f"{path}/denial", expect=200)["denied_at"] == row["denied_at"]

    sides["payee"].send(f"/account/returns/{found['id']}/confirmation", {})
    late = clock.now() + timedelta(days=20)
    lapsing.lapse(now=clock.now())
    assert owed() == ["50.00"]
    for _ in range(2):
        lapsing.lapse(now=late)
    assert owed() in ([], ["0.00"])
    assert call(payer, "POST", f"{path}/denial", expect=409)["type"].endswith(":return_counts")
    assert call(payer, "POST", f"{path}/receipt", expect=200)["received_at"]
    assert check(reading()) == []


def test_silence_settles_nothing_where_no_account_was_named(app, call, market):
    payee, payer = market.merchant, market.buyer
    with unit_of_work() as session:
        returns.owe(
            session, subject=Subject(SubjectKind.ORDER, new_id()), payee_id=payee.company, payer_id=payer.company,
            amount=Money(2_600_00, "CNY"), cause_id=new_id(), now=clock.now(),
        )  # fmt: skip
    (found,) = call(payee, "GET", "/returns", expect=200)["items"]
    creditor = Visitor(app)
    creditor.log_in(payer.login)
    assert 'href="/merchant/payees"' in creditor.open("/account/returns")
    creditor.open("/merchant/payees")
    said = call(payee, "POST", f"/returns/{found['id']}/confirmation", expect=200)
    assert not said["silence_counts"]
    runner.run_due(app)
    folder = EmlFolder(app.extensions["city.settings"].data_dir / "mail", sender="")
    (letter,) = [one for one in folder.newest() if "sent" in one.subject and "back to you" in one.subject]
    assert letter.to == payer.login
    assert "/merchant/payees" in letter.body
    # An account that is named later changes nothing of what was sent before there was one.
    name_payee(payer.actor.company, number="6222000000000123", now=clock.now())
    lapsing.lapse(now=clock.now() + timedelta(days=40))
    (row,) = call(payer, "GET", "/returns", expect=200)["items"]
    assert (row["received_at"], row["silence_counts"]) == (None, False)
    assert "says that it has come: no account was named" in creditor.open("/account/returns")
    assert "Without a word by" not in creditor.shown
    call(payer, "POST", f"/returns/{found['id']}/receipt", expect=200)
    assert check(reading()) == []


def test_long_lists_go_on_by_cursor(app, call, market, treasury):
    payee, payer = market.merchant, market.buyer
    with unit_of_work() as session:
        for number in range(1, 52):
            returns.owe(
                session, subject=Subject(SubjectKind.ORDER, new_id()), payee_id=payee.company, payer_id=payer.company,
                amount=Money(number, "CNY"), cause_id=new_id(), now=clock.now(),
            )  # fmt: skip
            entries = pair(
                AccountRef(AccountKind.COMMISSION_RECEIVABLE, new_id() if number < 51 else payee.company, "CNY"),
                AccountRef(AccountKind.COMMISSION_INCOME, None, "CNY"),
                Money(number, "CNY"),
            )
            ledger.post(
                session, kind=TransferKind.COMMISSION_BILLED, key=f"t:{number}", entries=entries, subject=None,
                now=clock.now(),
            )  # fmt: skip
            account = {"account_name": "A", "bank_name": "B", "account_number": str(number), "bic": "C"}
            session.add(
                Payee(
                    id=new_id(), company_id=payee.company, currency="EUR", state=PayeeState.RETIRED, country="CN",
                    created_at=clock.now(), active_from=clock.now(), **account,
                )
            )  # fmt: skip
    for who, path, count in ((payer, "/returns", 51), (treasury, "/commissions", 51), (payee, "/payees", 52)):
        first = call(who, "GET", path, expect=200)
        rest = call(who, "GET", f"{path}?cursor={first['next']}", expect=200)
        assert (len(first["items"]), rest["next"]) == (50, None), path
        assert len({str(row) for row in [*first["items"], *rest["items"]]}) == count, path
        call(who, "GET", f"{path}?cursor=x", expect=422)
    for who, path in ((payer, "/account/returns"), (payee, "/merchant/payees")):
        visitor = Visitor(app)
        visitor.log_in(who.login)
        (link,) = set(re.findall(rf'href="({path}\?cursor=[^"]+)"', visitor.open(path)))
        assert "?cursor=" not in visitor.open(link).split("</header>")[-1]


def test_the_desk_shows_what_waits_and_takes_a_receipt(app, market, treasury):
    owner = bill(market, 300_00)
    desk = Visitor(app)
    desk.log_in(treasury.login)
    enrolled(desk)
    shown = desk.open("/operator/money")
    assert "Every slip is answered" in shown
    assert "No refund failed" in shown
    desk.send(f"/operator/commissions/{owner}/receipts", {"amount": "300.00", "bank_reference": "TT-1"})
    assert "No commission is open" in desk.open("/operator/money")


def test_the_last_day_of_all_is_no_end_of_a_period(app, call, market):
    with unit_of_work() as session:
        staff = factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())
    call(market.merchant, "GET", "/statements?currency=CNY&to=9999-12-30", expect=200)
    call(market.merchant, "GET", "/statements?currency=CNY&from=0001-01-01", expect=200)
    refused = call(market.merchant, "GET", "/statements?currency=CNY&to=9999-12-31", expect=422)
    assert [error["field"] for error in refused["errors"]] == ["to"]
    call(staff, "GET", "/departures/running?to=9999-12-31", expect=422)
