"""What time brings: requests for prices that nobody answered, each ended in a transaction of its own."""

from datetime import datetime

from marketplace.catalog.customer_prices.queries import requests
from marketplace.catalog.customer_prices.services import showing
from marketplace.kernel.each import each_waiting


def lapse(*, now: datetime) -> int:
    """End requests that merchants let wait too long; return how many."""
    return each_waiting(
        lambda reads: requests.late(reads, now=now),
        lambda writing, request_id: showing.lapse(writing, request_id=request_id, now=now),
        act="lapse_price_request",
    )
