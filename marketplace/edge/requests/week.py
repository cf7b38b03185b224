"""What people send about the page of a week."""

from typing import Literal

from flask_babel import lazy_gettext as _

from marketplace.edge import messages
from marketplace.edge.parsing import Request
from marketplace.reports.week.rules import LetterDay


class WeekLetter(Request):
    """The day on which one is sent the week; ``never`` for no letter."""

    day: Literal["never", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    def chosen(self) -> LetterDay | None:
        """Return the day, None for never."""
        return None if self.day == "never" else LetterDay(self.day)


messages.register(errors={"no_topic": _("Your role sees to nothing that stands on the page of the week.")})
