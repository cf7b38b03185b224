"""What the papers of consignments are, say and lack, by whoever asks; shared by pages and API."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.services import booking as line_bookings
from marketplace.distribution.services import cargo_papers
from marketplace.distribution.waybills import queries
from marketplace.distribution.waybills.queries import Papers, StatementRow
from marketplace.distribution.waybills.services import sealing, stating
from marketplace.distribution.waybills.services.stating import Stated
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import waybills as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.orders.models import LinePacking
from marketplace.orders.queries import lines, orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.packing import label
from marketplace.orders.services.paper_facts import agreement
from marketplace.papers import queries as issued
from marketplace.papers.layout import marks as layout
from marketplace.papers.queries import Dossier
from marketplace.papers.rules.data import plain

# More labels than this are in the documents alone.
LABELS: Final = 200


@dataclass(frozen=True, slots=True)
class LineSeen:
    """The papers of a line as one side of its order sees them; ``papers`` None before it has a booking."""

    order: OrderRow
    line: LineRow
    side: str
    statement: StatementRow
    marks: tuple[str, ...]
    papers: Papers | None
    dossier: Dossier
    is_dangerous: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A carton's label: which carton of how many, its serial shipping container code, the marks."""

    number: int
    of: int
    sscc: str
    marks: tuple[str, ...]


def look(line_id: UUID) -> LineSeen:
    """Return the papers of a line that the asker's company buys or sells; NotFound for any other."""
    session, company_id = reading(), require_actor().company
    order = _order(session, line_id, company_id)
    line = next(row for row in lines.lines_for(session, order=order) if row.id == line_id)
    booking = line_bookings.current(session, line_id=line_id)
    found = queries.papers_of(session, bookings=[booking]) if booking else ()
    return LineSeen(
        order=order,
        line=line,
        side=order.side_of(company_id),
        statement=queries.statements(session, line_ids=[line_id]).get(line_id, queries.UNSAID),
        marks=_marks(session, order.id, line_id),
        papers=found[0] if found else None,
        dossier=issued.dossier(session, subjects=[("order_line", line_id)], company_id=company_id),
        is_dangerous=bool(found and found[0].consigned.danger),
    )


def state(session: Session, line_id: UUID, body: requests.Statement) -> StatementRow:
    """Say what the papers of a line shall say."""
    stated = Stated(
        marks=body.marks or "",
        wood=body.wood,
        wood_marks=[mark for mark in body.wood_marks if mark],
        shipping_name=body.shipping_name or "",
    )
    return stating.state(session, line_id=line_id, stated=stated, actor=require_actor(), now=clock.now())


def labels(line_id: UUID, *, first: int = 1) -> tuple[Label, ...]:
    """Return the labels of a packed line's cartons, up to ``LABELS`` from one on; NotFound for a line of others."""
    session = reading()
    order = _order(session, line_id, require_actor().company)
    packing = session.get(LinePacking, line_id)
    if packing is None:
        return ()
    found = cargo_papers.marks_of_line(session, agreement(session, order_id=order.id), line_id, clock.now())
    said = plain(found[0]) if found else None
    last = min(packing.cartons, first + LABELS - 1)
    return tuple(
        Label(
            number, packing.cartons, label(packing.block, number), tuple(layout.written(said, number)) if said else ()
        )
        for number in range(first, last + 1)
    )


def readiness(departure_id: UUID) -> tuple[Papers, ...]:
    """Return what the consignments of a departure need and have."""
    return sealing.readiness(reading(), departure_id=departure_id)


def _marks(session: Session, order_id: UUID, line_id: UUID) -> tuple[str, ...]:
    """Return the text of a packed line's marks; nothing before."""
    found = cargo_papers.marks_of_line(session, agreement(session, order_id=order_id), line_id, clock.now())
    return tuple(layout.written(plain(found[0]))) if found else ()


def _order(session: Session, line_id: UUID, company_id: UUID) -> OrderRow:
    order_id = lines.orders_of_lines(session, line_ids=[line_id]).get(line_id)
    if order_id is None:
        raise NotFound("order_line")
    try:
        return orders.order(session, company_id=company_id, order_id=order_id)
    except NotFound:
        raise NotFound("order_line") from None
