"""Cut-offs of a departure as people read them: what until when, and how long that still is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from marketplace.logistics.fleet.rules.cutoffs import remaining

LABELS: Final[dict[str, Any]] = {
    "documents": _("Papers until"),
    "cargo": _("Cargo until"),
    "dangerous": _("Dangerous goods until"),
    "customs": _("Declarations until"),
    "amend": _("Changes until"),
    "cancel": _("Cancelled in good time until"),
}


def rows(found: Sequence[tuple[str, datetime]], zone: str, now: datetime) -> list[dict[str, Any]]:
    """Return cut-offs by kind for a page: label, instant, the hub's clock, and what is left as words."""
    return [{"label": LABELS[kind], "at": at, "zone": zone, "left": left(at, now)} for kind, at in found]


def left(until: datetime, now: datetime) -> str:
    """Return how much time is left, in its two largest units."""
    time = remaining(until, now)
    if time is None:
        return gettext("over")
    hours, minutes = divmod(time.seconds // 60, 60)
    days = time // timedelta(days=1)
    if days:
        parts = (ngettext("%(num)s day", "%(num)s days", days), ngettext("%(num)s hour", "%(num)s hours", hours))
    else:
        parts = (
            ngettext("%(num)s hour", "%(num)s hours", hours),
            ngettext("%(num)s minute", "%(num)s minutes", minutes),
        )
    return gettext("%(time)s left", time=" ".join(parts))
