"""Tables of reviews and of the rights to write them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id


class ReviewRight(Base):
    """A company received goods of an order line, known here by its id alone: it may review them, once."""

    __tablename__ = "review_right"

    line_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), index=True)
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(ReviewRight)


class Review(Base):
    """A company's review of an order line; marks and words are those of its last version.

    The merchant's one reply says to which version it was given.
    """

    __tablename__ = "goods_review"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("review_right.line_id"), unique=True)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    version: Mapped[int] = mapped_column(sa.Integer)
    reply_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("remark.id"), unique=True)
    reply_version: Mapped[int | None] = mapped_column(sa.Integer)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("(reply_id IS NULL) = (reply_version IS NULL)", name="reply"),
        sa.Index("ix_goods_review_listing_id_id", "listing_id", "id"),
        sa.Index("ix_goods_review_merchant_id_id", "merchant_id", "id"),
    )


class ReviewVersion(Base):
    """A review as it was written or changed: its marks, whether the buyer's name is told, its words."""

    __tablename__ = "goods_review_version"

    review_id: Mapped[UUID] = mapped_column(sa.ForeignKey("goods_review.id"), primary_key=True)
    version: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    remark_id: Mapped[UUID] = mapped_column(sa.ForeignKey("remark.id"), unique=True)
    goods: Mapped[int] = mapped_column(sa.Integer)
    packing: Mapped[int] = mapped_column(sa.Integer)
    on_time: Mapped[int] = mapped_column(sa.Integer)
    is_named: Mapped[bool] = mapped_column(sa.Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint(
            "goods BETWEEN 1 AND 5 AND packing BETWEEN 1 AND 5 AND on_time BETWEEN 1 AND 5", name="marks"
        ),
    )


insert_only(ReviewVersion)
