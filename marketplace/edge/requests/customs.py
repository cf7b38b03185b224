"""What customs people send."""

from datetime import date
from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator

from marketplace.customs.rules import Rule, check
from marketplace.edge import messages
from marketplace.edge.parsing import Country, Line, Request, Text, Tick, Verbatim, blank_is_none
from marketplace.edge.requests.payments import Day
from marketplace.reference.rules import RCEP

OptionalDay = Annotated[Day | None, BeforeValidator(blank_is_none)]
OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]
OptionalCountry = Annotated[Country | None, BeforeValidator(blank_is_none)]
OptionalLine = Annotated[Line | None, BeforeValidator(blank_is_none)]


class Restriction(Request):
    """A measure of a country for goods under an HS prefix: in words, with its source and its days."""

    country: Country
    hs_prefix: Line
    measure: Line
    en: Text
    zh: Text
    vi: Text
    source: Line
    source_url: Verbatim
    valid_from: Day
    valid_to: OptionalDay = None
    checked_on: Day

    def rule(self, today: date) -> Rule:
        """Return the rule, or refuse it naming every wrong field."""
        return check(
            self.country,
            self.hs_prefix,
            self.measure,
            {"en": self.en, "zh": self.zh, "vi": self.vi},
            self.source,
            self.source_url.strip(),
            self.valid_from,
            self.valid_to,
            self.checked_on,
            countries=RCEP,
            today=today,
        )


class NamedRestriction(Restriction):
    """A restriction as the page's form sends it: with its id when one is changed."""

    restriction: OptionalId = None


class Restrictions(Request):
    """Which restrictions are listed."""

    country: OptionalCountry = None
    cursor: OptionalLine = None


class RestrictionsFile(Request):
    """Whose restrictions are given as a file."""

    country: OptionalCountry = None


class SheetQuery(Request):
    """Whether a sheet is only looked at."""

    dry_run: Tick = False


messages.register(
    errors={
        "restriction_known": _("This country has such a rule from that day on already: change that one."),
        "web_address": _("This is no address of a web page. Write one such as %(accepted)s."),
    },
    fields={
        "too_early": _("Choose %(accepted)s."),
        "too_late": _("Choose %(accepted)s."),
        "restriction_header": _("This sheet lacks headers. It needs all of %(accepted)s."),
        "restriction_rows": _("A sheet has so many rows below its headers: %(accepted)s."),
        "restriction_twice": _("Row %(row)s says this rule already: the same country, code, measure and first day."),
    },
)
