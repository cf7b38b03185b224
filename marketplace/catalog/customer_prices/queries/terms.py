"""What a company reads of prices: asked for listings that something names it for, never for what names others.

A buyer's company is looked for in the rows that name it or one of its groups; nothing that another company may read,
or buys at, comes into these answers.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.customer_prices.models import (
    Audience,
    CustomerGroupMember,
    PriceList,
    PriceListEntry,
)
from marketplace.catalog.customer_prices.rules.terms import HIDDEN, OPEN, Own, Terms, as_text, winning
from marketplace.catalog.rules.pricing import Ladder, Tier
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.money import UnitPrice
from marketplace.merchants.queries import levels
from marketplace.reference.models import Place

_NOW: Final = sa.bindparam("now", type_=UtcDateTime())
_VIEWER: Final = sa.bindparam("viewer", type_=sa.Uuid())


class Asked(NamedTuple):
    """A listing whose prices are read: whose it is, who may read them, and whether a price list names the reader."""

    listing_id: UUID
    merchant_id: UUID
    visibility: str
    has_own: bool


def _names_viewer() -> sa.ColumnElement[bool]:
    groups = sa.select(CustomerGroupMember.group_id).where(CustomerGroupMember.company_id == _VIEWER)
    return sa.or_(Audience.company_id == _VIEWER, Audience.group_id.in_(groups))


def _valid() -> sa.ColumnElement[bool]:
    return sa.and_(PriceList.valid_from <= _NOW, sa.or_(PriceList.valid_until.is_(None), PriceList.valid_until > _NOW))


def has_own(listing_id: Any, incoterm: Any = None) -> sa.ColumnElement[bool]:
    """Tell in a query whether ``:viewer`` has a price of its own (by this rule) for a listing at ``:now``."""
    also = () if incoterm is None else (PriceList.incoterm == incoterm,)
    return (
        sa.select(sa.literal(1))
        .select_from(PriceListEntry)
        .join(PriceList, PriceList.id == PriceListEntry.list_id)
        .join(Audience, Audience.subject == PriceList.id)
        .where(PriceListEntry.listing_id == listing_id, _valid(), _names_viewer(), *also)
        .exists()
    )


# Named directly before named by a group, what begins later before what began earlier: the last word wins.
_OWN: Final = (
    sa.select(
        PriceListEntry.listing_id,
        PriceList.currency,
        PriceList.incoterm,
        PriceList.place_code,
        PriceListEntry.tiers,
        PriceList.valid_until,
        Place.name,
        Place.names,
    )
    .select_from(PriceListEntry)
    .join(PriceList, PriceList.id == PriceListEntry.list_id)
    .join(Place, Place.code == PriceList.place_code)
    .join(Audience, Audience.subject == PriceList.id)
    .where(PriceListEntry.listing_id.in_(sa.bindparam("ids", expanding=True)), _valid(), _names_viewer())
    .order_by(
        PriceListEntry.listing_id, Audience.company_id.is_(None), PriceList.valid_from.desc(), PriceList.id.desc()
    )
)
_NAMED: Final = sa.select(Audience.subject).where(
    Audience.subject.in_(sa.bindparam("ids", expanding=True)), _names_viewer()
)


def terms_of(session: Session, *, viewer: UUID | None, asked: Collection[Asked], now: datetime) -> dict[UUID, Terms]:
    """Return what a company (None: a stranger) reads of each listing's prices.

    No query while all are public and none is the company's own; else one for each kind of answer that is needed.
    """
    if viewer is None:
        return {each.listing_id: OPEN if each.visibility == Visibility.PUBLIC else HIDDEN for each in asked}
    own = own_of(session, viewer=viewer, listing_ids=[each.listing_id for each in asked if each.has_own], now=now)
    hidden = [each for each in asked if each.visibility != Visibility.PUBLIC and each.merchant_id != viewer]
    seen = _seen(session, viewer, hidden, now) if hidden else frozenset[UUID]()
    unseen = {each.listing_id for each in hidden} - seen
    return {
        each.listing_id: Terms(each.listing_id not in unseen, as_text(own.get(each.listing_id, ())))
        if each.listing_id in own or each.listing_id in unseen
        else OPEN
        for each in asked
    }


def own_of(
    session: Session, *, viewer: UUID, listing_ids: Collection[UUID], now: datetime
) -> dict[UUID, tuple[Own, ...]]:
    """Return a company's own prices by listing, one for each basis, in the order in which they win."""
    if not listing_ids:
        return {}
    found: dict[UUID, list[Own]] = {}
    for row in session.execute(_OWN, {"viewer": viewer, "ids": list(listing_ids), "now": now}):
        tiers = tuple(Tier(quantity, UnitPrice(micro, row.currency)) for quantity, micro in row.tiers)
        ladder = Ladder(row.currency, row.incoterm, row.place_code, tiers)
        found.setdefault(row.listing_id, []).append(Own(ladder, {**row.names, "en": row.name}, row.valid_until))
    return {listing_id: winning(each) for listing_id, each in found.items()}


def _seen(session: Session, viewer: UUID, hidden: Collection[Asked], now: datetime) -> frozenset[UUID]:
    """Return those of the listings whose prices are not public that the company reads all the same."""
    verified = {each.listing_id for each in hidden if each.visibility == Visibility.VERIFIED}
    seen: set[UUID] = set()
    if verified and levels.is_verified_buyer(session, company_id=viewer, now=now):
        seen.update(verified)
    asked = [each for each in hidden if each.listing_id not in seen]
    if asked:
        subjects = list({subject for each in asked for subject in (each.listing_id, each.merchant_id)})
        naming = set(session.scalars(_NAMED, {"viewer": viewer, "ids": subjects}))
        # Whoever asked for a price that is for verified buyers, and was shown it, is named for that listing.
        seen.update(
            each.listing_id
            for each in asked
            if each.listing_id in naming or (each.merchant_id in naming and each.listing_id not in verified)
        )
    return frozenset(seen)
