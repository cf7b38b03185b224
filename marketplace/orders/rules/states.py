"""The states of orders and order lines, and how one follows from another."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class OrderState(StrEnum):
    """Where an order stands."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    IN_FULFILMENT = "in_fulfilment"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class OrderKind(StrEnum):
    """What an order is for."""

    BULK = "bulk"
    SAMPLE = "sample"


class LineState(StrEnum):
    """Where a quantity of an order line stands, from least to most advanced."""

    OPEN = "open"
    IN_PRODUCTION = "in_production"
    READY = "ready"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    SHORT = "short"
    DAMAGED = "damaged"
    WRONG = "wrong"
    LOST = "lost"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why an order ended early."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    NOT_CONFIRMED = "not_confirmed"  # the merchant let the deadline pass
    DEPOSIT_MISSING = "deposit_missing"  # the pro-forma ended without its deposit
    OUT_OF_STOCK = "out_of_stock"  # the deposit came when the goods had gone to others
    LATE = "late"  # the buyer gave up: the goods were not at the hub long after the day that was promised
    PAYMENT_FAILED = "payment_failed"  # the provider could not take what it had reserved
    AGREED = "agreed"  # both sides ended it together


class RejectReason(StrEnum):
    """Why a merchant confirms an order without one of its lines."""

    OUT_OF_STOCK = "out_of_stock"
    PRICE_ERROR = "price_error"
    NOT_EXPORTABLE = "not_exportable"
    OTHER = "other"


ORDER: Final = Lifecycle(
    "order",
    {
        OrderState.PLACED: {
            "confirm": OrderState.CONFIRMED,
            "reject": OrderState.REJECTED,
            "cancel": OrderState.CANCELLED,
        },
        OrderState.CONFIRMED: {"fulfil": OrderState.IN_FULFILMENT, "cancel": OrderState.CANCELLED},
        OrderState.IN_FULFILMENT: {"deliver": OrderState.DELIVERED, "cancel": OrderState.CANCELLED},
        OrderState.DELIVERED: {"complete": OrderState.COMPLETED},
    },
)

_AFTER_RECEIPT: Final = {
    "accept": LineState.ACCEPTED,
    "short": LineState.SHORT,
    "damage": LineState.DAMAGED,
    "wrong": LineState.WRONG,
    "lose": LineState.LOST,
}
_FAULTY: Final = {"accept": LineState.ACCEPTED, "return": LineState.RETURNED, "close": LineState.CLOSED}
LINE: Final = Lifecycle(
    "order_line",
    {
        LineState.OPEN: {
            "produce": LineState.IN_PRODUCTION,
            "ready": LineState.READY,
            "pack": LineState.PACKED,
            "reject": LineState.REJECTED,
            "cancel": LineState.CANCELLED,
        },
        LineState.IN_PRODUCTION: {"ready": LineState.READY, "cancel": LineState.CANCELLED},
        LineState.READY: {"pack": LineState.PACKED, "cancel": LineState.CANCELLED},
        LineState.PACKED: {
            "hand_over": LineState.HANDED_OVER,
            "short": LineState.SHORT,
            "cancel": LineState.CANCELLED,
        },
        LineState.HANDED_OVER: {"depart": LineState.IN_TRANSIT, "lose": LineState.LOST},
        LineState.IN_TRANSIT: {"deliver": LineState.DELIVERED, "lose": LineState.LOST, "damage": LineState.DAMAGED},
        LineState.DELIVERED: _AFTER_RECEIPT,
        LineState.SHORT: _FAULTY,
        LineState.DAMAGED: _FAULTY,
        LineState.WRONG: _FAULTY,
        LineState.LOST: {"close": LineState.CLOSED},
        LineState.RETURNED: {"close": LineState.CLOSED},
        LineState.ACCEPTED: {"return": LineState.RETURNED, "close": LineState.CLOSED},
    },
)

# An order can be cancelled while all of its goods are in one of these.
BEFORE_PACKING: Final = frozenset({LineState.OPEN, LineState.IN_PRODUCTION, LineState.READY})
# Its buyer can cancel it for being late while all of its goods are in one of these.
AT_MERCHANT: Final = BEFORE_PACKING | {LineState.PACKED}
# While an order is in one of these its goods are made, packed and brought to the hub.
PRODUCING: Final = (OrderState.CONFIRMED, OrderState.IN_FULFILMENT)
# The way of goods when nothing goes wrong, for timelines.
WAY_FROM_STOCK: Final = (
    LineState.OPEN,
    LineState.READY,
    LineState.PACKED,
    LineState.HANDED_OVER,
    LineState.IN_TRANSIT,
    LineState.DELIVERED,
    LineState.ACCEPTED,
)
WAY_MADE_TO_ORDER: Final = (LineState.OPEN, LineState.IN_PRODUCTION, *WAY_FROM_STOCK[1:])
ENDED: Final = frozenset({OrderState.REJECTED, OrderState.CANCELLED, OrderState.COMPLETED})
