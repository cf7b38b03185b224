"""The halls for everybody: which booths there are, who stands there, and what is shown on one."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for

from marketplace.catalog.queries import goods, shelf
from marketplace.edge.acts import closing
from marketplace.edge.identity import reading_company
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import public
from marketplace.edge.requests import showroom as requests
from marketplace.exchange.queries import showroom as queries
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.web.shared import choices
from marketplace.web.shared import goods as shown
from marketplace.web.showroom.blueprint import pages

_OPEN = "what the city shows is there to be seen"
# A cell of the plan, in units of its drawing.
_CELL = 60


@pages.get("/showroom")
@public(_OPEN, twin="GET /api/v1/showroom")
def halls() -> str:
    """Show the halls with their plans, those who stand there, and what of a country or shelf is where."""
    names = ("country", "category")
    asked = parse(requests.HallsQuery, {name: request.args[name] for name in names if name in request.args})
    session = reading()
    today = queries.today_at(session, now=clock.now())
    found = queries.halls(session, today=today, country=asked.country, category=asked.category)
    return render_template(
        "showroom/halls.html",
        halls=[{"row": row, "name": shown.text(row.names), "plan": plan(row)} for row in found],
        values={"country": asked.country or "", "category": asked.category or ""},
        countries=choices.parties(),
        categories=[(row.code, shown.text(row.names)) for row in goods.categories(session)],
    )


@pages.get("/showroom/booths/<uuid:booth_id>")
@public(_OPEN, twin="GET /api/v1/showroom/booths/{id}")
def booth(booth_id: UUID) -> str:
    """Show who stands on a booth today, and the exhibits."""
    session = reading()
    today = queries.today_at(session, now=clock.now())
    row = queries.standing_booth(session, booth_id=booth_id, today=today)
    rows = queries.exhibits(session, tenancy_id=row.tenancy_id, today=today, live=True) if row.tenancy_id else ()
    viewer = reading_company()
    cards = shelf.cards(session, listing_ids=[each.listing_id for each in rows], viewer=viewer) if rows else {}
    offered = [cards[each.listing_id] for each in rows if each.listing_id in cards]
    return render_template(
        "showroom/booth.html",
        booth=row,
        hall=shown.text(row.hall_names),
        offers=shown.cards(offered, closing.notices(session, offered, now=clock.now())),
    )


def plan(row: Any) -> dict[str, Any]:
    """Return a hall's plan as rectangles in a drawing of so many units."""
    cells = [
        {
            "code": booth.code,
            "x": (booth.column - 1) * _CELL,
            "y": (booth.row - 1) * _CELL,
            "is_let": booth.tenancy_id is not None,
            "label": booth.company or "",
            "href": url_for("showroom.booth", booth_id=booth.id),
        }
        for booth in row.booths
    ]
    width = max((cell["x"] for cell in cells), default=0) + _CELL
    height = max((cell["y"] for cell in cells), default=0) + _CELL
    return {"cells": cells, "width": width, "height": height, "cell": _CELL}
