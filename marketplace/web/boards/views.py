"""The corridor as a picture, for everybody."""

from flask import Blueprint, render_template

from marketplace.edge.permissions import public
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.logistics.boards.queries import corridor as queries
from marketplace.web.shared import corridor as drawing
from marketplace.web.shared import locale, ways

pages = Blueprint("boards", __name__)


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
