"""A deal whose money the provider holds."""

from contextlib import contextmanager

from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.money import Money
from marketplace.payments.flows import cards
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.terms import Rail
from marketplace.payments.services import holding
from marketplace.worker.jobs import JOBS
from tests.integration.payments.conftest import NOW, Deal

CLEARING, HELD = AccountKind.PROVIDER_CLEARING, AccountKind.HELD


PAYABLE, INCOME = AccountKind.MERCHANT_PAYABLE, AccountKind.COMMISSION_INCOME


FEES = AccountKind.PROVIDER_FEES


class HeldDeal(Deal):
    """A deal by card, each act in a unit of work of its own as the flows need it."""

    @property
    def key(self) -> str:
        return f"test:{self.subject.id}"

    @contextmanager
    def writing(self):
        with unit_of_work() as session:
            self.session = session
            yield self
        self.session = reading()

    def place(self, minors=(700_000, 300_000), method="pm_card_visa", **terms):
        amount = Money(sum(minors), self.currency)
        outcome = cards.authorise(
            key=self.key,
            amount=amount,
            payment_method=method,
            subject_ids={str(self.subject.kind): self.subject.id},
            return_url=None,
            now=NOW,
        )
        assert outcome.state is CardState.AUTHORISED
        with self.writing():
            self.open(rail=Rail.CARD, minors=minors, **terms)
        return self

    def capture(self):
        cards.capture(key=self.key, now=NOW)
        return self

    def reach(self, event, line_ids=None):
        with self.writing():
            assert self.happens(event, line_ids) is None

    def call_off(self):
        with self.writing():
            self.cancel()
        JOBS[holding.GIVE_BACK]({"subject_kind": str(self.subject.kind), "subject_id": str(self.subject.id)})

    def figures(self):
        """Return the balances; the fees that the provider kept are gone from it, whatever comes after."""
        found = {kind: self.balance(kind) for kind in (CLEARING, HELD, PAYABLE, INCOME)}
        return found | {CLEARING: found[CLEARING] + self.balance(FEES)}
