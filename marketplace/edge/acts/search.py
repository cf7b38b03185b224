"""A search, as pages and API ask for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from cryptography.fernet import InvalidToken
from flask import current_app
from sqlalchemy.orm import Session

from marketplace.accounts.rules.closures import Notice
from marketplace.catalog.rules.places import not_among
from marketplace.edge.acts import closing
from marketplace.edge.acts.looking import Prefer, check_filters, destinations, no_preference
from marketplace.edge.door import vault
from marketplace.edge.identity import reading_company
from marketplace.edge.requests.search import Search
from marketplace.kernel import clock
from marketplace.kernel.db import reading
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


def search(asked: Search, prefer: Prefer = no_preference) -> Searched:
    """Find what fits; a broken index is answered for by the database, and its rebuild asked for.

    ``prefer`` chooses the city where none is asked for.
    """
    session, now = reading(), clock.now()
    check_filters(session, category=asked.category, origin=asked.origin, basis=asked.basis)
    places = destinations(session)
    to = _place(places, asked.to) if asked.to else prefer(places)
    answer = _find(session, asked, to)
    if answer.is_degraded:
        flows.ask_for_rebuild(now=now)
    closed = closing.notices(session, (row.card for row in answer.page.items), now=now)
    return Searched(answer, to, places, closed)


def _find(session: Session, asked: Search, to: str | None) -> Found:
    viewer = reading_company()
    is_own_order = asked.sort is Sort.PRICE and viewer is not None
    wish = Wish(
        q=asked.q,
        to=to,
        quantity=asked.quantity,
        sort=asked.sort or Sort.RELEVANCE,
        cursor=_opened(asked.cursor, viewer) if asked.cursor and is_own_order else asked.cursor,
        filters=chosen(asked),
        viewer=viewer,
    )
    answer = found.find(session, index=current_app.extensions["city.search"], wish=wish, now=clock.now())
    if is_own_order and answer.page.next:
        answer = replace(answer, page=replace(answer.page, next=vault().seal(f"{viewer} {answer.page.next}")))
    return answer


def _opened(cursor: str, viewer: UUID | None) -> str:
    """Return the place in a reader's own order by price; one of another reader is as unknown as a made-up one.

    It names the price of the last goods shown, and where that is the reader's own, nobody else may learn it - be it
    by reading a link that was passed on, or by where his own list goes on behind it.
    """
    try:
        company, _, place = vault().unseal(cursor).partition(" ")
    except (InvalidToken, UnicodeError):
        company, place = "", ""
    if company != str(viewer):
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before")
    return place


def chosen(asked: Search) -> dict[str, str]:
    """Return the filters that are set."""
    return {name: value for name in FACETS if (value := getattr(asked, name))}


def _place(places: tuple[PlaceRow, ...], text: str) -> str:
    """Return the code of a place that is named by its code or by its name in any language."""
    wanted = fold(text)
    for place in places:
        if wanted in {fold(name) for name in (place.code, place.name, *place.names.values())}:
            return place.code
    raise not_among("to", "destination", places)
