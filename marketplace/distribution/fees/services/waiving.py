"""Let a fee off: one person up to the house's threshold, two beyond it, none of the companies that it is about."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit.rules import digest
from marketplace.distribution.fees.events import FeeWaived
from marketplace.distribution.fees.models import BookingFee, FeeWaiver
from marketplace.distribution.fees.rules.states import FEE, LONGEST_REASON, FeeState, WaiverCause
from marketplace.distribution.fees.services.charging import locked, note, subject_of
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.payments.queries.tolerance import equivalent
from marketplace.payments.rules.house_money import check_not_own, check_second
from marketplace.payments.services import plans
from marketplace.reference.rules import Setting


def waive(session: Session, *, fee_id: UUID, cause: WaiverCause, reason: str, actor: Actor, now: datetime) -> FeeState:
    """Let a fee off, or ask another person to where it passes the threshold; return where it stands.

    What was paid of it is owed back. Refused ``reason`` without one, NotAllowed ``own_money`` for whoever is of the
    company that owes it, Conflict ``state`` for one that is let off or that somebody would let off already.
    """
    words = reason.strip()
    if not 1 <= len(words) <= LONGEST_REASON:
        raise Refused.field("reason", "required", f"1 to {LONGEST_REASON} characters")
    found = _of_others(session, fee_id, actor)
    # What somebody asked for already is another person's to decide, whatever the threshold is now.
    is_asked = found.state is FeeState.WAIVER_ASKED
    needs_two = is_asked or (found.state is not FeeState.WAITING and _needs_two(session, found, now))
    FEE.apply(found.state, "ask" if needs_two else "waive")
    session.add(FeeWaiver(fee_id=found.id, cause=cause, body=words, person_id=actor.person, at=now))
    facts: dict[str, object] = {"cause": str(cause), "reason": digest(words)}
    if not needs_two:
        _end(session, found, facts, actor=actor, now=now)
        return found.state
    found.state = FEE.apply(found.state, "ask")
    session.flush()
    note(session, found, "ask", facts, actor=actor, now=now)
    return found.state


def approve(session: Session, *, fee_id: UUID, actor: Actor, now: datetime) -> None:
    """Let off, as another person, what somebody would let off; Conflict ``same_person``, ``state``."""
    found = _of_others(session, fee_id, actor)
    FEE.apply(found.state, "keep")
    check_second(person_id=actor.person, first_by=session.get_one(FeeWaiver, fee_id).person_id)
    _end(session, found, {}, actor=actor, now=now)


def decline(session: Session, *, fee_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a fee stay owed that somebody would let off, as another person or the first who thinks better of it."""
    found = _of_others(session, fee_id, actor)
    found.state = FEE.apply(found.state, "keep")
    session.delete(session.get_one(FeeWaiver, fee_id))
    session.flush()
    note(session, found, "keep", {}, actor=actor, now=now)


def _of_others(session: Session, fee_id: UUID, actor: Actor) -> BookingFee:
    found = locked(session, fee_id)
    check_not_own(accounts.companies_of(session, actor=actor), {found.payer_id, found.carrier_id})
    return found


def _needs_two(session: Session, fee: BookingFee, now: datetime) -> bool:
    most = equivalent(session, Setting.FOUR_EYES_THRESHOLD, currency=fee.currency, at=now)
    return most is None or Money(fee.amount_minor, fee.currency) >= most


def _end(session: Session, fee: BookingFee, facts: dict[str, object], *, actor: Actor, now: datetime) -> None:
    fee.state, fee.waived_at = FEE.apply(fee.state, "waive"), now
    session.flush()
    note(session, fee, "waive", facts, actor=actor, now=now)
    plans.cancel(session, subject=subject_of(fee.id), actor=actor, now=now)
    events.record(session, FeeWaived(at=now, fee_id=fee.id))
