"""Read saved lists: those a person may see, and one with its goods as they are offered now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.pricing import price_at
from marketplace.catalog.rules.rows import OfferRow
from marketplace.exchange.models.lists import SavedItem, SavedList
from marketplace.exchange.rules.lists import obstacle, on_basis
from marketplace.kernel.errors import FieldError, NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.money import UnitPrice


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list that a person may see; ``is_mine`` where that person made it."""

    id: UUID
    name: str
    is_shared: bool
    is_mine: bool
    items: int
    changed_at: datetime
    is_archived: bool


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Goods on a list, as saved and as offered now.

    ``offer`` and ``price`` are None for goods that are gone, ``price`` also where the saved basis is; ``obstacle``
    says why the line cannot go into a cart as it stands. ``saved_price`` is None where it was not shown.
    """

    listing_id: UUID
    quantity: int
    note: str
    title: str
    language: str
    unit: str
    currency: str
    incoterm: str
    place_code: str
    saved_price: UnitPrice | None
    saved_at: datetime
    offer: OfferRow | None
    price: UnitPrice | None
    obstacle: FieldError | None

    @property
    def has_risen(self) -> bool:
        """Whether the price is higher than when it was saved."""
        return self._risen_by > 0

    @property
    def has_fallen(self) -> bool:
        """Whether the price is lower than when it was saved."""
        return self._risen_by < 0

    @property
    def _risen_by(self) -> int:
        return self.price.micro - self.saved_price.micro if self.price and self.saved_price else 0


def lists(session: Session, *, company_id: UUID, person_id: UUID, is_archived: bool = False) -> tuple[ListRow, ...]:
    """Return a person's own lists in a company and those that colleagues share, changed last first.

    Either those one works with, or those that are put aside.
    """
    wanted = SavedList.archived_at.is_not(None) if is_archived else SavedList.archived_at.is_(None)
    found = session.execute(
        _lists(person_id)
        .where(_visible(company_id, person_id), wanted)
        .order_by(SavedList.changed_at.desc(), SavedList.id)
    )
    return tuple(ListRow(*row) for row in found)


def saved_list(session: Session, *, list_id: UUID, company_id: UUID, person_id: UUID) -> ListRow:
    """Return one of these; NotFound for another company's, and for a colleague's that is not shared."""
    row = session.execute(
        _lists(person_id).where(SavedList.id == list_id, _visible(company_id, person_id))
    ).one_or_none()
    if row is None:
        raise NotFound("saved_list")
    return ListRow(*row)


def items(session: Session, *, list_id: UUID, company_id: UUID, now: datetime) -> tuple[ItemRow, ...]:
    """Return the goods of a list in the order in which they were saved; in two queries however many there are."""
    kept = session.scalars(
        sa.select(SavedItem)
        .where(SavedItem.list_id == list_id)
        .order_by(SavedItem.saved_at, SavedItem.listing_id)
        .execution_options(populate_existing=True)
    ).all()
    offers = shelf.offers(session, listing_ids=[item.listing_id for item in kept], viewer=company_id, now=now)
    return tuple(_item(item, offers.get(item.listing_id), company_id) for item in kept)


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the lists that a person made, and the goods that person saved, earliest first."""
    made = (SavedList.id, SavedList.company_id, SavedList.name, SavedList.is_shared, SavedList.created_at)
    saved = (SavedItem.list_id, SavedItem.listing_id, SavedItem.quantity, SavedItem.note, SavedItem.saved_at)
    mine = sa.select(*made).where(SavedList.person_id == person_id).order_by(SavedList.id)
    goods = sa.select(*saved).where(SavedItem.saved_by == person_id)
    return {
        "saved_lists": rows(session, mine),
        "saved_goods": rows(session, goods.order_by(SavedItem.saved_at, SavedItem.listing_id)),
    }


def _lists(person_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    count = sa.select(sa.func.count()).where(SavedItem.list_id == SavedList.id).correlate(SavedList).scalar_subquery()
    is_mine = SavedList.person_id == person_id
    is_archived = SavedList.archived_at.is_not(None)
    return sa.select(
        SavedList.id, SavedList.name, SavedList.is_shared, is_mine, count, SavedList.changed_at, is_archived
    )


def _visible(company_id: UUID, person_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(SavedList.company_id == company_id, sa.or_(SavedList.is_shared, SavedList.person_id == person_id))


def _item(item: SavedItem, offer: OfferRow | None, company_id: UUID) -> ItemRow:
    basis = (item.currency, item.incoterm, item.place_code)
    ladder = on_basis(offer, basis) if offer else None
    return ItemRow(
        listing_id=item.listing_id,
        quantity=item.quantity,
        note=item.note,
        title=item.title,
        language=item.language,
        unit=item.unit,
        currency=item.currency,
        incoterm=item.incoterm,
        place_code=item.place_code,
        saved_price=None if item.price_micro is None else UnitPrice(item.price_micro, item.currency),
        saved_at=item.saved_at,
        offer=offer,
        price=price_at(ladder, item.quantity) if ladder else None,
        obstacle=obstacle(offer, quantity=item.quantity, basis=basis, company_id=company_id),
    )
