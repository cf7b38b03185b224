"""What was agreed to settle a claim is sent and received: by word of both sides, or as the goods go on a lorry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.kernel.money import Money
from marketplace.orders.events import LineMoved
from marketplace.orders.models import Claim, Order, OrderLine
from marketplace.orders.rules import returning
from marketplace.orders.rules.acceptance import is_over
from marketplace.orders.rules.claims import CLAIMS, ClaimState
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import claiming, performing, replacing
from marketplace.orders.services.ending import end, escalate_claim, give_back_room, locked, say, value_of_claim
from marketplace.orders.services.moves import parts_of


def send(session: Session, *, claim_id: UUID, text: str, actor: Actor, now: datetime) -> None:
    """Say as its sender that what a claim ended with is on its way, and how; the other side says then that it came.

    NotAllowed ``sender_only`` for the other side; Conflict ``replacement_by_lorry`` while a line with the goods waits
    for its lorry: handed over at the hub, they are sent. Sent again changes nothing.
    """
    claim, _order = locked(session, claim_id, actor)
    _must(claim, actor)
    if actor.company != performing.sender_of(claim):
        raise NotAllowed("sender_only")
    if claim.state is not ClaimState.SENT:
        if replacing.is_under_way(session, claim_id=claim.id):
            raise Conflict("replacement_by_lorry")
        say(session, claim, text, actor, now)
        # Sent otherwise, it needs no lorry any more.
        give_back_room(claim)
        performing.send(session, claim=claim, actor=actor, now=now)


def confirm(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> None:
    """Say as its receiver that what was sent came, and does: the claim is settled; again changes nothing.

    Conflict ``on_its_way`` while a lorry has what goes back: it tells when it is there.
    """
    claim, order = _received_by(session, claim_id, actor)
    if claim.state is not ClaimState.SETTLED:
        returning.check_word(claim.way, reference=claim.reference)
        settle_performed(session, claim, order, actor=actor, now=now)


def on_line_moved(session: Session, event: LineMoved) -> None:
    """Follow goods that come in the place of others: at the hub they are sent, and once all is over, received."""
    if event.state not in (LineState.HANDED_OVER, LineState.ACCEPTED, LineState.CLOSED):
        return
    line = session.get_one(OrderLine, event.line_id)
    if line.replaces_id is None:
        return
    claim, order = locked(session, line.replaces_id, None)
    if claim.state is ClaimState.SENDING and event.state == LineState.HANDED_OVER:
        performing.send(session, claim=claim, actor=SYSTEM, now=event.at, by_lorry=True)
    elif claim.state is ClaimState.SENT and is_over(parts_of(session, line_id=line.id)):
        lacking = line.quantity - claiming.accepted_units(session, line=line) - claiming.made_good(session, line=line)
        if not lacking:
            settle_performed(session, claim, order, actor=SYSTEM, now=event.at)
            return
        # What fell short or was lost on the way replaced nothing: it is paid for.
        share = value_of_claim(claim).portion(lacking, line.quantity)
        end(session, claim, order, "fail", share, actor=SYSTEM, now=event.at)


def contest(session: Session, *, claim_id: UUID, text: str, actor: Actor, now: datetime) -> None:
    """Say as its receiver that what was sent did not come, or does not do: the operator decides about money.

    Conflict ``replacement_under_way`` for goods that a lorry brings: what lacks of them is paid for, and what is wrong
    with them is claimed of their own line; ``on_its_way`` while a lorry has what goes back.
    """
    claim, _order = _received_by(session, claim_id, actor)
    CLAIMS.apply(claim.state, "contest")
    if replacing.is_under_way(session, claim_id=claim.id):
        raise Conflict("replacement_under_way")
    returning.check_word(claim.way, reference=claim.reference)
    say(session, claim, text, actor, now)
    escalate_claim(session, claim, action="contest", actor=actor, now=now)


def _received_by(session: Session, claim_id: UUID, actor: Actor) -> tuple[Claim, Order]:
    claim, order = locked(session, claim_id, actor)
    _must(claim, actor)
    if actor.company == performing.sender_of(claim):
        raise NotAllowed("receiver_only")
    return claim, order


def settle_performed(session: Session, claim: Claim, order: Order, *, actor: Actor, now: datetime) -> None:
    """Settle a claim whose remedy was performed: goods that went back are paid for, others cost nothing."""
    goes_back = claim.remedy is Remedy.RETURN
    awarded = Money(claim.offer_minor or 0, claim.currency) if goes_back else Money.zero(claim.currency)
    end(session, claim, order, "confirm", awarded, actor=actor, now=now)


def _must(claim: Claim, actor: Actor) -> None:
    """Refuse who may only read: who may claim acts for the claimant, who may answer for the respondent."""
    is_claimant = actor.company == claim.claimant_id
    actor.must(Permission.TRADE_ORDER_ACCEPT if is_claimant else Permission.TRADE_CLAIM_ANSWER)
