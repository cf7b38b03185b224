"""Terms in force, and what somebody still has to accept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import TermsAcceptance, TermsVersion
from marketplace.accounts.rules.terms import TermsKind


@dataclass(frozen=True, slots=True)
class TermsRow:
    """A published version; ``label`` is what one accepts by."""

    id: UUID
    kind: TermsKind
    version: str
    text_key: str
    published_at: datetime

    @property
    def label(self) -> str:
        """Kind and version, ``terms:2026-01``."""
        return f"{self.kind}:{self.version}"


def current_terms(session: Session, *, now: datetime) -> tuple[TermsRow, ...]:
    """Return the version in force of each kind, by kind."""
    rows = session.scalars(
        sa.select(TermsVersion)
        .where(TermsVersion.published_at <= now)
        .order_by(TermsVersion.published_at, TermsVersion.id)
    )
    latest = {row.kind: row for row in rows}
    return tuple(
        TermsRow(row.id, row.kind, row.version, row.text_key, row.published_at)
        for row in sorted(latest.values(), key=lambda row: row.kind)
    )


def terms_in_force(session: Session, *, kind: TermsKind, now: datetime) -> TermsRow | None:
    """Return the version of one kind that is in force, None before the first."""
    return next((terms for terms in current_terms(session, now=now) if terms.kind is kind), None)


def terms_to_accept(session: Session, *, person_id: UUID, now: datetime) -> tuple[TermsRow, ...]:
    """Return what is in force and this person has not accepted."""
    accepted = set(
        session.scalars(sa.select(TermsAcceptance.terms_version_id).where(TermsAcceptance.person_id == person_id))
    )
    return tuple(terms for terms in current_terms(session, now=now) if terms.id not in accepted)
