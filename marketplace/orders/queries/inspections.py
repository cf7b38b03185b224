"""Inspections as rows for those who have to do with them, and the promise they must keep."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.orders.models import Inspection, InspectionPhoto, InspectionRemark, LinePart, Order, OrderLine
from marketplace.orders.queries.orders import PAGE
from marketplace.orders.rules.classes import CommodityClass, class_of
from marketplace.orders.rules.inspections import (
    CHECKLISTS,
    HOLDS_UP,
    OPEN,
    RESULTS,
    Check,
    Found,
    InspectionState,
    Mover,
    default_act,
    verdict,
)
from marketplace.orders.rules.sampling import Level
from marketplace.orders.rules.states import BEFORE_PACKING, LineState

# Whom the inspector's are: those he is asked for, has taken on, or has reported.
_HIS: Final = (InspectionState.ORDERED, InspectionState.APPOINTED)
_AT_MERCHANT: Final = (*BEFORE_PACKING, LineState.PACKED, LineState.SHORT, LineState.CANCELLED, LineState.CLOSED)


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """An inspection; ``remarks`` and ``photos`` are filled where one is shown."""

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    line_id: UUID
    buyer_id: UUID
    merchant_id: UUID
    payer_id: UUID
    inspector_id: UUID
    sku: str
    titles: dict[str, str]
    source_locale: str
    unit: str
    commodity: CommodityClass
    number: int
    planned_on: date
    level: Level
    major_aql: int
    minor_aql: int
    lot: int
    letter: str
    sample: int
    major_accepted: int
    minor_accepted: int
    fee: Money
    state: InspectionState
    owner: Mover | None
    deadline_at: datetime | None
    critical: int | None
    major: int | None
    minor: int | None
    checklist: dict[str, str] | None
    asked_at: datetime
    reported_at: datetime | None
    ended_at: datetime | None
    remarks: str = ""
    photos: tuple[UUID, ...] = ()

    @property
    def holds_up(self) -> bool:
        """Tell whether the goods stay with their merchant because of it."""
        return self.state in HOLDS_UP

    @property
    def result(self) -> InspectionState | None:
        """What its report said, whatever became of it since; None before there is one."""
        if self.reported_at is None:
            return None
        checklist = {name: Check(value) for name, value in (self.checklist or {}).items()}
        found = Found(self.critical or 0, self.major or 0, self.minor or 0, checklist)
        return RESULTS[verdict(found, major_accepted=self.major_accepted, minor_accepted=self.minor_accepted)]

    @property
    def by_silence(self) -> str | None:
        """What the end of the deadline does, None where no clock runs."""
        return None if self.deadline_at is None else default_act(self.state, number=self.number)

    @property
    def points(self) -> tuple[str, ...]:
        """The points of the goods' checklist."""
        return CHECKLISTS[self.commodity]


def inspections(
    session: Session,
    *,
    company_id: UUID,
    state: InspectionState | None = None,
    cursor: str | None = None,
) -> Page[InspectionRow]:
    """Return the inspections of goods that a company buys or sells, and those that are its to make, newest first."""
    statement = _seen_by(company_id).order_by(Inspection.id.desc()).limit(PAGE + 1)
    if state is not None:
        statement = statement.where(Inspection.state == state)
    if cursor:
        statement = statement.where(Inspection.id < decode_id(cursor))
    return page_of([_row(*found) for found in session.execute(statement)], PAGE, lambda row: (str(row.id),))


def inspection(session: Session, *, company_id: UUID | None, inspection_id: UUID) -> InspectionRow:
    """Return an inspection with what was reported; NotFound for who has no part in it (None: for letters)."""
    statement = _rows() if company_id is None else _seen_by(company_id)
    found = session.execute(statement.where(Inspection.id == inspection_id)).one_or_none()
    if found is None:
        raise NotFound("inspection")
    photos = sa.select(InspectionPhoto.file_id).where(InspectionPhoto.inspection_id == inspection_id)
    said = sa.select(InspectionRemark.body).where(InspectionRemark.inspection_id == inspection_id)
    return replace(
        _row(*found),
        remarks=session.scalars(said).one_or_none() or "",
        photos=tuple(session.scalars(photos.order_by(InspectionPhoto.file_id))),
    )


def of_lines(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, tuple[InspectionRow, ...]]:
    """Return the inspections of lines that were read before, the first of each line first."""
    found: dict[UUID, list[InspectionRow]] = {}
    # Of most lines there are none: what they say of themselves is read only where there are.
    if not session.execute(_ANY, {"lines": list(line_ids)}).all():
        return {}
    statement = _rows().where(Inspection.line_id.in_(line_ids)).order_by(Inspection.number)
    for row in session.execute(statement):
        found.setdefault(row[0].line_id, []).append(_row(*row))
    return {line_id: tuple(rows) for line_id, rows in found.items()}


_ANY: Final = sa.select(Inspection.id).where(Inspection.line_id.in_(sa.bindparam("lines", expanding=True))).limit(1)


def references(session: Session, *, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the references of those of the ids that are inspections."""
    wanted = sa.select(Inspection.id, Inspection.reference).where(Inspection.id.in_(ids))
    return {row.id: row.reference for row in session.execute(wanted)} if ids else {}


def holding_up(session: Session, *, line_id: UUID) -> str | None:
    """Return the reference of the inspection because of which a line's goods stay, None where they may go."""
    statement = sa.select(Inspection.reference).where(
        Inspection.line_id == line_id, Inspection.state.in_(tuple(HOLDS_UP))
    )
    return session.scalars(statement).first()


def lapsed(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return open inspections whose deadline passed."""
    statement = (
        sa.select(Inspection.id)
        .where(Inspection.state.in_(OPEN), Inspection.deadline_at <= now)
        .order_by(Inspection.deadline_at)
        .limit(limit)
    )
    return tuple(session.scalars(statement))


def breaches(session: Session) -> list[Breach]:
    """Return lines whose goods left although an inspection holds them up, and lines with two that do."""
    return _PROMISES.breaches(session)


_HOLDING: Final = sa.select(Inspection.line_id).where(Inspection.state.in_(tuple(HOLDS_UP)))


def _gone() -> sa.Select[UUID]:
    left = sa.and_(LinePart.line_id.in_(_HOLDING), LinePart.state.not_in(_AT_MERCHANT))
    return sa.select(LinePart.line_id).where(left).distinct()


def _twice() -> sa.Select[UUID]:
    return _HOLDING.group_by(Inspection.line_id).having(sa.func.count() > 1)


_PROMISES: Final = Promises(
    "8 inspections",
    Promise("order_line", "goods left before their inspection ended", _gone),
    Promise("order_line", "two inspections are open", _twice),
)


def _rows() -> sa.Select[Inspection, OrderLine, Order]:
    return (
        sa.select(Inspection, OrderLine, Order)
        .join(OrderLine, OrderLine.id == Inspection.line_id)
        .join(Order, Order.id == Inspection.order_id)
    )


def _seen_by(company_id: UUID) -> sa.Select[Inspection, OrderLine, Order]:
    his = sa.and_(
        Inspection.inspector_id == company_id,
        sa.or_(Inspection.state.in_(_HIS), Inspection.reported_at.is_not(None)),
    )
    return _rows().where(sa.or_(Order.buyer_id == company_id, Order.merchant_id == company_id, his))


def _row(found: Inspection, line: OrderLine, order: Order) -> InspectionRow:
    return InspectionRow(
        id=found.id,
        reference=found.reference,
        order_id=found.order_id,
        order_reference=order.reference,
        line_id=found.line_id,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        payer_id=found.payer_id,
        inspector_id=found.inspector_id,
        sku=line.sku,
        titles=line.titles,
        source_locale=line.source_locale,
        unit=line.unit,
        commodity=class_of(fresh=line.fresh, hs_code=line.hs_code),
        number=found.number,
        planned_on=found.planned_on,
        level=found.level,
        major_aql=found.major_aql,
        minor_aql=found.minor_aql,
        lot=found.lot,
        letter=found.letter,
        sample=found.sample,
        major_accepted=found.major_accepted,
        minor_accepted=found.minor_accepted,
        fee=Money(found.fee_minor, found.currency),
        state=found.state,
        owner=found.owner,
        deadline_at=found.deadline_at,
        critical=found.critical,
        major=found.major,
        minor=found.minor,
        checklist=found.checklist,
        asked_at=found.asked_at,
        reported_at=found.reported_at,
        ended_at=found.ended_at,
    )
