"""The corridor's figures: what everybody is told, and what the operator sees, closes and takes along as a workbook."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.statistics.rules.tables import By
from marketplace.edge.acts import statistics as acts
from marketplace.edge.answers import problem, status_of
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import statistics as requests
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.reference import queries as reference
from marketplace.web.shared import acts as forms
from marketplace.web.shared import locale
from marketplace.web.statistics import shown

pages = Blueprint("statistics", __name__)
_OPERATE: Final = Permission.LOGISTICS_DEPARTURE_OPERATE
_ASKED: Final = ("by", "from_month", "to_month", "line", "direction", "country", "chapter")


@pages.get("/statistics")
@public("a corridor is known by what rolls through it")
def statistics() -> Any:
    """Tell everybody what rolled through the corridor."""
    values = {"year": request.args["year"]} if request.args.get("year") else {}
    errors: dict[str, str] = {}
    try:
        found = acts.told(parse(requests.StatisticsYear, values))
    except Refused as refusal:
        errors = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
        found = acts.told(requests.StatisticsYear())
    tables = {by.value: shown.rows(rows, by, found.lines) for by, rows in found.tables.items()}
    page = render_template(
        "statistics/statistics.html",
        found=found,
        whole=shown.row(found.whole, None, found.lines),
        tables=tables,
        by_year=shown.drawn(found.tables[By.YEAR]),
        by_month=shown.drawn(found.tables[By.MONTH]),
        values={"year": str(found.year or "")} | values,
        errors=errors,
    )
    return page, 422 if errors else 200


@pages.get("/operator/statistics")
@requires(_OPERATE, twin="GET /api/v1/statistics/figures")
def figures() -> Any:
    """Show the operator's figures, grouped and narrowed as asked."""
    return _figures()


def _figures(refusal: Any = None, **typed: Any) -> Any:
    values = {name: request.args[name] for name in _ASKED if request.args.get(name)}
    errors: dict[str, str] = {}
    status = 200
    try:
        seen = acts.seen(parse(requests.StatisticsAsked, values))
    except Refused as refused:
        errors = {item["field"]: item["message"] for item in problem(refused)["errors"]}
        seen, status = acts.seen(requests.StatisticsAsked()), status_of(refused)
    places = reference.places_by_code(reading(), {code for ends in seen.stages for code in ends})
    page = render_template(
        "statistics/figures.html",
        seen=seen,
        rows=shown.rows(seen.rows, seen.by, seen.lines, seen.open_months),
        total=shown.row(seen.total, None, seen.lines),
        corrections=shown.row(seen.corrections, None, seen.lines),
        stages=shown.stages(seen.stages, places),
        drawn=shown.drawn(seen.rows) if seen.by in (By.YEAR, By.MONTH) else None,
        groups=[(by.value, name) for by, name in shown.GROUPS.items()],
        directions=[(way.value, name) for way, name in shown.DIRECTIONS.items()],
        lines=[(line.code, line.called(locale.current())) for line in seen.lines.values()],
        group=shown.GROUPS[seen.by],
        **{
            "values": {"by": seen.by.value, "month": seen.next_month} | values,
            "errors": errors,
            "refusal": refusal,
            **typed,
        },
    )
    return page if not errors else (page, status)


@pages.get("/operator/statistics.xlsx")
@requires(_OPERATE, twin="GET /api/v1/statistics.xlsx")
def workbook() -> Any:
    """Give the operator's figures as a workbook."""
    values = {name: request.args[name] for name in _ASKED if request.args.get(name)}
    return acts.workbook(parse(requests.StatisticsAsked, values))


@pages.post("/operator/statistics/close")
@requires(_OPERATE, twin="POST /api/v1/statistics/closes")
def close() -> Any:
    """Close a month and those before it."""
    try:
        body = parse_form(requests.MonthToClose, request.form)
        closed = in_unit_of_work(lambda session: acts.close(session, body))
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, _figures)
    flash(ngettext("%(num)s month closed.", "%(num)s months closed.", len(closed)), "good")
    return redirect(url_for("statistics.figures"), 303)
