"""Addresses that get events: which may be, how often a delivery is tried, and when an address is given up."""

import ipaddress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from marketplace.files.addresses import host_of, is_public
from marketplace.kernel.lifecycle import Lifecycle

# Waits after the first, second … failed attempt; after the last a delivery has failed.
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
HOOKS_A_COMPANY: Final = 5
LONGEST_URL: Final = 500
# An address is given up once it has taken nothing for so long, however often it was asked.
_LEAST_FAILURES: Final = 7
_PATIENCE: Final = timedelta(hours=12)
# The receiver's word for: do not send here any more.
GONE: Final = 410
_INSIDE: Final = frozenset({"http", "https"})


class HookEnd(StrEnum):
    """Why an address gets no events any more."""

    BY_HAND = "by_hand"
    FAILING = "failing"
    GONE = "gone"


class DeliveryState(StrEnum):
    """Where the delivery of one event to one address stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


_D = DeliveryState
DELIVERY: Final = Lifecycle("delivery", {_D.PENDING: {"arrive": _D.DELIVERED, "fail": _D.FAILED}})


def is_taken(status: int | None) -> bool:
    """Tell whether an answer says that the event was taken; None is no answer at all."""
    return status is not None and 200 <= status < 300


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many failed attempts, None after the last."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def is_given_up(*, failures: int, failing_since: datetime, now: datetime) -> bool:
    """Tell whether an address has failed so often and for so long in a row that it is given up."""
    return failures >= _LEAST_FAILURES and now - failing_since >= _PATIENCE


def is_sendable(url: str, *, inside: bool) -> bool:
    """Tell whether events may be sent to an address: https of the public network; ``inside`` (demo, test) any host.

    A name is looked up with each delivery; an address written as a number is judged here.
    """
    if len(url) > LONGEST_URL:
        return False
    if not inside:
        host = host_of(url)
        return host is not None and (not _is_number(host) or is_public(host))
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    return plain and has_port and parts.scheme in _INSIDE and bool(parts.hostname) and "@" not in parts.netloc


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
