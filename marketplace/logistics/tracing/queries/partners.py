"""Read who reports, with which keys, and who is told at which addresses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.tracing.models import Delivery, Hook, ReportingKey, TrackingPost
from marketplace.logistics.tracing.rules.hooks import DeliveryState, HookEnd

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A reporting key by its public name; revoked keys are gone from lists."""

    id: UUID
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HookRow:
    """An address that gets events, or got them until it ended."""

    id: UUID
    company_id: UUID
    url: str
    created_at: datetime
    failures: int
    failing_since: datetime | None
    ended_at: datetime | None
    ended_because: HookEnd | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event to one address: ids and outcome, never content."""

    id: UUID
    hook_id: UUID
    event_id: UUID
    state: DeliveryState
    attempts: int
    last_status: int | None
    created_at: datetime
    tried_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostRow:
    """A company that reports for a place."""

    id: UUID
    company_id: UUID
    company: str
    place_code: str
    since: datetime


def keys(session: Session, *, company_id: UUID) -> tuple[KeyRow, ...]:
    """Return a company's keys that are not revoked, the newest first."""
    rows = session.scalars(
        sa.select(ReportingKey)
        .where(ReportingKey.company_id == company_id, ReportingKey.revoked_at.is_(None))
        .order_by(ReportingKey.id.desc())
    )
    return tuple(KeyRow(row.id, row.name, row.created_at) for row in rows)


def hooks(session: Session, *, company_id: UUID) -> tuple[HookRow, ...]:
    """Return a company's addresses, the active ones first, those that ended by hand left out."""
    rows = session.scalars(
        sa.select(Hook)
        .where(Hook.company_id == company_id, Hook.ended_because.is_distinct_from(HookEnd.BY_HAND))
        .order_by(Hook.ended_at.is_not(None), Hook.id.desc())
    )
    return tuple(_hook(row) for row in rows)


def hook(session: Session, *, hook_id: UUID) -> HookRow:
    """Return one address; NotFound for an unknown one. Whose it is, is the caller's to ask."""
    row = session.get(Hook, hook_id)
    if row is None:
        raise NotFound("tracking_hook")
    return _hook(row)


def deliveries(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[DeliveryRow]:
    """Return what was sent, or is to be, to a company's addresses, the newest first."""
    wanted = (
        sa.select(Delivery)
        .join(Hook, Hook.id == Delivery.hook_id)
        .where(Hook.company_id == company_id)
        .order_by(Delivery.id.desc())
        .limit(PAGE + 1)
    )
    if cursor is not None:
        wanted = wanted.where(Delivery.id < decode_id(cursor))
    page = page_of(session.scalars(wanted).all(), PAGE, lambda row: (str(row.id),))
    return page.map(
        lambda row: DeliveryRow(
            row.id,
            row.hook_id,
            row.event_id,
            row.state,
            row.attempts,
            row.last_status,
            row.created_at,
            row.tried_at,
        )
    )


def posts(session: Session) -> tuple[PostRow, ...]:
    """Return who reports for which place, by place and name."""
    rows = session.execute(
        sa.select(TrackingPost.id, TrackingPost.company_id, Company.name, TrackingPost.place_code, TrackingPost.since)
        .join(Company, Company.id == TrackingPost.company_id)
        .order_by(TrackingPost.place_code, Company.name, TrackingPost.id)
    )
    return tuple(PostRow(*row) for row in rows)


def _hook(row: Hook) -> HookRow:
    return HookRow(
        id=row.id,
        company_id=row.company_id,
        url=row.url,
        created_at=row.created_at,
        failures=row.failures,
        failing_since=row.failing_since,
        ended_at=row.ended_at,
        ended_because=row.ended_because,
    )
