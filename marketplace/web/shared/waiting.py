"""What waits for a company in words, with the page where it is done."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from flask import url_for
from flask_babel import lazy_gettext as _

from marketplace.edge.acts import desks
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.reports.queries.desks import WaitingRow
from marketplace.reports.rules import BUYING, PARTNERING, SELLING, Queue

_PAGES: Final[dict[Queue, tuple[Any, str, dict[str, Any]]]] = {
    Queue.MEND_PAPERS: (_("Papers that were rejected or end soon"), "merchants.desk", {}),
    Queue.RETURNED_LISTINGS: (_("Listings that came back from review"), "catalog.own", {"state": "changes_requested"}),
    Queue.LOW_STOCK: (_("Goods that run low"), "catalog.grid", {"low": "1"}),
    Queue.GOODS_PAPERS: (_("Certificates and licences that end"), "catalog.ending_papers", {}),
    Queue.MEND_IMPORTS: (_("Rows of your last list to mend"), "imports.overview", {}),
    Queue.CONFIRM_ORDERS: (_("Orders to confirm"), "orders.many", {"waits": "confirmation"}),
    Queue.SALE_CHANGES: (_("Changes of sales to answer"), "orders.many", {"side": "merchant", "waits": "change"}),
    Queue.SIGN_SALES: (_("Contracts to sign"), "documents.many", {}),
    Queue.PROMISE_DATES: (_("Ready dates to promise"), "operations.fulfilment", {}),
    Queue.CLOSED_PROMISES: (_("Promised while you are closed"), "merchants.closures", {}),
    Queue.CONFIRM_SLIPS: (_("Bank slips to confirm"), "payments.received", {}),
    Queue.MATCH_TRANSFERS: (_("Transfers without a payment"), "payments.received", {}),
    Queue.SHIP_GOODS: (_("Goods to pack and hand over"), "operations.fulfilment", {}),
    Queue.ANSWER_CLAIMS: (_("Claims to answer"), "claims.many", {}),
    Queue.ANSWER_QUESTIONS: (_("Questions to answer"), "questions.owed", {}),
    Queue.ANSWER_TRADING: (_("Offers of the trading company to answer"), "trading.mine", {}),
    Queue.ANSWER_LEADS: (_("Visitors of your booths to answer"), "showroom.leads", {"state": "new"}),
    Queue.FOLLOW_LEADS: (_("Visitors of your booths to follow up"), "showroom.leads", {"open": "1"}),
    Queue.PAY: (_("Payments due"), "payments.to_pay", {}),
    Queue.PURCHASE_CHANGES: (
        _("Changes of purchases to answer"),
        "orders.many",
        {"side": "buyer", "waits": "change"},
    ),
    Queue.SIGN_PURCHASES: (_("Contracts to sign"), "documents.many", {}),
    Queue.ACCEPT_GOODS: (_("Deliveries to accept"), "orders.many", {"waits": "acceptance"}),
    Queue.FOLLOW_CLAIMS: (_("Claims that wait for you"), "claims.many", {}),
    Queue.DECIDE_APPROVALS: (_("Requests for approval to decide"), "approvals.desk", {}),
    Queue.DECIDE_INSPECTIONS: (_("Inspections of purchases to decide"), "inspections.many", {}),
    Queue.SALE_INSPECTIONS: (_("Inspections of sales to see to"), "inspections.many", {}),
    Queue.MAKE_INSPECTIONS: (_("Inspections to make"), "inspections.many", {}),
}


def selling() -> dict[str, Any]:
    """Return what waits for the reader's company as a merchant."""
    return _shown(SELLING)


def buying() -> dict[str, Any]:
    """Return what waits for the reader's company as a buyer."""
    return _shown(BUYING)


def partnering() -> dict[str, Any]:
    """Return what waits for the reader's company as one that works for traders."""
    return _shown(PARTNERING)


def _shown(queues: Collection[Queue]) -> dict[str, Any]:
    rows = [row for row in desks.waiting() if row.queue in queues]
    company_id = require_actor().company
    zone = clocks(reading(), [company_id])[company_id]
    return {"rows": list(_rows(row for row in rows if row.waiting)), "zone": zone}


def _rows(found: Iterable[WaitingRow]) -> Iterable[dict[str, Any]]:
    now = clock.now()
    for row in found:
        label, endpoint, values = _PAGES[row.queue]
        yield {
            "label": label,
            "href": url_for(endpoint, **values),
            "waiting": row.waiting,
            "due_at": row.due_at,
            "due_on": row.due_on,
            "is_late": row.due_at is not None and row.due_at < now,
        }
