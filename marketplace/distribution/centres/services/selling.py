"""Sell a listing from a centre, and promise its units to order lines."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.queries import shelf
from marketplace.catalog.services import said
from marketplace.distribution.centres.models import CentreOffer
from marketplace.distribution.centres.rules import Basis, Sale, check_sale
from marketplace.distribution.centres.services.announcing import is_own, own_listing
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.logistics.centres.queries.centres import centre
from marketplace.logistics.centres.rules.lots import Status
from marketplace.logistics.centres.services import promising
from marketplace.reference import queries as reference
from marketplace.reference.rules import CURRENCIES


def offer(session: Session, *, actor: Actor, listing_id: UUID, centre_id: UUID, status: Status, now: datetime) -> None:
    """Sell the actor's own live listing from a centre under one status; again replaces what was said of that centre.

    Refused in words that name what is accepted: ``seller`` and ``currency`` for free goods, ``basis`` for bonded ones;
    ``listing`` for one that is not live.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    own_listing(session, actor, listing_id)
    basis = allowed(session, actor=actor, listing_id=listing_id, centre_id=centre_id, status=status, now=now)
    row = session.get(CentreOffer, (listing_id, centre_id), with_for_update=True)
    if row is None:
        row = CentreOffer(listing_id=listing_id, centre_id=centre_id)
        session.add(row)
    row.status, row.currency, row.incoterm, row.offered_at = status, basis.currency, basis.incoterm, now
    session.flush()
    _tell(session, listing_id)
    _audit(session, actor, "offered", listing_id, centre_id, now, status=status)


def end(session: Session, *, actor: Actor, listing_id: UUID, centre_id: UUID, now: datetime) -> None:
    """Sell the actor's own listing from a centre no more; again changes nothing, NotFound for another's listing."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    if not is_own(session, actor, listing_id):
        raise NotFound("listing")
    row = session.get(CentreOffer, (listing_id, centre_id))
    if row is None:
        return
    session.delete(row)
    session.flush()
    _tell(session, listing_id)
    _audit(session, actor, "ended", listing_id, centre_id, now)


def allowed(
    session: Session, *, actor: Actor, listing_id: UUID, centre_id: UUID, status: Status, now: datetime
) -> Basis:
    """Return the price that a listing is sold on from a centre, or refuse it as the rule says."""
    there = centre(session, centre_id=centre_id)
    found = shelf.offers(session, listing_ids=[listing_id], viewer=actor.company, now=now).get(listing_id)
    if found is None:
        raise Refused.field("listing", "not_live", "a listing that is live")
    places = {place.code: place.country for place in reference.places(session)}
    country = there.place.country
    return check_sale(
        Sale(
            status,
            country,
            CURRENCIES.get(country, ""),
            accounts.get_company(session, company_id=actor.company).country,
            tuple(
                Basis(ladder.currency, ladder.incoterm, places[ladder.place_code])
                for ladder in found.ladders
                if ladder.place_code in places
            ),
        )
    )


def promise(
    session: Session,
    *,
    actor: Actor,
    line_id: UUID,
    listing_id: UUID,
    centre_id: UUID,
    status: Status,
    quantity: int,
    now: datetime,
) -> list[tuple[UUID, int]]:
    """Promise units in a centre to an order line and return how many of which lots.

    Bonded and free ones are never mixed, and what must leave bond first goes first. Conflict ``lots_short`` naming what
    is left, ``not_sold_there`` once the listing is not sold from there under this status; nothing is promised then.
    """
    there = centre(session, centre_id=centre_id)
    offered = session.get(CentreOffer, (listing_id, centre_id), populate_existing=True)
    if offered is None or offered.status is not status:
        raise Conflict("not_sold_there", place=there.place.code)
    return promising.promise(
        session,
        actor=actor,
        subject_id=line_id,
        listing_id=listing_id,
        centre_id=centre_id,
        status=status,
        quantity=quantity,
        today=there.today(now),
        now=now,
    )


def _tell(session: Session, listing_id: UUID) -> None:
    """Let the card of a listing carry from how many centres it is sold: a shelf asks no more of the others."""
    count = sa.select(sa.func.count()).select_from(CentreOffer).where(CentreOffer.listing_id == listing_id)
    said.lie(session, listing_id=listing_id, count=lambda reads: reads.scalar(count) or 0)


def _audit(
    session: Session, actor: Actor, what: str, listing_id: UUID, centre_id: UUID, now: datetime, **facts: str
) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"centre_offer.{what}",
        subject="listing",
        subject_id=listing_id,
        facts={"centre": centre_id, **facts},
        now=now,
    )
