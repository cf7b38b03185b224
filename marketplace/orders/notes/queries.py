"""Notes of orders, and whether they say what the books say."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.orders.models import Claim
from marketplace.orders.notes.models import TradeNote
from marketplace.orders.rules.notes import NoteKind
from marketplace.papers.models import IssuedDocument
from marketplace.papers.rules.documents import PaperKind
from marketplace.payments.models.payouts import Allowance


def find(session: Session, *, kind: NoteKind, cause_id: UUID) -> UUID | None:
    """Return the document of the note for a cause, None before there is one."""
    return session.scalar(
        sa.select(TradeNote.document_id).where(TradeNote.kind == kind, TradeNote.cause_id == cause_id)
    )


def number(session: Session, *, claim_id: UUID, company_id: UUID) -> str | None:
    """Return the number of the note that a company issued or was issued for a claim, None without one."""
    return session.scalar(
        sa.select(IssuedDocument.number)
        .join(TradeNote, TradeNote.document_id == IssuedDocument.id)
        .where(
            TradeNote.cause_id == claim_id,
            sa.or_(TradeNote.issuer_id == company_id, TradeNote.recipient_id == company_id),
        )
        .order_by(IssuedDocument.number)
        .limit(1)
    )


def invoices_of(session: Session, *, line_id: UUID, bought: bool = False) -> tuple[str, ...]:
    """Return the numbers of the commercial invoices of a line, or of its purchase, in the order of their numbers."""
    found = session.scalars(
        sa.select(IssuedDocument.number)
        .where(
            IssuedDocument.subject_kind == ("purchase_line" if bought else "order_line"),
            IssuedDocument.subject_id == line_id,
            IssuedDocument.kind == PaperKind.COMMERCIAL_INVOICE,
        )
        .distinct()
        .order_by(IssuedDocument.number)
    )
    return tuple(found)


def breaches(session: Session) -> list[Breach]:
    """Return the notes of which the amount is not that of their cause."""
    return _PROMISES.breaches(session)


def _other() -> sa.Select[UUID]:
    of_allowance = (
        sa.select(TradeNote.document_id)
        .join(Allowance, Allowance.cause_id == TradeNote.cause_id)
        .where(
            TradeNote.kind == NoteKind.CREDIT,
            sa.or_(Allowance.amount_minor != TradeNote.amount_minor, Allowance.currency != TradeNote.currency),
        )
    )
    of_claim = (
        sa.select(TradeNote.document_id)
        .join(Claim, Claim.id == TradeNote.cause_id)
        .where(sa.func.coalesce(Claim.awarded_minor, 0) != TradeNote.amount_minor)
    )
    return sa.select(sa.union(of_allowance, of_claim).subquery().c.document_id)


_PROMISES: Final = Promises("1 money", Promise("document", "a note of another amount than its cause", _other))
