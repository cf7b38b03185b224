"""Lines and borders as templates want them."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.edge.requests.borders import WEEKDAYS
from marketplace.logistics.borders.queries.crossings import ClosureRow, CrossingRow, RuleRow
from marketplace.logistics.borders.queries.network import FigureRow, LegRow, NetworkLine
from marketplace.logistics.borders.rules.closing import ClosureReason
from marketplace.logistics.borders.rules.lanes import LaneRuleCode
from marketplace.logistics.rules.states import Carriage, Mode
from marketplace.web.shared import locale
from marketplace.web.shared.borders import DAYS, hours, span

MODES: Final[dict[Mode, Any]] = {
    Mode.ROAD: lazy_gettext("Road"),
    Mode.RAIL: lazy_gettext("Rail"),
    Mode.SEA: lazy_gettext("Sea"),
}
CARRIAGES: Final[dict[Carriage, Any]] = {
    Carriage.THROUGH: lazy_gettext("the same vehicle goes through"),
    Carriage.SWAP: lazy_gettext("another vehicle takes the container or trailer"),
    Carriage.TRANSHIP: lazy_gettext("the cargo changes over"),
}
REASONS: Final[dict[ClosureReason, Any]] = {
    ClosureReason.HOLIDAY: lazy_gettext("Public holiday"),
    ClosureReason.EPIDEMIC: lazy_gettext("Epidemic"),
    ClosureReason.WEATHER: lazy_gettext("Weather"),
    ClosureReason.SECURITY: lazy_gettext("Security"),
    ClosureReason.WORKS: lazy_gettext("Building works"),
    ClosureReason.SYSTEMS: lazy_gettext("Customs systems"),
    ClosureReason.OTHER: lazy_gettext("Another reason"),
}
RULES: Final[dict[LaneRuleCode, Any]] = {
    LaneRuleCode.NO_MIXED_CARGO: lazy_gettext("No mixed cargo: goods of one tariff code"),
    LaneRuleCode.ONE_FARM_PRODUCT: lazy_gettext("One farm product on a vehicle"),
    LaneRuleCode.ONE_COMPANY: lazy_gettext("Goods of one company on a vehicle"),
    LaneRuleCode.NO_DANGEROUS: lazy_gettext("No dangerous goods"),
    LaneRuleCode.FOOD_ALONE: lazy_gettext("Food with no other goods on a vehicle"),
    LaneRuleCode.MAX_STAY_HOURS: lazy_gettext("Stays at most so many hours"),
    LaneRuleCode.ONLY_CHAPTERS: lazy_gettext("Only these chapters of the tariff"),
    LaneRuleCode.EXCEPT_CHAPTERS: lazy_gettext("Not these chapters of the tariff"),
}


def choices(words: dict[Any, Any]) -> list[tuple[str, str]]:
    """Return codes with their words, for a control."""
    return [(code.value, str(text)) for code, text in words.items()]


def weekday_choices() -> list[tuple[str, str]]:
    """Return the weekdays, for a control."""
    return [(code, str(text)) for code, text in zip(WEEKDAYS, DAYS, strict=True)]


def crossing(row: CrossingRow, now: datetime) -> dict[str, Any]:
    """Return a crossing with both clocks and the hours of today on each."""
    return {
        "row": row,
        "href": url_for("operator.border", crossing_id=row.id),
        "name": " – ".join(side.place.called(locale.current()) for side in row.sides),
        "sides": [
            {
                "code": side.place.code,
                "name": side.place.called(locale.current()),
                "zone": side.place.zone,
                "now": now,
                "today": [span(each) for each in side.hours_on(now.astimezone(ZoneInfo(side.place.zone)).date())],
                "hours": [{"row": each, "span": span(each)} for each in side.hours],
            }
            for side in row.sides
        ],
        "opening": row.opening,
        "zone": row.sides[0].place.zone,
        "other": row.sides[1].place.zone,
        "closures": [closure(each) for each in row.closures],
        "proposed": sum(each.state == "proposed" for each in row.closures),
        "rules": [rule(each) for each in row.rules],
    }


def closure(row: ClosureRow) -> dict[str, Any]:
    """Return a closure in words."""
    return {
        "row": row,
        "href": url_for("operator.border_closure", border_closure_id=row.id),
        "where": row.place.called(locale.current()) if row.place is not None else _("the whole crossing"),
        "reason": REASONS[row.reason],
    }


def rule(row: RuleRow) -> dict[str, Any]:
    """Return a rule of a lane in words."""
    parameters = row.rule.parameters
    more = _("%(hours)s h", hours=parameters["hours"]) if "hours" in parameters else ""
    return {"row": row, "text": RULES[row.rule.code], "more": more or ", ".join(parameters.get("chapters", ()))}


def line(row: NetworkLine) -> dict[str, Any]:
    """Return a line with its legs."""
    return {
        "row": row,
        "name": row.called(locale.current()),
        "hours": hours(row.minutes),
        "legs": [leg(each) for each in row.legs],
        "assumed": sum(each.figures.is_assumed for each in row.legs),
    }


def leg(row: LegRow) -> dict[str, Any]:
    """Return a leg in words."""
    return {
        "row": row,
        "href": url_for("operator.leg", leg_id=row.id),
        "start": row.start.called(locale.current()),
        "end": row.end.called(locale.current()),
        "figures": figures(row.figures),
        "past": [{"figures": figures(each.figures), "until": each.until} for each in row.past],
    }


def figures(row: FigureRow) -> dict[str, Any]:
    """Return figures of a leg in words."""
    return {"row": row, "mode": MODES[row.mode], "carriage": CARRIAGES[row.carriage], "hours": hours(row.minutes)}
