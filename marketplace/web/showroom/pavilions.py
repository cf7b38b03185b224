"""The pavilions of the fifteen countries, for everybody."""

from typing import Any

from flask import render_template, request, url_for

from marketplace.edge.acts import storefronts as acts
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import public
from marketplace.edge.requests import storefronts as requests
from marketplace.exchange.queries import pavilions as queries
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.web.shared import goods as shown
from marketplace.web.shared import locale
from marketplace.web.showroom.blueprint import pages
from marketplace.web.showroom.fairs import card as fair_card

_OPEN = "what the city shows is there to be seen"


@pages.get("/pavilions")
@public(_OPEN, twin="GET /api/v1/pavilions")
def pavilions() -> str:
    """Show every country of the city, with what it has."""
    rows = [(shown.country(row.country), row) for row in queries.pavilions(reading())]
    return render_template("showroom/pavilions.html", rows=sorted(rows, key=lambda pair: pair[0]))


@pages.get("/pavilions/<country>")
@public(_OPEN, twin="GET /api/v1/pavilions/{country}")
def pavilion(country: str) -> str:
    """Show a country's merchants, shelves and newest goods, and the lorries that leave there."""
    asked = parse(requests.Exhibitors, {"cursor": request.args["cursor"]} if "cursor" in request.args else {})
    now = clock.now()
    found = acts.pavilion(reading(), country=country, cursor=asked.cursor, now=now)
    following = found.exhibitors.next
    return render_template(
        "showroom/pavilion.html",
        pavilion=found,
        name=shown.country(found.country),
        categories=[_shelf(found.country, row) for row in found.sections],
        offers=shown.cards(found.newest, found.closed),
        lorries=[_lorry(row) for row in found.lorries],
        fairs=[fair_card(row) for row in found.fairs],
        next=url_for("showroom.pavilion", country=found.country, cursor=following) if following else None,
        first=url_for("showroom.pavilion", country=found.country) if asked.cursor else None,
    )


def _shelf(country: str, row: Any) -> dict[str, Any]:
    return {
        "label": shown.text(row.names),
        "href": url_for("catalog.products", category=row.code, origin=country),
        "drawing": row.drawing,
        "count": row.count,
    }


def _lorry(row: Any) -> dict[str, Any]:
    return {
        "href": url_for("logistics.departure", departure_id=row.id),
        "line": row.line_names.get(locale.current(), row.line_name),
        "departs_at": row.departs_at,
        "zone": row.stops[0].place.zone,
        "to": row.stops[-1].place.called(locale.current()),
        "arrives_at": row.arrives_at,
        "to_zone": row.stops[-1].place.zone,
    }
