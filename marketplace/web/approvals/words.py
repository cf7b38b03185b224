"""Words for what asks for approval, for periods, and for what moved in a case."""

from typing import Any, Final

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext

from marketplace.approvals.rules.cases import Verdict, Why
from marketplace.approvals.rules.content import Moved
from marketplace.approvals.rules.limits import Period

PERIODS: Final[dict[str, Any]] = {
    Period.DAY: _("a day"),
    Period.WEEK: _("a week, from Monday on"),
    Period.MONTH: _("a calendar month"),
    Period.QUARTER: _("a quarter of the year"),
}
VERDICTS: Final[dict[str, Any]] = {
    Verdict.APPROVE: pgettext("approval", "approved"),
    Verdict.REJECT: pgettext("approval", "rejected"),
}
WHY: Final[dict[str, Any]] = {
    Why.CHANGED: _("What was to be ordered has changed since:"),
    Why.DEPARTURE_FULL: _("The departure takes this no more."),
    Why.NOT_NEEDED: _("No rule and no limit asks for approval of this any more."),
    Why.REQUESTER_LEFT: _("Who asked has left, and the successor had a part in the decision."),
}
MOVED: Final[dict[str, Any]] = {
    Moved.LINES: _("the goods or their quantities"),
    Moved.PRICES: _("prices"),
    Moved.TERMS: _("terms or payment"),
    Moved.DEPARTURES: _("departures"),
    Moved.UNIT: _("the unit that it is for"),
    Moved.FREIGHT: _("freight"),
}
