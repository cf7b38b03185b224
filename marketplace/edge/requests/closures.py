"""What companies send about the days on which they are closed."""

from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.accounts.rules.closures import LONGEST_WORDS
from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, blank_is_none
from marketplace.edge.requests.payments import Day

Words = Annotated[Annotated[Line, Field(max_length=LONGEST_WORDS)] | None, BeforeValidator(blank_is_none)]


class Closure(Request):
    """Which parts - factory, warehouse, office - are closed from a day to a day, both included; words for buyers."""

    parts: list[Line] = Field(min_length=1, max_length=3)
    first_day: Day
    last_day: Day
    words_en: Words = None
    words_zh: Words = None
    words_vi: Words = None

    @property
    def words(self) -> dict[str, str]:
        """What is said, by language."""
        said = {"en": self.words_en, "zh": self.words_zh, "vi": self.words_vi}
        return {language: words for language, words in said.items() if words}


messages.register(
    errors={
        "closure_over": _("These days are over: what was, was."),
    },
    fields={
        "day_within": _("Choose a day: %(accepted)s."),
        "closed_already": _("You are closed then already: %(accepted)s. Take that back first, or choose other days."),
        "closed_too_long": _("A company is closed on at most %(accepted)s days ahead."),
    },
)
