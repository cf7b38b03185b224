"""One page a week: what is owed, late, on the way, waiting and claimed, to read, to print or to be sent."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import week as acts
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import week as requests
from marketplace.kernel.errors import NotAllowed, Refused
from marketplace.reports.week.rules import READS, LetterDay, Topic
from marketplace.web.shared import acts as forms

pages = Blueprint("week", __name__)
TOPICS: Final[dict[Topic, Any]] = {
    Topic.TO_RECEIVE: _("To be paid to you"),
    Topic.TO_RECEIVE_LATE: _("Of that, overdue"),
    Topic.SLIPS: _("Bank slips to confirm"),
    Topic.TO_PAY: _("To pay"),
    Topic.TO_PAY_LATE: _("Of what you pay, overdue"),
    Topic.LATE_FOR_BUYERS: _("Goods you make that are late"),
    Topic.LATE_FROM_MERCHANTS: _("Goods made for you that are late"),
    Topic.GOING: _("Sold and on the way"),
    Topic.COMING: _("Bought and on the way"),
    Topic.CLAIMS_AGAINST: _("Open claims against you"),
    Topic.CLAIMS_MADE: _("Open claims of yours"),
    Topic.CITY_LATE: _("Overdue payments in the city"),
    Topic.CITY_SLIPS: _("Slips that no payee answered"),
    Topic.CITY_CLAIMS: _("Claims to decide"),
    Topic.CITY_ON_THE_WAY: _("Goods on the way in the city"),
}

DAYS: Final[dict[LetterDay, Any]] = {
    LetterDay.MONDAY: _("Monday"),
    LetterDay.TUESDAY: _("Tuesday"),
    LetterDay.WEDNESDAY: _("Wednesday"),
    LetterDay.THURSDAY: _("Thursday"),
    LetterDay.FRIDAY: _("Friday"),
    LetterDay.SATURDAY: _("Saturday"),
    LetterDay.SUNDAY: _("Sunday"),
}
# Every role has this right; each topic asks for its own.
_READ: Final = Permission.FILES_FILE_READ


@pages.get("/account/week")
@requires(_READ, twin="GET /api/v1/week")
def week() -> str:
    """Show the week."""
    return _week()


def _week(**shown: Any) -> str:
    seen = acts.look()
    # Whoever thinks of it is offered Monday.
    values = {"day": seen.letter.day.value if seen.letter else LetterDay.MONDAY.value}
    return render_template(
        "week/week.html",
        seen=seen,
        found=seen.week,
        topics=TOPICS,
        reads=READS,
        days=[(day.value, name) for day, name in DAYS.items()],
        **{"values": values, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/week/letter")
@requires(_READ, twin="PUT /api/v1/week/letter")
def choose_letter() -> Any:
    """Be sent the week on a day, or no longer."""
    try:
        acts.choose(parse_form(requests.WeekLetter, request.form))
    except (Refused, NotAllowed) as refusal:
        return forms.reshown(refusal, _week)
    flash(gettext("Noted."), "good")
    return redirect(url_for("week.week"), 303)
