"""The page of the search: words, filters, offers with freight and arrival."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.accounts.rules.closures import Notice
from marketplace.catalog.queries import goods as catalog
from marketplace.edge.acts import closing
from marketplace.edge.acts import search as acts
from marketplace.edge.acts.looking import Prefer, no_preference
from marketplace.edge.answers import problem
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import public
from marketplace.edge.requests.search import Search
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.logistics.queries.options import OptionRow
from marketplace.search.queries.found import FACETS, FoundRow, Sort
from marketplace.web.shared import centres, cities, goods, moulds, render

_RESULTS = "search/results.html"

pages = Blueprint("search", __name__)


@pages.get("/search")
@public("goods on the shelf are there to be found")
def search() -> Any:
    """Show what fits; a refused field is named and the rest of what was typed kept."""
    given = {name: request.args[name] for name in Search.model_fields if name in request.args}
    is_anywhere = given.get("to") == cities.ANY
    if is_anywhere:
        del given["to"]
    asked, searched, errors = _searched(given, no_preference if is_anywhere else cities.preferred)
    shelves, found = catalog.categories(reading()), searched.found
    lying = centres.lying(reading(), [row.card.listing_id for row in found.page.items if row.card.is_in_centre])

    def values() -> dict[str, Any]:
        names = {row.code: goods.text(row.names) for row in shelves}
        terms = {"to": searched.to or (cities.ANY if is_anywhere else ""), "quantity": str(asked.quantity or "")}
        kept = {"q": asked.q, **terms}
        filters = acts.chosen(asked)
        return {
            "asked": asked,
            "errors": errors,
            "offers": centres.on_cards(
                [_offer(row, searched.closed.get(row.card.listing_id), searched.to) for row in found.page.items], lying
            ),
            "terms": {name: value for name, value in terms.items() if value not in ("", cities.ANY)},
            "found": found,
            "groups": _groups(found.facets, filters, names, asked.sort or Sort.RELEVANCE, has_place=bool(searched.to)),
            "chips": _chips(filters, names, kept, asked.sort),
            "kept": kept,
            "next": _address({**kept, **filters}, asked.sort, cursor=found.page.next),
            "first": _address({**kept, **filters}, asked.sort) if asked.cursor else None,
            "search": {
                "q": given.get("q", ""),
                "to": searched.to or "",
                "any": cities.ANY,
                "quantity": given.get("quantity", ""),
                "destinations": [
                    {"code": place.code, "name": goods.place({**place.names, "en": place.name}, place.code)}
                    for place in searched.destinations
                ],
            },
        }

    if errors:
        return render_template(_RESULTS, **values()), 422
    counts = tuple((name, *counted.items()) for name, counted in found.facets.items())
    deliveries = tuple((row.banned_in, row.delivery and row.delivery.stamp) for row in found.page.items)
    facts = (counts, deliveries, found.page.next, found.total, found.is_more, found.is_partial, found.is_degraded)
    return moulds.page(
        _RESULTS,
        values,
        parts=(shelves, *searched.destinations, *(row.card for row in found.page.items)),
        facts=(*facts, searched.to, closing.facts(searched.closed), centres.facts(lying)),
    )


def _searched(given: Mapping[str, str], prefer: Prefer) -> tuple[Search, acts.Searched, dict[str, str]]:
    """Search for what was understood, and say what was not, field by field."""
    left, errors = dict(given), dict[str, str]()
    while True:
        try:
            asked = parse(Search, left)
            return asked, acts.search(asked, prefer), errors
        except Refused as refusal:
            said = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
            if not said.keys() & left.keys():
                raise
            errors |= said
            left = {name: value for name, value in left.items() if name not in said}


def _offer(row: FoundRow, closed: Notice | None, to: str | None) -> dict[str, Any]:
    card, lorry = goods.card(row.card, closed), row.delivery
    if row.banned_in:
        card["landed"] = _("may not be imported into %(country)s", country=goods.country(row.banned_in))
    if lorry is not None:
        day = render.date(lorry.arrives_at, lorry.zones[-1])
        if lorry.to_place == to:
            arrival = _("there %(day)s", day=day)
        else:
            place = goods.place(row.card.place_names, lorry.to_place)
            arrival = _("in %(place)s %(day)s", place=place, day=day)
        freight = _freight(row, lorry)
        card["landed"] = Markup("{} · {}").format(freight, arrival) if freight else arrival
    return card


def _freight(row: FoundRow, lorry: OptionRow) -> str | None:
    """Say what the lorry costs, where it is known: nothing that the price contains is named a second time."""
    if row.is_freight_included:
        return _("freight in the price")
    return _("freight %(amount)s", amount=render.money(lorry.freight)) if lorry.freight else None


def _label(name: str, value: str, names: Mapping[str, str]) -> str:
    if name == "category":
        return names.get(value, value)
    return goods.country(value) if name == "origin" else value


def _groups(
    facets: Mapping[str, Mapping[str, int]],
    filters: Mapping[str, str],
    names: Mapping[str, str],
    sort: Sort,
    *,
    has_place: bool,
) -> list[dict[str, Any]]:
    titles = {
        "category": _("Category"),
        "origin": _("Origin"),
        "basis": _("Price basis"),
        "currency": _("Currency"),
    }
    orders = [(Sort.RELEVANCE, _("Best match")), (Sort.PRICE, _("Lowest price"))]
    if has_place:
        orders.append((Sort.ARRIVAL, _("Earliest arrival")))
    return [
        {
            "name": "sort",
            "label": _("Sorted by"),
            "kind": "radio",
            "options": [{"value": each.value, "label": label, "active": each is sort} for each, label in orders],
        },
        *(
            {
                "name": name,
                "label": titles[name],
                "kind": "radio",
                "options": [
                    {"value": "", "label": _("Any"), "active": name not in filters},
                    *(
                        {
                            "value": value,
                            "label": _label(name, value, names),
                            "count": count,
                            "active": filters.get(name) == value,
                        }
                        for value, count in facets[name].items()
                    ),
                ],
            }
            for name in FACETS
        ),
    ]


def _chips(
    filters: Mapping[str, str], names: Mapping[str, str], kept: Mapping[str, str], sort: Sort | None
) -> list[dict[str, str | None]]:
    return [
        {
            "label": _label(name, value, names),
            "href": _address({**kept, **{other: filters[other] for other in filters if other != name}}, sort),
        }
        for name, value in filters.items()
    ]


def _address(values: Mapping[str, str], sort: Sort | None, *, cursor: str | None = "") -> str | None:
    if cursor is None:
        return None
    query: dict[str, Any] = {name: value for name, value in values.items() if value}
    if sort:
        query["sort"] = sort.value
    if cursor:
        query["cursor"] = cursor
    return url_for("search.search", **query)
