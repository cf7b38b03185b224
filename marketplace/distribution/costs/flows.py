"""Plan what departures cost once they take no more bookings, one by one, and match the invoices that waited for it."""

from datetime import datetime

from marketplace.distribution.costs.queries import invoices as invoice_queries
from marketplace.distribution.costs.queries import lorries
from marketplace.distribution.costs.services import invoices, planning
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.each import each_waiting


def plan_due(*, now: datetime) -> int:
    """Plan the departures that are closed for booking and have no cost sheet; return how many, invoices included."""
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
