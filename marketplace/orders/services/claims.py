"""Claims: opened by the buyer, answered by merchant or carrier, settled, decided, withdrawn, or ended by the clock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.handovers import Kind
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import duties
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.orders.models import Acceptance, AcceptanceWindow, Claim, Order, OrderLine
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.rules import claims as rules
from marketplace.orders.rules import returning
from marketplace.orders.rules.claims import CLAIMS, OPEN, Carrier, ClaimReason, ClaimState, Owner, Respondent
from marketplace.orders.rules.lateness import Promised
from marketplace.orders.rules.remedies import PERFORMED, Remedy, chosen, possible
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import claiming, performing, remedying
from marketplace.orders.services import evidence as evidences
from marketplace.orders.services.acceptance import bought_line
from marketplace.orders.services.ending import end, escalate_claim, locked, note, say, value_of_claim
from marketplace.orders.services.moves import move_line, parts_of
from marketplace.orders.services.settling import settle_line, worth_of
from marketplace.orders.services.windows import hidden_until
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
    promised: Promised | None = None,
    odometer_km: int | None = None,
    with_arrival: bool = False,
) -> UUID:
    """Claim about so many units of a line as its buyer and return the claim's id.

    ``carrier`` is who carries the order; it answers for what happens after risk has passed. ``promised`` is the lorry
    that the goods were promised: what came in time is not late. ``with_arrival`` adds what shows how the goods came.
    Conflict ``quantity_in_state`` for more units than can be claimed, ``in_time`` for goods that are not late,
    ``no_warranty`` and ``warranty_over`` outside a warranty, NotFound for another's file.
    """
    line, order = bought_line(session, line_id=line_id, actor=actor)
    why = rules.reason_of(reason)
    if quantity < 1:
        raise Refused.field("quantity", "too_small", "1 or more")
    shown = evidences.own_files(session, evidence=evidence, actor=actor)
    if with_arrival:
        shown += evidences.of_arrival(session, line_id=line_id)
    grounds = claiming.grounds(
        session, order=order, line=line, reason=why, promised=promised, odometer_km=odometer_km, shown=shown, now=now
    )
    who = Respondent.MERCHANT if grounds.missed_lorry else rules.respondent_for(why, order.incoterm)
    if who is Respondent.CARRIER and carrier is None:
        raise Conflict("no_carrier")
    by_carrier = carrier if who is Respondent.CARRIER else None
    # Valued before units move: what is let off later can only be less.
    there = min(quantity, line.quantity)
    accepted = _accepted_among(session, line, why, there)
    value = grounds.worth(worth_of(session, order=order, line=line, quantity=there, accepted=accepted))
    units_in = _set_aside(session, order, line, why, quantity, who, now=now)
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
        promised_at=grounds.promised_at,
        days_late=grounds.days_late,
        odometer_km=odometer_km if why is ClaimReason.WARRANTY else None,
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
    say(session, claim, text, actor, now)
    duties.take(session, actor=actor, kind=Kind.CLAIM, subject_id=claim.id, now=now)
    facts = {"order": order.id, "line": line.id, "reason": str(why), "quantity": quantity, "minor": value.minor}
    note(session, claim, "open", facts, actor, now)
    # A claim is the buyer's word too: what nobody claims of the line, and other money, need not wait for its end.
    settle_line(session, order=order, line=line, actor=actor, now=now)
    return claim.id


def answer(
    session: Session,
    *,
    claim_id: UUID,
    offer: Money | None,
    remedy: str | None = None,
    text: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Answer a claim as its respondent: a remedy with its amount, or nothing; an offer is never lowered.

    NotAllowed ``respondent_only`` for the claimant, NotFound for anybody else.
    """
    claim, order = locked(session, claim_id, actor)
    if actor.company != claim.respondent_id:
        raise NotAllowed("respondent_only")
    before = None if claim.offer_minor is None else Money(claim.offer_minor, claim.currency)
    state = CLAIMS.apply(claim.state, "answer")
    margin = purchases.margin_for(session, order_id=order.id, company_id=actor.company)
    # He may answer the trading company, at the prices of its purchase; it offers its buyer the same share.
    value = value_of_claim(claim) if margin is None else margin.purchase(value_of_claim(claim))
    how, offer = _chosen(claim, remedy, offer, text, value=value)
    if margin is None:
        rules.check_offer(offer, value=value, before=before)
    else:
        rules.check_offer(offer, value=value, before=None if before is None else margin.purchase(before))
        offer = margin.offered(offer, of=value_of_claim(claim))
    claim.offer_minor, claim.remedy = offer.minor, how if offer else None
    duties.take(session, actor=actor, kind=Kind.CLAIM, subject_id=claim.id, now=now)
    say(session, claim, text, actor, now)
    if state is ClaimState.NEGOTIATING:
        claim.owner = Owner.CLAIMANT
        claim.deadline_at = accounts.days_of(
            session,
            company_id=claim.claimant_id,
            setting=Setting.DISPUTE_ESCALATION_WORKING_DAYS,
            now=now,
        )
    session.flush()
    facts = {"minor": offer.minor, "currency": offer.currency, "remedy": str(claim.remedy)}
    note(session, claim, "answer", facts, actor, now)


def add_evidence(
    session: Session, *, claim_id: UUID, evidence: Sequence[UUID], text: str, actor: Actor, now: datetime
) -> None:
    """Add files to an open claim, and a word about them, as either side; a file that is there already changes nothing.

    Nothing else moves: no clock begins anew. Conflict ``state`` once the claim has ended, NotFound for no party.
    """
    claim, _order = locked(session, claim_id, actor)
    # Who may claim shows what he claims, who may answer shows his answer.
    claims = actor.company == claim.claimant_id
    actor.must(Permission.TRADE_ORDER_ACCEPT if claims else Permission.TRADE_CLAIM_ANSWER)
    CLAIMS.apply(claim.state, "show")
    found = evidences.own_files(session, evidence=evidence, actor=actor)
    fresh = evidences.attach(session, claim=claim, found=found, actor=actor, now=now)
    if fresh:
        say(session, claim, text, actor, now)
        note(session, claim, "show", {"files": fresh}, actor, now)


def settle(
    session: Session,
    *,
    claim_id: UUID,
    amount: Money | None,
    remedy: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take the standing offer as the claimant; ``amount`` and ``remedy`` say which offer was seen.

    Conflict ``no_offer`` before an answer, ``offer_changed`` when another stands; settled again for the same is fine.
    """
    claim, order = locked(session, claim_id, actor)
    _claimant_only(claim, actor)
    if claim.offer_minor is None:
        raise Conflict("no_offer")
    offer = Money(claim.offer_minor, claim.currency)
    if amount not in (None, offer) or remedy not in (None, claim.remedy):
        raise Conflict("offer_changed", offer=str(offer))
    if claim.state in (ClaimState.SETTLED, ClaimState.SENDING, ClaimState.SENT):
        return
    if claim.remedy not in PERFORMED:
        end(session, claim, order, "settle", offer, actor=actor, now=now)
        return
    if claim.sent_at is not None:
        raise Conflict("no_offer")  # it was sent once: now only money is offered, or decided
    performing.begin(session, claim=claim, actor=actor, now=now)


def withdraw(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> None:
    """Give a claim up as the claimant. Again changes nothing.

    What the claim said to be faulty is kept; what was counted so before stands as it did, as if nobody claimed it.
    Conflict ``on_its_way`` once the goods went back by a lorry.
    """
    claim, order = locked(session, claim_id, actor)
    _claimant_only(claim, actor)
    if claim.state is not ClaimState.WITHDRAWN:
        if claim.state in OPEN:
            returning.check_word(claim.way, reference=claim.reference, withdraws=True)
        end(session, claim, order, "withdraw", Money.zero(claim.currency), actor=actor, now=now)


def escalate(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> None:
    """Ask the operator to decide, as the claimant; again changes nothing."""
    claim, _order = locked(session, claim_id, actor)
    _claimant_only(claim, actor)
    if claim.state is not ClaimState.ESCALATED:
        escalate_claim(session, claim, actor=actor, now=now)


def decide(
    session: Session,
    *,
    claim_id: UUID,
    amount: Money | None,
    remedy: str | None = None,
    text: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide an escalated claim as the operator: remedy and amount.

    NotAllowed ``own_claim`` where a company of his is a party.
    """
    claim, order = locked(session, claim_id, None)
    if not accounts.companies_of(session, actor=actor).isdisjoint((claim.claimant_id, claim.respondent_id)):
        raise NotAllowed("own_claim")
    CLAIMS.apply(claim.state, "decide")
    how, amount = _chosen(claim, remedy, amount, text, value=value_of_claim(claim))
    rules.check_offer(amount, value=value_of_claim(claim), before=None)
    say(session, claim, text, actor, now)
    claim.remedy = how if amount else None
    if how in PERFORMED:
        claim.offer_minor = amount.minor
        performing.begin(session, claim=claim, actor=actor, now=now)
    else:
        end(session, claim, order, "decide", amount, actor=actor, now=now)


def _chosen(claim: Claim, remedy: str | None, amount: Money | None, text: str, *, value: Money) -> tuple[Remedy, Money]:
    """Return what is offered or decided; what was sent once already is settled by money alone."""
    among = possible(claim.reason, by_carrier=claim.respondent is Respondent.CARRIER)
    if claim.sent_at is not None:
        among = tuple(one for one in among if one not in PERFORMED)
    return chosen(remedy, amount=amount, value=value, words=text, among=among)


def lapse(session: Session, *, claim_id: UUID, now: datetime) -> bool:
    """Give a claim the outcome that its passed deadline has; False when there is time left."""
    claim, order = locked(session, claim_id, None)
    if claim.state not in OPEN or claim.owner is None or claim.deadline_at is None or claim.deadline_at > now:
        return False
    offer = None if claim.offer_minor is None else Money(claim.offer_minor, claim.currency)
    action, amount = rules.default_outcome(
        state=claim.state, owner=claim.owner, offer=offer, value=value_of_claim(claim)
    )
    if action == "escalate":
        escalate_claim(session, claim, actor=SYSTEM, now=now)
    elif action == "confirm":
        remedying.settle_performed(session, claim, order, actor=SYSTEM, now=now)
    elif action in ("settle", "decide") and claim.remedy in PERFORMED and claim.sent_at is None:
        performing.begin(session, claim=claim, actor=SYSTEM, now=now)
    else:
        end(session, claim, order, action, amount, actor=SYSTEM, now=now)
    return True


def _set_aside(
    session: Session,
    order: Order,
    line: OrderLine,
    reason: ClaimReason,
    quantity: int,
    who: Respondent,
    *,
    now: datetime,
) -> LineState | None:
    """Put claimed units where such units stand and return that state; None for units that stay where they are."""
    parts = parts_of(session, line_id=line.id)
    delivered, accepted = parts.get(LineState.DELIVERED, 0), parts.get(LineState.ACCEPTED, 0)
    state = rules.STANDING[reason]
    if reason is ClaimReason.WARRANTY:
        _check_quantity(quantity, claiming.accepted_units(session, line=line) - _spoken_for(session, line, reason, who))
        return None
    if state is None:
        _check_late(session, line, now)
        _check_quantity(quantity, delivered + accepted - _spoken_for(session, line, reason, who))
        return None
    standing = parts.get(state, 0) - _claimed(session, line, state)
    if quantity > standing + delivered and reason is ClaimReason.DEFECTIVE:
        hidden = accepted - _spoken_for(session, line, reason, who)
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


def _accepted_among(session: Session, line: OrderLine, reason: ClaimReason, quantity: int) -> int:
    """Count how many of so many claimed units were accepted: all under warranty, else what is claimed beyond others."""
    if reason is ClaimReason.WARRANTY:
        return quantity
    state = rules.STANDING[reason]
    parts = parts_of(session, line_id=line.id)
    others = parts.get(LineState.DELIVERED, 0)
    if state is not None:
        others += parts.get(state, 0) - _claimed(session, line, state)
        # Hidden defects are claimed about accepted units alone.
        return quantity if quantity > others else 0
    return max(quantity - others, 0)


def _check_quantity(quantity: int, there: int) -> None:
    if quantity > there:
        raise Conflict("quantity_in_state", state=str(LineState.DELIVERED), there=max(there, 0))


def _check_hidden(session: Session, order: Order, line: OrderLine, now: datetime) -> None:
    """Refuse a claim about accepted goods once the time for hidden defects is over."""
    latest = session.scalars(sa.select(sa.func.max(Acceptance.at)).where(Acceptance.line_id == line.id)).one()
    if latest is None:
        raise Conflict("quantity_in_state", state=str(LineState.ACCEPTED), there=0)
    until = hidden_until(session, order=order, line=line, accepted_at=latest)
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


def _spoken_for(session: Session, line: OrderLine, reason: ClaimReason, who: Respondent) -> int:
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
        Claim.respondent == who,
        sa.or_(open_here, sa.and_(Claim.awarded_minor > 0, kept)),
    )
    if reason is not ClaimReason.LATE:
        statement = statement.where(Claim.reason != ClaimReason.LATE)
    return int(session.scalars(statement).one())


def _open_of(line: OrderLine) -> tuple[sa.ColumnElement[bool], ...]:
    return Claim.line_id == line.id, Claim.state.in_(OPEN)


def _claimant_only(claim: Claim, actor: Actor) -> None:
    if actor.company != claim.claimant_id:
        raise NotAllowed("claimant_only")
