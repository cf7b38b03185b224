"""States of listings, change sets and stock holds, and the drawn transitions."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class ListingState(StrEnum):
    """Where a listing stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    LIVE = "live"
    PAUSED = "paused"
    SOLD_OUT = "sold_out"
    DELISTED = "delisted"
    TAKEN_DOWN = "taken_down"
    CHANGES_REQUESTED = "changes_requested"


LISTING: Final = Lifecycle(
    "listing",
    {
        ListingState.DRAFT: {"submit": ListingState.SUBMITTED, "delist": ListingState.DELISTED},
        ListingState.SUBMITTED: {
            "approve": ListingState.LIVE,
            "request_changes": ListingState.CHANGES_REQUESTED,
            "decline": ListingState.DELISTED,
            "withdraw": ListingState.DRAFT,
        },
        ListingState.CHANGES_REQUESTED: {"submit": ListingState.SUBMITTED, "delist": ListingState.DELISTED},
        ListingState.LIVE: {
            "pause": ListingState.PAUSED,
            "sell_out": ListingState.SOLD_OUT,
            "delist": ListingState.DELISTED,
            "take_down": ListingState.TAKEN_DOWN,
        },
        ListingState.PAUSED: {
            "resume": ListingState.LIVE,
            "delist": ListingState.DELISTED,
            "take_down": ListingState.TAKEN_DOWN,
        },
        ListingState.SOLD_OUT: {
            "restock": ListingState.LIVE,
            "delist": ListingState.DELISTED,
            "take_down": ListingState.TAKEN_DOWN,
        },
        # What was off the shelf begins again as a draft, so it is reviewed again; an appeal that is granted puts it up.
        ListingState.DELISTED: {"reopen": ListingState.DRAFT, "restore": ListingState.LIVE},
        ListingState.TAKEN_DOWN: {"reopen": ListingState.DRAFT, "restore": ListingState.LIVE},
    },
)
# Approved once and not taken down: edits of these are reviewed beside the version that is up.
APPROVED: Final = frozenset({ListingState.LIVE, ListingState.PAUSED, ListingState.SOLD_OUT})
# Off the shelf for good, unless it begins again: nothing of it is edited.
ENDED: Final = frozenset({ListingState.DELISTED, ListingState.TAKEN_DOWN})
MERCHANT_ACTS: Final = ("pause", "resume", "sell_out", "withdraw", "delist", "reopen")


class ChangeState(StrEnum):
    """Where a change set stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


CHANGE: Final = Lifecycle(
    "change",
    {
        ChangeState.PENDING: {
            "confirm": ChangeState.CONFIRMED,
            "decline": ChangeState.DECLINED,
            "withdraw": ChangeState.WITHDRAWN,
        }
    },
)


class HoldState(StrEnum):
    """What became of a claim on stock."""

    LIVE = "live"
    ALLOCATED = "allocated"
    RELEASED = "released"
    EXPIRED = "expired"


HOLD: Final = Lifecycle(
    "stock_hold",
    {
        HoldState.LIVE: {
            "allocate": HoldState.ALLOCATED,
            "release": HoldState.RELEASED,
            "expire": HoldState.EXPIRED,
        },
        HoldState.ALLOCATED: {"release": HoldState.RELEASED},
        HoldState.RELEASED: {"hold": HoldState.LIVE},
        HoldState.EXPIRED: {"hold": HoldState.LIVE},
    },
)


class EntryKind(StrEnum):
    """Why stock moved."""

    SET = "set"
    HOLD = "hold"
    ALLOCATE = "allocate"
    RELEASE = "release"
    EXPIRE = "expire"
    SHIP = "ship"
