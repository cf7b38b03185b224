"""Why notes are issued, and what a debit note cannot ask."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules.claims import ClaimReason
from marketplace.orders.rules.notes import NoteReason, check_debit, reason_of
from marketplace.papers.layout.labels import LABELS
from marketplace.payments.rules.allowances import Why


def test_every_claim_has_words_of_its_own_on_a_credit_note():
    assert {reason_of(reason, Why.CLAIM) for reason in ClaimReason} == {
        one for one in NoteReason if one.startswith("claim_")
    }
    assert reason_of(None, Why.DISCOUNT) is NoteReason.PRICE
    assert reason_of(None, Why.REJECTED) is NoteReason.REJECTED
    assert reason_of(None, Why.CHANGE) is NoteReason.CHANGE
    assert all(f"reason_{reason}" in LABELS for reason in NoteReason)


def test_a_debit_note_asks_for_something_in_the_currency_of_the_order():
    check_debit(Money(1, "CNY"), currency="CNY")
    for amount, currency in ((Money(0, "CNY"), "CNY"), (Money(5, "USD"), "CNY")):
        with pytest.raises(Refused):
            check_debit(amount, currency=currency)
