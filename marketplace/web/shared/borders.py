"""Hours of borders and of legs, in words."""

from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from marketplace.edge.requests.borders import clock_text
from marketplace.logistics.borders.queries.crossings import HoursRow
from marketplace.logistics.borders.rules.hours import ALL_DAYS

DAYS: Final = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def span(row: HoursRow) -> str:
    """Write hours of a side with their weekdays, and whether they are but assumed."""
    times = f"{clock_text(row.hours.opens)}–{clock_text(row.hours.closes)}"
    if row.is_assumed:
        times = gettext("%(hours)s (assumed)", hours=times)
    if row.hours.weekdays == ALL_DAYS:
        return times
    days = [str(text) for number, text in enumerate(DAYS) if row.hours.weekdays >> number & 1]
    return f"{', '.join(days)} {times}"


def hours(minutes: int) -> str:
    """Write minutes as hours, as short as they go."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
