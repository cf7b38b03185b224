"""Fairs and matchmaking days: how they come and go, who gets a seat, and their line in a calendar (RFC 5545)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.merchants.rules.requirements import check_reason

MOST_SEATS: Final = 5_000
LONGEST_TITLE: Final = 160
LONGEST_TEXT: Final = 4_000
# Octets of a line before it is folded, the break not counted.
_LINE: Final = 75


class FairKind(StrEnum):
    """What happens there."""

    FAIR = "fair"
    MATCHMAKING = "matchmaking"


class FairState(StrEnum):
    """Where a fair stands; ``full`` takes people for the waiting list."""

    DRAFT = "draft"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    HELD = "held"
    CANCELLED = "cancelled"


FAIR: Final = Lifecycle(
    "fair",
    {
        FairState.DRAFT: {"open": FairState.OPEN, "cancel": FairState.CANCELLED},
        FairState.OPEN: {"fill": FairState.FULL, "close": FairState.CLOSED, "cancel": FairState.CANCELLED},
        FairState.FULL: {"free": FairState.OPEN, "close": FairState.CLOSED, "cancel": FairState.CANCELLED},
        FairState.CLOSED: {"hold": FairState.HELD, "cancel": FairState.CANCELLED},
    },
)
# What the operator does; the others happen by registrations.
ACTIONS: Final = ("open", "close", "hold", "cancel")
TAKING: Final = (FairState.OPEN, FairState.FULL)
SHOWN: Final = (*TAKING, FairState.CLOSED)


class SeatState(StrEnum):
    """Whether somebody who was registered has a seat, waits for one, gave it back, or came."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    ATTENDED = "attended"


SEAT: Final = Lifecycle(
    "registration",
    {
        SeatState.WAITING: {"confirm": SeatState.CONFIRMED, "cancel": SeatState.CANCELLED},
        SeatState.CONFIRMED: {"attend": SeatState.ATTENDED, "cancel": SeatState.CANCELLED},
    },
)
SEATED: Final = (SeatState.CONFIRMED, SeatState.ATTENDED)


@dataclass(frozen=True, slots=True)
class Plan:
    """A fair as it is planned; instants are aware. ``country``: of the pavilion that it belongs to."""

    kind: FairKind
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    place_code: str
    hall_id: UUID | None
    country: str | None
    starts_at: datetime
    ends_at: datetime
    register_until: datetime
    capacity: int
    merchants: tuple[UUID, ...] = ()


def check_plan(plan: Plan, *, now: datetime) -> None:
    """Refuse a fair without an English title, without seats, or whose times do not follow each other."""
    errors: list[FieldError] = []
    if not plan.titles.get("en"):
        errors.append(FieldError("titles", "required", "a title in en"))
    for name, texts, longest in (("titles", plan.titles, LONGEST_TITLE), ("texts", plan.texts, LONGEST_TEXT)):
        if texts.keys() - set(LANGUAGES):
            errors.append(FieldError(name, "choice", ", ".join(LANGUAGES)))
        if any(len(text) > longest for text in texts.values()):
            errors.append(FieldError(name, "too_long", f"at most {longest} characters"))
    if not 1 <= plan.capacity <= MOST_SEATS:
        errors.append(FieldError("capacity", "range", f"1 to {MOST_SEATS}"))
    if plan.ends_at <= plan.starts_at:
        errors.append(FieldError("ends_at", "fair_times", "an end after the beginning"))
    if not now < plan.register_until <= plan.starts_at:
        errors.append(FieldError("register_until", "fair_times", "an instant from now on until the beginning"))
    if errors:
        raise Refused.fields(*errors)


def check_act(action: str, reason: str) -> None:
    """Refuse an unknown act, and to cancel without saying why."""
    if action not in ACTIONS:
        raise Refused.field("action", "choice", ", ".join(ACTIONS))
    check_reason(reason, is_needed=action == "cancel")


def calendar(
    *, uid: str, stamp: datetime, starts_at: datetime, ends_at: datetime, title: str, place: str, url: str
) -> str:
    """Return one event as an iCalendar file; three properties more than none are no reason for a library."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ASEAN Commodity City//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(stamp)}",
        f"DTSTART:{_utc(starts_at)}",
        f"DTEND:{_utc(ends_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"LOCATION:{_escaped(place)}",
        f"URL:{url}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """Escape what has a meaning in a text of a calendar (RFC 5545 §3.3.11)."""
    for letter, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(letter, written)
    return text


def _folded(line: str) -> str:
    """Break a line of more octets than readers take, never within a letter (RFC 5545 §3.1)."""
    pieces: list[str] = []
    piece, size = "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _LINE:
            pieces.append(piece)
            piece, size = "", 1  # the blank that a folded line begins with
        piece += letter
        size += width
    return "\r\n ".join((*pieces, piece))
