"""What the API says of that which waits for a company."""

from datetime import date
from typing import Literal

from marketplace.api.shared.answers import Answer, Instant
from marketplace.reports.queries.desks import WaitingRow
from marketplace.reports.rules import SELLING, Queue


class Waiting(Answer):
    """How much of something waits for one's company, and when the first of it is due, null where silence is no harm.

    What ends on a day that somebody named is due on that day: ``due_on``.
    """

    queue: Queue
    side: Literal["buyer", "merchant"]
    waiting: int
    due_at: Instant | None
    due_on: date | None

    @classmethod
    def of(cls, row: WaitingRow) -> "Waiting":
        """Write a queue."""
        side = "merchant" if row.queue in SELLING else "buyer"
        return cls(queue=row.queue, side=side, waiting=row.waiting, due_at=row.due_at, due_on=row.due_on)
