"""A search, as pages and API ask for it."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from marketplace.accounts.rules.closures import Notice
from marketplace.catalog.rules.places import listed_rows
from marketplace.edge.acts import closing
from marketplace.edge.acts.looking import check_filters, destinations
from marketplace.edge.identity import reading_company
from marketplace.edge.requests.search import Search
from marketplace.kernel import clock
from marketplace.kernel.db import glance
from marketplace.kernel.errors import Refused
from marketplace.reference.queries import PlaceRow
from marketplace.search import flows
from marketplace.search.queries import found
from marketplace.search.queries.found import FACETS, Found, Sort, Wish
from marketplace.search.rules.text import fold


class Searched(NamedTuple):
    """What was found, the place it would go to, every place it could go to, and who of the merchants closes soon."""

    found: Found
    to: str | None
    destinations: tuple[PlaceRow, ...]
    closed: Mapping[UUID, Notice]


def search(asked: Search) -> Searched:
    """Find what fits; a broken index is answered for by the database, and its rebuild asked for."""
    session, now = glance(), clock.now()
    check_filters(session, category=asked.category, origin=asked.origin, basis=asked.basis)
    places = destinations(session)
    to = _place(places, asked.to) if asked.to else None
    answer = _find(session, asked, to)
    if answer.is_degraded:
        flows.ask_for_rebuild(now=now)
    closed = closing.notices(session, (row.card for row in answer.page.items), now=now)
    return Searched(answer, to, places, closed)


def _find(session: Session, asked: Search, to: str | None) -> Found:
    wish = Wish(
        q=asked.q,
        to=to,
        quantity=asked.quantity,
        sort=asked.sort or Sort.RELEVANCE,
        cursor=asked.cursor,
        filters=chosen(asked),
        viewer=reading_company(),
    )
    return found.find(session, index=current_app.extensions["city.search"], wish=wish, now=clock.now())


def chosen(asked: Search) -> dict[str, str]:
    """Return the filters that are set."""
    return {name: value for name in FACETS if (value := getattr(asked, name))}


def _place(places: tuple[PlaceRow, ...], text: str) -> str:
    """Return the code of a place that is named by its code or by its name in any language."""
    wanted = fold(text)
    for place in places:
        if wanted in {fold(name) for name in (place.code, place.name, *place.names.values())}:
            return place.code
    raise Refused.field("to", "destination", listed_rows(places))
