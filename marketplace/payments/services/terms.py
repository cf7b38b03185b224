"""Read what was agreed about a subject: as it stands, or so that nobody amends it meanwhile."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.rules.terms import Subject

_TERMS: Final = sa.select(PaymentTerms).where(
    PaymentTerms.subject_kind == sa.bindparam("kind"), PaymentTerms.subject_id == sa.bindparam("of_subject")
)
_HELD: Final = _TERMS.with_for_update(read=True).execution_options(populate_existing=True)
_LOCKED: Final = _TERMS.with_for_update().execution_options(populate_existing=True)


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
