"""Plan what departures cost once they take no more bookings, one by one, and match the invoices that waited for it.

What shares of shared lorries could not fall to when these left falls first: a sheet's freight is less by that.
What changed of the price of a whole lorry is settled before, too.
"""

from datetime import datetime

from marketplace.distribution.costs.queries import invoices as invoice_queries
from marketplace.distribution.costs.queries import lorries
from marketplace.distribution.costs.services import invoices, planning
from marketplace.distribution.hires import queries as hire_queries
from marketplace.distribution.hires.services import settling, waiting
from marketplace.distribution.shares import queries as share_queries
from marketplace.distribution.shares import services as shares
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.each import each_waiting


def plan_due(*, now: datetime) -> int:
    """Plan the departures that are closed for booking and have no cost sheet; return how many, invoices included."""
    each_waiting(
        lambda reads: share_queries.waiting(reads, now=now),
        lambda writing, departure_id: shares.credit(writing, departure_id=departure_id, now=now),
        act="credit_shares",
    )
    each_waiting(
        hire_queries.unsettled,
        lambda writing, hire_id: settling.settle(writing, hire_id=hire_id, now=now),
        act="settle_hires",
    )
    each_waiting(
        hire_queries.uncounted,
        lambda writing, hire_id: waiting.count(writing, hire_id=hire_id, now=now),
        act="count_waiting",
    )
    planned = each_waiting(
        lorries.unplanned,
        lambda writing, departure_id: planning.plan(writing, departure_id=departure_id, actor=SYSTEM, now=now),
        act="plan_costs",
    )
    return planned + each_waiting(
        invoice_queries.waiting,
        lambda writing, invoice_id: invoices.match(writing, invoice_id=invoice_id, actor=SYSTEM, now=now),
        act="match_partner_invoice",
    )
