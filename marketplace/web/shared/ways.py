"""How a departure brings goods there, in words: by what, handled how, how punctual, and what it emits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.logistics.itineraries.queries.ways import WayRow
from marketplace.logistics.itineraries.rules.spread import Spread
from marketplace.logistics.itineraries.rules.ways import Form
from marketplace.logistics.rules.states import Carriage, Mode
from marketplace.web.shared import render, words

FORMS: Final[dict[Form, Any]] = {
    Form.ROAD: lazy_gettext("by road"),
    Form.RAIL: lazy_gettext("by rail"),
    Form.RAIL_SEA: lazy_gettext("by rail and sea"),
    Form.SEA: lazy_gettext("by sea"),
}
MODES: Final[dict[Mode, Any]] = {
    Mode.ROAD: lazy_gettext("Road"),
    Mode.RAIL: lazy_gettext("Rail"),
    Mode.SEA: lazy_gettext("Sea"),
}
CARRIAGES: Final[dict[Carriage, Any]] = {
    Carriage.THROUGH: lazy_gettext("the same vehicle all the way"),
    Carriage.SWAP: lazy_gettext("another tractor takes over at the border"),
    Carriage.TRANSHIP: lazy_gettext("the cargo changes over at the border"),
}


def kind(way: WayRow) -> str:
    """Say by what it goes and how the goods are handled on the way."""
    return f"{FORMS[way.form]} · {CARRIAGES[way.carriage]}"


def punctuality(spread: Spread | None, arrives_at: datetime, zone: str) -> str:
    """Say between which instants eight of ten arrivals would fall, as the line's last year was."""
    if spread is None:
        return _("no history yet of when it really arrives")
    early, late = (arrives_at + timedelta(minutes=minutes) for minutes in (spread.p10, spread.p90))
    if early == late == arrives_at:
        by_plan = words.ngettext("came by plan (%(num)s arrival)", "came by plan (%(num)s arrivals)", spread.count)
        return by_plan % {"num": spread.count}
    text = words.ngettext(
        "8 of 10 arrive between %(early)s and %(late)s (%(num)s arrival)",
        "8 of 10 arrive between %(early)s and %(late)s (%(num)s arrivals)",
        spread.count,
    )
    return text % {
        "early": render.datetime_in(early, zone),
        "late": render.datetime_in(late, zone),
        "num": spread.count,
    }


def emitted(grams: int) -> str:
    """Say what carrying a load emits: three digits at most say all that is known."""
    kilograms = Decimal(grams).scaleb(-3)
    places = Decimal("0.1") if kilograms < 100 else Decimal(1)
    return render.quantity(kilograms.quantize(places), "kg CO₂e")


def distance(km: int, ways: Sequence[WayRow]) -> str:
    """Say how far it is, and whether somebody measured that."""
    if any(way.is_derived for way in ways):
        return _("about %(km)s km, partly derived from the map", km=render.quantity(km))
    return _("%(km)s km", km=render.quantity(km))
