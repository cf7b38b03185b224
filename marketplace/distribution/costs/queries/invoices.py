"""Partners' invoices as their partner and the operator see them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import (
    CostSheet,
    PartnerInvoice,
    PartnerInvoiceLine,
    PartnerInvoiceNote,
)
from marketplace.distribution.costs.queries import lorries
from marketplace.distribution.costs.rules.matching import InvoiceState, LineState, Reason
from marketplace.distribution.costs.rules.planning import CostKind
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.models.departures import Departure

PAGE: Final = 50
# Somebody of the operator's has to decide.
QUEUE: Final = (InvoiceState.DIFFERS, InvoiceState.MATCHED, InvoiceState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of an invoice; ``difference`` from what was planned is in the currency of the departure's sheet."""

    id: UUID
    position: int
    departure_id: UUID
    departure: str
    kind: CostKind
    amount: Money
    state: LineState
    is_double: bool
    difference: Money | None
    accepted: Money | None
    reason: Reason | None
    note: str


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A partner's invoice with its lines."""

    id: UUID
    company_id: UUID
    number: str
    issued_on: date
    currency: str
    file_id: UUID | None
    state: InvoiceState
    created_at: datetime
    lines: tuple[LineRow, ...]

    @property
    def total(self) -> Money:
        """What it asks for."""
        return sum((line.amount for line in self.lines), Money.zero(self.currency))

    @property
    def accepted(self) -> Money:
        """What of it is accepted by now."""
        return sum((line.accepted for line in self.lines if line.accepted), Money.zero(self.currency))

    @property
    def has_double(self) -> bool:
        """Whether something of it may be asked for twice."""
        return any(line.is_double for line in self.lines)


def invoice(session: Session, *, invoice_id: UUID, company_id: UUID | None) -> InvoiceRow:
    """Return an invoice of this partner, for the operator (None) of any that handed it in; NotFound for others."""
    wanted = sa.select(PartnerInvoice).where(PartnerInvoice.id == invoice_id, _seen_by(company_id))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound("partner_invoice")
    return _row(found, _lines(session, [found.id]).get(found.id, []))


def invoices(
    session: Session,
    *,
    company_id: UUID | None,
    states: Collection[InvoiceState] = (),
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[InvoiceRow]:
    """Return the invoices of a partner, or all that were handed in for the operator; the latest first."""
    wanted = sa.select(PartnerInvoice).where(_seen_by(company_id))
    wanted = wanted.order_by(PartnerInvoice.id.desc()).limit(size + 1)
    if states:
        wanted = wanted.where(PartnerInvoice.state.in_(states))
    if cursor:
        wanted = wanted.where(PartnerInvoice.id < decode_id(cursor))
    found = session.scalars(wanted).all()
    lines = _lines(session, [one.id for one in found])
    rows = [_row(one, lines.get(one.id, [])) for one in found]
    return page_of(rows, size, lambda row: (str(row.id),))


def of_line(session: Session, *, line_id: UUID) -> InvoiceRow:
    """Return the invoice of a line; NotFound for an unknown line."""
    invoice_id = session.scalars(
        sa.select(PartnerInvoiceLine.invoice_id).where(PartnerInvoiceLine.id == line_id)
    ).one_or_none()
    if invoice_id is None:
        raise NotFound("partner_invoice_line")
    return invoice(session, invoice_id=invoice_id, company_id=None)


def waiting(session: Session) -> tuple[UUID, ...]:
    """Return the invoices that waited for plans of their departures: all have one by now, or a sheet and none comes."""
    bare = (
        sa.select(PartnerInvoiceLine.invoice_id)
        .join(Departure, Departure.id == PartnerInvoiceLine.departure_id)
        .outerjoin(CostSheet, CostSheet.departure_id == PartnerInvoiceLine.departure_id)
        .where(sa.or_(CostSheet.departure_id.is_(None), lorries.plan_comes()))
    )
    wanted = sa.select(PartnerInvoice.id).where(
        PartnerInvoice.state == InvoiceState.SUBMITTED, PartnerInvoice.id.not_in(bare)
    )
    return tuple(session.scalars(wanted.order_by(PartnerInvoice.id)))


def _seen_by(company_id: UUID | None) -> sa.ColumnElement[bool]:
    """Tell what a partner sees, its own; what the operator does, all that was handed in."""
    return PartnerInvoice.state != InvoiceState.DRAFT if company_id is None else PartnerInvoice.company_id == company_id


def _lines(session: Session, invoice_ids: Collection[UUID]) -> dict[UUID, list[LineRow]]:
    found: dict[UUID, list[LineRow]] = defaultdict(list)
    wanted = (
        sa.select(
            PartnerInvoiceLine,
            PartnerInvoice.currency,
            Departure.reference,
            CostSheet.currency,
            PartnerInvoiceNote.body,
        )
        .join(PartnerInvoice, PartnerInvoice.id == PartnerInvoiceLine.invoice_id)
        .join(Departure, Departure.id == PartnerInvoiceLine.departure_id)
        .outerjoin(CostSheet, CostSheet.departure_id == PartnerInvoiceLine.departure_id)
        .outerjoin(PartnerInvoiceNote, PartnerInvoiceNote.line_id == PartnerInvoiceLine.id)
        .where(PartnerInvoiceLine.invoice_id.in_(invoice_ids))
        .order_by(PartnerInvoiceLine.invoice_id, PartnerInvoiceLine.position)
    )
    for line, currency, departure, there, note in session.execute(wanted):
        differs = line.difference_minor
        found[line.invoice_id].append(
            LineRow(
                id=line.id,
                position=line.position,
                departure_id=line.departure_id,
                departure=departure,
                kind=line.kind,
                amount=Money(line.amount_minor, currency),
                state=line.state,
                is_double=line.is_double,
                difference=None if differs is None or there is None else Money(differs, there),
                accepted=None if line.accepted_minor is None else Money(line.accepted_minor, currency),
                reason=line.reason,
                note=note or "",
            )
        )
    return found


def _row(found: PartnerInvoice, lines: list[LineRow]) -> InvoiceRow:
    return InvoiceRow(
        id=found.id,
        company_id=found.company_id,
        number=found.number,
        issued_on=found.issued_on,
        currency=found.currency,
        file_id=found.file_id,
        state=found.state,
        created_at=found.created_at,
        lines=tuple(lines),
    )
