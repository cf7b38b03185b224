"""What can wait for a company that buys or sells, on which side of its orders; and the periods of statements."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace.kernel.errors import Refused


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
    ANSWER_TRADING = "answer_trading"
    ANSWER_LEADS = "answer_leads"
    FOLLOW_LEADS = "follow_leads"
    PAY = "pay"
    PURCHASE_CHANGES = "purchase_changes"
    SIGN_PURCHASES = "sign_purchases"
    ACCEPT_GOODS = "accept_goods"
    FOLLOW_CLAIMS = "follow_claims"
    DECIDE_APPROVALS = "decide_approvals"
    DECIDE_INSPECTIONS = "decide_inspections"
    SALE_INSPECTIONS = "sale_inspections"
    MAKE_INSPECTIONS = "make_inspections"


# What keeps goods off the shelf first, then in the order of an order's life.
SELLING: Final = (
    Queue.MEND_PAPERS,
    Queue.RETURNED_LISTINGS,
    Queue.LOW_STOCK,
    Queue.GOODS_PAPERS,
    Queue.MEND_IMPORTS,
    Queue.ANSWER_QUESTIONS,
    Queue.ANSWER_TRADING,
    Queue.ANSWER_LEADS,
    Queue.FOLLOW_LEADS,
    Queue.CONFIRM_ORDERS,
    Queue.SALE_CHANGES,
    Queue.SIGN_SALES,
    Queue.PROMISE_DATES,
    Queue.CLOSED_PROMISES,
    Queue.SALE_INSPECTIONS,
    Queue.CONFIRM_SLIPS,
    Queue.MATCH_TRANSFERS,
    Queue.SHIP_GOODS,
    Queue.ANSWER_CLAIMS,
)
BUYING: Final = (
    Queue.DECIDE_APPROVALS,
    Queue.PAY,
    Queue.PURCHASE_CHANGES,
    Queue.SIGN_PURCHASES,
    Queue.DECIDE_INSPECTIONS,
    Queue.ACCEPT_GOODS,
    Queue.FOLLOW_CLAIMS,
)
# Of companies that work for the traders; claims against a carrier are answered like those against a merchant.
PARTNERING: Final = (Queue.MAKE_INSPECTIONS, Queue.ANSWER_CLAIMS)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a statement, first and last included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins, or is longer than a year."""
        if self.last < self.first:
            raise Refused.field("from", "period", f"a day up to {self.last}")
        if (self.last - self.first).days > LONGEST_PERIOD:
            raise Refused.field("from", "too_long", f"a period of at most {LONGEST_PERIOD} days")

    def is_over(self, today: date) -> bool:
        """Tell whether nothing more can happen in it."""
        return self.last < today

    @property
    def is_month(self) -> bool:
        """Tell whether it is one whole calendar month."""
        return self == month_of(self.first)

    def check_month(self) -> None:
        """Refuse another period than a whole calendar month."""
        if not self.is_month:
            month = month_of(self.first)
            raise Refused.field("from", "whole_month", f"{month.first} to {month.last}")

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """Return the instants between which its days lie in a zone, the second not included."""
        since, until = (
            datetime.combine(day, time.min, ZoneInfo(zone)) for day in (self.first, self.last + timedelta(days=1))
        )
        return since.astimezone(UTC), until.astimezone(UTC)


LONGEST_PERIOD: Final = 366


def month_of(day: date) -> Period:
    """Return the calendar month that a day lies in."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Period(first, following - timedelta(days=1))


def month_before(day: date) -> Period:
    """Return the calendar month before that of a day: what a monthly statement is about."""
    return month_of(day.replace(day=1) - timedelta(days=1))


def interim_number(period: Period, currency: str, recipient: UUID) -> str:
    """Return what an interim statement is kept under: no number of a series, the same for the same period."""
    return f"INTERIM-{period.first:%Y%m%d}-{currency}-{recipient.hex[-12:].upper()}"
