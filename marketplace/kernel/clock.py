"""The only module that asks the system for the time."""

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """Return the present instant, aware, in UTC, moved by the demo clock's offset."""
    return datetime.now(UTC) + _offset


def set_offset(seconds: int) -> None:
    """Move this process's clock by so many seconds (``CITY_CLOCK_OFFSET``, demo and tests only)."""
    global _offset  # noqa: PLW0603  one clock a process is the point
    _offset = timedelta(seconds=seconds)
