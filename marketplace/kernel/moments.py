"""Days and instants as a language writes them: one style for pages and papers."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

# English is read in many countries here, so the day stands first and the month is a word. Other languages: CLDR's own.
_DAYS: Final = {"en": "d MMM y"}
# Time first, as CLDR has it; the comma keeps the offset from the day. Others write the day first.
_INSTANTS: Final = {"vi": "{time}, {day}"}
_DAY_FIRST: Final = "{day} {time}"


def day(value: date, language: str) -> str:
    """Write a day. ``language``: as CLDR names it."""
    return format_date(value, format=_DAYS.get(language, "medium"), locale=language)


def day_at(at: datetime, zone: str, language: str) -> str:
    """Write the day on which an instant falls at a place."""
    return day(at.astimezone(ZoneInfo(zone)).date(), language)


@lru_cache(maxsize=4_096)
def instant(at: datetime, zone: str, language: str, *, mark: str = "{}") -> str:
    """Write an instant at a place, with the distance from UTC so that two places can be compared, put into ``mark``."""
    local = at.astimezone(ZoneInfo(zone))
    time = format_time(local, format="HH:mm", tzinfo=ZoneInfo(zone), locale=language)
    pattern = _INSTANTS.get(language, _DAY_FIRST)
    return pattern.format(day=day(local.date(), language), time=f"{time} {mark.format(_offset(local))}")


def _offset(local: datetime) -> str:
    hours, minutes = f"{local:%z}"[:3], f"{local:%z}"[3:5]
    return f"UTC{hours}" if minutes == "00" else f"UTC{hours}:{minutes}"
