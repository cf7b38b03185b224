"""State what the papers of a line's consignment say beside the facts of its order: marks, wood, the shipping name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.services import booking as line_bookings
from marketplace.distribution.waybills.models import CargoStatement
from marketplace.distribution.waybills.queries import StatementRow, statements
from marketplace.distribution.waybills.rules.wood import Wood, marks
from marketplace.distribution.waybills.services import issuing
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.states import DepartureState
from marketplace.orders.queries import lines, orders
from marketplace.orders.rules.states import LineState
from marketplace.orders.services.moves import locked_order

# Departures whose doors are not sealed yet.
_OPEN: Final = (DepartureState.PLANNED, DepartureState.OPEN, DepartureState.CLOSED, DepartureState.LOADING)


@dataclass(frozen=True, slots=True)
class Stated:
    """What is to be said: ``marks`` beside the usual ones, wood with its marks, the proper shipping name of danger."""

    marks: str = ""
    wood: Wood | None = None
    wood_marks: Sequence[str] = ()
    shipping_name: str = ""


def state(session: Session, *, line_id: UUID, stated: Stated, actor: Actor, now: datetime) -> StatementRow:
    """Say it in the place of what was said before; issue again the papers that name it.

    The buyer says marks alone: Refused ``by_the_merchant`` for wood and danger from him, who has not packed the goods.
    NotFound for a line of others. Conflict ``marks_fixed`` for other marks once cartons are at the hub,
    ``papers_sealed`` once its lorry is sealed.
    """
    order_id = lines.orders_of_lines(session, line_ids=[line_id]).get(line_id)
    if order_id is None:
        raise NotFound("order_line")
    try:
        order = orders.order(session, company_id=actor.company, order_id=order_id)
    except NotFound:
        raise NotFound("order_line") from None
    locked_order(session, order_id=order_id)
    before = statements(session, line_ids=[line_id]).get(line_id, StatementRow())
    read = marks(stated.wood, stated.wood_marks)
    if order.side_of(actor.company) == "buyer":
        if stated.wood or stated.shipping_name:
            raise Refused.field("wood", "by_the_merchant", "marks alone")
        stated = Stated(stated.marks, before.wood, before.wood_marks, before.shipping_name)
        read = before.wood_marks
    row = line_bookings.line_of(session, line_id)
    _check(session, row.parts, line_id, changes_marks=stated.marks != before.marks, now=now)
    _write(session, line_id, stated, read, now)
    audit.record(
        session,
        actor=actor,
        action="order_line.papers",
        subject="order_line",
        subject_id=line_id,
        facts={"wood": str(stated.wood or ""), "wood_marks": len(read)},
        now=now,
    )
    issuing.again(session, order_id=order_id, line_id=line_id, now=now)
    return statements(session, line_ids=[line_id])[line_id]


def _check(session: Session, parts: dict[LineState, int], line_id: UUID, *, changes_marks: bool, now: datetime) -> None:
    booking = line_bookings.current(session, line_id=line_id)
    if booking is not None:
        departure = departures.departure(session, departure_id=booking.departure_id, now=now)
        if departure.state not in _OPEN:
            raise Conflict("papers_sealed", line=line_id)
    if changes_marks and LineState.HANDED_OVER in parts:
        raise Conflict("marks_fixed", line=line_id)


def _write(session: Session, line_id: UUID, stated: Stated, read: tuple[str, ...], now: datetime) -> None:
    values = {
        "marks": stated.marks,
        "wood": stated.wood,
        "wood_marks": list(read),
        "shipping_name": stated.shipping_name,
        "stated_at": now,
    }
    if insert_if_new(session, CargoStatement, line_id=line_id, **values):
        return
    row = session.get_one(CargoStatement, line_id, populate_existing=True)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
