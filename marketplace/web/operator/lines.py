"""Whole lines by page, for operators who keep them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.edge.acts import lines as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import lines as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.borders.queries import network as queries
from marketplace.logistics.borders.queries.network import NetworkLine
from marketplace.logistics.rules.states import Mode
from marketplace.reference import queries as reference
from marketplace.reference.rules import PlaceKind
from marketplace.web.operator import borders as shown
from marketplace.web.operator.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import locale
from marketplace.web.shared.borders import hours

_EDIT = Permission.OPERATOR_NETWORK_EDIT
_STOP: Final = re.compile(r"stops\.([0-9]{1,2})\.([a-z]+)", re.ASCII)
_TYPED: Final = ("place", "hours", "km", "source")
_ROWS: Final = 12
_SPARE: Final = 4


@pages.get("/network/lines/new")
@requires(_EDIT, twin="POST /api/v1/network/lines")
def new_line() -> str:
    """Show the form for a line."""
    return _new()


@pages.post("/network/lines/new")
@requires(_EDIT, twin="POST /api/v1/network/lines")
def make_line() -> Any:
    """Make a line."""

    def work(session: Session) -> str:
        made = acts.make(session, parse(requests.LineBody, _sent()))
        return url_for("operator.line", network_line_id=made)

    return _done(work, _("The line is made. Now let it run every week, and put in what it charges."), _new)


@pages.get("/network/lines/<uuid:network_line_id>")
@requires(_EDIT, twin="GET /api/v1/network/lines/{id}")
def line(network_line_id: UUID) -> str:
    """Show a line, and the forms that name it anew, lead it another way and end it."""
    return _line(network_line_id)


@pages.post("/network/lines/<uuid:network_line_id>/name")
@requires(_EDIT, twin="PUT /api/v1/network/lines/{id}")
def rename_line(network_line_id: UUID) -> Any:
    """Let a line be called otherwise."""

    def work(session: Session) -> str:
        acts.rename(session, network_line_id, parse_form(requests.NameBody, request.form))
        return url_for("operator.line", network_line_id=network_line_id)

    return _done(work, _("Noted."), lambda **given: _line(network_line_id, sent="name", **given))


@pages.post("/network/lines/<uuid:network_line_id>/way")
@requires(_EDIT, twin="POST /api/v1/network/lines/{id}/ways")
def lead_line(network_line_id: UUID) -> Any:
    """Lead a line another way from a day on."""

    def work(session: Session) -> str:
        made = acts.lead(session, network_line_id, parse(requests.LeadBody, _sent()))
        return url_for("operator.line", network_line_id=made)

    said = _("The line goes on this way. What was booked before runs as it was promised.")
    return _done(work, said, lambda **given: _line(network_line_id, sent="way", **given))


@pages.post("/network/lines/<uuid:network_line_id>/end")
@requires(_EDIT, twin="POST /api/v1/network/lines/{id}/end")
def end_line(network_line_id: UUID) -> Any:
    """Let a line run to a day, the last."""

    def work(session: Session) -> str:
        acts.end(session, network_line_id, parse_form(requests.EndBody, request.form))
        return url_for("operator.line", network_line_id=network_line_id)

    said = _("The line ends then. Later departures without bookings are cancelled.")
    return _done(work, said, lambda **given: _line(network_line_id, sent="end", **given))


def _done(work: Callable[[Session], str], said: str, show: Callable[..., Any]) -> Any:
    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return done


def _sent() -> dict[str, Any]:
    """Return the form with its rows of stops as a list; rows after the last one that says something are left out."""
    found: dict[str, Any] = {}
    rows: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        row = _STOP.fullmatch(name)
        if row is not None:
            rows.setdefault(int(row[1]), {})[row[2]] = value
        elif name not in {"csrf_token", "idempotency_key"}:
            found[name] = value
    said = [number for number, row in rows.items() if any(row.get(name, "").strip() for name in _TYPED)]
    return found | {"stops": [rows.get(number, {}) for number in range(max(said, default=-1) + 1)]}


def _new(**given: Any) -> str:
    session = reading()
    places = reference.places(session)
    carriers = accounts.companies_of_kind(session, kind=CompanyKind.CARRIER)
    return render_template(
        "operator/line_new.html",
        hubs=[(row.code, row.called(locale.current())) for row in places if row.kind is not PlaceKind.BORDER_SIDE],
        carriers=[(row.id, row.name) for row in carriers],
        **_controls(_ROWS),
        **{"refusal": None, "errors": {}, "values": {"transport": Mode.ROAD.value}, **given},
    )


def _line(network_line_id: UUID, *, sent: str = "", **given: Any) -> str:
    row = queries.line(reading(), line_id=network_line_id)
    typed, errors = given.get("values", {}), given.get("errors", {})
    standing: dict[str, Mapping[str, Any]] = {
        "name": {"name": row.name, **{f"name_{code}": name for code, name in row.names.items()}},
        "way": _way(row),
        "end": {},
    }
    return render_template(
        "operator/line.html",
        line=shown.line(row),
        values={form: typed if sent == form else kept for form, kept in standing.items()},
        errors={form: errors if sent == form else {} for form in standing},
        refusal=given.get("refusal"),
        **_controls(len(row.legs) + _SPARE),
    )


def _way(row: NetworkLine) -> dict[str, Any]:
    """Return the stops of a line as the form has them."""
    found: dict[str, Any] = {"transport": row.legs[0].figures.mode.value, "source": row.legs[0].figures.source}
    for leg in row.legs:
        figures = leg.figures
        found |= {
            f"stops.{leg.position}.{name}": value
            for name, value in (
                ("place", leg.end.code),
                ("hours", hours(figures.minutes)),
                ("km", "" if figures.km is None else figures.km),
                ("transport", figures.mode.value),
                ("carriage", figures.carriage.value),
                ("lane", figures.lane),
                ("source", figures.source),
                ("assumed", figures.is_assumed),
            )
        }
    return found


def _controls(rows: int) -> dict[str, Any]:
    """Return what the rows of stops may be."""
    return {
        "rows": range(rows),
        "places": [(row.code, f"{row.called(locale.current())} ({row.code})") for row in reference.places(reading())],
        "modes": shown.choices(shown.MODES),
        "carriages": shown.choices(shown.CARRIAGES),
        "labels": {
            f"stops.{number}.{name}": label
            for number in range(requests.MOST_STOPS)
            for name, label in (
                ("place", _("Stop %(number)s: place", number=number + 1)),
                ("hours", _("Stop %(number)s: hours", number=number + 1)),
                ("km", _("Stop %(number)s: kilometres", number=number + 1)),
                ("lane", _("Stop %(number)s: lane", number=number + 1)),
                ("source", _("Stop %(number)s: source", number=number + 1)),
            )
        },
    }
