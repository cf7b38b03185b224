"""States of bookings, departures, consignments and handling units, and the drawn transitions."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class BookingState(StrEnum):
    """Where a booking stands."""

    TARGET = "target"
    HELD = "held"
    CONFIRMED = "confirmed"
    CARGO_RECEIVED = "cargo_received"
    LOADED = "loaded"
    IN_TRANSIT = "in_transit"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    EXPIRED = "expired"
    REJECTED = "rejected"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    ROLLED = "rolled"


_B = BookingState
BOOKING: Final = Lifecycle(
    "booking",
    {
        _B.TARGET: {"take": _B.HELD, "roll": _B.ROLLED, "cancel": _B.CANCELLED},
        _B.HELD: {
            "confirm": _B.CONFIRMED,
            "expire": _B.EXPIRED,
            "reject": _B.REJECTED,
            "roll": _B.ROLLED,
            "cancel": _B.CANCELLED,
        },
        _B.CONFIRMED: {
            "receive": _B.CARGO_RECEIVED,
            "decline": _B.DECLINED,
            "roll": _B.ROLLED,
            "cancel": _B.CANCELLED,
        },
        _B.CARGO_RECEIVED: {
            # Cargo that comes in several lots is received again and again.
            "receive": _B.CARGO_RECEIVED,
            "load": _B.LOADED,
            "decline": _B.DECLINED,
            "roll": _B.ROLLED,
            "cancel": _B.CANCELLED,
        },
        _B.LOADED: {"unload": _B.CARGO_RECEIVED, "depart": _B.IN_TRANSIT},
        # Goods of a lorry that is held on its way may be taken off it there.
        _B.IN_TRANSIT: {"arrive": _B.ARRIVED, "off_load": _B.CARGO_RECEIVED},
        _B.ARRIVED: {"complete": _B.COMPLETED},
    },
)
# Room is claimed from the hold on and stays used once the lorry has left: the sum is the lorry's history.
TAKING: Final = (_B.HELD, _B.CONFIRMED, _B.CARGO_RECEIVED, _B.LOADED, _B.IN_TRANSIT, _B.ARRIVED, _B.COMPLETED)
# A subject has at most one booking a part in these states.
CURRENT: Final = (_B.TARGET, *TAKING)
# What a carrier has on its hands.
CARRIED: Final = (_B.CONFIRMED, _B.CARGO_RECEIVED, _B.LOADED, _B.IN_TRANSIT, _B.ARRIVED)
# What the hub can still change: nothing of it is on the lorry.
AT_HUB: Final = (_B.TARGET, _B.HELD, _B.CONFIRMED, _B.CARGO_RECEIVED)


class DepartureState(StrEnum):
    """Where a departure stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    LOADING = "loading"
    SEALED = "sealed"
    DEPARTED = "departed"
    AT_BORDER = "at_border"
    CLEARED = "cleared"
    ARRIVED = "arrived"
    STRIPPED = "stripped"
    SETTLED = "settled"
    HELD = "held"
    CANCELLED = "cancelled"


_D = DepartureState
DEPARTURE: Final = Lifecycle(
    "departure",
    {
        _D.PLANNED: {"open": _D.OPEN, "cancel": _D.CANCELLED},
        _D.OPEN: {"close": _D.CLOSED, "cancel": _D.CANCELLED},
        _D.CLOSED: {"load": _D.LOADING, "reopen": _D.OPEN, "cancel": _D.CANCELLED},
        # What comes to the hub while loading is loaded by another such act.
        _D.LOADING: {"load": _D.LOADING, "unload": _D.LOADING, "seal": _D.SEALED, "cancel": _D.CANCELLED},
        _D.SEALED: {"depart": _D.DEPARTED, "hold": _D.HELD},
        _D.DEPARTED: {"at_border": _D.AT_BORDER, "arrive": _D.ARRIVED, "hold": _D.HELD},
        _D.AT_BORDER: {"clear": _D.CLEARED, "hold": _D.HELD},
        # A lorry to Bangkok crosses two borders.
        _D.CLEARED: {"at_border": _D.AT_BORDER, "arrive": _D.ARRIVED, "hold": _D.HELD},
        # Who held the lorry lets it go on from where it stood.
        _D.HELD: {
            "resume_sealed": _D.SEALED,
            "resume_departed": _D.DEPARTED,
            "resume_at_border": _D.AT_BORDER,
            "resume_cleared": _D.CLEARED,
        },
        _D.ARRIVED: {"strip": _D.STRIPPED},
        _D.STRIPPED: {"settle": _D.SETTLED},
    },
)
# States in which the lorry is at the hub, and cargo is taken in.
TAKES_CARGO: Final = (_D.OPEN, _D.CLOSED, _D.LOADING)


class HoldCause(StrEnum):
    """The class of what stops a lorry; whose goods it is stays between those concerned."""

    CUSTOMS = "customs"
    INSPECTION = "inspection"
    PAPERS = "papers"
    BREAKDOWN = "breakdown"
    ACCIDENT = "accident"
    WEATHER = "weather"
    ROAD_CLOSED = "road_closed"
    BORDER_CLOSED = "border_closed"
    SECURITY = "security"
    OTHER = "other"


class ConsignmentState(StrEnum):
    """Whether a consignment may still be changed."""

    OPEN = "open"
    LOCKED = "locked"
    CLOSED = "closed"


_C = ConsignmentState
CONSIGNMENT: Final = Lifecycle(
    "consignment",
    {_C.OPEN: {"lock": _C.LOCKED, "close": _C.CLOSED}, _C.LOCKED: {"unlock": _C.OPEN, "close": _C.CLOSED}},
)


class UnitState(StrEnum):
    """Where a handling unit is."""

    RECEIVED = "received"
    LOADED = "loaded"
    STRIPPED = "stripped"
    DELIVERED = "delivered"
    MISSING = "missing"


_U = UnitState
UNIT: Final = Lifecycle(
    "handling_unit",
    {
        _U.RECEIVED: {"load": _U.LOADED, "lose": _U.MISSING},
        # At a stop on the way the consignee's side takes cargo straight from the lorry.
        _U.LOADED: {
            "strip": _U.STRIPPED,
            "deliver": _U.DELIVERED,
            "unload": _U.RECEIVED,
            "lose": _U.MISSING,
        },
        _U.STRIPPED: {"deliver": _U.DELIVERED, "lose": _U.MISSING},
        _U.MISSING: {"find": _U.STRIPPED},
    },
)


class EntryKind(StrEnum):
    """Why the room of a departure changed."""

    HOLD = "hold"
    CONFIRM = "confirm"
    RELEASE = "release"
    EXPIRE = "expire"
    ROLL_OUT = "roll_out"
    ROLL_IN = "roll_in"
    ADJUST = "adjust"
    KEEP = "keep"  # for who took the whole lorry


class Classifier(StrEnum):
    """How sure an event of the journey is (DCSA track and trace)."""

    PLANNED = "planned"
    ESTIMATED = "estimated"
    ACTUAL = "actual"


# The lane of a crossing that a leg uses where it names none.
GENERAL_LANE: Final = "general"


class Mode(StrEnum):
    """The form of the corridor a leg uses."""

    ROAD = "road"
    RAIL = "rail"
    SEA = "sea"


class Carriage(StrEnum):
    """Whether the lorry itself crosses, another takes the container, or the cargo changes over."""

    THROUGH = "through"
    SWAP = "swap"
    TRANSHIP = "tranship"
