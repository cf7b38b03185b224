"""Lorries on the road as templates want them: words, choices, and the picture of what a logger measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext

from marketplace.edge.acts.road import Lorry
from marketplace.edge.requests.road import CHANGES, REGIMES
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.road.rules.declared import Side
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.road.rules.reefers import Range, Reading
from marketplace.logistics.road.rules.swapping import SealReason, SwapCause
from marketplace.web.shared import locale, transits

SIDES: Final[Mapping[Side, Any]] = {
    Side.EXPORT: pgettext("customs", "Export"),
    Side.IMPORT: pgettext("customs", "Import"),
}
GUARANTEES: Final = transits.GUARANTEES
STATES: Final = transits.STATES
STEPS: Final = transits.STEPS
REMARKS: Final = transits.REMARKS
choices = transits.choices
SWAPS: Final[Mapping[SwapCause, Any]] = {
    SwapCause.BORDER: _("Change at a border"),
    SwapCause.BREAKDOWN: _("Breakdown"),
    SwapCause.ACCIDENT: _("Accident"),
    SwapCause.HOURS: _("Driving hours are used up"),
}
SEAL_REASONS: Final[Mapping[SealReason, Any]] = {
    SealReason.CUSTOMS: _("Opened by customs"),
    SealReason.INSPECTION: _("Opened for an inspection"),
    SealReason.TRANSFER: _("Goods changed over"),
    SealReason.DAMAGED: _("Damaged"),
    SealReason.TAMPERED: _("Tampered with"),
}
OPTIONS: Final[Mapping[Option, Any]] = {
    Option.WAIT: _("Wait"),
    Option.OFF_LOAD: _("Take off here, into custody"),
    Option.TRANSFER: _("Put on another lorry"),
}
REGIME_WORDS: Final = REGIMES
CHANGE_WORDS: Final = CHANGES
_WIDTH, _HEIGHT, _EDGE = 640, 200, 34


@dataclass(frozen=True, slots=True)
class Picture:
    """The readings of a logger as a line, with the band of a range behind it; units of the drawing."""

    logger: str
    width: int
    height: int
    points: str
    band: tuple[float, float] | None  # top and height
    marks: tuple[tuple[float, str], ...]  # y and temperature
    first: datetime
    last: datetime


def stops(row: DepartureRow) -> list[tuple[str, str]]:
    """Return the stops of a departure as choices."""
    return [(stop.place.code, stop.place.called(locale.current())) for stop in row.stops]


def ahead(row: DepartureRow, *, borders: bool = False) -> list[tuple[str, str]]:
    """Return the stops that a lorry has not reached as choices, with ``borders`` those at borders alone."""
    return [
        (stop.place.code, stop.place.called(locale.current()))
        for stop in row.stops[1:]
        if stop.reached_at is None and (stop.is_border or not borders)
    ]


def zone_of(row: DepartureRow, place_code: str) -> str:
    """Return the clock of a stop, that of the last one reached where none is named."""
    named = [stop.place.zone for stop in row.stops if stop.place.code == place_code]
    reached = [stop.place.zone for stop in row.stops if stop.reached_at is not None]
    return (named or reached[-1:] or [row.stops[0].place.zone])[0]


def degrees(tenths: int | None) -> str:
    """Return a temperature in °C."""
    return "" if tenths is None else f"{tenths / 10:.1f}"


def pictures(seen: Lorry) -> list[Picture]:
    """Return a picture of each logger's readings, with the narrowest range of what is aboard."""
    kept = [row.range for row in seen.ranges.values()]
    least = max((one.least for one in kept if one.least is not None), default=None)
    most = min((one.most for one in kept if one.most is not None), default=None)
    by_logger: dict[str, list[Reading]] = {}
    for one in seen.readings:
        by_logger.setdefault(one.logger, []).append(one)
    return [_picture(logger, rows, Range(least, most)) for logger, rows in by_logger.items()]


def _picture(logger: str, rows: Sequence[Reading], kept: Range) -> Picture:
    ends = [one.tenths for one in rows] + [each for each in (kept.least, kept.most) if each is not None]
    low, high = min(ends) - 10, max(ends) + 10
    first, last = rows[0].at, rows[-1].at
    span = max((last - first).total_seconds(), 1.0)

    def y(tenths: int) -> float:
        return round((_HEIGHT - 12) - (tenths - low) / (high - low) * (_HEIGHT - 24), 1)

    def x(at: datetime) -> float:
        return round(_EDGE + (at - first).total_seconds() / span * (_WIDTH - _EDGE - 8), 1)

    top = y(high if kept.most is None else kept.most)
    bottom = y(low if kept.least is None else kept.least)
    has_range = kept.least is not None or kept.most is not None
    return Picture(
        logger=logger,
        width=_WIDTH,
        height=_HEIGHT,
        points=" ".join(f"{x(one.at)},{y(one.tenths)}" for one in rows),
        band=(top, round(max(bottom - top, 0), 1)) if has_range else None,
        marks=tuple((y(each), degrees(each)) for each in sorted({min(ends), max(ends)})),
        first=first,
        last=last,
    )
