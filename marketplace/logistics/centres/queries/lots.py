"""Read lots and their movements: an owner its own, a keeper those of its centres, a broker those named to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.centres.models import Centre, CentreLot, LotMovement, LotRelease
from marketplace.logistics.centres.rules.counts import Reason
from marketplace.logistics.centres.rules.lots import Move, Shelf, Status, days_left
from marketplace.logistics.models.cargo import Consignment

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot; weights in grams and pieces are of one unit."""

    id: UUID
    reference: str
    centre_id: UUID
    company_id: UUID
    listing_id: UUID
    unit: str
    pieces: int | None
    grams: int | None
    status: Status
    on_hand: int
    promised: int
    from_lot_id: UUID | None
    house_waybill: str | None
    broker_id: UUID | None
    entry_number: str | None
    bonded_since: date | None
    bonded_until: date | None
    is_imported: bool
    declaration_number: str | None
    declaration_line: int | None
    declared_on: date | None
    proof_id: UUID | None
    created_at: datetime

    @property
    def left(self) -> int:
        """The units that nobody was promised."""
        return self.on_hand - self.promised

    def days_left(self, today: date) -> int | None:
        """Return how many days the goods may still stay in bond, None for free ones."""
        return None if self.bonded_until is None else days_left(self.bonded_until, today)


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A movement of a lot."""

    id: UUID
    kind: Move
    on_hand: int
    promised: int
    number: str | None
    reason: Reason | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release of units from bond."""

    id: UUID
    lot_id: UUID
    free_lot_id: UUID
    quantity: int
    declaration_number: str
    declaration_line: int
    declared_on: date
    proof_id: UUID | None
    at: datetime


def owned(session: Session, *, company_id: UUID, cursor: str | None = None, size: int = PAGE) -> Page[LotRow]:
    """Return the lots of an owner with units in them, oldest first."""
    return _page(session, CentreLot.company_id == company_id, cursor=cursor, size=size)


def lying(
    session: Session, *, centre_ids: Collection[UUID], cursor: str | None = None, size: int = PAGE
) -> Page[LotRow]:
    """Return the lots with units in centres, oldest first."""
    return _page(session, CentreLot.centre_id.in_(centre_ids), cursor=cursor, size=size)


def to_release(
    session: Session, *, broker_id: UUID | None, cursor: str | None = None, size: int = PAGE
) -> Page[LotRow]:
    """Return the bonded lots that a broker was named for, or all, oldest first."""
    bonded = CentreLot.status == Status.BONDED
    named = bonded if broker_id is None else sa.and_(CentreLot.broker_id == broker_id, bonded)
    return _page(session, named, cursor=cursor, size=size)


def all_lots(session: Session, *, company_id: UUID | None = None) -> tuple[LotRow, ...]:
    """Return every lot with units in it of an owner, or of all, oldest first."""
    wanted = _LOTS.where(CentreLot.on_hand > 0).order_by(CentreLot.id)
    if company_id is not None:
        wanted = wanted.where(CentreLot.company_id == company_id)
    return tuple(_row(row) for row in session.execute(wanted))


def lot(session: Session, *, lot_id: UUID) -> LotRow:
    """Return a lot, whoever it belongs to; NotFound. Whoever shows it asks ``may_see`` first."""
    found = session.execute(_LOTS.where(CentreLot.id == lot_id)).one_or_none()
    if found is None:
        raise NotFound("lot")
    return _row(found)


def lots_by_id(session: Session, *, lot_ids: Collection[UUID]) -> dict[UUID, LotRow]:
    """Return lots by id."""
    return {row.id: _row(row) for row in session.execute(_LOTS.where(CentreLot.id.in_(lot_ids)))}


def seen(session: Session, *, lot_id: UUID, company_id: UUID, is_operator: bool) -> LotRow:
    """Return a lot for its owner, its keeper, its broker or the operator; NotFound for everybody else."""
    row = lot(session, lot_id=lot_id)
    keeper = session.scalar(sa.select(Centre.company_id).where(Centre.id == row.centre_id))
    if not is_operator and company_id not in (row.company_id, row.broker_id, keeper):
        raise NotFound("lot")
    return row


def movements(session: Session, *, lot_id: UUID) -> tuple[MovementRow, ...]:
    """Return what happened to a lot, the latest first."""
    wanted = sa.select(LotMovement).where(LotMovement.lot_id == lot_id).order_by(LotMovement.id.desc())
    return tuple(
        MovementRow(row.id, row.kind, row.on_hand, row.promised, row.number, row.reason, row.at)
        for row in session.scalars(wanted)
    )


def releases(session: Session, *, lot_id: UUID) -> tuple[ReleaseRow, ...]:
    """Return the releases of a bonded lot, oldest first."""
    wanted = sa.select(LotRelease).where(LotRelease.lot_id == lot_id).order_by(LotRelease.id)
    return tuple(
        ReleaseRow(
            row.id,
            row.lot_id,
            row.free_lot_id,
            row.quantity,
            row.declaration_number,
            row.declaration_line,
            row.declared_on,
            row.proof_id,
            row.at,
        )
        for row in session.scalars(wanted)
    )


def shelves(session: Session, *, listing_id: UUID, centre_id: UUID) -> tuple[Shelf, ...]:
    """Return what lies of a listing in a centre, to be chosen among; the rows are locked where the database can."""
    wanted = (
        sa.select(CentreLot.id, CentreLot.status, CentreLot.on_hand, CentreLot.promised, CentreLot.bonded_until)
        .where(CentreLot.listing_id == listing_id, CentreLot.centre_id == centre_id, CentreLot.on_hand > 0)
        .order_by(CentreLot.id)
        .with_for_update()
    )
    return tuple(
        Shelf(row.id, row.status, row.on_hand - row.promised, row.bonded_until) for row in session.execute(wanted)
    )


def ending(session: Session, *, within: date) -> tuple[LotRow, ...]:
    """Return the lots in bond with units in them whose last day is this one or earlier, the first at the front."""
    wanted = _LOTS.where(CentreLot.bonded_until <= within, CentreLot.on_hand > 0)
    return tuple(_row(row) for row in session.execute(wanted.order_by(CentreLot.bonded_until, CentreLot.id)))


_COLUMNS = tuple(getattr(CentreLot, name) for name in LotRow.__dataclass_fields__ if name != "house_waybill")
_LOTS: sa.Select[*tuple[Any, ...]] = sa.select(*_COLUMNS, Consignment.house_waybill).outerjoin(
    Consignment, Consignment.id == CentreLot.consignment_id
)


def _row(row: Any) -> LotRow:
    return LotRow(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name for it


def _page(session: Session, whose: sa.ColumnElement[bool], *, cursor: str | None, size: int) -> Page[LotRow]:
    wanted = _LOTS.where(whose, CentreLot.on_hand > 0).order_by(CentreLot.id).limit(size + 1)
    if cursor is not None:
        wanted = wanted.where(CentreLot.id > decode_id(cursor))
    return page_of([_row(row) for row in session.execute(wanted)], size, lambda row: (str(row.id),))
