"""Letters about goods that come late, and about addresses that take no events."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.logistics.queries import departures as lorries
from marketplace.logistics.tracing.queries import partners
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.queries import lines as order_lines
from marketplace.orders.queries import orders


def arrives_late(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell the buyer by when the goods of a line were promised, and by when they are expected."""
    departure = lorries.departure(session, departure_id=UUID(job["departure"]), now=now)
    found = order_lines.orders_of_lines(session, line_ids=[UUID(each) for each in job["lines"]])
    for row in orders.by_id(session, order_ids=set(found.values())).values():
        if row.ended_at is None:
            yield Letter(
                row.buyer_id,
                {
                    "orders": row.reference,
                    "lorry": departure.reference,
                    "until": datetime.fromisoformat(job["promised"]),
                    "arrives_at": datetime.fromisoformat(job["expected"]),
                    "path": f"/orders/{row.id}",
                },
            )


def hook_given_up(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a company which of its addresses took nothing, unless it looked after it meanwhile."""
    row = partners.hook(session, hook_id=UUID(job["hook"]))
    if row.ended_because is not None and row.ended_because != "by_hand":
        yield Letter(row.company_id, {"item": row.url, "path": "/account/tracking"})
