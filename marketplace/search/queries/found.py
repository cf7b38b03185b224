"""What fits a query: the index says what, the database says what is live, counts it, sorts it and shows it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.closures import read
from marketplace.catalog.customer_prices.queries import terms as price_terms
from marketplace.catalog.customer_prices.queries.terms import Asked, has_own
from marketplace.catalog.customer_prices.rules.terms import Terms
from marketplace.catalog.models import ListingCard
from marketplace.catalog.queries import shelf as catalog
from marketplace.catalog.rules.details.parts import as_part_number
from marketplace.catalog.rules.rows import CardRow
from marketplace.customs import queries as customs
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.logistics.queries.options import OptionRow
from marketplace.orders.rules.incoterms import is_included
from marketplace.reference import queries as reference
from marketplace.search.index import IndexBroken, SearchIndex
from marketplace.search.models import SearchEntry, SearchPrice
from marketplace.search.queries import deliveries
from marketplace.search.queries.deliveries import Origin
from marketplace.search.queries.own_prices import Compared, compared
from marketplace.search.rules.documents import MOST_HITS, Answer, Hit
from marketplace.search.rules.merchants import NAMED, names_merchant
from marketplace.search.rules.text import fold
from marketplace.search.rules.tokens import Term, terms_of

PAGE: Final = 24
# Listings whose price has no rate stand after all others.
_LAST: Final = 2**62


class Sort(StrEnum):
    """What comes first."""

    RELEVANCE = "relevance"
    PRICE = "price"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: words, a place by its code, a quantity for price and freight, filters by facet, an order.

    ``viewer`` is the company that asks, None for a stranger: prices are those it may read.
    """

    q: str
    to: str | None = None
    quantity: int | None = None
    sort: Sort = Sort.RELEVANCE
    cursor: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict[str, str])
    viewer: UUID | None = None


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A live listing that fits; ``delivery`` is the first departure that takes it, None without one, and where
    the country ``banned_in`` where it would go lets nobody bring it in.

    It goes to where the price of the card brings the goods, which then contains the freight.
    """

    card: CardRow
    delivery: OptionRow | None
    banned_in: str | None = None

    @property
    def is_freight_included(self) -> bool:
        """Whether the price contains the carriage."""
        return is_included(self.card.incoterm)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what fits, how many fit, and the counts of each facet over all that fit.

    ``is_partial``: nothing has every word. ``is_degraded``: the index was not readable.
    """

    page: Page[FoundRow]
    total: int
    is_more: bool
    facets: Mapping[str, Mapping[str, int]]
    is_partial: bool
    is_degraded: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    listing_id: UUID
    rank: int
    price: int
    origin: Origin
    facets: Mapping[str, tuple[str, ...]]


_PLACE: Final = re.compile("[0-9a-f]{32}")  # as ``_key`` writes it
FACETS: Final = ("category", "origin", "basis", "currency")


def find(session: Session, *, index: SearchIndex, wish: Wish, now: datetime, size: int = PAGE) -> Found:
    """Return a page of live listings that fit the wish, in a constant number of queries.

    No words is everything that is live, newest first. Without a place the order by arrival is by relevance.
    """
    answer, is_degraded = _ask(session, index, wish.q)
    candidates = _candidates(session, answer.hits, wish, now)
    fitting = [each for each in candidates if _passes(each, wish.filters)]
    arrivals: dict[Origin, datetime] = {}
    if wish.to and wish.sort is Sort.ARRIVAL:
        origins = {each.origin for each in fitting}
        arrivals = deliveries.arrivals(session, origins=origins, to=wish.to, now=now)
    page = _page(fitting, wish, arrivals, size)
    rows = _rows(session, page.items, wish, now)
    return Found(
        page=Page(rows, page.next),
        total=len(fitting),
        is_more=len(answer.hits) >= MOST_HITS,
        facets=_facets(candidates, wish.filters),
        is_partial=answer.is_partial and bool(rows),
        is_degraded=is_degraded,
    )


def _page(
    fitting: Sequence[_Candidate], wish: Wish, arrivals: Mapping[Origin, datetime], size: int
) -> Page[_Candidate]:
    keyed = sorted(((_key(each, wish.sort, arrivals), each) for each in fitting), key=itemgetter(0))
    if wish.cursor:
        last = decode_cursor(wish.cursor, int, str)
        if not _PLACE.fullmatch(last[1]):
            raise Refused.field("cursor", "cursor", "the value of `next` of the page before")
        keyed = [(key, each) for key, each in keyed if key > last]
    page = page_of(keyed[: size + 1], size, itemgetter(0))
    return page.map(itemgetter(1))


def _rows(session: Session, page: Sequence[_Candidate], wish: Wish, now: datetime) -> tuple[FoundRow, ...]:
    """Return the cards of what is live at this moment: the database has the last word."""
    cards = catalog.cards(session, listing_ids=[each.listing_id for each in page], viewer=wish.viewer)
    origins = {each.listing_id: each.origin for each in page if each.listing_id in cards}
    taken: dict[UUID, OptionRow] = {}
    barred: dict[UUID, str] = {}
    if wish.to and origins:
        found = {listing_id: cards[listing_id] for listing_id in origins}
        taken = deliveries.deliveries(
            session, cards=found, origins=origins, quantity=wish.quantity, to=wish.to, now=now
        )
        barred = _barred(session, found, wish.to, now)
        taken = {listing_id: lorry for listing_id, lorry in taken.items() if listing_id not in barred}
    return tuple(FoundRow(cards[each], taken.get(each), barred.get(each)) for each in origins)


def _barred(session: Session, cards: Mapping[UUID, CardRow], to: str, now: datetime) -> dict[UUID, str]:
    """Return those of these listings that the country where they would go lets nobody bring in, with the country."""
    codes = catalog.hs_codes(session, listing_ids=cards.keys())
    countries = {place.code: place.country for place in reference.places(session)}
    goes_to = {key: card.place_code if is_included(card.incoterm) else to for key, card in cards.items()}
    goods = {key: (countries[goes_to[key]], code) for key, code in codes.items() if goes_to[key] in countries}
    return {key: goods[key][0] for key in customs.banned(session, goods=goods, day=now.date())}


def _ask(session: Session, index: SearchIndex, q: str) -> tuple[Answer, bool]:
    terms = terms_of(q)
    if not terms:
        # Words without a letter or figure name nothing; no words at all ask for everything.
        return Answer(_newest(session) if not q.strip() else ()), False
    try:
        answer = index.find(terms, limit=MOST_HITS)
        if (answer.is_partial or not answer.hits) and (number := as_part_number(q)):
            # Written apart as nobody wrote it before: a part number is kept in one piece as well.
            whole = index.find(terms_of(number), limit=MOST_HITS)
            answer = whole if whole.hits and not whole.is_partial else answer
    except IndexBroken:
        return _by_text(session, terms), True
    return answer, False


def _newest(session: Session) -> tuple[Hit, ...]:
    ids = session.scalars(
        sa.select(SearchEntry.listing_id).order_by(SearchEntry.listing_id.desc()).limit(MOST_HITS)
    ).all()
    return tuple(Hit(listing_id, 0.0) for listing_id in ids)


def _by_text(session: Session, terms: Sequence[Term]) -> Answer:
    """Find by plain text what the index would have found: slower, unranked, and always there."""
    query = sa.select(SearchEntry.listing_id)
    for term in terms:
        for word in term.words:
            query = query.where(SearchEntry.text.contains(word, autoescape=True))
    ids = session.scalars(query.order_by(SearchEntry.listing_id.desc()).limit(MOST_HITS)).all()
    return Answer(tuple(Hit(listing_id, 0.0) for listing_id in ids))


def _candidates(session: Session, hits: Sequence[Hit], wish: Wish, now: datetime) -> list[_Candidate]:
    """Return the hits that are live with what is counted and sorted by, in one narrow query.

    Goods of a merchant who is named stand before all others. Where prices are not for everybody, or the reader has
    its own, they are asked for besides.
    """
    if not hits:
        return []
    quantity, words = wish.quantity, fold(wish.q).strip()
    price = sa.select(sa.func.min(SearchPrice.usd_micro)).where(SearchPrice.listing_id == SearchEntry.listing_id)
    if quantity is not None:
        price = price.where(SearchPrice.from_quantity <= quantity)
    ranks = {hit.listing_id: hit.rank for hit in hits}
    rows = session.execute(
        sa.select(
            SearchEntry.listing_id,
            SearchEntry.category,
            SearchEntry.origin,
            SearchEntry.hub_code,
            SearchEntry.lead_days,
            SearchEntry.bases,
            SearchEntry.currencies,
            Company.name.label("merchant"),
            Company.country,
            sa.cast(Company.own_closures, sa.Text).label("closures"),
            ListingCard.company_id,
            ListingCard.visibility,
            (has_own(SearchEntry.listing_id) if wish.viewer else sa.false()).label("has_own"),
            price.correlate(SearchEntry).scalar_subquery().label("price"),
        )
        .join(ListingCard, ListingCard.listing_id == SearchEntry.listing_id)
        .join(Company, Company.id == ListingCard.company_id)
        .where(SearchEntry.listing_id.in_(list(ranks))),
        {"viewer": wish.viewer, "now": now} if wish.viewer else {},
    ).all()
    asked = [Asked(row.listing_id, row.company_id, row.visibility, row.has_own) for row in rows]
    terms = price_terms.terms_of(session, viewer=wish.viewer, asked=asked, now=now)
    own: Mapping[UUID, Compared] = {}
    if wish.viewer is not None:
        mine = [each.listing_id for each in asked if each.has_own]
        own = compared(session, listing_ids=mine, viewer=wish.viewer, quantity=quantity, now=now)
    return [
        _candidate(
            row,
            ranks[row.listing_id] + (NAMED if words and names_merchant(words, row.merchant) else 0),
            own.get(row.listing_id) or _listed(row, terms[row.listing_id]),
        )
        for row in rows
    ]


def _listed(row: Any, terms: Terms) -> Compared:
    bases, currencies = (tuple(text.strip("|").split("|")) for text in (row.bases, row.currencies))
    return Compared(row.price if terms.sees else None, bases, currencies)


def _candidate(row: Any, rank: int, prices: Compared) -> _Candidate:
    return _Candidate(
        listing_id=row.listing_id,
        rank=rank,
        price=_LAST if prices.usd_micro is None else prices.usd_micro,
        origin=Origin(row.hub_code, row.lead_days, row.country, read(row.closures)),
        facets={
            "category": (row.category,),
            "origin": (row.origin,),
            "basis": prices.bases,
            "currency": prices.currencies,
        },
    )


def _passes(candidate: _Candidate, filters: Mapping[str, str], *, but: str = "") -> bool:
    return all(value in candidate.facets[name] for name, value in filters.items() if name != but)


def _facets(candidates: Sequence[_Candidate], filters: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Count each facet over what passes the other filters, so that every count is what choosing it would show."""
    counts: dict[str, dict[str, int]] = {}
    for name in FACETS:
        counter = Counter(
            value
            for candidate in candidates
            if _passes(candidate, filters, but=name)
            for value in candidate.facets[name]
        )
        counts[name] = dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
    return counts


def _key(candidate: _Candidate, sort: Sort, arrivals: Mapping[Origin, datetime]) -> tuple[int, str]:
    """Return the place in the order; the newer of equals first."""
    newest_first = f"{(1 << 128) - 1 - candidate.listing_id.int:032x}"
    if sort is Sort.PRICE:
        return candidate.price, newest_first
    if sort is Sort.ARRIVAL and arrivals:
        arrives_at = arrivals.get(candidate.origin)
        return (int(arrives_at.timestamp()) if arrives_at else _LAST), newest_first
    return -candidate.rank, newest_first
