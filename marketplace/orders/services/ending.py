"""How claims end or go to the operator: money, units and words, whoever lets them end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.orders.claims import queries
from marketplace.orders.events import ClaimMoved
from marketplace.orders.models import Claim, ClaimText, Order, OrderLine
from marketplace.orders.notes import services as notes
from marketplace.orders.rules import claims as rules
from marketplace.orders.rules import returning
from marketplace.orders.rules.claims import CLAIMS, Owner
from marketplace.orders.rules.notes import NoteReason
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.rules.returning import WayBack
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import replacing
from marketplace.orders.services.moves import locked_order, move_line, parts_of
from marketplace.orders.services.settling import accept, allow, left_of, priced_line, settle_line
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.terms import Rail, Subject, SubjectKind
from marketplace.payments.services import returns
from marketplace.reference.rules import Setting


def locked(session: Session, claim_id: UUID, actor: Actor | None) -> tuple[Claim, Order]:
    """Return a claim and its order, both locked, the order first; NotFound for who is no party."""
    claim = session.get(Claim, claim_id)
    if claim is None or (actor is not None and actor.company not in (claim.claimant_id, claim.respondent_id)):
        raise NotFound("claim")
    order = locked_order(session, order_id=claim.order_id)
    session.refresh(claim, with_for_update=True)
    return claim, order


def escalate_claim(session: Session, claim: Claim, *, action: str = "escalate", actor: Actor, now: datetime) -> None:
    """Ask the operator to decide; his days count from now."""
    claim.state = CLAIMS.apply(claim.state, action)
    claim.owner = Owner.OPERATOR
    # The operator works where the goods were handed over to the buyer: by the claimant's calendar.
    claim.deadline_at = accounts.days_of(
        session, company_id=claim.claimant_id, setting=Setting.DISPUTE_ESCALATION_WORKING_DAYS, now=now
    )
    session.flush()
    note(session, claim, action, {}, actor, now)


def end(
    session: Session, claim: Claim, order: Order, action: str, awarded: Money, *, actor: Actor, now: datetime
) -> None:
    """End a claim with what it awards, its units with it; then what is left of the line settles."""
    line = session.get_one(OrderLine, claim.line_id, populate_existing=True)
    # Claims that were open together never bring more than the line's price in all.
    priced = priced_line(session, line)
    awarded = min(awarded, left_of(session, order=order, line=priced))
    claim.state = CLAIMS.apply(claim.state, action)
    claim.owner, claim.deadline_at, claim.ended_at = None, None, now
    claim.awarded_minor = awarded.minor
    give_back_room(claim)
    session.flush()
    if claim.remedy is Remedy.REPLACEMENT and action in ("fail", "withdraw"):
        replacing.give_up(session, claim_id=claim.id, now=now)
    facts = {"minor": awarded.minor, "currency": awarded.currency, "remedy": str(claim.remedy)}
    note(session, claim, action, facts, actor, now)
    if awarded:
        _compensate(session, claim, order, priced, awarded, actor=actor, now=now)
    if claim.units_in is not None:
        ends = rules.end_of_units(
            claim.units_in, action=action, awarded=awarded, value=value_of_claim(claim), remedy=claim.remedy
        )
        units = claim.quantity
        if action == "withdraw":
            units = min(units, queries.said_by_claims(session, line_id=line.id, state=claim.units_in))
        _end_units(session, order, line, claim.units_in, ends, units, actor=actor, now=now)
    elif action == "confirm" and claim.remedy is Remedy.RETURN:
        # Goods that were accepted went back: as many of them as are not closed yet.
        there = min(claim.quantity, parts_of(session, line_id=line.id).get(LineState.ACCEPTED, 0))
        if there:
            move_line(session, line=line, state=LineState.ACCEPTED, action="return", quantity=there, now=now)
    settle_line(session, order=order, line=line, actor=actor, now=now)


def _end_units(
    session: Session,
    order: Order,
    line: OrderLine,
    state: LineState,
    action: str,
    units: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if not units:
        return
    if action == "accept":
        # Nobody but the buyer accepts; where another ended the claim, it is his silence.
        by = actor if actor.company_id == order.buyer_id else SYSTEM
        accept(session, order, line, state, units, actor=by, now=now)
        return
    move_line(session, line=line, state=state, action=action, quantity=units, now=now)


def give_back_room(claim: Claim) -> None:
    """Let a claim have no lorry any more for goods that it did not take; the event of the act frees the room."""
    if claim.way is WayBack.BOOKED:
        claim.way = returning.follow(claim.way, "lose")


def _compensate(
    session: Session, claim: Claim, order: Order, line: OrderLine, awarded: Money, *, actor: Actor, now: datetime
) -> None:
    """Write down what an ended claim costs: the merchant's price falls, a carrier owes the buyer."""
    if claim.freight_id is not None:
        returns.owe(
            session,
            subject=Subject(SubjectKind.FREIGHT, claim.freight_id),
            payee_id=claim.respondent_id,
            payer_id=claim.claimant_id,
            amount=awarded,
            cause_id=claim.id,
            now=now,
        )
        # In this trade the claimant bills the carrier: its debit note goes with the papers of the claim.
        notes.debit(
            session,
            order_id=order.id,
            line_id=line.id,
            issuer_id=claim.claimant_id,
            recipient_id=claim.respondent_id,
            amount=awarded,
            reason=NoteReason.COMPENSATION,
            cause_id=claim.id,
            actor=actor,
            now=now,
        )
        return
    allow(
        session,
        order=order,
        line=line,
        amount=awarded,
        cause_id=claim.id,
        why=Why.CLAIM,
        actor=actor,
        now=now,
        # Nobody owes back what he was never paid: what is due by bank and did not come is asked for less.
        unpaid_too=order.rail is Rail.BANK,
    )


def value_of_claim(claim: Claim) -> Money:
    """Return what is claimed."""
    return Money(claim.value_minor, claim.currency)


def say(session: Session, claim: Claim, text: str, actor: Actor, now: datetime) -> None:
    """Keep what somebody wrote, apart from everything that cannot be erased."""
    if text:
        said = ClaimText(claim_id=claim.id, company_id=actor.company, person_id=actor.person, body=text, at=now)
        session.add(said)
        session.flush()


def note(session: Session, claim: Claim, act: str, facts: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Tell both sides and the audit what happened to a claim."""
    events.record(session, ClaimMoved(order_id=claim.order_id, claim_id=claim.id, act=act, at=now))
    audit.record(
        session, actor=actor, action=f"claim.{act}", subject="claim", subject_id=claim.id, facts=facts, now=now
    )
