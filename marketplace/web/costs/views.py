"""The operator's pages of what departures cost and earn: months, a departure's sheet, rates."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import costs as acts
from marketplace.edge.acts import holds
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import costs as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused, TooLarge
from marketplace.logistics.rules.states import HoldCause
from marketplace.reference import queries as reference
from marketplace.web.costs import words
from marketplace.web.costs.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale
from marketplace.web.shared import holds as held_words
from marketplace.web.shared.causes import cause_of

_READ = Permission.OPERATOR_COST_READ
_RECORD = Permission.OPERATOR_COST_RECORD
_DECIDE = Permission.OPERATOR_COST_DECIDE


@pages.get("/operator/costs")
@requires(_READ, twin="GET /api/v1/costs")
def month() -> Any:
    """Show what the lorries of a month cost and earned."""
    try:
        seen = acts.look(parse(requests.LorriesQuery, request.args.to_dict()))
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _month(None, **shown))
    return _month(seen)


@pages.get("/operator/costs/months")
@requires(_READ, twin="GET /api/v1/costs/months")
def months() -> Any:
    """Show twelve months beside each other."""
    try:
        rows = acts.many_months(parse(requests.MonthQuery, request.args.to_dict()))
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _months((), **shown))
    return _months(rows)


@pages.get("/operator/costs.xlsx")
@requires(_READ, twin="GET /api/v1/costs.xlsx")
def as_workbook() -> Any:
    """Give a month as a workbook."""
    return acts.as_workbook(parse(requests.MonthQuery, request.args.to_dict()))


@pages.get("/operator/costs/rates")
@requires(_READ, twin="GET /api/v1/costs/rates")
def rates() -> str:
    """Show what a line pays for what, and who bears what."""
    return _rates()


@pages.post("/operator/costs/rates")
@requires(_DECIDE, twin="POST /api/v1/costs/rates")
def set_rate() -> Any:
    """Let a rate hold from a day on."""

    def work(session: Any) -> str:
        body = parse_form(requests.NewRate, request.form)
        acts.set_rate(session, body)
        return url_for("costs.rates", line=body.line)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _rates)
    flash(_("The rate is written down. Sheets that were planned before stay until they are planned anew."), "good")
    return done


@pages.get("/operator/departures/<uuid:departure_id>/costs")
@requires(_READ, twin="GET /api/v1/departures/{id}/costs")
def sheet(departure_id: UUID) -> str:
    """Show the cost sheet of a departure."""
    return _sheet(departure_id)


@pages.get("/operator/departures/<uuid:departure_id>/costs.xlsx")
@requires(_READ, twin="GET /api/v1/departures/{id}/costs.xlsx")
def sheet_as_workbook(departure_id: UUID) -> Any:
    """Give the cost sheet of a departure as a workbook."""
    return acts.sheet_as_workbook(departure_id)


@pages.post("/operator/departures/<uuid:departure_id>/costs/plan")
@requires(_RECORD, twin="POST /api/v1/departures/{id}/costs/plan")
def plan(departure_id: UUID) -> Any:
    """Plan the costs of a departure."""
    return _act(departure_id, acts.plan, _("Planned by the rates of its day."))


@pages.post("/operator/departures/<uuid:departure_id>/costs/close")
@requires(_DECIDE, twin="POST /api/v1/departures/{id}/costs/close")
def close(departure_id: UUID) -> Any:
    """Close the sheet of a departure."""
    return _act(departure_id, acts.close, _("Closed. Its exchange rates stay as they are."))


@pages.post("/operator/departures/<uuid:departure_id>/costs/reopen")
@requires(_DECIDE, twin="POST /api/v1/departures/{id}/costs/reopen")
def reopen(departure_id: UUID) -> Any:
    """Open the sheet of a departure again."""
    return _act(departure_id, acts.reopen, _("Open again."))


@pages.post("/operator/departures/<uuid:departure_id>/costs/items")
@requires(_RECORD, twin="POST /api/v1/departures/{id}/costs/items")
def enter(departure_id: UUID) -> Any:
    """Enter an actual cost, with its file if there is one."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        upload = request.files.get("file")
        has_file = bool(upload and upload.filename)
        acts.enter_by_form(departure_id, parse_form(requests.NewCost, request.form), has_file=has_file)
        return url_for("costs.sheet", departure_id=departure_id)

    try:
        done = forms.once(work, flow=True)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, lambda **shown: _sheet(departure_id, **shown))
    flash(_("Entered."), "good")
    return done


@pages.post("/operator/departures/<uuid:departure_id>/costs/items/<uuid:cost_id>/void")
@requires(_RECORD, twin="POST /api/v1/costs/items/{id}/void")
def void(departure_id: UUID, cost_id: UUID) -> Any:
    """Take back an actual cost."""
    if all(item.id != cost_id for item in acts.sheet(departure_id).items):
        raise NotFound("cost_item")
    return _act(departure_id, lambda session, _departure: acts.void(session, cost_id), _("Taken back."))


@pages.get("/operator/costs/items/<uuid:cost_id>/file")
@requires(_READ, twin="GET /api/v1/costs/items/{id}/file")
def item_file(cost_id: UUID) -> Any:
    """Give the file of a cost."""
    return acts.item_file(cost_id)


def _act(departure_id: UUID, act: Callable[[Any, UUID], None], said: str) -> Any:
    def work(session: Any) -> str:
        act(session, departure_id)
        return url_for("costs.sheet", departure_id=departure_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _sheet(departure_id, **shown))
    flash(said, "good")
    return done


def _month(seen: acts.Lorries | None, **shown: Any) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in ("month", "line") if request.args.get(name)}
    values = {"month": f"{seen.month.first:%Y-%m}" if seen else request.args.get("month", ""), **kept}
    following = seen.page.next if seen else None
    lines = _lines()
    return render_template(
        "costs/month.html",
        seen=seen,
        kept=kept,
        lines=lines,
        names=dict(lines),
        next=url_for("costs.month", **kept, cursor=following) if following else None,
        first=url_for("costs.month", **kept) if request.args.get("cursor") else None,
        **{"errors": {}, "refusal": None, **shown, "values": values},
    )


def _months(rows: Any, **shown: Any) -> str:
    values = {name: request.args.get(name, "") for name in ("month", "line")}
    page = {"errors": {}, "refusal": None, **shown, "values": values}
    return render_template("costs/months.html", rows=rows, lines=_lines(), **page)


def _rates(**shown: Any) -> str:
    code = request.form.get("line") if request.method == "POST" else None
    asked = parse(requests.RatesQuery, {"line": code} if code else request.args.to_dict())
    try:
        seen = acts.rates_of(asked)
    except Refused:
        seen = acts.rates_of(requests.RatesQuery())
    return render_template(
        "costs/rates.html",
        seen=seen,
        words=words,
        lines=_lines(),
        vehicles=[(row.code, row.name) for row in seen.vehicles],
        partners=acts.partners(),
        currencies=choices.currencies(),
        **{
            "values": {"currency": seen.line.currency, "line": seen.line.code} if seen.line else {},
            "errors": {},
            "refusal": None,
            **shown,
        },
    )


def _sheet(departure_id: UUID, **shown: Any) -> str:
    seen = acts.sheet(departure_id)
    places = {place.code: place.called(locale.current()) for place in reference.places(reading())}
    return render_template(
        "costs/sheet.html",
        seen=seen,
        words=words,
        names=acts.names(seen.items),
        places=places,
        partners=acts.partners(),
        currencies=choices.currencies(),
        causes=[(cause.value, cause_of(cause)) for cause in HoldCause],
        cause_of=cause_of,
        shares=holds.of_departure(departure_id),
        acts=held_words.ACTS,
        bearers=held_words.BEARERS,
        line=seen.lorry.line_names.get(locale.current(), seen.lorry.line_name),
        **{"values": {"currency": seen.currency}, "errors": {}, "refusal": None, **shown},
    )


def _lines() -> list[tuple[str, str]]:
    language = locale.current()
    return [(row.code, row.names.get(language, row.name)) for row in acts.lines()]
