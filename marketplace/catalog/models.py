"""Tables of categories, commodities, listings, prices, pictures, change sets, cards and stock."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.attributes import AttributeKind, Wanted
from marketplace.catalog.rules.details.ending import Stage
from marketplace.catalog.rules.proposals import ProposalState
from marketplace.catalog.rules.states import ChangeState, EntryKind, HoldState, ListingState
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id

_PENDING = sa.text("state = 'pending'")


class Category(Base):
    """A shelf of the city: its names by language, its drawing, whether goods are fresh, HS chapters it takes."""

    __tablename__ = "category"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    drawing: Mapped[str] = mapped_column(sa.String(40))
    fresh: Mapped[bool] = mapped_column(sa.Boolean)
    hs_chapters: Mapped[list[str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(sa.Integer)
    # Goods of this shelf usually are dangerous: each says whether it is.
    asks_dangerous: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())


class Commodity(Base):
    """The shared page of one kind of goods."""

    __tablename__ = "commodity"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    category_id: Mapped[UUID] = mapped_column(sa.ForeignKey("category.id"), index=True)
    hs6: Mapped[str] = mapped_column(sa.String(6))
    grade: Mapped[str] = mapped_column(sa.String(60))


class CategoryAttribute(Base):
    """One thing that a category asks of its goods; ``choices`` are codes with their names by language."""

    __tablename__ = "category_attribute"

    category_id: Mapped[UUID] = mapped_column(sa.ForeignKey("category.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    kind: Mapped[AttributeKind] = mapped_column(StateColumn(AttributeKind))
    wanted: Mapped[Wanted] = mapped_column(StateColumn(Wanted))
    unit: Mapped[str | None] = mapped_column(sa.String(3))
    choices: Mapped[dict[str, dict[str, str]]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(sa.Integer)


class CommodityProposal(Base):
    """A merchant's wish for a shared page; ``commodity_id`` is the page made of it, or the one it was merged into."""

    __tablename__ = "commodity_proposal"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    state: Mapped[ProposalState] = mapped_column(StateColumn(ProposalState))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    category_id: Mapped[UUID] = mapped_column(sa.ForeignKey("category.id"))
    hs6: Mapped[str] = mapped_column(sa.String(6))
    grade: Mapped[str] = mapped_column(sa.String(60))
    commodity_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("commodity.id"))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    proposed_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_commodity_proposal_state_id", "state", "id"),
        sa.Index("ix_commodity_proposal_company_id_id", "company_id", "id"),
    )


class Brand(Base):
    """A brand whose name nobody uses without saying how the goods stand to it; found by what its name looks like."""

    __tablename__ = "brand"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(60))
    skeleton: Mapped[str] = mapped_column(sa.String(200), unique=True)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Listing(Base):
    """One merchant's offer; material fields hold what is approved, a waiting edit of them stands in a change set."""

    __tablename__ = "listing"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    sku: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ListingState] = mapped_column(StateColumn(ListingState))
    version: Mapped[int] = mapped_column(sa.Integer)
    category_id: Mapped[UUID] = mapped_column(sa.ForeignKey("category.id"), index=True)
    commodity_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("commodity.id"), index=True)
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    descriptions: Mapped[dict[str, str]] = mapped_column(Json)
    source_locale: Mapped[str] = mapped_column(sa.String(8))
    hs_code: Mapped[str] = mapped_column(sa.String(10))
    origin: Mapped[str] = mapped_column(sa.String(2))
    grade: Mapped[str] = mapped_column(sa.String(60))
    unit: Mapped[str] = mapped_column(sa.String(3))
    moq: Mapped[int] = mapped_column(sa.BigInteger)
    multiple: Mapped[int] = mapped_column(sa.BigInteger)
    carton_units: Mapped[int | None] = mapped_column(sa.Integer)
    carton_length_mm: Mapped[int | None] = mapped_column(sa.Integer)
    carton_width_mm: Mapped[int | None] = mapped_column(sa.Integer)
    carton_height_mm: Mapped[int | None] = mapped_column(sa.Integer)
    carton_gross_g: Mapped[int | None] = mapped_column(sa.BigInteger)
    carton_net_g: Mapped[int | None] = mapped_column(sa.BigInteger)
    stackable: Mapped[bool] = mapped_column(sa.Boolean)
    lead_days: Mapped[int | None] = mapped_column(sa.Integer)
    hub_code: Mapped[str] = mapped_column(sa.String(40))
    price_jumped: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # Units below which its merchant is told that stock runs low; without them the city's setting says it.
    low_below: Mapped[int | None] = mapped_column(sa.BigInteger)
    # How much is said about it, as `rules.said` stores it.
    said: Mapped[dict[str, int]] = mapped_column(Json, default=dict, server_default="{}")
    price_visibility: Mapped[Visibility] = mapped_column(
        StateColumn(Visibility), default=Visibility.PUBLIC, server_default=Visibility.PUBLIC
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("company_id", "sku"),
        sa.CheckConstraint("moq >= 1 AND multiple >= 1", name="quantities"),
        sa.CheckConstraint("lead_days IS NULL OR lead_days >= 1", name="lead_days"),
        sa.Index("ix_listing_company_id_id", "company_id", "id"),
        sa.Index("ix_listing_state_id", "state", "id"),
        sa.Index("ix_listing_approved_at_id", "approved_at", "id"),
    )


class PriceLadder(Base):
    """Prices of a listing in one currency on one basis; ``tiers`` are pairs (from quantity, price in millionths)."""

    __tablename__ = "price_ladder"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    currency: Mapped[str] = mapped_column(sa.String(3))
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    place_code: Mapped[str] = mapped_column(sa.String(40))
    tiers: Mapped[list[list[int]]] = mapped_column(Json)

    __table_args__ = (
        sa.UniqueConstraint("listing_id", "currency", "incoterm", "place_code", name="uq_price_ladder_basis"),
    )


class ListingDetail(Base):
    """What a merchant says of goods beside the offer: one document of each kind a listing, approved where material."""

    __tablename__ = "listing_detail"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    kind: Mapped[DetailKind] = mapped_column(StateColumn(DetailKind), primary_key=True)
    document: Mapped[Any] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The first day on which something of it ends, as `rules.details.ending` reads it.
    ends_on: Mapped[date | None] = mapped_column(sa.Date)

    __table_args__ = (sa.Index("ix_listing_detail_ends_on", "ends_on"),)


class EndNotice(Base):
    """That a merchant was told how near the end of a certificate or licence is, whatever listings show it."""

    __tablename__ = "listing_end_notice"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    kind: Mapped[DetailKind] = mapped_column(StateColumn(DetailKind))
    key: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(220))
    until: Mapped[date] = mapped_column(sa.Date)
    stage: Mapped[Stage] = mapped_column(StateColumn(Stage))
    listings: Mapped[int] = mapped_column(sa.Integer)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("company_id", "kind", "key", "until", "stage", name="uq_listing_end_notice_once"),
    )


insert_only(EndNotice)


class VariantGroup(Base):
    """Listings of one merchant that differ by one or two axes, such as size and colour; ``name`` is his own for it."""

    __tablename__ = "variant_group"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    name: Mapped[str] = mapped_column(sa.String(80), server_default=sa.text("''"))
    axes: Mapped[list[str]] = mapped_column(Json)

    __table_args__ = (sa.Index("uq_variant_group_company_id_name", "company_id", "name", unique=True),)


class ListingVariant(Base):
    """A listing in a group, with its value on each axis."""

    __tablename__ = "listing_variant"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("variant_group.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    values: Mapped[list[str]] = mapped_column(Json)

    __table_args__ = (sa.Index("ix_listing_variant_group_id_position", "group_id", "position"),)


class PriceHistory(Base):
    """Prices of a listing on one basis from an instant on, as in ``price_ladder``; no tiers: the basis was given up."""

    __tablename__ = "price_history"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    currency: Mapped[str] = mapped_column(sa.String(3))
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    place_code: Mapped[str] = mapped_column(sa.String(40))
    tiers: Mapped[list[list[int]]] = mapped_column(Json)

    __table_args__ = (sa.Index("ix_price_history_listing_id_id", "listing_id", "id"),)


class ListingPicture(Base):
    """A picture of a listing; those that wait for review are not shown."""

    __tablename__ = "listing_picture"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    position: Mapped[int] = mapped_column(sa.Integer)
    alt: Mapped[str] = mapped_column(sa.String(160))
    approved: Mapped[bool] = mapped_column(sa.Boolean)

    __table_args__ = (sa.UniqueConstraint("listing_id", "file_id"),)


class ChangeSet(Base):
    """A material edit of a listing that is up: ``changes`` maps a field to its old and new value."""

    __tablename__ = "listing_change"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    state: Mapped[ChangeState] = mapped_column(StateColumn(ChangeState))
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    proposed_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "uq_listing_change_pending", "listing_id", unique=True, sqlite_where=_PENDING, postgresql_where=_PENDING
        ),
    )


class ListingCard(Base):
    """What is shown of a live listing, written anew whenever that changes: one row, no joins of prices.

    ``bases`` holds the rules of its ladders between bars, ``|DAP|FCA|``; ``face`` what a shelf shows, ``page`` the
    rest. Its prices are for those whom ``visibility`` lets read them.
    """

    __tablename__ = "listing_card"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    category_id: Mapped[UUID] = mapped_column(sa.ForeignKey("category.id"))
    commodity_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    origin: Mapped[str] = mapped_column(sa.String(2))
    hs_code: Mapped[str] = mapped_column(sa.String(10))
    bases: Mapped[str] = mapped_column(sa.String(80))
    moq: Mapped[int] = mapped_column(sa.BigInteger)
    version: Mapped[int] = mapped_column(sa.Integer)
    visibility: Mapped[Visibility] = mapped_column(StateColumn(Visibility), server_default=Visibility.PUBLIC)
    face: Mapped[dict[str, Any]] = mapped_column(Json)
    page: Mapped[dict[str, Any]] = mapped_column(Json)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_listing_card_category_id_listing_id", "category_id", "listing_id"),
        sa.Index("ix_listing_card_origin_listing_id", "origin", "listing_id"),
        sa.Index("ix_listing_card_company_id_listing_id", "company_id", "listing_id"),
        sa.Index("ix_listing_card_commodity_id_listing_id", "commodity_id", "listing_id"),
    )


class ListingNumber(Base):
    """A number by which a live listing is ordered: its article number, its maker's, or one that the part replaces.

    Kept as ``rules.details.parts.lookup`` writes it, and gone with the card.
    """

    __tablename__ = "listing_number"

    listing_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("listing_card.listing_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[str] = mapped_column(sa.String(120), primary_key=True, index=True)


class Stock(Base):
    """Units of a listing: lying ready, promised to orders, and claimed for a while (expired claims until released)."""

    __tablename__ = "stock"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    on_hand: Mapped[int] = mapped_column(sa.BigInteger)
    allocated: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    held: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    __table_args__ = (
        sa.CheckConstraint("on_hand >= 0", name="on_hand"),
        sa.CheckConstraint("allocated >= 0", name="allocated"),
        sa.CheckConstraint("held >= 0", name="held"),
        sa.CheckConstraint("on_hand - allocated - held >= 0", name="available"),
    )


class StockHold(Base):
    """A subject's claim on stock (an order line's, by id); ``shipped`` of it have left."""

    __tablename__ = "stock_hold"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stock.listing_id"))
    subject: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    shipped: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    state: Mapped[HoldState] = mapped_column(StateColumn(HoldState))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_because: Mapped[str | None] = mapped_column(sa.String(40))

    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("0 <= shipped AND shipped <= quantity", name="shipped"),
        sa.Index("ix_stock_hold_listing_id_state_expires_at", "listing_id", "state", "expires_at"),
        sa.Index("ix_stock_hold_state_expires_at", "state", "expires_at"),
    )


class StockEntry(Base):
    """One movement of stock; the sums of a listing's entries are its row in ``stock``."""

    __tablename__ = "stock_entry"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    kind: Mapped[EntryKind] = mapped_column(StateColumn(EntryKind))
    hold_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    on_hand: Mapped[int] = mapped_column(sa.BigInteger)
    allocated: Mapped[int] = mapped_column(sa.BigInteger)
    held: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(StockEntry)
insert_only(PriceHistory)
