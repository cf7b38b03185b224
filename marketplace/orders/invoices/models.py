"""Tables of the register of official invoices."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.orders.rules.invoices import InvoiceState

_NOT_VOID: Final = sa.text("state <> 'cancelled'")


class OfficialInvoice(Base):
    """An invoice that was issued in a state's system; only its state changes. Red-letter ones have negative amounts."""

    __tablename__ = "official_invoice"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    issuer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    buyer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    recorded_by: Mapped[UUID] = mapped_column(sa.Uuid)  # the company, never a person
    country: Mapped[str] = mapped_column(sa.String(2))
    type: Mapped[str] = mapped_column(sa.String(32))
    code: Mapped[str] = mapped_column(sa.String(20))
    number: Mapped[str] = mapped_column(sa.String(40))
    issued_on: Mapped[date] = mapped_column(sa.Date)
    currency: Mapped[str] = mapped_column(sa.String(3))
    net_minor: Mapped[int] = mapped_column(sa.BigInteger)
    tax_minor: Mapped[int] = mapped_column(sa.BigInteger)
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    # The first invoice: of a red-letter one, or of one that replaces it.
    refers_to: Mapped[UUID | None] = mapped_column(sa.ForeignKey("official_invoice.id"), index=True)
    state: Mapped[InvoiceState] = mapped_column(StateColumn(InvoiceState))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("net_minor <> 0", name="amount"),
        sa.CheckConstraint("(net_minor < 0 AND tax_minor <= 0) OR (net_minor > 0 AND tax_minor >= 0)", name="sign"),
        sa.CheckConstraint("net_minor > 0 OR refers_to IS NOT NULL", name="red"),
        # What was void may have been mistyped: its number is free for the invoice that has it.
        sa.Index(
            "uq_official_invoice_issuer_id_country_code_number",
            "issuer_id",
            "country",
            "code",
            "number",
            unique=True,
            sqlite_where=_NOT_VOID,
            postgresql_where=_NOT_VOID,
        ),
        sa.Index("ix_official_invoice_issuer_id_id", "issuer_id", "id"),
        sa.Index("ix_official_invoice_buyer_id_id", "buyer_id", "id"),
    )


class InvoiceMatch(Base):
    """How much of an invoice, tax included, is for which order line."""

    __tablename__ = "official_invoice_match"

    invoice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("official_invoice.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True, index=True)
    minor: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.CheckConstraint("minor <> 0", name="some"),)


class InvoiceReminder(Base):
    """That the issuer was reminded of a line without an official invoice; once."""

    __tablename__ = "official_invoice_reminder"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PurchaseInvoiceReminder(Base):
    """That a merchant was reminded of a line without its official invoice to the trading company; once."""

    __tablename__ = "official_invoice_purchase_reminder"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(InvoiceReminder)
insert_only(PurchaseInvoiceReminder)
