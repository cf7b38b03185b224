"""Goods that go back by a booking: the lorry's progress moves the claim, as a word of its sender does by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict
from marketplace.orders.models import Claim
from marketplace.orders.rules import returning as rules
from marketplace.orders.rules.claims import ClaimState
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.services import performing, remedying
from marketplace.orders.services.ending import locked
from marketplace.reference.rules import Setting


def book(session: Session, *, claim_id: UUID, cargo_until: datetime, actor: Actor, now: datetime) -> None:
    """Note that goods go back by a booking, as they were agreed to; who may book is the caller's to decide.

    Conflict ``no_return`` for a claim of which nothing is to go back, ``return_too_late`` for a lorry whose cut-off
    lies behind the time to send, ``state`` while there is a booking.
    """
    claim, _order = locked(session, claim_id, None)
    sends = claim.state is ClaimState.SENDING
    lies = claim.state is ClaimState.SENT and claim.way is rules.WayBack.STRANDED
    if claim.remedy is not Remedy.RETURN or not (sends or lies):
        raise Conflict("no_return", claim=claim.reference)
    if sends and claim.deadline_at is not None and cargo_until > claim.deadline_at:
        raise Conflict("return_too_late", until=claim.deadline_at.isoformat())
    _move(session, claim, "book", actor, now)
    if claim.state is ClaimState.SENT:
        claim.deadline_at = None  # as before it lost its lorry
        session.flush()


def prolong(session: Session, *, claim_id: UUID, cargo_until: datetime, now: datetime) -> None:
    """Give who sends until the cut-off of the later lorry that its booking was rolled to."""
    claim, _order = locked(session, claim_id, None)
    if claim.state is ClaimState.SENDING and claim.deadline_at is not None and claim.deadline_at < cargo_until:
        claim.deadline_at = cargo_until
        session.flush()
        _audit(session, claim, "prolong", {"until": cargo_until.isoformat()}, SYSTEM, now)


def hand_over(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that the hub has the goods: they count as sent, and their lorry tells the rest."""
    claim, _order = locked(session, claim_id, None)
    _move(session, claim, "hand_over", actor, now)
    performing.send(session, claim=claim, actor=actor, now=now, by_lorry=True)


def follow(session: Session, *, claim_id: UUID, action: str, now: datetime) -> None:
    """Note how far the lorry is; from its arrival on the receiver has its working days to say that the goods came."""
    claim, _order = locked(session, claim_id, None)
    if not rules.can(claim.way, action):
        return
    _move(session, claim, action, SYSTEM, now)
    if action == "arrive":
        _wait(session, claim, now)


def lose(session: Session, *, claim_id: UUID, now: datetime) -> None:
    """Note that no lorry takes the goods any more; those at the hub wait to be booked again, or to be spoken about."""
    claim, _order = locked(session, claim_id, None)
    if not rules.can(claim.way, "lose"):
        return
    _move(session, claim, "lose", SYSTEM, now)
    if claim.way is rules.WayBack.STRANDED:
        _wait(session, claim, now)


def receive(session: Session, *, claim_id: UUID, is_whole: bool, actor: Actor, now: datetime) -> None:
    """Note that the goods were counted; with ``is_whole`` their receiver found all of them, and the claim is settled.

    What is missing or broken the receiver confirms or contests by word, until the time to do so is over.
    """
    claim, order = locked(session, claim_id, None)
    _move(session, claim, "receive", actor, now)
    if is_whole and claim.state is ClaimState.SENT:
        remedying.settle_performed(session, claim, order, actor=actor, now=now)


def _wait(session: Session, claim: Claim, now: datetime) -> None:
    """Let the receiver's days begin, as they do where goods were sent by hand."""
    if claim.state is ClaimState.SENT:
        claim.deadline_at = accounts.days_of(
            session, company_id=claim.respondent_id, setting=Setting.REMEDY_CONFIRM_WORKING_DAYS, now=now
        )
        session.flush()


def _move(session: Session, claim: Claim, action: str, actor: Actor, now: datetime) -> None:
    claim.way = rules.follow(claim.way, action)
    session.flush()
    _audit(session, claim, action, {"way": str(claim.way)}, actor, now)


def _audit(session: Session, claim: Claim, act: str, facts: dict[str, str], actor: Actor, now: datetime) -> None:
    audit.record(
        session, actor=actor, action=f"claim.return_{act}", subject="claim", subject_id=claim.id, facts=facts, now=now
    )
