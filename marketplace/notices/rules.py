"""What people are told of, and which right makes a member of a company the one to tell."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel import figures
from marketplace.kernel.lifecycle import Lifecycle

# What happened longer ago is history when its turn comes: nobody can act on it.
FRESH: Final = timedelta(days=1)
# An amount of money as facts keep it.
_AMOUNT: Final = re.compile(r"\A(-?[0-9]+(?:\.[0-9]+)?) ([A-Z]{3})\Z")


class News(StrEnum):
    """A message, by the name of its text under ``templates/email``."""

    ORDER_PLACED = "order_placed"
    ORDER_RECEIVED = "order_received"
    ORDER_CONFIRMED = "order_confirmed"
    ORDER_CANCELLED = "order_cancelled"
    PAYMENT_DUE = "payment_due"
    PAYMENT_PAID = "payment_paid"
    PAYMENT_OVERDUE = "payment_overdue"
    CREDIT_ASKED = "credit_asked"
    CREDIT_DECIDED = "credit_decided"
    TRADING_OFFERED = "trading_offered"
    PAYER_REMINDED = "payer_reminded"
    SLIP_HANDED_IN = "slip_handed_in"
    RECEIPT_WITHDRAWN = "receipt_withdrawn"
    SLIP_DISPUTED = "slip_disputed"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_ENDED = "dispute_ended"
    HELD_SENT_BACK = "held_sent_back"
    LATE_MONEY_BACK = "late_money_back"
    RETURN_SENT = "return_sent"
    RETURN_DENIED = "return_denied"
    TRANSFER_WAITS = "transfer_waits"
    MONEY_WAITS = "money_waits"
    PAYEE_PROPOSED = "payee_proposed"
    READY_DATE_ASKED = "ready_date_asked"
    READY_DATE_MOVED = "ready_date_moved"
    READY_DATE_UNANSWERED = "ready_date_unanswered"
    BOOKING_ROLLED = "booking_rolled"
    BOOKING_LOST = "booking_lost"
    RIDE_LOST = "ride_lost"
    RIDE_WAITS = "ride_waits"
    RIDE_LATE = "ride_late"
    RIDE_AT_RISK = "ride_at_risk"
    DEPARTED = "departed"
    LORRY_HELD = "lorry_held"
    LORRY_RESUMED = "lorry_resumed"
    LORRY_SWAPPED = "lorry_swapped"
    ARRIVED = "arrived"
    GOODS_RECEIVED = "goods_received"
    ORDER_CHANGE_MOVED = "order_change_moved"
    CLAIM_MOVED = "claim_moved"
    INSPECTION_MOVED = "inspection_moved"
    SAMPLE_MOVED = "sample_moved"
    LISTINGS_DECIDED = "listings_decided"
    LISTING_TAKEN_DOWN = "listing_taken_down"
    APPEAL_DECIDED = "appeal_decided"
    APPLICATION_DECIDED = "application_decided"
    REVIEW_WAITS = "review_waits"
    REVIEW_DELAYED = "review_delayed"
    SELLING_SUSPENDED = "selling_suspended"
    SCREENING_HIT = "screening_hit"
    QUALIFICATION_CHANGED = "qualification_changed"
    CREDIT_LIMIT_SET = "credit_limit_set"
    PAPER_REJECTED = "paper_rejected"
    PAPER_ENDS = "paper_ends"
    PAPER_OVER = "paper_over"
    GOODS_PAPERS_END = "goods_papers_end"
    FLEET_PAPERS_END = "fleet_papers_end"
    BOND_ENDS = "bond_ends"
    CENTRE_SALE_MOVED = "centre_sale_moved"
    PROPOSAL_DECIDED = "proposal_decided"
    ENQUIRY_WAITS = "enquiry_waits"
    LEAD_CAME = "lead_came"
    LEAD_WAITS = "lead_waits"
    STOREFRONT_DECIDED = "storefront_decided"
    STOREFRONT_WAITS = "storefront_waits"
    CLOSURE_ENTERED = "closure_entered"
    NOTE_SHARED = "note_shared"
    QUESTION_ASKED = "question_asked"
    QUESTION_WAITS = "question_waits"
    QUESTION_ANSWERED = "question_answered"
    REMARK_HIDDEN = "remark_hidden"
    PRICE_ASKED = "price_asked"
    PRICE_ANSWERED = "price_answered"
    REVIEW_WRITTEN = "review_written"
    REVIEW_REPLIED = "review_replied"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_WAITS = "approval_waits"
    APPROVAL_ENDED = "approval_ended"
    INVOICES_MISSING = "invoices_missing"
    ARRIVAL_LATE = "arrival_late"
    HOOK_GIVEN_UP = "hook_given_up"
    SURCHARGE_WAITS = "surcharge_waits"
    TEMPERATURE_OUT = "temperature_out"
    HAUL_OFFERED = "haul_offered"
    HAUL_ANSWERED = "haul_answered"
    FEE_CHARGED = "fee_charged"
    FEE_WAIVED = "fee_waived"
    LORRY_GIVEN_BACK = "lorry_given_back"


# Whoever may do what follows is told.
TOLD: Final[dict[News, Permission]] = {
    News.ORDER_PLACED: Permission.TRADE_ORDER_CONFIRM,
    News.ORDER_RECEIVED: Permission.TRADE_ORDER_PLACE,
    News.ORDER_CONFIRMED: Permission.TRADE_ORDER_PLACE,
    News.ORDER_CANCELLED: Permission.TRADE_ORDER_READ,
    News.PAYMENT_DUE: Permission.TRADE_PAYMENT_READ,
    News.PAYMENT_PAID: Permission.TRADE_PAYMENT_READ,
    News.PAYMENT_OVERDUE: Permission.TRADE_PAYMENT_READ,
    News.CREDIT_ASKED: Permission.TRADE_PLAN_EDIT,
    News.CREDIT_DECIDED: Permission.TRADE_PAYMENT_PAY,
    News.TRADING_OFFERED: Permission.TRADE_PLAN_EDIT,
    News.PAYER_REMINDED: Permission.TRADE_PAYMENT_PAY,
    News.SLIP_HANDED_IN: Permission.TRADE_PAYMENT_CONFIRM,
    News.RECEIPT_WITHDRAWN: Permission.TRADE_PAYMENT_READ,
    News.SLIP_DISPUTED: Permission.TRADE_PAYMENT_READ,
    News.DISPUTE_OPENED: Permission.TRADE_PAYMENT_READ,
    News.DISPUTE_ENDED: Permission.TRADE_PAYMENT_READ,
    News.HELD_SENT_BACK: Permission.TRADE_PAYMENT_READ,
    # Its page is the checkout's.
    News.LATE_MONEY_BACK: Permission.TRADE_ORDER_PLACE,
    News.RETURN_SENT: Permission.TRADE_PAYMENT_CONFIRM,
    News.RETURN_DENIED: Permission.TRADE_PAYMENT_CONFIRM,
    News.TRANSFER_WAITS: Permission.TRADE_TRANSFER_RECORD,
    News.MONEY_WAITS: Permission.OPERATOR_PAYOUT_APPROVE,
    # Whoever may stop what is proposed.
    News.PAYEE_PROPOSED: Permission.OPERATOR_PAYOUT_APPROVE,
    News.READY_DATE_ASKED: Permission.TRADE_ORDER_FULFIL,
    News.READY_DATE_MOVED: Permission.TRADE_ORDER_READ,
    News.READY_DATE_UNANSWERED: Permission.TRADE_ORDER_READ,
    News.BOOKING_ROLLED: Permission.TRADE_ORDER_READ,
    News.BOOKING_LOST: Permission.TRADE_ORDER_READ,
    News.RIDE_LOST: Permission.TRADE_ORDER_READ,
    News.RIDE_WAITS: Permission.LOGISTICS_DEPARTURE_OPERATE,
    News.HAUL_OFFERED: Permission.PARTNER_FLEET_KEEP,
    # The operator, or the carrier of the line.
    News.HAUL_ANSWERED: Permission.LOGISTICS_ROAD_RECORD,
    News.RIDE_LATE: Permission.TRADE_ORDER_READ,
    News.RIDE_AT_RISK: Permission.LOGISTICS_DEPARTURE_OPERATE,
    News.DEPARTED: Permission.TRADE_ORDER_READ,
    News.LORRY_HELD: Permission.TRADE_ORDER_READ,
    News.LORRY_RESUMED: Permission.TRADE_ORDER_READ,
    News.LORRY_SWAPPED: Permission.TRADE_ORDER_READ,
    News.ARRIVED: Permission.TRADE_ORDER_READ,
    News.ARRIVAL_LATE: Permission.TRADE_ORDER_READ,
    News.HOOK_GIVEN_UP: Permission.LOGISTICS_TRACKING_CONNECT,
    News.SURCHARGE_WAITS: Permission.TRADE_ORDER_READ,
    News.TEMPERATURE_OUT: Permission.LOGISTICS_TRACKING_READ,
    News.FEE_CHARGED: Permission.TRADE_PAYMENT_READ,
    News.FEE_WAIVED: Permission.TRADE_PAYMENT_READ,
    News.LORRY_GIVEN_BACK: Permission.TRADE_PAYMENT_READ,
    News.GOODS_RECEIVED: Permission.TRADE_ORDER_ACCEPT,
    News.ORDER_CHANGE_MOVED: Permission.TRADE_ORDER_READ,
    News.CLAIM_MOVED: Permission.TRADE_CLAIM_READ,
    News.INSPECTION_MOVED: Permission.TRADE_INSPECTION_READ,
    News.SAMPLE_MOVED: Permission.TRADE_ORDER_READ,
    News.LISTINGS_DECIDED: Permission.CATALOG_LISTING_EDIT,
    News.LISTING_TAKEN_DOWN: Permission.CATALOG_LISTING_EDIT,
    News.APPEAL_DECIDED: Permission.CATALOG_LISTING_EDIT,
    News.APPLICATION_DECIDED: Permission.MERCHANT_APPLICATION_READ,
    News.REVIEW_WAITS: Permission.OPERATOR_MERCHANT_REVIEW,
    News.REVIEW_DELAYED: Permission.CATALOG_LISTING_EDIT,
    News.SELLING_SUSPENDED: Permission.MERCHANT_APPLICATION_READ,
    News.SCREENING_HIT: Permission.OPERATOR_MERCHANT_REVIEW,
    News.QUALIFICATION_CHANGED: Permission.COMPANY_PROFILE_EDIT,
    News.CREDIT_LIMIT_SET: Permission.TRADE_PAYMENT_PAY,
    News.PAPER_REJECTED: Permission.COMPANY_PROFILE_EDIT,
    News.PAPER_ENDS: Permission.COMPANY_PROFILE_EDIT,
    News.PAPER_OVER: Permission.OPERATOR_MERCHANT_REVIEW,
    News.GOODS_PAPERS_END: Permission.CATALOG_LISTING_EDIT,
    News.FLEET_PAPERS_END: Permission.PARTNER_FLEET_KEEP,
    News.BOND_ENDS: Permission.CATALOG_LISTING_EDIT,
    News.CENTRE_SALE_MOVED: Permission.TRADE_DOCUMENT_READ,
    News.INVOICES_MISSING: Permission.TRADE_INVOICE_RECORD,
    News.PROPOSAL_DECIDED: Permission.CATALOG_LISTING_EDIT,
    News.ENQUIRY_WAITS: Permission.OPERATOR_SHOWROOM_RUN,
    News.LEAD_CAME: Permission.TRADE_LEAD_ANSWER,
    News.LEAD_WAITS: Permission.TRADE_LEAD_ANSWER,
    News.STOREFRONT_DECIDED: Permission.CATALOG_LISTING_EDIT,
    News.STOREFRONT_WAITS: Permission.OPERATOR_LISTING_MODERATE,
    News.CLOSURE_ENTERED: Permission.TRADE_ORDER_READ,
    News.NOTE_SHARED: Permission.TRADE_ORDER_READ,
    News.QUESTION_ASKED: Permission.EXCHANGE_ANSWER_WRITE,
    News.QUESTION_WAITS: Permission.EXCHANGE_ANSWER_WRITE,
    News.QUESTION_ANSWERED: Permission.EXCHANGE_QUESTION_ASK,
    # The author bought or sells: its buyers and its sellers see to it.
    News.REMARK_HIDDEN: Permission.TRADE_ORDER_READ,
    News.PRICE_ASKED: Permission.CATALOG_LISTING_EDIT,
    News.PRICE_ANSWERED: Permission.TRADE_CART_EDIT,
    News.REVIEW_WRITTEN: Permission.EXCHANGE_ANSWER_WRITE,
    News.REVIEW_REPLIED: Permission.TRADE_ORDER_ACCEPT,
    News.APPROVAL_ASKED: Permission.COMPANY_APPROVAL_DECIDE,
    News.APPROVAL_WAITS: Permission.COMPANY_APPROVAL_DECIDE,
    News.APPROVAL_ENDED: Permission.COMPANY_APPROVAL_DECIDE,
}


class MatterState(StrEnum):
    """Where a matter in a company's inbox stands."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


MATTER: Final = Lifecycle(
    "matter",
    {
        MatterState.OPEN: {"take": MatterState.TAKEN, "finish": MatterState.DONE},
        MatterState.TAKEN: {"take": MatterState.TAKEN, "release": MatterState.OPEN, "finish": MatterState.DONE},
        MatterState.DONE: {"reopen": MatterState.OPEN},
    },
)


def is_fresh(at: datetime, now: datetime) -> bool:
    """Tell whether anybody can still act on what happened then."""
    return now - at <= FRESH


def grouped(amount: str, language: str) -> str:
    """Write ``249000.00 THB`` as a language groups digits; what is no such amount stays.

    A plain space: one that does not break would make a text message twice as long.
    """
    return _AMOUNT.sub(lambda found: f"{figures.number(found[1], language)} {found[2]}", amount)


def local(instant: datetime, zone: str) -> str:
    """Write an instant as clocks of a zone show it, with its distance from UTC."""
    there = instant.astimezone(ZoneInfo(zone))
    offset = there.strftime("%z")
    return f"{there:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:]})"
