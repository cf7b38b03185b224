"""Read the terms of the city: what is in force, and who has accepted it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Membership, TermsAcceptance, TermsVersion
from marketplace.accounts.rules.terms import TermsKind
from marketplace.kernel.columns import UtcDateTime


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


def current(session: Session, *, now: datetime) -> tuple[TermsRow, ...]:
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


def in_force(session: Session, *, kind: TermsKind, now: datetime) -> TermsRow | None:
    """Return the version of one kind that is in force, None before the first."""
    return next((terms for terms in current(session, now=now) if terms.kind is kind), None)


def to_accept(session: Session, *, person_id: UUID, now: datetime) -> tuple[TermsRow, ...]:
    """Return what is in force and this person has not accepted."""
    accepted = set(
        session.scalars(sa.select(TermsAcceptance.terms_version_id).where(TermsAcceptance.person_id == person_id))
    )
    return tuple(terms for terms in current(session, now=now) if terms.id not in accepted)


def has_accepted(session: Session, *, company_id: UUID) -> bool:
    """Tell whether somebody who acts for a company accepted terms; without the newest nobody acts at all."""
    accepted = (
        sa.select(TermsAcceptance.person_id)
        .join(Membership, Membership.person_id == TermsAcceptance.person_id)
        .where(Membership.company_id == company_id, Membership.ended_at.is_(None))
        .limit(1)
    )
    return session.scalars(accepted).first() is not None


def owes(session: Session, *, person_id: UUID, now: datetime) -> bool:
    """Tell, in one query, whether a version in force waits for this person's acceptance."""
    return bool(session.execute(_OWES, {"person_id": person_id, "now": now}).scalar_one())


_NOW: Final = sa.bindparam("now", type_=UtcDateTime())
_LATER: Final = aliased(TermsVersion)


def owing(person_id: Any) -> sa.ColumnElement[bool]:
    """Tell, as a column for whoever reads a person on the way, whether a version in force at ``now`` waits for him.

    Of two published at one instant the later id is in force.
    """
    return sa.exists().where(
        TermsVersion.published_at <= _NOW,
        ~sa.exists().where(
            _LATER.kind == TermsVersion.kind,
            _LATER.published_at <= _NOW,
            sa.or_(
                _LATER.published_at > TermsVersion.published_at,
                sa.and_(_LATER.published_at == TermsVersion.published_at, _LATER.id > TermsVersion.id),
            ),
        ),
        ~sa.exists()
        .where(TermsAcceptance.terms_version_id == TermsVersion.id, TermsAcceptance.person_id == person_id)
        .correlate_except(TermsAcceptance),
    )


# Asked before every act on pages, so it is written once.
_OWES: Final = sa.select(owing(sa.bindparam("person_id", type_=sa.Uuid())))
