"""What waits for the asker's company, as far as the asker may do anything about it."""

from collections.abc import Mapping
from typing import Final

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.identity import require_actor
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.reports.queries import desks
from marketplace.reports.queries.desks import WaitingRow
from marketplace.reports.rules import Queue

# Whoever may not do the work is not told of it.
_DOES: Final[Mapping[Queue, Permission]] = {
    Queue.MEND_PAPERS: Permission.COMPANY_MERCHANT_APPLY,
    Queue.RETURNED_LISTINGS: Permission.CATALOG_LISTING_EDIT,
    Queue.LOW_STOCK: Permission.CATALOG_LISTING_EDIT,
    Queue.GOODS_PAPERS: Permission.CATALOG_LISTING_EDIT,
    Queue.MEND_IMPORTS: Permission.CATALOG_IMPORT_RUN,
    Queue.CONFIRM_ORDERS: Permission.TRADE_ORDER_CONFIRM,
    Queue.SALE_CHANGES: Permission.TRADE_SALE_CHANGE,
    Queue.SIGN_SALES: Permission.TRADE_DOCUMENT_SIGN,
    Queue.PROMISE_DATES: Permission.TRADE_ORDER_FULFIL,
    Queue.CONFIRM_SLIPS: Permission.TRADE_PAYMENT_CONFIRM,
    Queue.MATCH_TRANSFERS: Permission.TRADE_TRANSFER_RECORD,
    Queue.SHIP_GOODS: Permission.TRADE_ORDER_FULFIL,
    Queue.CLOSED_PROMISES: Permission.COMPANY_CLOSURES_EDIT,
    Queue.ANSWER_CLAIMS: Permission.TRADE_CLAIM_ANSWER,
    Queue.ANSWER_TRADING: Permission.TRADE_PLAN_EDIT,
    Queue.ANSWER_LEADS: Permission.TRADE_LEAD_ANSWER,
    Queue.FOLLOW_LEADS: Permission.TRADE_LEAD_ANSWER,
    Queue.ANSWER_QUESTIONS: Permission.EXCHANGE_ANSWER_WRITE,
    Queue.PAY: Permission.TRADE_PAYMENT_PAY,
    Queue.PURCHASE_CHANGES: Permission.TRADE_PURCHASE_CHANGE,
    Queue.SIGN_PURCHASES: Permission.TRADE_DOCUMENT_SIGN,
    Queue.ACCEPT_GOODS: Permission.TRADE_ORDER_ACCEPT,
    Queue.FOLLOW_CLAIMS: Permission.TRADE_ORDER_ACCEPT,
    Queue.DECIDE_APPROVALS: Permission.COMPANY_APPROVAL_DECIDE,
    Queue.DECIDE_INSPECTIONS: Permission.TRADE_ORDER_PLACE,
    Queue.SALE_INSPECTIONS: Permission.TRADE_ORDER_FULFIL,
    Queue.MAKE_INSPECTIONS: Permission.PARTNER_INSPECTION_REPORT,
}


def waiting() -> tuple[WaitingRow, ...]:
    """Return what waits for the asker, empty queues too."""
    actor = require_actor()
    found = desks.waiting(reading(), company_id=actor.company, person_id=actor.person, now=clock.now())
    return tuple(row for row in found if actor.may(_DOES[row.queue]))
