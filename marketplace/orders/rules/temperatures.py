"""How cold goods have to be kept, and how cold they were on the way, as a logger wrote it. Hundredths of a degree."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from marketplace.kernel.errors import FieldError, Refused

LONGEST_LOGGER: Final = 40
MOST_READINGS: Final = 100_000
_FEWEST: Final = 2
_DEGREES: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,2})?", re.ASCII)
# No logger of food or pharma measures beyond, in °C.
_COLDEST, _WARMEST = -10_000, 10_000
_TIMES: Final = ("time", "date_time", "datetime", "timestamp", "时间", "thời gian")


class Unit(StrEnum):
    """In what a logger counts."""

    CELSIUS = "C"
    FAHRENHEIT = "F"


_COLUMNS: Final = {
    "celsius": Unit.CELSIUS, "temperature": Unit.CELSIUS, "temperature_c": Unit.CELSIUS, "温度": Unit.CELSIUS,
    "nhiệt độ": Unit.CELSIUS, "fahrenheit": Unit.FAHRENHEIT, "temperature_f": Unit.FAHRENHEIT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptAt:
    """Between which temperatures goods have to be kept; at least one bound is there."""

    least_centi: int | None
    most_centi: int | None

    @property
    def document(self) -> dict[str, Any]:
        """What an order line keeps."""
        return asdict(self)

    @property
    def words(self) -> str:
        """The bounds as people write them, the same in every language."""
        if self.least_centi is None:
            return f"≤ {degrees(self.most_centi or 0)} °C"
        least = degrees(self.least_centi)
        return f"≥ {least} °C" if self.most_centi is None else f"{least} °C – {degrees(self.most_centi)} °C"

    def is_outside(self, centi: int) -> bool:
        """Tell whether a temperature is too low or too high."""
        too_cold = self.least_centi is not None and centi < self.least_centi
        return too_cold or (self.most_centi is not None and centi > self.most_centi)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a logger measured: coldest and warmest, and of a file how many readings, how many outside, and when."""

    least_centi: int
    most_centi: int
    logger: str
    unit: Unit
    readings: int = 0
    outside: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    def leaves(self, kept_at: KeptAt | None) -> bool:
        """Tell whether the goods were once colder or warmer than agreed; nothing agreed is nothing left."""
        return kept_at is not None and (kept_at.is_outside(self.least_centi) or kept_at.is_outside(self.most_centi))


def kept_at(food: Mapping[str, Any]) -> KeptAt | None:
    """Return the bounds that a listing names for its food; None where it names none."""
    least, most = (None if food.get(name) is None else _centi(food[name]) for name in _BOUNDS)
    return None if least is None and most is None else KeptAt(least, most)


_BOUNDS: Final = ("least_celsius", "most_celsius")


def stated(*, least: Decimal, most: Decimal, unit: Unit, logger: str) -> Measured:
    """Return what somebody read off a logger: its coldest and warmest; refused by the name of the field."""
    coldest, warmest = (_celsius(str(value), unit) for value in (least, most))
    errors = [
        FieldError(name, "temperature", _ACCEPTED)
        for name, centi in (("temperature_least", coldest), ("temperature_most", warmest))
        if centi is None
    ]
    if coldest is not None and warmest is not None and warmest < coldest:
        errors.append(FieldError("temperature_least", "too_large", f"{most} or less"))
        errors.append(FieldError("temperature_most", "too_small", f"{least} or more"))
    if not logger:
        errors.append(FieldError("logger", "required", "the number of the logger"))
    if errors or coldest is None or warmest is None:
        raise Refused.fields(*errors)
    return Measured(coldest, warmest, logger, unit)


_ACCEPTED: Final = "degrees between -100 and 100 °C, such as 4.5"


def read(content: bytes, *, logger: str, kept_at: KeptAt | None) -> Measured:
    """Read a logger's file: a line a reading, with its time and degrees; refused with the first line that is wrong.

    Columns are told by their names; times are of ISO 8601 with their offset and grow from line to line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused.field("temperature", "temperature_file", "UTF-8", line=1) from None
    rows = csv.reader(io.StringIO(text), strict=True)
    try:
        named: list[str] = next(rows, [""])
        time_at, degrees_at, unit = _columns(named)
        found: list[tuple[datetime, int]] = []
        for number, row in enumerate(rows, start=2):
            if row:
                found.append(_reading(row, number, (time_at, degrees_at, unit), found[-1][0] if found else None))
            if len(found) > MOST_READINGS:
                raise _wrong(number, f"at most {MOST_READINGS} readings")
    except csv.Error:
        raise _wrong(rows.line_num, "CSV") from None
    if len(found) < _FEWEST:
        raise _wrong(len(found) + 1, f"at least {_FEWEST} readings")
    values = [centi for _, centi in found]
    return Measured(
        least_centi=min(values),
        most_centi=max(values),
        logger=logger,
        unit=unit,
        readings=len(values),
        outside=sum(kept_at.is_outside(centi) for centi in values) if kept_at else 0,
        first_at=found[0][0],
        last_at=found[-1][0],
    )


def _columns(named: list[str]) -> tuple[int, int, Unit]:
    names = [name.strip().casefold() for name in named]
    times = [at for at, name in enumerate(names) if name in _TIMES]
    degrees = [at for at, name in enumerate(names) if name in _COLUMNS]
    if len(times) != 1 or len(degrees) != 1:
        raise _wrong(1, "the columns time and celsius")
    return times[0], degrees[0], _COLUMNS[names[degrees[0]]]


def _reading(
    row: list[str], number: int, columns: tuple[int, int, Unit], before: datetime | None
) -> tuple[datetime, int]:
    time_at, degrees_at, unit = columns
    if len(row) <= max(time_at, degrees_at):
        raise _wrong(number, "the columns time and celsius")
    try:
        at = datetime.fromisoformat(row[time_at].strip())
    except ValueError:
        raise _wrong(number, _TIME) from None
    if at.tzinfo is None or (before is not None and at.astimezone(UTC) <= before):
        raise _wrong(number, _TIME)
    centi = _celsius(row[degrees_at].strip(), unit)
    if centi is None:
        raise _wrong(number, _ACCEPTED)
    return at.astimezone(UTC), centi


_TIME: Final = "times such as 2026-12-01T09:00+08:00, each later than the one before"


def _wrong(line: int, accepted: str) -> Refused:
    return Refused.field("temperature", "temperature_file", accepted, line=line)


def _celsius(text: str, unit: Unit) -> int | None:
    """Return hundredths of a degree Celsius; None for what is no temperature of goods."""
    if not _DEGREES.fullmatch(text):
        return None
    degrees = Decimal(text)
    if unit is Unit.FAHRENHEIT:
        degrees = (degrees - 32) * 5 / 9
    centi = int((degrees * 100).to_integral_value(ROUND_HALF_UP))
    return centi if _COLDEST <= centi <= _WARMEST else None


def _centi(text: str) -> int:
    return int((Decimal(text) * 100).to_integral_value(ROUND_HALF_UP))


def degrees(centi: int) -> str:
    """Return hundredths of a degree as people write them."""
    value = Decimal(centi).scaleb(-2)
    return f"{value.normalize():f}" if value else "0"
