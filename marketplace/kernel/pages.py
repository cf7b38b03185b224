"""Pages of a list, continued by an opaque cursor rather than an offset."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from marketplace.kernel.errors import Refused

# What is encoded below holds no full stop.
_LATE: Final = "late."
# A BIGINT: no key of ours is larger, and no database is asked for one.
_LARGEST: Final = 2**63 - 1
Row = TypeVar("Row")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows and the cursor of those that follow, None at the end."""

    items: tuple[Row, ...]
    next: str | None = None

    def map(self, change: Callable[[Row], Other]) -> "Page[Other]":
        """Return the page with every row changed."""
        return Page(tuple(change(row) for row in self.items), self.next)


def late_first(pages: Callable[[bool, str | None], Page[Row]], cursor: str | None) -> Page[Row]:
    """Return what a desk shows: all that is overdue, page by page, and then the others.

    ``pages`` returns a page of what is overdue (True) or of the rest (False) after a cursor.
    """
    if cursor and not cursor.startswith(_LATE):
        return pages(False, cursor)
    late = pages(True, cursor.removeprefix(_LATE) if cursor else None)
    if late.next:
        return Page(late.items, _LATE + late.next)
    others = pages(False, None)
    return Page((*late.items, *others.items), others.next)


def encode_cursor(*keys: str | int) -> str:
    """Pack the last row's sort keys."""
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """Unpack sort keys of these types; a cursor we did not make is refused, never guessed at."""
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        keys = None
    if not isinstance(keys, list) or len(keys) != len(kinds):
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before")
    values: list[Any] = list(keys)
    if any(type(value) is not kind for value, kind in zip(values, kinds, strict=True)) or any(
        isinstance(value, int) and abs(value) > _LARGEST for value in values
    ):
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before")
    return tuple(values)


def decode_id(cursor: str) -> UUID:
    """Return the id of the last row of the page before; a cursor of another list is refused."""
    (last,) = decode_cursor(cursor, str)
    try:
        return UUID(last)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None


def decode_offset(cursor: str, *, size: int) -> int:
    """Return how many rows the pages before had, each of this size; a cursor of another list is refused."""
    (before,) = decode_cursor(cursor, int)
    if before <= 0 or before % size:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before")
    return before


def decode_moment(cursor: str) -> tuple[datetime, UUID]:
    """Return the instant and the id of the last row of the page before; a cursor of another list is refused."""
    at, last = decode_cursor(cursor, str, str)
    try:
        found = datetime.fromisoformat(at).astimezone(UTC), UUID(last)
    except (ValueError, OverflowError):
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None
    return found


def page_of(rows: Sequence[Row], size: int, key: Callable[[Row], tuple[str | int, ...]]) -> Page[Row]:
    """Cut ``size + 1`` fetched rows to a page; the one too many only says that there is more."""
    shown = tuple(rows[:size])
    more = len(rows) > size
    return Page(shown, encode_cursor(*key(shown[-1])) if more and shown else None)
