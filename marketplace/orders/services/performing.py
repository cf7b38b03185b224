"""Remedies that somebody performs: parts or other goods are sent, or goods go back; the other side says they came."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.orders.events import ClaimMoved
from marketplace.orders.models import Claim, Order
from marketplace.orders.rules.claims import CLAIMS, Owner
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.services import replacing
from marketplace.reference.rules import Setting


def sender_of(claim: Claim) -> UUID:
    """Return the company that sends: the claimant what goes back, else the respondent."""
    return claim.claimant_id if claim.remedy is Remedy.RETURN else claim.respondent_id


def begin(session: Session, *, claim: Claim, actor: Actor, now: datetime) -> None:
    """Let the sender of what was agreed have its working days; what is not sent then is paid for, or kept."""
    claim.state = CLAIMS.apply(claim.state, "perform")
    claim.owner = Owner.CLAIMANT if claim.remedy is Remedy.RETURN else Owner.RESPONDENT
    claim.deadline_at = accounts.days_of(
        session, company_id=sender_of(claim), setting=Setting.REMEDY_SEND_WORKING_DAYS, now=now
    )
    session.flush()
    note(session, claim, "perform", actor, now)
    if claim.remedy is Remedy.REPLACEMENT:
        order = session.get_one(Order, claim.order_id)
        replacing.begin(session, claim=claim, order=order, actor=actor, now=now)


def send(session: Session, *, claim: Claim, actor: Actor, now: datetime, by_lorry: bool = False) -> None:
    """Note that it was sent: the other side has its working days to say that it came.

    What goes by lorry is counted, accepted or found faulty as other goods are, by the clocks of that.
    """
    claim.state = CLAIMS.apply(claim.state, "send")
    receiver = claim.respondent_id if claim.remedy is Remedy.RETURN else claim.claimant_id
    claim.owner = Owner.RESPONDENT if claim.remedy is Remedy.RETURN else Owner.CLAIMANT
    claim.sent_at = now
    days = accounts.days_of(session, company_id=receiver, setting=Setting.REMEDY_CONFIRM_WORKING_DAYS, now=now)
    claim.deadline_at = None if by_lorry else days
    session.flush()
    note(session, claim, "send", actor, now)


def note(session: Session, claim: Claim, act: str, actor: Actor, now: datetime) -> None:
    """Tell both sides and the audit."""
    events.record(session, ClaimMoved(order_id=claim.order_id, claim_id=claim.id, act=act, at=now))
    facts = {"remedy": str(claim.remedy), "minor": claim.offer_minor, "currency": claim.currency}
    audit.record(
        session, actor=actor, action=f"claim.{act}", subject="claim", subject_id=claim.id, facts=facts, now=now
    )
