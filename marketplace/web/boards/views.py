"""The corridor as a picture, for everybody, and the days of lorries, for those who run them."""

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import boards as acts
from marketplace.edge.acts import running
from marketplace.edge.answers import problem, status_of
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import boards as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.logistics.boards.queries import corridor as queries
from marketplace.logistics.queries import departures
from marketplace.reference import queries as reference
from marketplace.web.boards import shown
from marketplace.web.shared import corridor as drawing
from marketplace.web.shared import locale, ways

pages = Blueprint("boards", __name__)

_ASKED = ("line", "hub", "from")


@pages.get("/corridor")
@public("a timetable is there to be read", twin="GET /api/v1/corridor")
def corridor() -> str:
    """Draw the lines and the lorries under way, and say the same in words."""
    now = clock.now()
    seen = queries.corridor(reading(), now=now)
    lines = [
        {
            "name": line.called(locale.current()),
            "legs": [
                {
                    "start": leg.start.called(locale.current()),
                    "end": leg.end.called(locale.current()),
                    "mode": ways.MODES[leg.mode],
                }
                for leg in line.legs
            ],
        }
        for line in seen.lines
    ]
    lorries = [
        {
            "id": one.departure.id,
            "reference": one.departure.reference,
            "line": one.departure.line_names.get(locale.current(), one.departure.line_name),
            "state": one.departure.state,
            "where": drawing.whereabouts(one),
            "expected_at": one.expected_at,
            "zone": one.ahead.place.zone if one.ahead else None,
        }
        for one in seen.lorries
    ]
    return render_template(
        "boards/corridor.html",
        map=drawing.picture(seen.lines, seen.lorries),
        lines=lines,
        lorries=lorries,
        now=now,
    )


@pages.get("/operator/lorry-days")
@requires(Permission.LOGISTICS_DEPARTURE_OPERATE, twin="GET /api/v1/lorry-days")
def lorry_days() -> Any:
    """Draw two weeks of lorries of a line or hub, and say the same in a table."""
    values = {name: request.args[name] for name in _ASKED if request.args.get(name)}
    errors: dict[str, str] = {}
    status = 200
    try:
        seen = acts.days(parse(requests.LorryDays, values))
    except Refused as refusal:
        errors = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
        status = status_of(refusal)
        seen = acts.days(requests.LorryDays())
    hubs = reference.places_by_code(reading(), departures.hubs(reading()))
    page = render_template(
        "boards/lorry_days.html",
        lorries=[shown.lorry(row, seen) for row in seen.row.lorries],
        has_more=seen.row.has_more,
        days=shown.days(seen),
        now=shown.now(seen, clock.now()),
        lines=[(line.code, line.called(locale.current())) for line in running.lines()],
        hubs=[(code, place.called(locale.current())) for code, place in hubs.items()],
        values={"from": seen.first.isoformat(), **values},
        errors=errors,
    )
    return page, status
