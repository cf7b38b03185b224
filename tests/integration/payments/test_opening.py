"""Accounts of the ledger are opened by whoever posts to them first, however many do so at the same moment."""

import uuid
from functools import partial

import sqlalchemy as sa

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount
from marketplace.payments.queries import ledger as books
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import ledger
from tests.integration.payments.conftest import NOW
from tests.support.racing import at_once

RACERS, ROUNDS = 8, 5


def _post(session, payee, payer, number):
    # Half of them name the two the other way round: each opens in one order, so that nobody waits for ever.
    sides, minor = ((payee, payer), 5) if number % 2 else ((payer, payee), -5)
    return ledger.post(
        session,
        kind=TransferKind.OBLIGATION_DUE,
        key=f"{payee.subject.id}:{number}",
        entries=pair(*sides, Money(minor, "CNY")),
        subject=payee.subject,
        now=NOW,
    )


def test_an_account_that_several_open_at_once_is_one_and_has_what_each_of_them_posted(app):
    for turn in range(ROUNDS):
        subject = Subject(SubjectKind.ORDER, uuid.uuid4())
        kinds = (AccountKind.OBLIGATION_PAYEE, AccountKind.OBLIGATION_PAYER)
        payee, payer = (AccountRef(kind, uuid.uuid4(), "CNY", subject) for kind in kinds)
        posts = [partial(_post, payee=payee, payer=payer, number=number) for number in range(RACERS)]
        assert len(set(at_once(app, [partial(in_unit_of_work, post) for post in posts]))) == RACERS
        assert books.balance(reading(), account=payee) == Money(5 * RACERS, "CNY")
        assert books.balance(reading(), account=payer) == Money(-5 * RACERS, "CNY")
        assert reading().scalar(sa.select(sa.func.count()).select_from(LedgerAccount)) == 2 * (turn + 1)
        reading().rollback()
