"""Announce goods of a listing to a centre, perhaps those of a consignment that a lorry brings."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.models import Listing
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.logistics.centres.rules.proofs import Proof
from marketplace.logistics.centres.services import arriving, leaving, releasing
from marketplace.logistics.centres.services.arriving import Announced
from marketplace.logistics.models.cargo import Consignment
from marketplace.logistics.models.departures import Booking


def announce(
    session: Session,
    *,
    actor: Actor,
    centre_id: UUID,
    listing_id: UUID,
    quantity: int,
    house_waybill: str | None,
    broker_id: UUID | None,
    now: datetime,
) -> UUID:
    """Announce units of the actor's own listing to a centre and return the announcement's id.

    Refused ``listing`` for another's, ``house_waybill`` for a consignment that the company neither sends nor gets,
    ``broker`` for a company that is none.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    listing = own_listing(session, actor, listing_id)
    consignment_id = None if house_waybill is None else _consignment(session, actor, house_waybill)
    if broker_id is not None:
        leaving.check_broker(session, broker_id)
    units = listing.carton_units
    gross = listing.carton_gross_g
    goods = Announced(
        listing_id,
        listing.unit,
        quantity,
        grams=None if not units or not gross else max(1, gross // units),
        consignment_id=consignment_id,
        broker_id=broker_id,
    )
    return arriving.announce(session, actor=actor, centre_id=centre_id, goods=goods, now=now)


def show_proof(session: Session, *, actor: Actor, listing_id: UUID, proof: Proof, now: datetime) -> UUID:
    """Enter an origin proof for the actor's own listing and return its id; Refused ``listing`` for another's."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    own_listing(session, actor, listing_id)
    return releasing.show_proof(session, actor=actor, listing_id=listing_id, proof=proof, now=now)


def is_own(session: Session, actor: Actor, listing_id: UUID) -> bool:
    """Tell whether a listing is of the actor's company."""
    row = session.get(Listing, listing_id)
    return row is not None and row.company_id == actor.company


def own_listing(session: Session, actor: Actor, listing_id: UUID) -> Listing:
    """Return a listing of the actor's company; Refused ``listing`` for every other."""
    row = session.get(Listing, listing_id)
    if row is None or row.company_id != actor.company:
        raise Refused.field("listing", "unknown", "a listing of your company")
    return row


def _consignment(session: Session, actor: Actor, house_waybill: str) -> UUID:
    found = session.scalars(
        sa.select(Consignment.id)
        .join(Booking, Booking.id == Consignment.booking_id)
        .where(
            Consignment.house_waybill == house_waybill,
            sa.or_(Booking.shipper_company_id == actor.company, Booking.consignee_company_id == actor.company),
        )
    ).one_or_none()
    if found is None:
        raise Refused.field("house_waybill", "unknown", "a consignment that your company sends or gets")
    return found
