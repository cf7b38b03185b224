"""Tables of cost rates, cost sheets with their costs, and partners' invoices."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.costs.rules.matching import InvoiceState, LineState, Reason
from marketplace.distribution.costs.rules.planning import Basis, CostKind, SheetState, Unit
from marketplace.kernel.columns import ScaledDecimal, StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.states import HoldCause
from marketplace.reference.rules import RATE_PLACES


class CostRate(Base):
    """What a line pays for something from a day on; a later row of the same day takes its place, none is changed."""

    __tablename__ = "cost_rate"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"))
    vehicle_type_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("vehicle_type.id"))
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))  # None: the line's carrier
    kind: Mapped[CostKind] = mapped_column(StateColumn(CostKind))
    unit: Mapped[Unit] = mapped_column(StateColumn(Unit))
    currency: Mapped[str] = mapped_column(sa.String(3))
    price_micro: Mapped[int] = mapped_column(sa.BigInteger)
    free_hours: Mapped[int] = mapped_column(sa.Integer)
    valid_from: Mapped[date] = mapped_column(sa.Date)
    source: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("price_micro >= 0 AND free_hours >= 0", name="price"),
        sa.Index("ix_cost_rate_line_id_valid_from", "line_id", "valid_from"),
    )


class CostSheet(Base):
    """The costs of one departure in its line's currency; the figures are those that stood when it was closed.

    ``planned_at`` is when it was made while it is not ``is_planned``: a cost was entered before.
    """

    __tablename__ = "cost_sheet"

    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    priced_on: Mapped[date] = mapped_column(sa.Date)  # the day whose exchange rates it takes
    km: Mapped[int | None] = mapped_column(sa.Integer)
    state: Mapped[SheetState] = mapped_column(StateColumn(SheetState))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_planned: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.true())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_revenue_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    closed_cost_minor: Mapped[int | None] = mapped_column(sa.BigInteger)

    __table_args__ = (
        sa.CheckConstraint("state = 'open' OR closed_at IS NOT NULL", name="closed"),
        sa.CheckConstraint("(closed_revenue_minor IS NULL) = (closed_cost_minor IS NULL)", name="figures"),
    )


class CostSheetRate(Base):
    """The rate that a closed sheet is kept at: one unit of this currency in the sheet's. It is never another again."""

    __tablename__ = "cost_sheet_rate"

    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cost_sheet.departure_id"), primary_key=True)
    currency: Mapped[str] = mapped_column(sa.String(3), primary_key=True)
    rate: Mapped[Decimal] = mapped_column(ScaledDecimal(RATE_PLACES))
    source: Mapped[str] = mapped_column(sa.String(200))
    effective_date: Mapped[date] = mapped_column(sa.Date)

    __table_args__ = (sa.CheckConstraint("rate > 0", name="rate"),)


class PartnerInvoice(Base):
    """What a partner asks for its work on departures, under its own number."""

    __tablename__ = "partner_invoice"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    number: Mapped[str] = mapped_column(sa.String(40))
    issued_on: Mapped[date] = mapped_column(sa.Date)
    currency: Mapped[str] = mapped_column(sa.String(3))
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    state: Mapped[InvoiceState] = mapped_column(StateColumn(InvoiceState))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("company_id", "number"),
        sa.Index("ix_partner_invoice_company_id_id", "company_id", "id"),
        sa.Index("ix_partner_invoice_state_id", "state", "id"),
    )


class PartnerInvoiceLine(Base):
    """One kind of cost of one departure on an invoice; ``difference_minor`` is in the currency of the sheet."""

    __tablename__ = "partner_invoice_line"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    invoice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("partner_invoice.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"))
    kind: Mapped[CostKind] = mapped_column(StateColumn(CostKind))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[LineState] = mapped_column(StateColumn(LineState))
    is_double: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    difference_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    accepted_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    reason: Mapped[Reason | None] = mapped_column(StateColumn(Reason))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("invoice_id", "position"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("accepted_minor IS NULL OR accepted_minor BETWEEN 0 AND amount_minor", name="accepted"),
        sa.CheckConstraint("(decided_at IS NULL) = (accepted_minor IS NULL)", name="decided"),
        sa.Index("ix_partner_invoice_line_departure_id_kind", "departure_id", "kind"),
    )


class PartnerInvoiceNote(Base):
    """What somebody wrote about a line when it was decided: prose, kept apart because it can be erased."""

    __tablename__ = "partner_invoice_note"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("partner_invoice_line.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    body: Mapped[str] = mapped_column(sa.String(1000))


class CostItem(Base):
    """One cost of a departure, planned or actual; a mistake is voided and entered again, never changed."""

    __tablename__ = "cost_item"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cost_sheet.departure_id"), index=True)
    basis: Mapped[Basis] = mapped_column(StateColumn(Basis))
    kind: Mapped[CostKind] = mapped_column(StateColumn(CostKind))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    place_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"))
    incurred_on: Mapped[date | None] = mapped_column(sa.Date)
    # Of a planned one: the rate, and so many thousandths of its unit.
    rate_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("cost_rate.id"))
    quantity: Mapped[int | None] = mapped_column(sa.BigInteger)
    # Of an actual one: by which line of an invoice, on which file.
    invoice_line_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("partner_invoice_line.id"), unique=True)
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    # What brought it about, whose consignment that was, and who bears it by the published table.
    cause: Mapped[HoldCause | None] = mapped_column(StateColumn(HoldCause))
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))
    bearer: Mapped[Bearer | None] = mapped_column(StateColumn(Bearer))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("(basis = 'planned') = (rate_id IS NOT NULL)", name="rate"),
        sa.CheckConstraint("(basis = 'planned') = (quantity IS NOT NULL)", name="quantity"),
        sa.CheckConstraint("(cause IS NULL) = (bearer IS NULL)", name="bearer"),
    )


class CostNote(Base):
    """What somebody wrote about a cost: prose, kept apart because it can be erased."""

    __tablename__ = "cost_note"

    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cost_item.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    body: Mapped[str] = mapped_column(sa.String(1000))


for _table in (CostRate, CostSheetRate):
    insert_only(_table)
