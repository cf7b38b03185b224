"""Cold goods on the road: their range, a logger's file, and when they stood outside the range for too long.

Temperatures are whole tenths of °C, as a planner's are.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Final

from marketplace.kernel.errors import FieldError, Refused

COLDEST: Final = -400
WARMEST: Final = 400
MOST_ROWS: Final = 5_000
MOST_ERRORS: Final = 20
LONGEST_LOGGER: Final = 40
_TIME: Final = ("time", "时间", "thời gian")
_DEGREES: Final = ("°c", "c", "celsius", "温度", "nhiệt độ")
_LOGGER: Final = ("logger", "记录仪", "thiết bị")
_TENTHS: Final = Decimal(10)
_LOGGER_FORM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]*")


@dataclass(frozen=True, slots=True)
class Range:
    """Between which temperatures goods are kept; an end that nobody named is open."""

    least: int | None
    most: int | None

    def holds(self, tenths: int) -> bool:
        """Tell whether a temperature lies in the range."""
        return (self.least is None or tenths >= self.least) and (self.most is None or tenths <= self.most)

    def beyond(self, tenths: int) -> int:
        """Return by how many tenths a temperature lies outside the range, 0 inside it."""
        below = 0 if self.least is None else self.least - tenths
        above = 0 if self.most is None else tenths - self.most
        return max(below, above, 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a logger measured at an instant."""

    logger: str
    at: datetime
    tenths: int


@dataclass(frozen=True, slots=True)
class Excursion:
    """A time outside the range: from the first reading outside to the first inside again, None while it lasts.

    ``worst``: the temperature that lay farthest outside.
    """

    began_at: datetime
    ended_at: datetime | None
    last_at: datetime
    worst: int


def check_cooling(set_point: int, kept: Range) -> None:
    """Refuse ``least``, ``most`` and ``set_point`` that are no range of a reefer around the set point."""
    errors: list[FieldError] = []
    span = f"{COLDEST / 10:g} to {WARMEST / 10:g}"
    for name, value in (("least", kept.least), ("most", kept.most), ("set_point", set_point)):
        if value is not None and not COLDEST <= value <= WARMEST:
            errors.append(FieldError(name, "range", span))
    if kept.least is not None and kept.most is not None and kept.least > kept.most:
        errors.append(FieldError("most", "too_small", f"{kept.least / 10:g} or more"))
    elif not errors and not kept.holds(set_point):
        errors.append(FieldError("set_point", "outside_range"))
    if errors:
        raise Refused.fields(*errors)


def check_logger(logger: str) -> str:
    """Return a logger's number, or refuse what is none."""
    number = logger.strip()
    if len(number) > LONGEST_LOGGER or not _LOGGER_FORM.fullmatch(number):
        raise Refused.field("logger", "logger_number", f"1 to {LONGEST_LOGGER} letters and digits")
    return number


def parse(content: bytes, *, zone: tzinfo, logger: str, now: datetime) -> tuple[Reading, ...]:
    """Read a logger's file: columns time, °C and perhaps logger, in any order; without that column it is ``logger``.

    Times without a zone are on the clock of ``zone``. Refused ``readings``, each line with what is wrong with it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused.field("readings", "readings_text", "UTF-8") from None
    sample = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=sample.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error:
        raise Refused.field("readings", "readings_text", "CSV") from None
    columns = _columns(rows[0] if rows else [])
    if not logger and "logger" not in columns:
        raise Refused.field("logger", "logger_number", f"1 to {LONGEST_LOGGER} letters and digits")
    body = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    if not body:
        raise Refused.field("readings", "readings_none")
    if len(body) > MOST_ROWS:
        raise Refused.field("readings", "readings_many", str(MOST_ROWS))
    found: list[Reading] = []
    errors: list[FieldError] = []
    for number, row in body:
        read = _read(row, columns, zone, logger, now)
        if isinstance(read, Reading):
            found.append(read)
        else:
            errors.append(FieldError("readings", read, facts={"line": number}))
    if errors:
        raise Refused.fields(*errors[:MOST_ERRORS])
    return _without_doubles(found)


def _without_doubles(found: Sequence[Reading]) -> tuple[Reading, ...]:
    """Return one reading for each logger and instant, the last that was written, in order."""
    return tuple(sorted({(one.logger, one.at): one for one in found}.values(), key=lambda one: (one.logger, one.at)))


def _columns(header: Sequence[str]) -> dict[str, int]:
    named = {cell.strip().casefold(): index for index, cell in enumerate(header)}
    found: dict[str, int] = {}
    for key, names in (("time", _TIME), ("tenths", _DEGREES), ("logger", _LOGGER)):
        index = next((named[name] for name in names if name in named), None)
        if index is not None:
            found[key] = index
    if not {"time", "tenths"} <= found.keys():
        raise Refused.field("readings", "readings_columns")
    return found


def _read(row: Sequence[str], columns: dict[str, int], zone: tzinfo, logger: str, now: datetime) -> Reading | str:
    """Return the reading of a line, or the code of what is wrong with it."""
    cells = {key: row[index].strip() if index < len(row) else "" for key, index in columns.items()}
    try:
        at = datetime.fromisoformat(cells["time"])
        at = (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or one at the edge of the calendar that has none in UTC
        return "reading_time"
    if at > now:
        return "reading_ahead"
    try:
        degrees = Decimal(cells["tenths"].replace(",", ".").replace("−", "-"))
    except InvalidOperation:
        return "reading_degrees"
    # Compared as it stands: a product may be too large for a decimal.
    if not degrees.is_finite() or not COLDEST / _TENTHS <= degrees <= WARMEST / _TENTHS:
        return "reading_degrees"
    number = cells.get("logger") or logger
    if len(number) > LONGEST_LOGGER or not _LOGGER_FORM.fullmatch(number):
        return "reading_logger"
    return Reading(number, at, int((degrees * _TENTHS).to_integral_value()))


def excursions(
    readings: Sequence[Reading],
    kept: Range,
    *,
    tolerance: timedelta,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Excursion, ...]:
    """Return the times outside the range that last longer than the tolerance, of one logger's readings in order.

    What was measured before ``since`` and after ``until``, while the goods were not there, counts for nothing; what
    lasts longer than they were there ends with it.
    """
    found: list[Excursion] = []
    outside: list[Reading] = []
    for reading in readings:
        if since is not None and reading.at < since:
            continue
        if until is not None and reading.at > until:
            if outside:
                found.append(_excursion(outside, kept, until))
                outside = []
            break
        if not kept.holds(reading.tenths):
            outside.append(reading)
        elif outside:
            found.append(_excursion(outside, kept, reading.at))
            outside = []
    if outside:
        found.append(_excursion(outside, kept, None))
    return tuple(one for one in found if (one.ended_at or one.last_at) - one.began_at > tolerance)


def unsettled(
    one: Excursion, readings: Sequence[Reading], kept: Range, *, settled: Sequence[tuple[datetime, datetime]]
) -> tuple[Excursion, ...]:
    """Return what of an excursion lies outside the spans that somebody dealt with already: all of it where none was."""
    found: list[Excursion] = []
    fresh: list[Reading] = []
    for reading in readings:
        if not one.began_at <= reading.at <= one.last_at:
            continue
        if not any(first <= reading.at <= last for first, last in settled):
            fresh.append(reading)
        elif fresh:
            found.append(_excursion(fresh, kept, reading.at))
            fresh = []
    if fresh:
        found.append(_excursion(fresh, kept, one.ended_at))
    return tuple(found)


def _excursion(outside: Sequence[Reading], kept: Range, ended_at: datetime | None) -> Excursion:
    worst = max(outside, key=lambda one: kept.beyond(one.tenths))
    return Excursion(outside[0].at, ended_at, outside[-1].at, worst.tenths)
