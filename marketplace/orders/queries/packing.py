"""Read how lines were packed, and what a merchant still has goods of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.orders.models import LinePacking, LinePart, Order, OrderLine
from marketplace.orders.queries.lines import LineRow, lines_of
from marketplace.orders.rules.packed_lots import PlacedLot
from marketplace.orders.rules.packing import label
from marketplace.orders.rules.samples import Way
from marketplace.orders.rules.states import BEFORE_PACKING, LineState, OrderState
from marketplace.orders.samples.models import SampleOrder


@dataclass(frozen=True, slots=True)
class PackingRow:
    """How a line was packed; ``labels`` are the first and the last carton's serial shipping container codes."""

    cartons: int
    carton_units: int
    units: int
    gross_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    marks: str
    handed_cartons: int
    packed_at: datetime
    labels: tuple[str, str]
    lots: tuple[PlacedLot, ...] = ()

    @property
    def missing(self) -> int:
        """Cartons that the hub has not seen."""
        return self.cartons - self.handed_cartons


@dataclass(frozen=True, slots=True)
class ToShipRow:
    """A line that its merchant still has goods of."""

    line: LineRow
    order_reference: str
    is_secured: bool
    packing: PackingRow | None
    sample_id: UUID | None = None  # a courier takes it, from the sample's page

    @property
    def may_pack_again(self) -> bool:
        """Tell whether the packing can be corrected: the hub has seen nothing of it."""
        return self.packing is not None and not self.packing.handed_cartons

    @property
    def needs_ready_date(self) -> bool:
        """Tell whether the day must be named before the goods are said to be ready."""
        return self.line.lead_days is not None and self.line.ready_date is None


def packing_for(session: Session, *, line_id: UUID) -> PackingRow | None:
    """Return how a line was packed, None before it is; whoever it belongs to."""
    return packings(session, line_ids=[line_id]).get(line_id)


def packings(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, PackingRow]:
    """Return how these lines were packed, whoever they belong to; a line that is not packed is missing."""
    rows = session.scalars(sa.select(LinePacking).where(LinePacking.line_id.in_(line_ids)))
    return {
        row.line_id: PackingRow(
            cartons=row.cartons,
            carton_units=row.carton_units,
            units=row.units,
            gross_g=row.gross_g,
            length_mm=row.length_mm,
            width_mm=row.width_mm,
            height_mm=row.height_mm,
            marks=row.marks,
            handed_cartons=row.handed_cartons,
            packed_at=row.packed_at,
            labels=(label(row.block, 1), label(row.block, row.cartons)),
            lots=row.placed_lots,
        )
        for row in rows
    }


def lines_to_ship(session: Session, *, merchant_id: UUID) -> tuple[ToShipRow, ...]:
    """Return what a merchant has to make ready, to pack and to bring to the hub, oldest order first."""
    waiting = (*BEFORE_PACKING, LineState.PACKED)
    rows = session.execute(
        sa.select(
            OrderLine.id, OrderLine.order_id, Order.reference, Order.secured_at, SampleOrder.id.label("sample_id")
        )
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(SampleOrder, sa.and_(SampleOrder.line_id == OrderLine.id, SampleOrder.way == Way.COURIER))
        .where(
            Order.merchant_id == merchant_id,
            # What lies in a centre is packed, and handed out there by who keeps it.
            Order.centre_id.is_(None),
            sa.or_(
                Order.state.in_((OrderState.CONFIRMED, OrderState.IN_FULFILMENT)), OrderLine.replaces_id.is_not(None)
            ),
            sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(waiting)),
        )
        .order_by(Order.id, OrderLine.position)
    ).all()
    lines = {
        row.id: row for found in lines_of(session, order_ids={row.order_id for row in rows}).values() for row in found
    }
    packed = packings(session, line_ids=[row.id for row in rows])
    return tuple(
        ToShipRow(lines[row.id], row.reference, row.secured_at is not None, packed.get(row.id), row.sample_id)
        for row in rows
    )
