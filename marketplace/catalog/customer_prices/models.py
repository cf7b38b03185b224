"""Tables of customer groups, price lists, who reads which prices, and who asks."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalog.customer_prices.rules.requests import RequestState
from marketplace.catalog.customer_prices.rules.terms import LONGEST_NAME
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id

_OPEN = sa.text("state = 'open'")


class CustomerGroup(Base):
    """A merchant's own set of companies that buy from him; its name is for him alone."""

    __tablename__ = "customer_group"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("merchant_id", "name"),)


class CustomerGroupMember(Base):
    """A company in a group."""

    __tablename__ = "customer_group_member"

    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("customer_group.id"), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), primary_key=True)

    __table_args__ = (sa.Index("ix_customer_group_member_company_id_group_id", "company_id", "group_id"),)


class PriceList(Base):
    """Prices in one currency on one basis for some buyers; over from ``valid_until`` on, never without its rows."""

    __tablename__ = "price_list"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    currency: Mapped[str] = mapped_column(sa.String(3))
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("merchant_id", "name"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="period"),
    )


class PriceListEntry(Base):
    """The prices of one listing on a list; ``tiers`` as those of a price ladder."""

    __tablename__ = "price_list_entry"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    list_id: Mapped[UUID] = mapped_column(sa.ForeignKey("price_list.id"), primary_key=True, index=True)
    tiers: Mapped[list[list[int]]] = mapped_column(Json)


class Audience(Base):
    """A company or a group that is named: ``subject`` is the id of a price list, a listing, or a merchant.

    A merchant stands for all his listings whose prices are for those he names.
    """

    __tablename__ = "price_audience"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    subject: Mapped[UUID] = mapped_column(sa.Uuid)
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    group_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("customer_group.id"), index=True)

    __table_args__ = (
        sa.CheckConstraint("(company_id IS NULL) <> (group_id IS NULL)", name="one"),
        sa.UniqueConstraint("subject", "company_id"),
        sa.UniqueConstraint("subject", "group_id"),
    )


class PriceRequest(Base):
    """A company's wish to read the prices of a listing; one waits at a time."""

    __tablename__ = "price_request"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    state: Mapped[RequestState] = mapped_column(StateColumn(RequestState))
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    asked_by: Mapped[UUID] = mapped_column(sa.Uuid)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "uq_price_request_open", "listing_id", "company_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        sa.Index("ix_price_request_merchant_id_state_due_at", "merchant_id", "state", "due_at"),
    )
