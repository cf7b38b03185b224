"""What happens when storefronts are not looked at in time."""

from datetime import datetime

from marketplace.exchange.queries import storefronts as queries
from marketplace.exchange.services import storefronts
from marketplace.kernel.each import each_waiting


def escalate(*, now: datetime) -> int:
    """Tell of storefronts that wait longer than was promised; return how many."""
    return each_waiting(
        lambda reads: queries.late(reads, now=now),
        lambda writing, found: storefronts.escalate(writing, version_id=found, now=now),
        act="escalate_storefront",
    )
