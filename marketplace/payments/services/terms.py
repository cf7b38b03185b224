"""Read what was agreed about a subject: as it stands, or so that nobody amends it meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import remembered
from marketplace.kernel.errors import NotFound
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.rules.terms import Mode, Subject

_TERMS: Final = sa.select(PaymentTerms).where(
    PaymentTerms.subject_kind == sa.bindparam("kind"), PaymentTerms.subject_id == sa.bindparam("of_subject")
)
_HELD: Final = _TERMS.with_for_update(read=True).execution_options(populate_existing=True)
_LOCKED: Final = _TERMS.with_for_update().execution_options(populate_existing=True)
_SETTLEMENTS: Final = sa.select(
    PaymentTerms.subject_kind,
    PaymentTerms.subject_id,
    PaymentTerms.mode,
    PaymentTerms.payee_id,
    PaymentTerms.currency,
    PaymentTerms.created_at,
).where(PaymentTerms.subject_id.in_(sa.bindparam("subjects", expanding=True)))
_KNOWN: Final = "payments.settlements"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What of a subject's terms stays as it was placed, whatever is amended or cancelled."""

    subject: Subject
    mode: Mode
    payee_id: UUID
    currency: str
    created_at: datetime


def settlements(session: Session, subjects: Collection[Subject]) -> list[Settlement]:
    """Return how subjects are settled, those without terms left out.

    What was found is not asked again in the transaction: a capture is booked twice, itself and its fee.
    """
    known = remembered(session, _KNOWN, dict[UUID, list[Settlement]])
    ids = {subject.id for subject in subjects}
    if unknown := ids - known.keys():
        for row in session.execute(_SETTLEMENTS, {"subjects": list(unknown)}):
            subject = Subject(row.subject_kind, row.subject_id)
            found = Settlement(subject, row.mode, row.payee_id, row.currency, row.created_at)
            known.setdefault(subject.id, []).append(found)
    return [found for one in ids for found in known.get(one, ())]


def terms_of(session: Session, subject: Subject) -> PaymentTerms | None:
    """Return what was agreed for a subject."""
    return session.scalars(_TERMS, _named(subject)).one_or_none()


def held_terms(session: Session, subject: Subject) -> PaymentTerms | None:
    """Return the same, which nobody amends before this transaction ends; others may hold it, too."""
    return session.scalars(_HELD, _named(subject)).one_or_none()


def locked_terms(session: Session, subject: Subject) -> PaymentTerms | None:
    """Return the same, which nobody else holds or amends before this transaction ends."""
    return session.scalars(_LOCKED, _named(subject)).one_or_none()


def there(terms: PaymentTerms | None) -> PaymentTerms:
    """Return terms where there are any; NotFound."""
    if terms is None:
        raise NotFound("payment_terms")
    return terms


def _named(subject: Subject) -> dict[str, Any]:
    return {"kind": subject.kind, "of_subject": subject.id}
