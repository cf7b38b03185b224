"""Who reads the prices of listings: set by their merchant, asked for by whoever may not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import HandedOver
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.catalog.customer_prices.events import PriceAnswered, PriceAsked
from marketplace.catalog.customer_prices.models import PriceRequest
from marketplace.catalog.customer_prices.rules.requests import REQUEST, RequestState
from marketplace.catalog.customer_prices.services import audiences
from marketplace.catalog.customer_prices.services.audiences import Named
from marketplace.catalog.models import Category, Listing, ListingCard
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.pricing import check_quantity
from marketplace.catalog.rules.visibility import Visibility
from marketplace.catalog.services import bulk, listings
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.reference.rules import Setting

_NAMING: Final = frozenset({Visibility.NAMED, Visibility.ON_REQUEST})


def show(
    session: Session, *, listing_id: UUID, visibility: Visibility, named: Named, actor: Actor, now: datetime
) -> None:
    """Let a listing's prices be read by these from now on.

    ``named`` counts for ``named`` and ``on_request`` alone, beside those whom the merchant names for all his prices.
    """
    listing = listings.own(session, actor=actor, listing_id=listing_id)
    audiences.check(session, named=named, actor=actor)
    audiences.replace(session, subject=listing_id, named=named if visibility in _NAMING else Named())
    _set(session, visibility, Listing.id == listing_id)
    _audit(session, actor, "listing.prices_shown", "listing", listing.id, now, visibility=visibility)


def show_each(session: Session, *, visibility: Mapping[UUID, Visibility], actor: Actor, now: datetime) -> None:
    """Let the prices of listings of the actor's company be read so from now on; who is named for them stays named."""
    found = bulk.own_locked(session, actor=actor, listing_ids=visibility)
    for listing in found.values():
        listing.price_visibility = visibility[listing.id]
        if visibility[listing.id] not in _NAMING:
            audiences.replace(session, subject=listing.id, named=Named())
    session.flush()
    for wanted in {visibility[key] for key in found}:
        ids = [key for key in found if visibility[key] is wanted]
        session.execute(
            sa.update(ListingCard).where(ListingCard.listing_id.in_(ids)).values(visibility=wanted),
            execution_options={"synchronize_session": False},
        )
    acts = [Act("listing.prices_shown", key, {"visibility": visibility[key]}) for key in found]
    audit.record_all(session, actor=actor, subject="listing", acts=acts, now=now)


def show_all(session: Session, *, visibility: Visibility, category: str | None, actor: Actor, now: datetime) -> int:
    """Do so with every listing of the actor's company, of a category where one is named; return how many there are.

    Whoever is named for a listing stays so.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    conditions = [Listing.company_id == actor.company]
    if category is not None:
        known = sa.select(Category.id).where(Category.code == category)
        conditions.append(Listing.category_id == known.scalar_subquery())
    count = _set(session, visibility, *conditions)
    facts = {"visibility": visibility, "listings": count}
    _audit(session, actor, "merchant.prices_shown", "company", actor.company, now, **facts)
    return count


def welcome(session: Session, *, named: Named, actor: Actor, now: datetime) -> None:
    """Let these read the prices of every listing of the actor's company that are for those it names."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    audiences.check(session, named=named, actor=actor)
    audiences.add(session, subject=actor.company, named=named)
    _audit(session, actor, "merchant.prices_named", "company", actor.company, now)


def dismiss(session: Session, *, audience_id: UUID, actor: Actor, now: datetime) -> None:
    """Let one of them read them no more; NotFound for unknown and foreign ids alike."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    audiences.remove(session, subject=actor.company, audience_id=audience_id)
    _audit(session, actor, "merchant.prices_unnamed", "company", actor.company, now)


def ask(session: Session, *, listing_id: UUID, quantity: int, actor: Actor, now: datetime) -> UUID:
    """Ask a merchant for the prices of a listing and return the request's id; a second wish is the first one.

    Refused ``quantity`` naming both neighbours, ``listing`` whose prices the actor's company reads already; NotFound.
    """
    actor.must(Permission.TRADE_CART_EDIT)
    offer = shelf.offers(session, listing_ids=[listing_id], viewer=actor.company, now=now).get(listing_id)
    if offer is None:
        raise NotFound("listing")
    if offer.ladders:
        raise Refused.field("listing", "price_shown", "goods whose price is not shown to you")
    check_quantity(quantity, moq=offer.moq, multiple=offer.multiple)
    due_at = accounts.days_of(session, company_id=offer.merchant_id, setting=Setting.PRICE_ANSWER_WORKING_DAYS, now=now)
    made = {
        "id": new_id(),
        "listing_id": listing_id,
        "merchant_id": offer.merchant_id,
        "company_id": actor.company,
        "state": RequestState.OPEN,
        "quantity": quantity,
        "asked_by": actor.person,
        "asked_at": now,
        "due_at": due_at,
        "answered_at": None,
    }
    if not insert_if_new(session, PriceRequest, **made):
        waiting = sa.select(PriceRequest).where(
            PriceRequest.listing_id == listing_id,
            PriceRequest.company_id == actor.company,
            PriceRequest.state == RequestState.OPEN,
        )
        before = session.scalars(waiting.with_for_update()).one_or_none()
        if before is None:
            # Answered at this very moment.
            raise Conflict("price_just_answered", listing=listing_id)
        before.quantity = quantity
        session.flush()
        return before.id
    record(session, PriceAsked(request_id=made["id"], at=now))
    _audit(session, actor, "price_request.asked", "price_request", made["id"], now)
    return made["id"]


def answer(session: Session, *, request_id: UUID, action: str, actor: Actor, now: datetime) -> RequestState:
    """Grant or decline a request to the actor's company; granted, the asker reads the prices from now on.

    Conflict ``state`` once it is answered; NotFound for unknown and foreign ids alike.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    if action not in ("grant", "decline"):
        raise Refused.field("action", "choice", "grant, decline")
    found = _locked(session, PriceRequest.id == request_id, PriceRequest.merchant_id == actor.company)
    _move(session, found, action, actor, now)
    if action == "grant":
        audiences.add(session, subject=found.listing_id, named=Named(companies=(found.company_id,)))
    record(session, PriceAnswered(request_id=found.id, at=now))
    return found.state


def withdraw(session: Session, *, request_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a request of the actor's company back; Conflict ``state`` once it is answered."""
    actor.must(Permission.TRADE_CART_EDIT)
    found = _locked(session, PriceRequest.id == request_id, PriceRequest.company_id == actor.company)
    _move(session, found, "withdraw", actor, now)


def lapse(session: Session, *, request_id: UUID, now: datetime) -> bool:
    """End a request that the merchant let wait too long; tell whether it still waited."""
    found = session.get(PriceRequest, request_id, with_for_update=True)
    if found is None or found.state is not RequestState.OPEN or found.due_at > now:
        return False
    _move(session, found, "lapse", SYSTEM, now)
    record(session, PriceAnswered(request_id=found.id, at=now))
    return True


def _locked(session: Session, *conditions: sa.ColumnElement[bool]) -> PriceRequest:
    query = sa.select(PriceRequest).where(*conditions).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("price_request")
    return found


def on_handed_over(session: Session, event: HandedOver) -> None:
    """Let what a leaver has asked for and nobody answered be the successor's."""
    session.execute(
        sa.update(PriceRequest)
        .where(
            PriceRequest.company_id == event.company_id,
            PriceRequest.asked_by == event.leaver_id,
            PriceRequest.state == RequestState.OPEN,
        )
        .values(asked_by=event.successor_id)
    )


def _move(session: Session, found: PriceRequest, action: str, actor: Actor, now: datetime) -> None:
    found.state = REQUEST.apply(found.state, action)
    found.answered_at = now
    session.flush()
    _audit(session, actor, f"price_request.{action}", "price_request", found.id, now)


def _set(session: Session, visibility: Visibility, *conditions: sa.ColumnElement[bool]) -> int:
    """Set who reads the prices of listings, and of the cards of those that are live; return how many there are.

    Cards are not drawn anew: who reads their prices stands beside what is drawn.
    """
    found = sa.select(Listing.id).where(*conditions)
    count = session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0
    unsynchronized = {"synchronize_session": False}
    session.execute(
        sa.update(Listing).where(*conditions).values(price_visibility=visibility), execution_options=unsynchronized
    )
    session.execute(
        sa.update(ListingCard).where(ListingCard.listing_id.in_(found)).values(visibility=visibility),
        execution_options=unsynchronized,
    )
    session.expire_all()
    return count


def _audit(
    session: Session, actor: Actor, action: str, subject: str, subject_id: UUID, now: datetime, **facts: Any
) -> None:
    audit.record(session, actor=actor, action=action, subject=subject, subject_id=subject_id, facts=facts, now=now)
