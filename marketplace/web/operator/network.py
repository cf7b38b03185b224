"""Lines, borders and figures of legs, for operators who keep them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import borders as acts
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import borders as requests
from marketplace.edge.requests.borders import WEEKDAYS
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.boards.queries import corridor
from marketplace.logistics.borders.queries import crossings as queries
from marketplace.logistics.borders.queries import network as lines
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.queries import weekly
from marketplace.web.operator import borders as shown
from marketplace.web.operator.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import corridor as drawing
from marketplace.web.shared import locale
from marketplace.web.shared.borders import hours

_EDIT = Permission.OPERATOR_NETWORK_EDIT


@pages.get("/network")
@requires(_EDIT, twin="GET /api/v1/network/lines")
def network() -> str:
    """Show every crossing with both clocks, and every line with its legs."""
    session, now = reading(), clock.now()
    return render_template(
        "operator/network.html",
        crossings=[shown.crossing(row, now) for row in queries.crossings(session, now=now)],
        lines=[shown.line(row) for row in lines.lines(session)],
    )


@pages.get("/network/services")
@requires(_EDIT, twin="GET /api/v1/network/services")
def services() -> str:
    """Show the weekly services of every line, and the form for another."""
    return _services()


@pages.post("/network/services")
@requires(_EDIT, twin="POST /api/v1/network/services")
def begin_service() -> Any:
    """Let a line run every week."""

    def work(session: Session) -> str:
        acts.begin_service(session, parse_form(requests.ServiceBody, request.form))
        return url_for("operator.services")

    return _done(work, lambda: _("The line runs then. Its departures are planned."), _services)


@pages.post("/network/services/<uuid:service_id>/end")
@requires(_EDIT, twin="POST /api/v1/network/services/{id}/end")
def end_service(service_id: UUID) -> Any:
    """Plan no more departures of a weekly service."""

    def work(session: Session) -> str:
        acts.end_service(session, service_id)
        return url_for("operator.services")

    return _done(work, lambda: _("No more departures are planned. Those that are there run."), _services)


@pages.get("/network/legs/<uuid:leg_id>")
@requires(_EDIT, twin="GET /api/v1/network/legs/{id}")
def leg(leg_id: UUID) -> str:
    """Show a leg, and the form that changes it."""
    return _leg(leg_id)


@pages.post("/network/legs/<uuid:leg_id>")
@requires(_EDIT, twin="PUT /api/v1/network/legs/{id}")
def change_leg(leg_id: UUID) -> Any:
    """Let a leg have other figures."""

    def work(session: Session) -> str:
        acts.change_leg(session, leg_id, parse_form(requests.LegBody, request.form))
        return url_for("operator.leg", leg_id=leg_id)

    said = _("Noted. Departures that are planned already keep the figures from before.")
    return _done(work, lambda: said, lambda **given: _leg(leg_id, **given))


@pages.get("/network/crossings/<uuid:crossing_id>")
@requires(_EDIT, twin="GET /api/v1/network/crossings/{id}")
def border(crossing_id: UUID) -> str:
    """Show a crossing: hours of both sides, closures, rules of lanes."""
    return _border(crossing_id)


@pages.post("/network/crossings/<uuid:crossing_id>/hours")
@requires(_EDIT, twin="POST /api/v1/network/crossings/{id}/hours")
def add_hours(crossing_id: UUID) -> Any:
    """Let a side be open at these hours."""

    def work(session: Session) -> str:
        acts.add_hours(session, crossing_id, parse_form(requests.HoursBody, request.form))
        return url_for("operator.border", crossing_id=crossing_id)

    said = _("Noted. Departures that are planned from now on wait for these hours.")
    return _done(work, lambda: said, lambda **given: _border(crossing_id, sent="hours", **given))


@pages.post("/network/crossings/<uuid:crossing_id>/hours/<uuid:hours_id>/end")
@requires(_EDIT, twin="POST /api/v1/network/hours/{id}/end")
def end_hours(crossing_id: UUID, hours_id: UUID) -> Any:
    """Let hours hold until a day."""

    def work(session: Session) -> str:
        found = acts.end_hours(session, hours_id, parse_form(requests.LastDayBody, request.form))
        return url_for("operator.border", crossing_id=found)

    return _done(work, lambda: _("Noted."), lambda **given: _border(crossing_id, **given))


@pages.post("/network/crossings/<uuid:crossing_id>/closures")
@requires(_EDIT, twin="POST /api/v1/network/crossings/{id}/closures")
def close_border(crossing_id: UUID) -> Any:
    """Close a side or the whole crossing for a time."""
    delayed: list[int] = []

    def work(session: Session) -> str:
        border_closure_id = acts.close(session, crossing_id, parse_form(requests.ClosureBody, request.form))
        delayed.append(len(queries.delays(session, closure_id=border_closure_id)))
        return url_for("operator.border_closure", border_closure_id=border_closure_id)

    return _done(work, lambda: _delays(delayed), lambda **given: _border(crossing_id, sent="closure", **given))


@pages.post("/network/crossings/<uuid:crossing_id>/closure-proposals")
@requires(_EDIT, twin="POST /api/v1/network/crossings/{id}/closure-proposals")
def propose_closures(crossing_id: UUID) -> Any:
    """Propose closures on public holidays."""
    made: list[int] = []

    def work(session: Session) -> str:
        made.append(acts.propose(session, crossing_id))
        return url_for("operator.border", crossing_id=crossing_id)

    def said() -> str:
        number = sum(made)
        return ngettext("%(num)s closure is proposed.", "%(num)s closures are proposed.", number)

    return _done(work, said, lambda **given: _border(crossing_id, **given))


@pages.get("/network/closures/<uuid:border_closure_id>")
@requires(_EDIT, twin="GET /api/v1/network/closures/{id}")
def border_closure(border_closure_id: UUID) -> str:
    """Show a closure and the departures that it delays."""
    return _closure(border_closure_id)


@pages.post("/network/closures/<uuid:border_closure_id>/confirm")
@requires(_EDIT, twin="POST /api/v1/network/closures/{id}/confirm")
def confirm_closure(border_closure_id: UUID) -> Any:
    """Let a proposed closure count."""
    delayed: list[int] = []

    def work(session: Session) -> str:
        acts.decide(session, border_closure_id, "confirm")
        delayed.append(len(queries.delays(session, closure_id=border_closure_id)))
        return url_for("operator.border_closure", border_closure_id=border_closure_id)

    return _done(work, lambda: _delays(delayed), lambda **given: _closure(border_closure_id, **given))


@pages.post("/network/closures/<uuid:border_closure_id>/drop")
@requires(_EDIT, twin="POST /api/v1/network/closures/{id}/drop")
def drop_closure(border_closure_id: UUID) -> Any:
    """Let a proposed closure be."""
    return _decide(border_closure_id, "drop", _("Dropped: the border is open then, and this is not proposed again."))


@pages.post("/network/closures/<uuid:border_closure_id>/withdraw")
@requires(_EDIT, twin="POST /api/v1/network/closures/{id}/withdraw")
def withdraw_closure(border_closure_id: UUID) -> Any:
    """Take a closure back."""
    return _decide(border_closure_id, "withdraw", _("Withdrawn. What it delayed is expected anew."))


@pages.post("/network/crossings/<uuid:crossing_id>/rules")
@requires(_EDIT, twin="POST /api/v1/network/crossings/{id}/rules")
def add_lane_rule(crossing_id: UUID) -> Any:
    """Let a lane take only what a rule allows."""

    def work(session: Session) -> str:
        acts.add_rule(session, crossing_id, parse_form(requests.RuleBody, request.form))
        return url_for("operator.border", crossing_id=crossing_id)

    return _done(work, lambda: _("The rule is noted."), lambda **given: _border(crossing_id, sent="rule", **given))


@pages.post("/network/crossings/<uuid:crossing_id>/rules/<uuid:lane_rule_id>/end")
@requires(_EDIT, twin="POST /api/v1/network/rules/{id}/end")
def end_lane_rule(crossing_id: UUID, lane_rule_id: UUID) -> Any:
    """Let a rule hold until a day."""

    def work(session: Session) -> str:
        found = acts.end_rule(session, lane_rule_id, parse_form(requests.LastDayBody, request.form))
        return url_for("operator.border", crossing_id=found)

    return _done(work, lambda: _("Noted."), lambda **given: _border(crossing_id, **given))


def _decide(border_closure_id: UUID, action: str, said: str) -> Any:
    def work(session: Session) -> str:
        acts.decide(session, border_closure_id, action)
        return url_for("operator.border_closure", border_closure_id=border_closure_id)

    return _done(work, lambda: said, lambda **given: _closure(border_closure_id, **given))


def _done(work: Callable[[Session], str], said: Callable[[], str], show: Callable[..., Any]) -> Any:
    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(said(), "good")
    return done


def _delays(delayed: list[int]) -> str:
    number = sum(delayed)
    return ngettext(
        "The closure counts. %(num)s departure is expected later.",
        "The closure counts. %(num)s departures are expected later.",
        number,
    )


def _services(**given: Any) -> str:
    session = reading()
    return render_template(
        "operator/services.html",
        services=[
            {
                "row": row,
                "name": row.line_names.get(locale.current(), row.line_name),
                "day": shown.weekday_choices()[row.weekday][1],
                "time": f"{row.minute_of_day // 60:02}:{row.minute_of_day % 60:02}",
            }
            for row in weekly.services(session)
        ],
        lines=[
            (row.code, row.called(locale.current()))
            for row in lines.lines(session)
            if row.ended_at is None or row.ended_at > clock.now()
        ],
        vehicles=[(row.code, row.name) for row in fleets.types(session)],
        days=shown.weekday_choices(),
        **{"refusal": None, "errors": {}, "values": {}, **given},
    )


def _leg(leg_id: UUID, **given: Any) -> str:
    row = lines.leg(reading(), leg_id=leg_id)
    figures = row.figures
    values = {
        "transport": figures.mode.value,
        "carriage": figures.carriage.value,
        "lane": figures.lane,
        "hours": hours(figures.minutes),
        "km": "" if figures.km is None else figures.km,
        "source": figures.source,
        "assumed": figures.is_assumed,
    }
    return render_template(
        "operator/leg.html",
        leg=shown.leg(row),
        map=drawing.picture([corridor.of_leg(row)]),
        modes=shown.choices(shown.MODES),
        carriages=shown.choices(shown.CARRIAGES),
        **{"refusal": None, "errors": {}, "values": values, **given},
    )


def _border(crossing_id: UUID, *, sent: str = "", **given: Any) -> str:
    now = clock.now()
    row = queries.crossing(reading(), crossing_id=crossing_id, now=now)
    crossing = shown.crossing(row, now)
    # A control for each day: ticked as it was sent, all of them before.
    ticked = given["values"].getlist("weekdays") if sent == "hours" else WEEKDAYS
    return render_template(
        "operator/border.html",
        crossing=crossing,
        sides=[(side["code"], side["name"]) for side in crossing["sides"]],
        weekdays=shown.weekday_choices(),
        ticked=ticked,
        sent=sent,
        reasons=shown.choices(shown.REASONS),
        rules=shown.choices(shown.RULES),
        **{"refusal": None, "errors": {}, "values": {}, **given},
    )


def _closure(border_closure_id: UUID, **given: Any) -> str:
    session = reading()
    row = queries.closure(session, closure_id=border_closure_id)
    return render_template(
        "operator/border_closure.html",
        closure=shown.closure(row),
        delays=queries.delays(session, closure_id=border_closure_id),
        **{"refusal": None, "errors": {}, "values": {}, **given},
    )
