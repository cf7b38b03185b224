"""An order whose money is told by hand."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.payments.queries import payments
from marketplace.payments.rules.terms import MilestoneEvent, Subject
from marketplace.payments.services import plans
from tests.support.pdfs import pdf
from tests.support.visitors import Program, Town

ACCOUNT = PayeeAccount("Chongqing Example Trading Co., Ltd.", "Example Bank", "6222000000000001", "EXAMCNBJ", "CN")
SLIP = pdf("a slip")


@dataclass
class Trade:
    """An order of 10,000 CNY between two companies, its deposit due."""

    town: Town
    subject: Subject
    buyer: Program
    merchant: Program
    stranger: Program
    lines: tuple[UUID, UUID]

    def newest(self) -> str:
        """Return the id of the newest payment."""
        return str(payments.payments_of(reading(), subjects=[self.subject])[self.subject][-1].id)

    def hand_over(self, *line_ids: UUID) -> str:
        """Let the second milestone fall due, of these lines or of all."""
        now = clock.now()
        with unit_of_work() as session:
            due = plans.fall_due(
                session,
                subject=self.subject,
                event=MilestoneEvent.HANDED_OVER,
                line_ids=line_ids or None,
                due_at=now + timedelta(days=7),
                now=now,
            )
        return str(due)


def send(program: Program, path: str, status: int, body: dict, key: str | None = None):
    return program.call("POST", path, status, body, **{"Idempotency-Key": key or str(uuid4())})
