"""A claim against the insurer: opened, shown, surveyed, decided, paid."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.models import (
    InsuranceClaim,
    InsuranceClaimFile,
    InsuranceClaimText,
    InsuranceSurvey,
    InsuredLine,
)
from marketplace.logistics.insurance.queries.certificates import InsuranceRow
from marketplace.logistics.insurance.rules.claiming import (
    CLAIM,
    OWED,
    Evidence,
    InsuranceClaimState,
    check_amount,
    check_evidence,
    left,
    needs_two,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is claimed: of which line, how much, what happened; the claim against the carrier beside it, if any."""

    line_id: UUID
    amount: Money
    said: str
    claim_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """What a surveyor found, on which day."""

    surveyed_on: date
    surveyor: str
    findings: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as evidence: a file that was handed in, or a paper of the city."""

    evidence: Evidence
    file_id: UUID | None = None
    document_id: UUID | None = None


def open_claim(session: Session, *, insurance: InsuranceRow, opening: Opening, actor: Actor, now: datetime) -> UUID:
    """Open a claim of insured or beneficiary and return its id.

    NotFound for a line that is not insured there; Conflict ``not_at_risk`` before its goods are at the hub,
    ``claimed_already`` while another claim about it is open, ``insured_used_up`` when what it is insured for was
    accepted before. Refused ``amount`` for more than is left of that.
    """
    line = next((one for one in insurance.lines if one.line_id == opening.line_id), None)
    if line is None or actor.company not in (insurance.insured_id, insurance.beneficiary_id):
        raise NotFound("insurance")
    if line.at_risk_at is None:
        raise Conflict("not_at_risk", insurance=insurance.id)
    rest = _left(session, insurance.id, opening.line_id, line.insured.currency)
    ended = (InsuranceClaimState.REFUSED, InsuranceClaimState.SETTLED)
    standing = sa.select(InsuranceClaim.id).where(
        InsuranceClaim.insurance_id == insurance.id,
        InsuranceClaim.line_id == opening.line_id,
        InsuranceClaim.state.not_in(ended),
    )
    if session.scalars(standing.limit(1)).first() is not None:
        raise Conflict("claimed_already", line=opening.line_id)
    check_amount(opening.amount, insured=rest)
    claim_id = new_id()
    session.add(
        InsuranceClaim(
            id=claim_id,
            reference=new_reference("ICL"),
            insurance_id=insurance.id,
            line_id=opening.line_id,
            claim_id=opening.claim_id,
            claimant_id=actor.company,
            insurer_id=insurance.cover.insurer_id,
            currency=opening.amount.currency,
            amount_minor=opening.amount.minor,
            state=InsuranceClaimState.OPENED,
            opened_at=now,
        )
    )
    session.flush()
    _say(session, claim_id, opening.said, actor, now)
    _audit(session, claim_id, "open", {"insurance": insurance.id, "minor": opening.amount.minor}, actor, now)
    return claim_id


def show(session: Session, *, claim_id: UUID, shown: Shown, actor: Actor, now: datetime) -> None:
    """Add a document to an open claim, by claimant or insurer."""
    found = _of_party(session, claim_id, actor)
    _must_be_open(found)
    session.add(
        InsuranceClaimFile(
            claim_id=claim_id,
            evidence=shown.evidence,
            file_id=shown.file_id,
            document_id=shown.document_id,
            company_id=actor.company,
            added_at=now,
        )
    )
    session.flush()
    _audit(session, claim_id, "show", {"evidence": str(shown.evidence)}, actor, now)


def survey(session: Session, *, claim_id: UUID, survey: Survey, actor: Actor, now: datetime) -> None:
    """Write down what a surveyor found, for the insurer. Refused ``surveyed_on`` for a day to come."""
    found = _of_insurer(session, claim_id, actor)
    if survey.surveyed_on > now.date():
        raise Refused.field("surveyed_on", "too_large", "today, or an earlier day")
    _move(found, "survey")
    session.add(
        InsuranceSurvey(
            claim_id=claim_id,
            surveyed_on=survey.surveyed_on,
            surveyor=survey.surveyor,
            findings=survey.findings,
            person_id=actor.person_id,
            written_at=now,
        )
    )
    session.flush()
    _audit(session, claim_id, "survey", {}, actor, now)


def decide(session: Session, *, claim_id: UUID, accepted: Money | None, said: str, actor: Actor, now: datetime) -> None:
    """Accept a claim at an amount, or refuse it with a reason, for the insurer.

    Conflict ``claim_documents`` naming what is missing before it is accepted, ``state`` before it is surveyed,
    ``insured_used_up`` when other claims took all that the goods are insured for; Refused ``amount`` for more than is
    claimed, or left of that.
    """
    found = _of_insurer(session, claim_id, actor)
    _move(found, "refuse" if accepted is None else "accept")
    if accepted is not None:
        rest = _left(session, found.insurance_id, found.line_id, found.currency)
        most = Money(min(found.amount_minor, rest.minor), found.currency)
        check_amount(accepted, insured=most, field="accepted")
        check_evidence(
            session.scalars(sa.select(InsuranceClaimFile.evidence).where(InsuranceClaimFile.claim_id == claim_id)).all()
        )
        found.accepted_minor = accepted.minor
    elif not said.strip():
        raise Refused.field("said", "required", "a reason")
    found.decided_at = now
    session.flush()
    if said.strip():
        _say(session, claim_id, said, actor, now)
    _audit(session, claim_id, "decide", {"minor": accepted.minor if accepted else 0}, actor, now)


def pay(
    session: Session,
    *,
    claim_id: UUID,
    reference: str,
    paid_on: date,
    threshold: Money | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Record that the insurer paid what it accepted; tell whether that settles the claim.

    From ``threshold`` on (in the claim's currency; None where no rate is known) another person of the insurer has to
    confirm it with the same reference: Conflict ``second_person`` for the same person, ``payment_differs`` for
    other facts.
    """
    found = _of_insurer(session, claim_id, actor)
    CLAIM.apply(found.state, "settle")
    if paid_on > now.date():
        raise Refused.field("paid_on", "too_large", "today, or an earlier day")
    accepted = Money(found.accepted_minor or 0, found.currency)
    if found.payment_reference is None:
        found.payment_reference, found.paid_on, found.entered_by = reference, paid_on, actor.person_id
        facts = {"minor": accepted.minor}
        if threshold is None or needs_two(accepted, threshold):
            session.flush()
            _audit(session, claim_id, "enter_payment", facts, actor, now)
            return False
    else:
        if actor.person_id == found.entered_by:
            raise Conflict("second_person", claim=claim_id)
        if (reference, paid_on) != (found.payment_reference, found.paid_on):
            raise Conflict("payment_differs", claim=claim_id)
    _move(found, "settle")
    found.settled_at = now
    session.flush()
    _audit(session, claim_id, "settle", {"minor": accepted.minor}, actor, now)
    return True


def _of_party(session: Session, claim_id: UUID, actor: Actor) -> InsuranceClaim:
    found = session.scalars(
        sa.select(InsuranceClaim)
        .where(
            InsuranceClaim.id == claim_id,
            sa.or_(InsuranceClaim.claimant_id == actor.company, InsuranceClaim.insurer_id == actor.company),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("insurance_claim")
    return found


def _of_insurer(session: Session, claim_id: UUID, actor: Actor) -> InsuranceClaim:
    found = _of_party(session, claim_id, actor)
    if found.insurer_id != actor.company:
        raise NotAllowed("only_the_insurer")
    return found


def _left(session: Session, insurance_id: UUID, line_id: UUID, currency: str) -> Money:
    """Lock an insured line, so that its claims are opened and accepted one after the other; return what is left of it.

    Conflict ``insured_used_up`` when that is nothing.
    """
    insured = session.scalars(
        sa.select(InsuredLine.insured_minor)
        .where(InsuredLine.insurance_id == insurance_id, InsuredLine.line_id == line_id)
        .with_for_update()
    ).one()
    accepted = session.scalars(
        sa.select(InsuranceClaim.accepted_minor).where(
            InsuranceClaim.insurance_id == insurance_id,
            InsuranceClaim.line_id == line_id,
            InsuranceClaim.state.in_(OWED),
        )
    )
    return left(Money(insured, currency), [Money(minor or 0, currency) for minor in accepted], line=line_id)


def _must_be_open(found: InsuranceClaim) -> None:
    if found.state in (InsuranceClaimState.REFUSED, InsuranceClaimState.SETTLED):
        raise Conflict("state", thing="insurance_claim", state=str(found.state), action="show", possible=[])


def _move(found: InsuranceClaim, action: str) -> None:
    """Take a drawn transition: the one place that writes a claim's state."""
    found.state = CLAIM.apply(found.state, action)


def _say(session: Session, claim_id: UUID, body: str, actor: Actor, now: datetime) -> None:
    session.add(
        InsuranceClaimText(
            claim_id=claim_id, person_id=actor.person_id, company_id=actor.company, body=body.strip(), written_at=now
        )
    )
    session.flush()


def _audit(session: Session, claim_id: UUID, act: str, facts: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"insurance_claim.{act}",
        subject="insurance_claim",
        subject_id=claim_id,
        facts=facts,
        now=now,
    )
