"""Open claims against insurers about lines of orders, with the papers that the city has of them already."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.queries import certificates
from marketplace.logistics.insurance.queries import claims as queries
from marketplace.logistics.insurance.rules.claiming import Evidence
from marketplace.logistics.insurance.services import claims
from marketplace.logistics.insurance.services.claims import Opening, Shown
from marketplace.orders.claims import queries as order_claims
from marketplace.papers import queries as papers
from marketplace.papers.rules.documents import PaperKind
from marketplace.payments.queries.tolerance import equivalent
from marketplace.reference.rules import Setting

_HAD: Final = {PaperKind.COMMERCIAL_INVOICE: Evidence.INVOICE, PaperKind.HOUSE_WAYBILL: Evidence.WAYBILL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A claim as somebody makes it."""

    line_id: UUID
    amount: Money
    said: str
    claim_id: UUID | None = None


def open_claim(session: Session, *, insurance_id: UUID, wanted: Wanted, actor: Actor, now: datetime) -> UUID:
    """Open a claim and put invoice and waybill to it, as far as the claimant may read them.

    Refused ``claim`` for a claim against the carrier that is not the claimant's, or about other goods.
    """
    row = certificates.insurance(session, insurance_id=insurance_id, company_id=actor.company)
    if wanted.claim_id is not None:
        _check_linked(session, wanted, actor)
    claim_id = claims.open_claim(
        session,
        insurance=row,
        opening=Opening(line_id=wanted.line_id, amount=wanted.amount, said=wanted.said, claim_id=wanted.claim_id),
        actor=actor,
        now=now,
    )
    subject = ("order_line", wanted.line_id)
    dossier = papers.dossier(session, subjects=[subject], company_id=actor.company)
    for document in dossier.documents:
        if document.kind in _HAD and document.id not in dossier.superseded:
            shown = Shown(_HAD[document.kind], document_id=document.id)
            claims.show(session, claim_id=claim_id, shown=shown, actor=actor, now=now)
    return claim_id


def show_file(
    session: Session, *, claim_id: UUID, evidence: Evidence, file_id: UUID, actor: Actor, now: datetime
) -> None:
    """Put a file to a claim that the actor's company handed in as evidence; Refused ``file_id`` for another."""
    file = files.get_file(session, company_id=actor.company, file_id=file_id)
    if not file.serves(Purpose.EVIDENCE):
        raise Refused.field("file_id", "file_other", f"a file handed in with the purpose {Purpose.EVIDENCE}")
    claims.show(session, claim_id=claim_id, shown=Shown(evidence, file_id=file.id), actor=actor, now=now)


def pay(session: Session, *, claim_id: UUID, reference: str, paid_on: date, actor: Actor, now: datetime) -> bool:
    """Record the insurer's payment; over the house's threshold a second person confirms it."""
    row = queries.claim(session, claim_id=claim_id, company_id=actor.company)
    threshold = equivalent(session, Setting.FOUR_EYES_THRESHOLD, currency=row.amount.currency, at=now)
    return claims.pay(
        session,
        claim_id=claim_id,
        reference=reference,
        paid_on=paid_on,
        threshold=threshold,
        actor=actor,
        now=now,
    )


def _check_linked(session: Session, wanted: Wanted, actor: Actor) -> None:
    found = order_claims.some(session, claim_ids=[wanted.claim_id] if wanted.claim_id else [])
    row = next(iter(found.values()), None)
    if row is None or row.line_id != wanted.line_id or actor.company not in (row.claimant_id, row.respondent_id):
        raise Refused.field("claim", "unknown", "a claim about these goods")
