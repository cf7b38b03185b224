"""What the API says of that which waits for a company."""

from typing import Literal

from marketplace.api.shared.answers import Answer, Instant
from marketplace.reports.queries.desks import WaitingRow
from marketplace.reports.rules import SELLING, Queue


class Waiting(Answer):
    """How much of something waits for one's company, and when the first of it is due, null where silence is no harm."""

    queue: Queue
    side: Literal["buyer", "merchant"]
    waiting: int
    due_at: Instant | None

    @classmethod
    def of(cls, row: WaitingRow) -> "Waiting":
        """Write a queue."""
        side = "merchant" if row.queue in SELLING else "buyer"
        return cls(queue=row.queue, side=side, waiting=row.waiting, due_at=row.due_at)
