"""Make lists of goods, fill and empty them; what somebody else's list holds is never touched."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.pricing import basis_among, check_quantity, least_quantity, price_at
from marketplace.catalog.rules.texts import in_language, language_of
from marketplace.exchange.models.lists import SavedItem, SavedList
from marketplace.exchange.rules import lists as rules
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.ids import new_id


def create(session: Session, *, actor: Actor, name: str, is_shared: bool, now: datetime) -> UUID:
    """Make a list for the actor, shared with his company or his alone; Refused ``name``, Conflict ``lists_full``."""
    actor.must(Permission.TRADE_CART_EDIT)
    text = rules.check_name(name)
    companies.take_turn(session, company_id=actor.company)
    mine = sa.and_(SavedList.company_id == actor.company, SavedList.person_id == actor.person)
    if (session.scalar(sa.select(sa.func.count()).where(mine)) or 0) >= rules.MOST_LISTS:
        raise Conflict("lists_full", most=rules.MOST_LISTS)
    made = SavedList(
        id=new_id(),
        company_id=actor.company,
        person_id=actor.person,
        name=text,
        is_shared=is_shared,
        created_at=now,
        changed_at=now,
    )
    session.add(made)
    session.flush()
    _audit(session, actor, "list.created", made.id, now, shared=is_shared)
    return made.id


def change(
    session: Session, *, actor: Actor, list_id: UUID, name: str | None, is_shared: bool | None, now: datetime
) -> None:
    """Call a list otherwise, or share it or no longer; NotAllowed ``not_your_list`` for a colleague's."""
    found = _owned(session, actor, list_id)
    if name is not None:
        found.name = rules.check_name(name)
    if is_shared is not None:
        found.is_shared = is_shared
    found.changed_at = now
    session.flush()
    _audit(session, actor, "list.changed", list_id, now, shared=found.is_shared)


def remove(session: Session, *, actor: Actor, list_id: UUID, now: datetime) -> None:
    """Throw a list away with what is on it; NotAllowed ``not_your_list`` for a colleague's."""
    found = _owned(session, actor, list_id)
    session.execute(sa.delete(SavedItem).where(SavedItem.list_id == list_id))
    session.delete(found)
    session.flush()
    _audit(session, actor, "list.removed", list_id, now)


def put(
    session: Session,
    *,
    actor: Actor,
    list_id: UUID,
    listing_id: UUID,
    quantity: int | None = None,
    note: str = "",
    currency: str | None = None,
    incoterm: str | None = None,
    place: str | None = None,
    language: str = "en",
    now: datetime,
) -> None:
    """Set goods of a list: how many (the least that is sold by default), a note, and the price as it is now.

    Goods whose price the company may not read are kept on their leading basis without one. Refused ``quantity``
    naming both neighbours that are sold, ``price_basis`` naming those there are, ``note``; NotFound for a list that
    is not the actor's to see and for goods that are not live, Conflict ``list_full``.
    """
    found = _visible(session, actor, list_id)
    row = shelf.listing(session, listing_id=listing_id, viewer=actor.company, now=now)
    offer = row.offer
    units = least_quantity(offer.moq, offer.multiple) if quantity is None else quantity
    check_quantity(units, moq=offer.moq, multiple=offer.multiple)
    bases = tuple(ladder.basis for ladder in offer.ladders) or (row.basis,)
    basis = basis_among(bases, currency=currency, incoterm=incoterm, place=place)
    ladder = rules.on_basis(offer, basis)
    item = session.get(SavedItem, (list_id, listing_id), populate_existing=True)
    if item is None:
        _check_room(session, list_id)
        item = SavedItem(list_id=list_id, listing_id=listing_id)
        session.add(item)
    item.quantity, item.note = units, rules.check_note(note)
    item.title = in_language(offer.titles, language, offer.source_locale)
    item.language = language_of(offer.titles, language, offer.source_locale)
    item.unit = offer.unit
    item.currency, item.incoterm, item.place_code = basis
    item.price_micro = price_at(ladder, units).micro if ladder else None
    item.saved_by, item.saved_at = actor.person, now
    found.changed_at = now
    session.flush()


def take_off(session: Session, *, actor: Actor, list_id: UUID, listing_id: UUID, now: datetime) -> None:
    """Take goods off a list; NotFound when they are not on it."""
    found = _visible(session, actor, list_id)
    item = session.get(SavedItem, (list_id, listing_id), populate_existing=True)
    if item is None:
        raise NotFound("listing")
    session.delete(item)
    found.changed_at = now
    session.flush()


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Throw away the lists that were the person's alone; what colleagues share stays without that person's notes."""
    own = sa.and_(SavedList.person_id == event.person_id, sa.not_(SavedList.is_shared))
    session.execute(
        sa.delete(SavedItem).where(SavedItem.list_id.in_(sa.select(SavedList.id).where(own))),
        execution_options={"synchronize_session": False},
    )
    session.execute(sa.delete(SavedList).where(own))
    session.execute(sa.update(SavedItem).where(SavedItem.saved_by == event.person_id).values(note=""))


def _visible(session: Session, actor: Actor, list_id: UUID) -> SavedList:
    """Return a list that the actor may fill, locked: whoever changes its lines takes this lock first."""
    actor.must(Permission.TRADE_CART_EDIT)
    mine = sa.or_(SavedList.is_shared, SavedList.person_id == actor.person)
    wanted = sa.select(SavedList).where(SavedList.id == list_id, SavedList.company_id == actor.company, mine)
    found = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("saved_list")
    return found


def _owned(session: Session, actor: Actor, list_id: UUID) -> SavedList:
    """Return a list that the actor made; a shared one of a colleague is also the leaders' to change."""
    found = _visible(session, actor, list_id)
    if found.person_id != actor.person and not actor.may(Permission.COMPANY_MEMBERS_EDIT):
        raise NotAllowed("not_your_list")
    return found


def _check_room(session: Session, list_id: UUID) -> None:
    count = session.scalar(sa.select(sa.func.count()).where(SavedItem.list_id == list_id)) or 0
    if count >= rules.MOST_ITEMS:
        raise Conflict("list_full", most=rules.MOST_ITEMS)


def _audit(session: Session, actor: Actor, action: str, list_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="saved_list", subject_id=list_id, facts=facts, now=now)
