"""Apply an act that a phone sent: once, and so that acts of several phones come to the same in any order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from marketplace.distribution.handling.services import cartons, lorries, taking_over
from marketplace.distribution.handling.services.asked import Asked, resolved
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import DomainError
from marketplace.logistics.handling import queries
from marketplace.logistics.handling.models import HandlingAct
from marketplace.logistics.handling.rules.acts import ABOUT_CARTONS, Answer, Kind, Outcome, check_time
from marketplace.logistics.handling.rules.merging import Difference
from marketplace.logistics.handling.services import journal
from marketplace.logistics.handling.services.journal import Sent
from marketplace.logistics.services.departures import acting

Work = Callable[[Session, HandlingAct, Sent, Actor, datetime, datetime], None]
_WORK: Final[dict[Kind, Work]] = {
    Kind.RECEIVE: cartons.receive,
    Kind.LOAD: cartons.load,
    Kind.RECEIPT: cartons.count,
    Kind.SEAL: lorries.seal,
    Kind.GATE_OUT: lorries.gate_out,
    Kind.AT_BORDER: lorries.at_border,
    Kind.CLEARED: lorries.cleared,
    Kind.ARRIVED: lorries.arrived,
    Kind.STRIPPED: lorries.stripped,
    Kind.OUT_FOR_DELIVERY: lorries.out_for_delivery,
}


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act; ``refusal`` says why it does not count, ``difference`` with what it conflicts."""

    answer: Answer
    refusal: DomainError | None = None
    difference: Difference | None = None


def apply(session: Session, *, asked: Asked, actor: Actor, now: datetime) -> Done:
    """Let an act count, or keep it as refused with its reason; sent again it counts no second time.

    NotFound for a departure or booking that the actor does not handle: nothing is kept then.
    """
    sent = resolved(session, asked=asked, actor=actor, now=now)
    acting.lock_all(session, departure_ids=taking_over.departures_of(session, sent=sent))
    act = journal.enter(session, sent=sent, actor=actor, now=now)
    if act.outcome is Outcome.APPLIED:
        return Done(Answer.ALREADY, difference=_difference(session, act))
    try:
        with session.begin_nested():
            happened = check_time(sent.done_at, now=now)
            _WORK[sent.kind](session, act, sent, actor, happened, now)
    except DomainError as refusal:
        # The rollback to the savepoint undid what the act wrote of itself, too.
        session.refresh(act)
        journal.refused(session, act=act, code=refusal.code)
        return Done(Answer.REFUSED, refusal=refusal)
    difference = _difference(session, act)
    return Done(Answer.CONFLICT if difference else Answer.APPLIED, difference=difference)


def refuse(session: Session, *, asked: Asked, code: str, actor: Actor, now: datetime) -> None:
    """Keep an act as refused with its reason when those who heard of it refused it, which undid all that it wrote.

    One that counts by now, sent once more meanwhile, stays.
    """
    sent = resolved(session, asked=asked, actor=actor, now=now)
    acting.lock(session, departure_id=sent.departure_id)
    act = journal.enter(session, sent=sent, actor=actor, now=now)
    if act.outcome is not Outcome.APPLIED:
        journal.refused(session, act=act, code=code)


def _difference(session: Session, act: HandlingAct) -> Difference | None:
    """Return with which other act one conflicts, the newest where there are several."""
    if act.kind not in ABOUT_CARTONS:
        return None
    found = [
        row.difference
        for row in queries.conflicts(session, departure_id=act.departure_id)
        if act.id in (row.difference.counts.id, row.difference.other.id)
    ]
    return found[-1] if found else None
