"""Calendar months by the clock of the corridor's home."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# The corridor is counted where it begins, wherever a lorry's hub is.
ZONE: Final = ZoneInfo("Asia/Shanghai")
_WRITTEN: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    def __str__(self) -> str:
        """Write it as 2020-01."""
        return f"{self.year:04}-{self.number:02}"

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def begins_at(self) -> datetime:
        """Its first instant, in UTC."""
        return datetime(self.year, self.number, 1, tzinfo=ZONE).astimezone(UTC)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.next.year, self.next.number, 1) - timedelta(days=1)

    def is_over(self, now: datetime) -> bool:
        """Tell whether the next has begun."""
        return now >= self.next.begins_at


def month_of(instant: datetime) -> Month:
    """Return the month in which something happened."""
    day = instant.astimezone(ZONE)
    return Month(day.year, day.month)


def parse_month(text: str) -> Month:
    """Read a month such as 2020-01; ValueError for anything else."""
    found = _WRITTEN.fullmatch(text)
    if found is None or int(found[1]) < 1:
        raise ValueError(text)
    return Month(int(found[1]), int(found[2]))


def months(first: Month, last: Month) -> Iterator[Month]:
    """Yield the months from one to another, both included; none where the last is before the first."""
    month = first
    while month <= last:
        yield month
        month = month.next
