"""Make lists of goods, fill and empty them; what somebody else's list holds is never touched."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.pricing import basis_among, check_quantity, least_quantity, price_at
from marketplace.catalog.rules.rows import ListingRow
from marketplace.catalog.rules.texts import in_language, language_of
from marketplace.exchange.models.lists import SavedItem, SavedList
from marketplace.exchange.rules import lists as rules
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.kernel.ids import new_id

_ITEM: Final = cast("sa.Table", SavedItem.__table__)


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


def copy(session: Session, *, actor: Actor, list_id: UUID, name: str, now: datetime) -> UUID:
    """Make a list of the actor's alone with the lines of one that he sees, as they were saved; as ``create``."""
    _visible(session, actor, list_id)
    made = create(session, actor=actor, name=name, is_shared=False, now=now)
    items = _ITEM.select().where(_ITEM.c.list_id == list_id)
    write(session, SavedItem, [{**dict[str, Any](row), "list_id": made} for row in session.execute(items).mappings()])
    return made


def change(
    session: Session,
    *,
    actor: Actor,
    list_id: UUID,
    name: str | None,
    is_shared: bool | None,
    is_archived: bool | None = None,
    now: datetime,
) -> None:
    """Call a list otherwise, share it or no longer, put it aside or take it up again.

    NotAllowed ``not_your_list`` for a colleague's.
    """
    found = _owned(session, actor, list_id)
    if name is not None:
        found.name = rules.check_name(name)
    if is_shared is not None:
        found.is_shared = is_shared
    if is_archived is not None and is_archived != (found.archived_at is not None):
        found.archived_at = now if is_archived else None
    found.changed_at = now
    session.flush()
    facts = {"shared": found.is_shared, "archived": found.archived_at is not None}
    _audit(session, actor, "list.changed", list_id, now, **facts)


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
    is not the actor's to see and for goods that are not live, Conflict ``list_full``, ``list_archived``.
    """
    line = rules.Line(listing_id=listing_id, quantity=quantity, currency=currency, incoterm=incoterm, place=place)
    (refusal,) = put_lines(session, actor=actor, list_id=list_id, lines=(line,), note=note, language=language, now=now)
    if refusal is not None:
        raise refusal


def put_lines(
    session: Session,
    *,
    actor: Actor,
    list_id: UUID,
    lines: Sequence[rules.Line],
    note: str | None = None,
    language: str = "en",
    now: datetime,
) -> tuple[DomainError | None, ...]:
    """Set goods of a list, each listing named once, and return for each why it is not on it, as ``put`` refuses it.

    Without a ``note`` those that are there stay. The number of statements does not depend on how many they are.
    """
    found = _open(session, actor, list_id)
    said = None if note is None else rules.check_note(note)
    rows = shelf.listings(session, listing_ids={line.listing_id for line in lines}, viewer=actor.company, now=now)
    kept = sa.select(SavedItem).where(SavedItem.list_id == list_id).execution_options(populate_existing=True)
    items = {item.listing_id: item for item in session.scalars(kept)}
    refusals: list[DomainError | None] = []
    for at, line in enumerate(lines):
        try:
            row = rows.get(line.listing_id)
            if row is None:
                raise NotFound("listing")
            facts = _facts(row, line, language)
            if line.listing_id not in items and len(items) >= rules.MOST_ITEMS:
                raise Conflict("list_full", most=rules.MOST_ITEMS)
        except DomainError as refusal:
            refusals.append(refusal)
            continue
        item = items.get(line.listing_id) or SavedItem(list_id=list_id, listing_id=line.listing_id, note="")
        for name, value in facts.items():
            setattr(item, name, value)
        item.note = item.note if said is None else said
        # Lines that are saved together keep their order.
        item.saved_by, item.saved_at = actor.person, now + timedelta(microseconds=at)
        if line.listing_id not in items:
            session.add(item)
            items[line.listing_id] = item
        refusals.append(None)
    found.changed_at = now
    session.flush()
    return tuple(refusals)


def _facts(row: ListingRow, line: rules.Line, language: str) -> dict[str, Any]:
    """Return what a list keeps of goods as they are offered now, or refuse quantity or price basis."""
    offer = row.offer
    units = least_quantity(offer.moq, offer.multiple) if line.quantity is None else line.quantity
    check_quantity(units, moq=offer.moq, multiple=offer.multiple)
    bases = tuple(ladder.basis for ladder in offer.ladders) or (row.basis,)
    basis = basis_among(bases, currency=line.currency, incoterm=line.incoterm, place=line.place)
    ladder = rules.on_basis(offer, basis)
    currency, incoterm, place = basis
    return {
        "quantity": units,
        "title": in_language(offer.titles, language, offer.source_locale),
        "language": language_of(offer.titles, language, offer.source_locale),
        "unit": offer.unit,
        "currency": currency,
        "incoterm": incoterm,
        "place_code": place,
        "price_micro": price_at(ladder, units).micro if ladder else None,
    }


def take_off(session: Session, *, actor: Actor, list_id: UUID, listing_id: UUID, now: datetime) -> None:
    """Take goods off a list; NotFound when they are not on it."""
    found = _open(session, actor, list_id)
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


def _open(session: Session, actor: Actor, list_id: UUID) -> SavedList:
    """Return a list that the actor may fill, unless it is put aside."""
    found = _visible(session, actor, list_id)
    if found.archived_at is not None:
        raise Conflict("list_archived")
    return found


def _owned(session: Session, actor: Actor, list_id: UUID) -> SavedList:
    """Return a list that the actor made; a shared one of a colleague is also the leaders' to change."""
    found = _visible(session, actor, list_id)
    if found.person_id != actor.person and not actor.may(Permission.COMPANY_MEMBERS_EDIT):
        raise NotAllowed("not_your_list")
    return found


def _audit(session: Session, actor: Actor, action: str, list_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="saved_list", subject_id=list_id, facts=facts, now=now)
