"""Claims: opened by the buyer, answered by merchant or carrier, settled, decided, withdrawn, or ended by the clock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.handovers import Kind
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import duties
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.orders.events import ClaimMoved
from marketplace.orders.models import Acceptance, AcceptanceWindow, Claim, ClaimText, Order, OrderLine
from marketplace.orders.notes import services as notes
from marketplace.orders.rules import claims as rules
from marketplace.orders.rules.claims import CLAIMS, OPEN, Carrier, ClaimReason, ClaimState, Owner, Respondent
from marketplace.orders.rules.notes import NoteReason
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import evidence as evidences
from marketplace.orders.services.acceptance import bought_line
from marketplace.orders.services.moves import locked_order, move_line, parts_of
from marketplace.orders.services.settling import allow, left_of, settle_line, value_of
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import returns
from marketplace.reference.rules import Setting


def open_claim(
    session: Session,
    *,
    line_id: UUID,
    reason: str,
    quantity: int,
    text: str,
    evidence: Sequence[UUID],
    carrier: Carrier | None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Claim about so many units of a line as its buyer and return the claim's id.

    ``carrier`` is who carries the order; it answers for what happens after risk has passed. Conflict
    ``quantity_in_state`` for more units than can be claimed, NotFound for another's file.
    """
    line, order = bought_line(session, line_id=line_id, actor=actor)
    why = rules.reason_of(reason)
    if quantity < 1:
        raise Refused.field("quantity", "too_small", "1 or more")
    shown = evidences.own_files(session, evidence=evidence, actor=actor)
    who = rules.respondent_for(why, order.incoterm)
    if who is Respondent.CARRIER and carrier is None:
        raise Conflict("no_carrier")
    by_carrier = carrier if who is Respondent.CARRIER else None
    # Valued before units move: what is let off later can only be less.
    value = value_of(session, order=order, line=line, quantity=min(quantity, line.quantity))
    units_in = _set_aside(session, order, line, why, quantity, now=now)
    if not value:
        raise Conflict("nothing_left")
    respondent_id = by_carrier.company_id if by_carrier else order.merchant_id
    claim = Claim(
        id=new_id(),
        reference=new_reference(rules.PREFIX),
        order_id=order.id,
        line_id=line.id,
        claimant_id=order.buyer_id,
        respondent_id=respondent_id,
        respondent=who,
        freight_id=by_carrier.freight_id if by_carrier else None,
        reason=why,
        quantity=quantity,
        units_in=units_in,
        blocks=rules.blocks(why, order.incoterm),
        currency=order.currency,
        value_minor=value.minor,
        state=ClaimState.NEGOTIATING,
        owner=Owner.RESPONDENT,
        deadline_at=accounts.days_of(
            session, company_id=respondent_id, setting=Setting.DISPUTE_ANSWER_WORKING_DAYS, now=now
        ),
        opened_at=now,
    )
    session.add(claim)
    session.flush()
    evidences.attach(session, claim=claim, found=shown, actor=actor, now=now)
    _say(session, claim, text, actor, now)
    duties.take(session, actor=actor, kind=Kind.CLAIM, subject_id=claim.id, now=now)
    facts = {"order": order.id, "line": line.id, "reason": str(why), "quantity": quantity, "minor": value.minor}
    _note(session, claim, "open", facts, actor, now)
    # A claim is the buyer's word too: what nobody claims of the line, and other money, need not wait for its end.
    settle_line(session, order=order, line=line, actor=actor, now=now)
    return claim.id


def answer(session: Session, *, claim_id: UUID, offer: Money, text: str, actor: Actor, now: datetime) -> None:
    """Answer a claim as its respondent: offer nothing, a part or all of it; an offer is never lowered.

    NotAllowed ``respondent_only`` for the claimant, NotFound for anybody else.
    """
    claim, _order = _locked(session, claim_id, actor)
    if actor.company != claim.respondent_id:
        raise NotAllowed("respondent_only")
    before = None if claim.offer_minor is None else Money(claim.offer_minor, claim.currency)
    state = CLAIMS.apply(claim.state, "answer")
    rules.check_offer(offer, value=_value(claim), before=before)
    claim.offer_minor = offer.minor
    duties.take(session, actor=actor, kind=Kind.CLAIM, subject_id=claim.id, now=now)
    _say(session, claim, text, actor, now)
    if state is ClaimState.NEGOTIATING:
        claim.owner = Owner.CLAIMANT
        claim.deadline_at = accounts.days_of(
            session,
            company_id=claim.claimant_id,
            setting=Setting.DISPUTE_ESCALATION_WORKING_DAYS,
            now=now,
        )
    session.flush()
    _note(session, claim, "answer", {"minor": offer.minor, "currency": offer.currency}, actor, now)


def add_evidence(
    session: Session, *, claim_id: UUID, evidence: Sequence[UUID], text: str, actor: Actor, now: datetime
) -> None:
    """Add files to an open claim, and a word about them, as either side; a file that is there already changes nothing.

    Nothing else moves: no clock begins anew. Conflict ``state`` once the claim has ended, NotFound for no party.
    """
    claim, _order = _locked(session, claim_id, actor)
    # Who may claim shows what he claims, who may answer shows his answer.
    claims = actor.company == claim.claimant_id
    actor.must(Permission.TRADE_ORDER_ACCEPT if claims else Permission.TRADE_CLAIM_ANSWER)
    CLAIMS.apply(claim.state, "show")
    found = evidences.own_files(session, evidence=evidence, actor=actor)
    fresh = evidences.attach(session, claim=claim, found=found, actor=actor, now=now)
    if fresh:
        _say(session, claim, text, actor, now)
        _note(session, claim, "show", {"files": fresh}, actor, now)


def settle(session: Session, *, claim_id: UUID, amount: Money | None, actor: Actor, now: datetime) -> None:
    """Take the standing offer as the claimant; ``amount`` says which offer was seen.

    Conflict ``no_offer`` before an answer, ``offer_changed`` when another stands; settled again for the same is fine.
    """
    claim, order = _locked(session, claim_id, actor)
    _claimant_only(claim, actor)
    if claim.offer_minor is None:
        raise Conflict("no_offer")
    offer = Money(claim.offer_minor, claim.currency)
    if amount not in (None, offer):
        raise Conflict("offer_changed", offer=str(offer))
    if claim.state is not ClaimState.SETTLED:
        _end(session, claim, order, "settle", offer, actor=actor, now=now)


def withdraw(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> None:
    """Give a claim up as the claimant; its units are kept. Again changes nothing."""
    claim, order = _locked(session, claim_id, actor)
    _claimant_only(claim, actor)
    if claim.state is not ClaimState.WITHDRAWN:
        _end(session, claim, order, "withdraw", Money.zero(claim.currency), actor=actor, now=now)


def escalate(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> None:
    """Ask the operator to decide, as the claimant; again changes nothing."""
    claim, _order = _locked(session, claim_id, actor)
    _claimant_only(claim, actor)
    if claim.state is not ClaimState.ESCALATED:
        _escalate(session, claim, actor=actor, now=now)


def decide(session: Session, *, claim_id: UUID, amount: Money, text: str, actor: Actor, now: datetime) -> None:
    """Decide an escalated claim as the operator; NotAllowed ``own_claim`` where a company of his is a party."""
    claim, order = _locked(session, claim_id, None)
    if not accounts.companies_of(session, actor=actor).isdisjoint((claim.claimant_id, claim.respondent_id)):
        raise NotAllowed("own_claim")
    CLAIMS.apply(claim.state, "decide")
    rules.check_offer(amount, value=_value(claim), before=None)
    _say(session, claim, text, actor, now)
    _end(session, claim, order, "decide", amount, actor=actor, now=now)


def lapse(session: Session, *, claim_id: UUID, now: datetime) -> bool:
    """Give a claim the outcome that its passed deadline has; False when there is time left."""
    claim, order = _locked(session, claim_id, None)
    if claim.state not in OPEN or claim.owner is None or claim.deadline_at is None or claim.deadline_at > now:
        return False
    offer = None if claim.offer_minor is None else Money(claim.offer_minor, claim.currency)
    action, amount = rules.default_outcome(state=claim.state, owner=claim.owner, offer=offer, value=_value(claim))
    if action == "escalate":
        _escalate(session, claim, actor=SYSTEM, now=now)
    else:
        _end(session, claim, order, action, amount, actor=SYSTEM, now=now)
    return True


def _set_aside(
    session: Session, order: Order, line: OrderLine, reason: ClaimReason, quantity: int, *, now: datetime
) -> LineState | None:
    """Put claimed units where such units stand and return that state; None for units that stay where they are."""
    parts = parts_of(session, line_id=line.id)
    delivered, accepted = parts.get(LineState.DELIVERED, 0), parts.get(LineState.ACCEPTED, 0)
    state = rules.STANDING[reason]
    if state is None:
        _check_late(session, line, now)
        _check_quantity(quantity, delivered + accepted - _spoken_for(session, order, line, reason))
        return None
    standing = parts.get(state, 0) - _claimed(session, line, state)
    if quantity > standing + delivered and reason is ClaimReason.DEFECTIVE:
        hidden = accepted - _spoken_for(session, order, line, reason)
        if quantity <= hidden:
            _check_hidden(session, order, line, now)
            return None
    _check_quantity(quantity, standing + delivered)
    if quantity > standing:
        move_line(
            session,
            line=line,
            state=LineState.DELIVERED,
            action=rules.FAULTS[state],
            quantity=quantity - standing,
            now=now,
        )
    return state


def _check_quantity(quantity: int, there: int) -> None:
    if quantity > there:
        raise Conflict("quantity_in_state", state=str(LineState.DELIVERED), there=max(there, 0))


def _check_hidden(session: Session, order: Order, line: OrderLine, now: datetime) -> None:
    """Refuse a claim about accepted goods once the time for hidden defects is over."""
    latest = session.scalars(sa.select(sa.func.max(Acceptance.at)).where(Acceptance.line_id == line.id)).one()
    if latest is None:
        raise Conflict("quantity_in_state", state=str(LineState.ACCEPTED), there=0)
    until = accounts.days_of(session, company_id=order.buyer_id, setting=Setting.HIDDEN_DEFECT_DAYS, now=latest)
    if until <= now:
        raise Conflict("deadline", ended_at=until)


def _check_late(session: Session, line: OrderLine, now: datetime) -> None:
    """Refuse a claim about lateness, which is seen at receipt, once the time to accept or claim is over."""
    window = session.get(AcceptanceWindow, line.id)
    if window is not None and window.ends_at <= now:
        raise Conflict("deadline", ended_at=window.ends_at)


def _claimed(session: Session, line: OrderLine, state: LineState) -> int:
    total = sa.select(sa.func.coalesce(sa.func.sum(Claim.quantity), 0))
    return int(session.scalars(total.where(*_open_of(line), Claim.units_in == state)).one())


def _spoken_for(session: Session, order: Order, line: OrderLine, reason: ClaimReason) -> int:
    """Count units still with the buyer that the same respondent has an open claim about, or has paid something for.

    Goods that came late may have a hidden defect too: for that, lateness does not count.
    """
    open_here = sa.and_(*_open_of(line), Claim.units_in.is_(None))
    kept = sa.or_(
        Claim.units_in.is_(None),
        sa.and_(Claim.units_in.not_in(rules.NEVER_CAME), Claim.awarded_minor < Claim.value_minor),
    )
    statement = sa.select(sa.func.coalesce(sa.func.sum(Claim.quantity), 0)).where(
        Claim.line_id == line.id,
        Claim.respondent == rules.respondent_for(reason, order.incoterm),
        sa.or_(open_here, sa.and_(Claim.awarded_minor > 0, kept)),
    )
    if reason is not ClaimReason.LATE:
        statement = statement.where(Claim.reason != ClaimReason.LATE)
    return int(session.scalars(statement).one())


def _open_of(line: OrderLine) -> tuple[sa.ColumnElement[bool], ...]:
    return Claim.line_id == line.id, Claim.state.in_(OPEN)


def _locked(session: Session, claim_id: UUID, actor: Actor | None) -> tuple[Claim, Order]:
    """Return a claim and its order, both locked, the order first; NotFound for who is no party."""
    claim = session.get(Claim, claim_id)
    if claim is None or (actor is not None and actor.company not in (claim.claimant_id, claim.respondent_id)):
        raise NotFound("claim")
    order = locked_order(session, order_id=claim.order_id)
    session.refresh(claim, with_for_update=True)
    return claim, order


def _claimant_only(claim: Claim, actor: Actor) -> None:
    if actor.company != claim.claimant_id:
        raise NotAllowed("claimant_only")


def _escalate(session: Session, claim: Claim, *, actor: Actor, now: datetime) -> None:
    claim.state = CLAIMS.apply(claim.state, "escalate")
    claim.owner = Owner.OPERATOR
    # The operator works where the goods were handed over to the buyer: by the claimant's calendar.
    claim.deadline_at = accounts.days_of(
        session, company_id=claim.claimant_id, setting=Setting.DISPUTE_ESCALATION_WORKING_DAYS, now=now
    )
    session.flush()
    _note(session, claim, "escalate", {}, actor, now)


def _end(
    session: Session, claim: Claim, order: Order, action: str, awarded: Money, *, actor: Actor, now: datetime
) -> None:
    line = session.get_one(OrderLine, claim.line_id, populate_existing=True)
    # Claims that were open together never bring more than the line's price in all.
    awarded = min(awarded, left_of(session, order=order, line=line))
    claim.state = CLAIMS.apply(claim.state, action)
    claim.owner, claim.deadline_at, claim.ended_at = None, None, now
    claim.awarded_minor = awarded.minor
    session.flush()
    _note(session, claim, action, {"minor": awarded.minor, "currency": awarded.currency}, actor, now)
    if awarded:
        _compensate(session, claim, order, line, awarded, actor=actor, now=now)
    if claim.units_in is not None:
        ends = rules.end_of_units(claim.units_in, action=action, awarded=awarded, value=_value(claim))
        move_line(session, line=line, state=claim.units_in, action=ends, quantity=claim.quantity, now=now)
    settle_line(session, order=order, line=line, actor=actor, now=now)


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
    allow(session, order=order, line=line, amount=awarded, cause_id=claim.id, actor=actor, now=now)


def _value(claim: Claim) -> Money:
    return Money(claim.value_minor, claim.currency)


def _say(session: Session, claim: Claim, text: str, actor: Actor, now: datetime) -> None:
    if text:
        said = ClaimText(claim_id=claim.id, company_id=actor.company, person_id=actor.person, body=text, at=now)
        session.add(said)
        session.flush()


def _note(session: Session, claim: Claim, act: str, facts: dict[str, Any], actor: Actor, now: datetime) -> None:
    events.record(session, ClaimMoved(order_id=claim.order_id, claim_id=claim.id, act=act, at=now))
    audit.record(
        session, actor=actor, action=f"claim.{act}", subject="claim", subject_id=claim.id, facts=facts, now=now
    )
