"""A surplus is withdrawn and given back at the same moment: one of the two happens, and the books say which."""

import threading
from dataclasses import replace

import pytest

from marketplace.kernel import events
from marketplace.kernel.db import db, reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.money import Money
from marketplace.payments.queries import checks, payouts, transfers
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.paying import Mistake
from marketplace.payments.services import ledger, returns, withdrawals
from marketplace.payments.services import transfers as receipts
from tests.integration.payments.conftest import NOW, clerk, publish_rates
from tests.integration.payments.test_withdrawals import opened

PATIENCE = 1.0  # seconds in which the second would be done, did it not wait for the first


@pytest.fixture
def surplus(app):
    """Return the merchant, a transfer that brought 5.00 too much, and what is owed back for it."""
    with unit_of_work() as session:
        publish_rates(session)
        deal = opened(session)
        row = deal.receive(deal.payment().amount.minor + 500)
        receipts.match_transfer(
            session, actor=deal.merchant, transfer_id=row.id, payment_ids=[deal.payment().id], confirmed=True, now=NOW
        )
        (owed,) = payouts.returns(session, company_id=deal.buyer.company)
        events.forget(session)
    return deal.merchant, row.id, owed.id


def withdraw(session, surplus):
    merchant, transfer_id, _ = surplus
    withdrawals.withdraw(session, actor=merchant, transfer_id=transfer_id, mistake=Mistake.WRONG_AMOUNT, now=NOW)
    events.forget(session)  # there is no order that could hear of it


def give_back(session, surplus):
    merchant, _, return_id = surplus
    returns.record_made(session, actor=merchant, return_id=return_id, now=NOW)


@pytest.mark.parametrize(
    ("first", "second", "refused"), [(withdraw, give_back, NotFound), (give_back, withdraw, Conflict)]
)
def test_the_second_waits_for_the_first_and_is_refused(app, surplus, first, second, refused):
    ends = []

    def come_second():
        with app.app_context():
            try:
                with unit_of_work() as session:
                    second(session, surplus)
                ends.append(None)
            except Exception as error:  # noqa: BLE001  whatever it is, the test looks at it
                ends.append(error)
            finally:
                db.session.remove()

    other = threading.Thread(target=come_second)
    with unit_of_work() as session:
        first(session, surplus)
        other.start()
        other.join(PATIENCE)
        assert not ends
    other.join()
    assert [type(end) for end in ends] == [refused]
    reading().rollback()
    assert checks.breaches(reading()) == []
    merchant, transfer_id, _ = surplus
    is_withdrawn = str(transfers.transfer(reading(), payee_id=merchant.company, transfer_id=transfer_id).state)
    assert (is_withdrawn == "withdrawn") is (first is withdraw)


def test_what_was_given_back_twice_is_found(app, surplus):
    merchant, _, return_id = surplus
    with unit_of_work() as session:
        give_back(session, surplus)
        (row,) = payouts.returns(session, company_id=merchant.company, transfer_id=return_id)
        returns.record_received(session, actor=replace(clerk(), company_id=row.payer_id), return_id=return_id, now=NOW)
        payee = AccountRef(AccountKind.RETURN_PAYEE, row.payee_id, "CNY", row.subject)
        payer = AccountRef(AccountKind.RETURN_PAYER, row.payer_id, "CNY", row.subject)
        ledger.post(
            session, kind=TransferKind.RETURN_MADE, key="again", entries=pair(payee, payer, Money(500, "CNY")),
            subject=row.subject, now=NOW,
        )  # fmt: skip
    assert [one.what for one in checks.breaches(reading())] == ["more was given back than was owed back"]
