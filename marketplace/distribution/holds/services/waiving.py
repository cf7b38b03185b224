"""Let a charge off: one person up to the house's threshold, two beyond it, none of the companies that it is about."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit.rules import digest
from marketplace.distribution.fees.rules.states import LONGEST_REASON, FeeState, WaiverCause
from marketplace.distribution.holds.events import HeldCostWaived
from marketplace.distribution.holds.models import HoldShare, HoldWaiver
from marketplace.distribution.holds.rules.states import CHARGE
from marketplace.distribution.holds.services.charging import locked, note, subject_of
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.payments.queries.tolerance import equivalent
from marketplace.payments.rules.house_money import check_not_own, check_second
from marketplace.payments.services import plans
from marketplace.reference.rules import Setting


def waive(
    session: Session, *, share_id: UUID, cause: WaiverCause, reason: str, actor: Actor, now: datetime
) -> FeeState:
    """Let a charge off, or ask another person to where it passes the threshold; return where it stands.

    What was paid of it is owed back; the cost stays with the city. Refused ``reason`` without one, NotAllowed
    ``own_money`` for whoever is of a company that it is about, Conflict ``state`` for one that is let off or that
    somebody would let off already.
    """
    words = reason.strip()
    if not 1 <= len(words) <= LONGEST_REASON:
        raise Refused.field("reason", "required", f"1 to {LONGEST_REASON} characters")
    found, state = _of_others(session, share_id, actor)
    # What somebody asked for already is another person's to decide, whatever the threshold is now.
    is_asked = state is FeeState.WAIVER_ASKED
    needs_two = is_asked or (state is not FeeState.WAITING and _needs_two(session, found, now))
    after = CHARGE.apply(state, "ask" if needs_two else "waive")
    session.add(HoldWaiver(share_id=found.id, cause=cause, body=words, person_id=actor.person, at=now))
    facts: dict[str, object] = {"cause": str(cause), "reason": digest(words)}
    if not needs_two:
        end(session, found, state, facts, actor=actor, now=now)
        return after
    found.state = after
    session.flush()
    note(session, found, "ask", facts, actor=actor, now=now)
    return after


def approve(session: Session, *, share_id: UUID, actor: Actor, now: datetime) -> None:
    """Let off, as another person, what somebody would let off; Conflict ``same_person``, ``state``."""
    found, state = _of_others(session, share_id, actor)
    CHARGE.apply(state, "keep")
    check_second(person_id=actor.person, first_by=session.get_one(HoldWaiver, share_id).person_id)
    end(session, found, state, {}, actor=actor, now=now)


def decline(session: Session, *, share_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a charge stay owed that somebody would let off, as another person or the first who thinks better of it."""
    found, state = _of_others(session, share_id, actor)
    found.state = CHARGE.apply(state, "keep")
    session.delete(session.get_one(HoldWaiver, share_id))
    session.flush()
    note(session, found, "keep", {}, actor=actor, now=now)


def end(
    session: Session, share: HoldShare, state: FeeState, facts: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    """Let a charge be owed no more, from where it stands."""
    share.state, share.waived_at = CHARGE.apply(state, "waive"), now
    session.flush()
    note(session, share, "waive", facts, actor=actor, now=now)
    if share.charged_at is not None:
        plans.cancel(session, subject=subject_of(share.id), actor=actor, now=now)
    events.record(session, HeldCostWaived(at=now, share_id=share.id))


def _of_others(session: Session, share_id: UUID, actor: Actor) -> tuple[HoldShare, FeeState]:
    found = locked(session, share_id)
    if found.state is None or found.payer_id is None or found.carrier_id is None:
        raise NotFound("held_charge")
    check_not_own(accounts.companies_of(session, actor=actor), {found.payer_id, found.carrier_id})
    return found, found.state


def _needs_two(session: Session, share: HoldShare, now: datetime) -> bool:
    most = equivalent(session, Setting.FOUR_EYES_THRESHOLD, currency=share.currency, at=now)
    return most is None or Money(share.amount_minor, share.currency) >= most
