"""Tables of reporting keys and reports, posts, tracking links, hooks and what was delivered to them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.tracing.rules.hooks import DeliveryState, HookEnd


class TrackingPost(Base):
    """A company reports what happens at this place, to every lorry that calls there."""

    __tablename__ = "tracking_post"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("company_id", "place_code", name="uq_tracking_post_company_id"),)


class ReportingKey(Base):
    """What a company signs its reports with; the secret is sealed, since a signature cannot be checked by its hash."""

    __tablename__ = "reporting_key"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    secret_sealed: Mapped[str] = mapped_column(sa.String(300))
    made_by: Mapped[UUID] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Report(Base):
    """A message that was taken, known by its sender's own id: sent again it has the same outcome."""

    __tablename__ = "tracking_report"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    message_id: Mapped[str] = mapped_column(sa.String(128))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    key_id: Mapped[UUID] = mapped_column(sa.ForeignKey("reporting_key.id"))
    event_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    retraction_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("company_id", "message_id", name="uq_tracking_report_company_id"),)


class TrackingLink(Base):
    """A link that shows the way of a booking; found by the token's hash, shown again to its parties unsealed."""

    __tablename__ = "tracking_link"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    token_sealed: Mapped[str] = mapped_column(sa.String(300))
    made_by: Mapped[UUID] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Hook(Base):
    """An address of a company that gets the events of its bookings, signed; failures are those since it took one."""

    __tablename__ = "tracking_hook"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    url: Mapped[str] = mapped_column(sa.String(500))
    secret_sealed: Mapped[str] = mapped_column(sa.String(300))
    made_by: Mapped[UUID] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_because: Mapped[HookEnd | None] = mapped_column(StateColumn(HookEnd))

    __table_args__ = (
        sa.CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="failing"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
    )


class Delivery(Base):
    """That an event is to reach an address, and what came of it; what was sent is made from the event each time."""

    __tablename__ = "tracking_delivery"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    hook_id: Mapped[UUID] = mapped_column(sa.ForeignKey("tracking_hook.id"))
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("transport_event.id"))
    state: Mapped[DeliveryState] = mapped_column(StateColumn(DeliveryState))
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    last_status: Mapped[int | None] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("hook_id", "event_id", name="uq_tracking_delivery_hook_id"),)


class ArrivalWarning(Base):
    """That a consignee was told once that a booking comes much later than promised."""

    __tablename__ = "arrival_warning"

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    promised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    estimated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


for _table in (Report, ArrivalWarning):
    insert_only(_table)
