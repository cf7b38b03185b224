"""Write down what an insurer offers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.insurance.models import InsuranceCover
from marketplace.logistics.insurance.rules.covering import CoverKind, Terms, check_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCover:
    """A policy as it is to be written down."""

    insurer_id: UUID
    policy_number: str
    terms: Terms
    kind: CoverKind = CoverKind.OPEN
    is_fictitious: bool = False


def write(session: Session, *, cover: NewCover, actor: Actor, now: datetime) -> UUID:
    """Write a cover down and return its id, for the operator; Refused for no insurer, or a number it has already."""
    check_terms(cover.terms)
    found = accounts.companies_of_kind(session, kind=CompanyKind.INSURER)
    if cover.insurer_id not in {company.id for company in found}:
        raise Refused.field("insurer", "unknown", "an insurer of the city")
    terms, cover_id = cover.terms, new_id()
    is_new = insert_if_new(
        session,
        InsuranceCover,
        id=cover_id,
        insurer_id=cover.insurer_id,
        kind=cover.kind,
        policy_number=cover.policy_number,
        clauses=terms.clauses,
        rate_ppm=terms.rate_ppm,
        currency=terms.limit.currency,
        minimum_minor=terms.minimum.minor,
        limit_minor=terms.limit.minor,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        excluded=list(terms.excluded),
        takes_dangerous=terms.takes_dangerous,
        is_fictitious=cover.is_fictitious,
        written_at=now,
    )
    if not is_new:
        raise Refused.field("policy_number", "taken", "another number")
    audit.record(
        session,
        actor=actor,
        action="insurance_cover.write",
        subject="insurance_cover",
        subject_id=cover_id,
        facts={"insurer": cover.insurer_id, "ppm": terms.rate_ppm},
        now=now,
    )
    return cover_id
