"""Read from where listings are sold, and what goods in centres are called."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing
from marketplace.catalog.rules import said
from marketplace.catalog.rules.states import ListingState
from marketplace.distribution.centres.models import CentreOffer
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.editions import kept_each
from marketplace.logistics.centres.models import Centre, CentreLot
from marketplace.logistics.centres.rules.lots import Status
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

# As many as a list to choose from holds.
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Named:
    """What goods in a centre are called by their merchant."""

    sku: str
    titles: dict[str, str]
    source_locale: str


@dataclass(frozen=True, slots=True)
class Sold:
    """That units of a listing are sold from a centre, and how many nobody was promised."""

    listing_id: UUID
    centre_id: UUID
    place: PlaceRow
    status: Status
    currency: str
    incoterm: str
    left: int


def sold_from(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, tuple[Sold, ...]]:
    """Return from which centres listings are sold, those with units left alone, by listing.

    Which are is kept in the process while nothing changes: a cart without such goods asks nothing.
    """
    some = kept_each("centre_offers", list(listing_ids), lambda keys: _offered(session, keys))
    if not some:
        return {}
    found: dict[UUID, list[Sold]] = {}
    for row in _sold(session, session.execute(_OFFERS.where(CentreOffer.listing_id.in_(some), _LEFT > 0)).all()):
        found.setdefault(row.listing_id, []).append(row)
    return {key: tuple(sold) for key, sold in found.items()}


def _offered(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, bool]:
    if not listing_ids:
        return {}
    found = sa.select(CentreOffer.listing_id).where(CentreOffer.listing_id.in_(listing_ids)).distinct()
    return dict.fromkeys(session.scalars(found), True)


def offers_of(session: Session, *, company_id: UUID) -> tuple[Sold, ...]:
    """Return from where a merchant's listings are sold, also where nothing is left."""
    mine = _OFFERS.join(Listing, Listing.id == CentreOffer.listing_id).where(Listing.company_id == company_id)
    return tuple(_sold(session, session.execute(mine).all()))


def names(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, Named]:
    """Return what listings are called, also those that are sold no more."""
    wanted = sa.select(Listing.id, Listing.sku, Listing.titles, Listing.source_locale)
    rows = session.execute(wanted.where(Listing.id.in_(listing_ids)))
    return {row.id: Named(row.sku, row.titles, row.source_locale) for row in rows}


def live_names(session: Session, *, company_id: UUID) -> dict[UUID, Named]:
    """Return what a merchant's listings on sale are called, by their article number."""
    wanted = sa.select(Listing.id, Listing.sku, Listing.titles, Listing.source_locale)
    mine = wanted.where(Listing.company_id == company_id, Listing.state == ListingState.LIVE).order_by(Listing.sku)
    return {row.id: Named(row.sku, row.titles, row.source_locale) for row in session.execute(mine.limit(_MOST))}


def breaches(session: Session) -> list[Breach]:
    """Return lots of listings that are another company's, and listings that carry another number of centres."""
    offered: dict[UUID, int] = {row.listing_id: row.centres for row in session.execute(_OFFERED)}
    return _PROMISES.breaches(session) + [
        Breach("3 stock", "listing", row.id, "is not sold from as many centres as its card says")
        for row in session.execute(_CARRIED)
        if said.read(row.said).centres != offered.get(row.id, 0)
    ]


def _foreign() -> sa.Select[UUID]:
    return (
        sa.select(CentreLot.id)
        .outerjoin(Listing, Listing.id == CentreLot.listing_id)
        .where(sa.or_(Listing.id.is_(None), Listing.company_id != CentreLot.company_id))
    )


_PROMISES: Final = Promises("3 stock", Promise("lot", "the listing is not its owner's", _foreign))
_OFFERED: Final = sa.select(CentreOffer.listing_id, sa.func.count().label("centres")).group_by(CentreOffer.listing_id)
_CARRIED: Final = sa.select(Listing.id, Listing.said)


_LEFT = (
    sa.select(sa.func.coalesce(sa.func.sum(CentreLot.on_hand - CentreLot.promised), 0))
    .where(
        CentreLot.listing_id == CentreOffer.listing_id,
        CentreLot.centre_id == CentreOffer.centre_id,
        CentreLot.status == CentreOffer.status,
    )
    .scalar_subquery()
)
_OFFERS: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        CentreOffer.listing_id,
        CentreOffer.centre_id,
        Centre.place_code,
        CentreOffer.status,
        CentreOffer.currency,
        CentreOffer.incoterm,
        _LEFT.label("units"),
    )
    .join(Centre, Centre.id == CentreOffer.centre_id)
    .order_by(CentreOffer.listing_id, Centre.place_code)
)


def _sold(session: Session, rows: Collection[Any]) -> list[Sold]:
    places = {place.code: place for place in reference.places(session)} if rows else {}
    return [
        Sold(
            row.listing_id,
            row.centre_id,
            places[row.place_code],
            row.status,
            row.currency,
            row.incoterm,
            int(row.units),
        )
        for row in rows
    ]
