"""The rules of the house for everybody, and the page on which an admin changes them."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import settings as acts
from marketplace.edge.house_rules import WORDS
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import settings as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.reference import queries
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices

pages = Blueprint("settings", __name__)


@pages.get("/settings")
@public("who trades here knows by which deadlines and rates")
def rules() -> str:
    """Show every setting in force."""
    session = reading()
    return render_template("settings/rules.html", rows=_rows(), closures=acts.closures(session))


@pages.get("/operator/settings")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="GET /api/v1/settings")
def desk() -> str:
    """Show what an admin may change."""
    return _desk()


@pages.post("/operator/settings/<key>")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="PUT /api/v1/settings/{key}")
def change(key: str) -> Any:
    """Let a setting have another value."""
    return _done(
        lambda session: acts.change(session, key, parse_form(requests.SettingChange, request.form)),
        _("The setting changes at the instant that you chose."),
        changed=key,
    )


@pages.post("/operator/fx-rates")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="POST /api/v1/fx-rates")
def publish_rate() -> Any:
    """Note an exchange rate."""
    return _done(
        lambda session: acts.publish_rate(session, parse_form(requests.Rate, request.form)), _("The rate is noted.")
    )


@pages.post("/operator/closures")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="POST /api/v1/closures")
def publish_closure() -> Any:
    """Close a day."""
    return _done(
        lambda session: acts.publish_closure(session, parse_form(requests.Closure, request.form)),
        _("The day is closed."),
    )


@pages.post("/operator/closures/withdrawal")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="POST /api/v1/closures/withdrawal")
def withdraw_closure() -> Any:
    """Take a closed day back."""
    return _done(
        lambda session: acts.withdraw_closure(session, parse_form(requests.ClosureWithdrawal, request.form)),
        _("Taken back: people work there on this day. Deadlines that were set before stay."),
    )


def _done(act: Any, said: str, changed: str = "") -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("settings.desk")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _desk(changed=changed, **shown))
    flash(said, "good")
    return done


def _rows() -> list[dict[str, Any]]:
    return [
        {"row": row, "words": WORDS[row.key], "is_money": isinstance(row.value, Money)}
        for row in acts.settings(reading())
    ]


def _desk(**shown: Any) -> str:
    session = reading()
    return render_template(
        "settings/desk.html",
        rows=_rows(),
        rates=queries.newest_rates(session),
        closures=acts.closures(session),
        currencies=[(code, code) for code in sorted(MINOR_UNITS)],
        countries=choices.parties(),
        **{"refusal": None, "errors": {}, "values": {}, "changed": "", **shown},
    )
