"""What can wait for a company that buys or sells, and on which side of its orders."""

from enum import StrEnum
from typing import Final


class Queue(StrEnum):
    """Something that waits for a company's word or hand."""

    MEND_PAPERS = "mend_papers"
    RETURNED_LISTINGS = "returned_listings"
    LOW_STOCK = "low_stock"
    GOODS_PAPERS = "goods_papers"
    MEND_IMPORTS = "mend_imports"
    CONFIRM_ORDERS = "confirm_orders"
    PROMISE_DATES = "promise_dates"
    SHIP_GOODS = "ship_goods"
    CLOSED_PROMISES = "closed_promises"
    SALE_CHANGES = "sale_changes"
    CONFIRM_SLIPS = "confirm_slips"
    MATCH_TRANSFERS = "match_transfers"
    SIGN_SALES = "sign_sales"
    ANSWER_CLAIMS = "answer_claims"
    ANSWER_QUESTIONS = "answer_questions"
    ANSWER_LEADS = "answer_leads"
    FOLLOW_LEADS = "follow_leads"
    PAY = "pay"
    PURCHASE_CHANGES = "purchase_changes"
    SIGN_PURCHASES = "sign_purchases"
    ACCEPT_GOODS = "accept_goods"
    FOLLOW_CLAIMS = "follow_claims"


# What keeps goods off the shelf first, then in the order of an order's life.
SELLING: Final = (
    Queue.MEND_PAPERS,
    Queue.RETURNED_LISTINGS,
    Queue.LOW_STOCK,
    Queue.GOODS_PAPERS,
    Queue.MEND_IMPORTS,
    Queue.ANSWER_QUESTIONS,
    Queue.ANSWER_LEADS,
    Queue.FOLLOW_LEADS,
    Queue.CONFIRM_ORDERS,
    Queue.SALE_CHANGES,
    Queue.SIGN_SALES,
    Queue.PROMISE_DATES,
    Queue.CLOSED_PROMISES,
    Queue.CONFIRM_SLIPS,
    Queue.MATCH_TRANSFERS,
    Queue.SHIP_GOODS,
    Queue.ANSWER_CLAIMS,
)
BUYING: Final = (Queue.PAY, Queue.PURCHASE_CHANGES, Queue.SIGN_PURCHASES, Queue.ACCEPT_GOODS, Queue.FOLLOW_CLAIMS)
