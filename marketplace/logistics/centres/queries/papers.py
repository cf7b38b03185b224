"""Read origin proofs, announced arrivals, transfers and count sheets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.centres.models import (
    CentreArrival,
    CentreCount,
    CentreCountLine,
    CentreLot,
    LotTransfer,
    OriginProof,
)
from marketplace.logistics.centres.rules.counts import ArrivalState, CountState, Reason, TransferState
from marketplace.logistics.centres.rules.proofs import ProofKind
from marketplace.logistics.models.cargo import Consignment

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ProofRow:
    """An origin proof and for how many units it still counts."""

    id: UUID
    company_id: UUID
    kind: ProofKind
    number: str
    origin: str
    listing_id: UUID
    issued_on: date
    valid_until: date
    quantity: int
    remaining: int


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """Goods that are announced to a centre."""

    id: UUID
    reference: str
    centre_id: UUID
    company_id: UUID
    listing_id: UUID
    unit: str
    quantity: int
    house_waybill: str | None
    state: ArrivalState
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class TransferRow:
    """Units on their way, or received, with the lot that they came from."""

    id: UUID
    reference: str
    lot_id: UUID
    from_centre_id: UUID
    to_centre_id: UUID
    listing_id: UUID
    unit: str
    quantity: int
    received: int | None
    transit_reference: str | None
    state: TransferState
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class CountLineRow:
    """A lot on a sheet."""

    lot_id: UUID
    reference: str
    listing_id: UUID
    company_id: UUID
    unit: str
    expected: int
    counted: int | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class CountRow:
    """A count sheet with its lots."""

    id: UUID
    reference: str
    centre_id: UUID
    state: CountState
    counted_by: UUID | None
    opened_at: datetime
    lines: tuple[CountLineRow, ...]


def proofs(session: Session, *, company_id: UUID) -> tuple[ProofRow, ...]:
    """Return a company's origin proofs, the latest first."""
    return _proofs(session, sa.select(OriginProof).where(OriginProof.company_id == company_id))


def usable_proofs(session: Session, *, company_id: UUID, listing_id: UUID) -> tuple[ProofRow, ...]:
    """Return the proofs of a company for a listing with units left, the latest first."""
    wanted = sa.select(OriginProof).where(
        OriginProof.company_id == company_id, OriginProof.listing_id == listing_id, OriginProof.remaining > 0
    )
    return _proofs(session, wanted)


def _proofs(session: Session, wanted: sa.Select[OriginProof]) -> tuple[ProofRow, ...]:
    return tuple(
        ProofRow(**{name: getattr(row, name) for name in ProofRow.__dataclass_fields__})
        for row in session.scalars(wanted.order_by(OriginProof.id.desc()))
    )


def arrivals(
    session: Session,
    *,
    centre_ids: Collection[UUID] | None = None,
    company_id: UUID | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[ArrivalRow]:
    """Return what is announced to centres, or by an owner, and not there yet, oldest first."""
    wanted = _ARRIVALS.where(CentreArrival.state == ArrivalState.ANNOUNCED)
    if centre_ids is not None:
        wanted = wanted.where(CentreArrival.centre_id.in_(centre_ids))
    if company_id is not None:
        wanted = wanted.where(CentreArrival.company_id == company_id)
    if cursor is not None:
        wanted = wanted.where(CentreArrival.id > decode_id(cursor))
    rows = session.execute(wanted.order_by(CentreArrival.id).limit(size + 1)).all()
    return page_of([ArrivalRow(**row._asdict()) for row in rows], size, lambda row: (str(row.id),))


def arrival(session: Session, *, arrival_id: UUID) -> ArrivalRow:
    """Return an announcement, whoever it is for; NotFound."""
    found = session.execute(_ARRIVALS.where(CentreArrival.id == arrival_id)).one_or_none()
    if found is None:
        raise NotFound("arrival")
    return ArrivalRow(**found._asdict())


_ARRIVALS: sa.Select[*tuple[Any, ...]] = sa.select(
    CentreArrival.id,
    CentreArrival.reference,
    CentreArrival.centre_id,
    CentreArrival.company_id,
    CentreArrival.listing_id,
    CentreArrival.unit,
    CentreArrival.quantity,
    Consignment.house_waybill,
    CentreArrival.state,
    CentreArrival.announced_at,
).outerjoin(Consignment, Consignment.id == CentreArrival.consignment_id)


def transfers(
    session: Session, *, centre_ids: Collection[UUID], cursor: str | None = None, size: int = PAGE
) -> Page[TransferRow]:
    """Return the transfers from or to centres that nobody has received, oldest first."""
    wanted = _TRANSFERS.where(
        LotTransfer.state == TransferState.SENT,
        sa.or_(CentreLot.centre_id.in_(centre_ids), LotTransfer.to_centre_id.in_(centre_ids)),
    )
    if cursor is not None:
        wanted = wanted.where(LotTransfer.id > decode_id(cursor))
    rows = session.execute(wanted.order_by(LotTransfer.id).limit(size + 1))
    return page_of([_transfer(row) for row in rows], size, lambda row: (str(row.id),))


def transfer(session: Session, *, transfer_id: UUID, centre_ids: Collection[UUID]) -> TransferRow:
    """Return a transfer from or to one of some centres; NotFound."""
    found = session.execute(_TRANSFERS.where(LotTransfer.id == transfer_id)).one_or_none()
    if found is None or not {found.from_centre_id, found.to_centre_id} & set(centre_ids):
        raise NotFound("transfer")
    return _transfer(found)


_TRANSFERS: sa.Select[*tuple[Any, ...]] = sa.select(
    LotTransfer.id,
    LotTransfer.reference,
    LotTransfer.lot_id,
    CentreLot.centre_id.label("from_centre_id"),
    LotTransfer.to_centre_id,
    CentreLot.listing_id,
    CentreLot.unit,
    LotTransfer.quantity,
    LotTransfer.received,
    LotTransfer.transit_reference,
    LotTransfer.state,
    LotTransfer.sent_at,
).join(CentreLot, CentreLot.id == LotTransfer.lot_id)


def _transfer(row: Any) -> TransferRow:
    return TransferRow(**row._asdict())


def counts(session: Session, *, centre_id: UUID) -> tuple[CountRow, ...]:
    """Return the count sheets of a centre that are not ended, oldest first."""
    wanted = sa.select(CentreCount).where(
        CentreCount.centre_id == centre_id, CentreCount.state.in_((CountState.OPEN, CountState.WAITING))
    )
    return _counts(session, wanted)


def count(session: Session, *, count_id: UUID) -> CountRow:
    """Return a count sheet; NotFound."""
    found = _counts(session, sa.select(CentreCount).where(CentreCount.id == count_id))
    if not found:
        raise NotFound("count")
    return found[0]


def _counts(session: Session, wanted: sa.Select[CentreCount]) -> tuple[CountRow, ...]:
    found = session.scalars(wanted.order_by(CentreCount.id)).all()
    lines: dict[UUID, list[CountLineRow]] = {row.id: [] for row in found}
    rows = (
        sa.select(CentreCountLine, CentreLot.reference, CentreLot.listing_id, CentreLot.company_id, CentreLot.unit)
        .join(CentreLot, CentreLot.id == CentreCountLine.lot_id)
        .where(CentreCountLine.count_id.in_(list(lines)))
        .order_by(CentreCountLine.lot_id)
    )
    for line, reference, listing_id, company_id, unit in session.execute(rows):
        lines[line.count_id].append(
            CountLineRow(line.lot_id, reference, listing_id, company_id, unit, line.expected, line.counted, line.reason)
        )
    return tuple(
        CountRow(row.id, row.reference, row.centre_id, row.state, row.counted_by, row.opened_at, tuple(lines[row.id]))
        for row in found
    )
