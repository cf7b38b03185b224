"""Read claims against insurers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.insurance.models import (
    InsuranceClaim,
    InsuranceClaimFile,
    InsuranceClaimText,
    InsuranceSurvey,
)
from marketplace.logistics.insurance.rules.claiming import CLAIM, Evidence, InsuranceClaimState, missing

PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class TextRow:
    """What somebody of a company wrote."""

    company_id: UUID
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """What a surveyor found."""

    surveyed_on: date
    surveyor: str
    findings: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FileRow:
    """A document of a claim: a file, or a paper of the city."""

    id: UUID
    evidence: Evidence
    file_id: UUID | None
    document_id: UUID | None
    company_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class InsuranceClaimRow:
    """A claim; texts, surveys and files are filled where one claim is shown."""

    id: UUID
    reference: str
    insurance_id: UUID
    line_id: UUID
    claim_id: UUID | None
    claimant_id: UUID
    insurer_id: UUID
    amount: Money
    accepted: Money | None
    state: InsuranceClaimState
    opened_at: datetime
    decided_at: datetime | None
    settled_at: datetime | None
    payment_reference: str | None
    paid_on: date | None
    entered_by: UUID | None
    texts: tuple[TextRow, ...] = ()
    surveys: tuple[SurveyRow, ...] = ()
    files: tuple[FileRow, ...] = ()

    @property
    def missing(self) -> tuple[Evidence, ...]:
        """The documents that the insurer still needs."""
        return missing([file.evidence for file in self.files])

    @property
    def acts(self) -> tuple[str, ...]:
        """What may follow."""
        return tuple(CLAIM.actions(self.state))

    @property
    def awaits_second(self) -> bool:
        """Whether a payment was entered that another person has to confirm."""
        return self.payment_reference is not None and self.state is InsuranceClaimState.ACCEPTED


def claim(session: Session, *, claim_id: UUID, company_id: UUID | None) -> InsuranceClaimRow:
    """Return a claim with all that belongs to it, for its claimant or insurer; for the city with no company named."""
    found = session.scalars(
        _of(sa.select(InsuranceClaim).where(InsuranceClaim.id == claim_id), company_id)
    ).one_or_none()
    if found is None:
        raise NotFound("insurance_claim")
    texts = session.scalars(
        sa.select(InsuranceClaimText).where(InsuranceClaimText.claim_id == claim_id).order_by(InsuranceClaimText.id)
    )
    surveys = session.scalars(
        sa.select(InsuranceSurvey).where(InsuranceSurvey.claim_id == claim_id).order_by(InsuranceSurvey.id)
    )
    files = session.scalars(
        sa.select(InsuranceClaimFile).where(InsuranceClaimFile.claim_id == claim_id).order_by(InsuranceClaimFile.id)
    )
    return _row(
        found,
        texts=tuple(TextRow(row.company_id, row.body, row.written_at) for row in texts),
        surveys=tuple(SurveyRow(row.surveyed_on, row.surveyor, row.findings, row.written_at) for row in surveys),
        files=tuple(
            FileRow(row.id, row.evidence, row.file_id, row.document_id, row.company_id, row.added_at) for row in files
        ),
    )


def claims(
    session: Session, *, company_id: UUID | None, cursor: str | None = None, size: int = PAGE
) -> Page[InsuranceClaimRow]:
    """Return claims, the newest first: those that a company made or answers, or all."""
    query = _of(sa.select(InsuranceClaim), company_id).order_by(InsuranceClaim.id.desc()).limit(size + 1)
    if cursor:
        query = query.where(InsuranceClaim.id < decode_id(cursor))
    return page_of([_row(found) for found in session.scalars(query)], size, lambda row: (row.id.hex,))


def of_line(session: Session, *, line_id: UUID) -> tuple[InsuranceClaimRow, ...]:
    """Return the claims about a line, oldest first."""
    query = sa.select(InsuranceClaim).where(InsuranceClaim.line_id == line_id).order_by(InsuranceClaim.id)
    return tuple(_row(found) for found in session.scalars(query))


def _of(query: sa.Select[InsuranceClaim], company_id: UUID | None) -> sa.Select[InsuranceClaim]:
    if company_id is None:
        return query
    return query.where(sa.or_(InsuranceClaim.claimant_id == company_id, InsuranceClaim.insurer_id == company_id))


def _row(found: Any, **more: Any) -> InsuranceClaimRow:
    return InsuranceClaimRow(
        id=found.id,
        reference=found.reference,
        insurance_id=found.insurance_id,
        line_id=found.line_id,
        claim_id=found.claim_id,
        claimant_id=found.claimant_id,
        insurer_id=found.insurer_id,
        amount=Money(found.amount_minor, found.currency),
        accepted=None if found.accepted_minor is None else Money(found.accepted_minor, found.currency),
        state=found.state,
        opened_at=found.opened_at,
        decided_at=found.decided_at,
        settled_at=found.settled_at,
        payment_reference=found.payment_reference,
        paid_on=found.paid_on,
        entered_by=found.entered_by,
        **more,
    )
