"""How full a lorry is and how long until something, in words."""

from datetime import datetime
from typing import Any, Final

from babel.dates import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.logistics.boards.rules.filling import Level, fullest, level
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.web.shared import locale
from marketplace.web.shared.render import percent

LEVELS: Final[dict[Level, Any]] = {
    Level.EMPTY: _l("empty so far"),
    Level.ROOMY: _l("plenty of room"),
    Level.FILLING: _l("filling up"),
    Level.NEARLY_FULL: _l("nearly full"),
    Level.FULL: _l("full"),
}
_TWO: Final = 2.0


def filled(row: DepartureRow) -> str:
    """Return how full a departure is in words, with the percentage of its fullest measure."""
    used = row.capacity - row.room
    share = percent(fullest(used, row.capacity) * 100)
    return _("%(level)s (%(share)s taken)", level=LEVELS[level(used, row.capacity)], share=share)


def countdown(at: datetime, now: datetime) -> str | None:
    """Return how long until an instant in the reader's language, in the largest unit it is twice of; None once past.

    static/js/countdowns.js counts on in the same words.
    """
    if at <= now:
        return None
    return format_timedelta(
        at - now,
        granularity="minute",
        threshold=_TWO,
        add_direction=True,
        format="narrow",
        locale=locale.babel_locale(),
    )
