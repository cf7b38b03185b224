"""Answer the disputes of card holders, and find those of which no notice came."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.flows import evidence_files
from marketplace.payments.queries import cards
from marketplace.payments.queries import disputes as queries
from marketplace.payments.queries.disputes import DisputeRow
from marketplace.payments.rules.cards import IN_FLIGHT, call_key
from marketplace.payments.rules.disputes import DisputeState
from marketplace.payments.rules.provider import Evidence, Paper, ProviderBroke, ProviderRefused
from marketplace.payments.services import disputes as services

_log = structlog.get_logger("city.payments")


def answer(
    *, dispute_id: UUID, evidence: Evidence, papers: tuple[Paper, ...] = (), actor: Actor, now: datetime
) -> DisputeRow:
    """Tell and show a card's bank why a charge was right: once, and for good.

    Conflict ``state`` for a dispute that is answered or over, ``payment_provider_refused`` for one that is so at the
    provider; Refused for more files than banks take.
    """
    evidence_files.check(papers)
    dispute = in_unit_of_work(
        lambda session: services.claim_answer(
            session, dispute_id=dispute_id, evidence=evidence, papers=papers, actor=actor, now=now
        )
    )
    _hand_in(dispute, now=now)
    return _now(dispute_id)


def reconcile(*, now: datetime) -> int:
    """Hand in what was claimed and never known to be handed in; return how many."""
    found = queries.unanswered(_fresh(), before=now - IN_FLIGHT)
    for dispute in found:
        _settled(dispute.id, lambda dispute=dispute: _hand_in(dispute, now=now))
    return len(found)


def watch(*, now: datetime) -> int:
    """Read the charges whose disputes are undecided or new at the provider; return how many."""
    charges = {charge_id: cards.charge_by_id(_fresh(), charge_id=charge_id) for charge_id in _pending()}
    for intent_id in calls.provider().disputed_since(queries.look_back(now)):
        charge = cards.concerned(_fresh(), charge_id=None, intent_id=intent_id, page_id=None)
        if charge is not None:
            charges[charge.id] = charge
    for charge_id, charge in charges.items():
        _settled(charge_id, lambda charge=charge: _look(charge, now))
    return len(charges)


def _look(charge: cards.ChargeRow, now: datetime) -> None:
    calls.look(charge, now=now)


def _pending() -> tuple[UUID, ...]:
    return queries.pending_charges(_fresh())


def _hand_in(dispute: DisputeRow, *, now: datetime) -> None:
    """Hand claimed evidence in, and read what became of it; a bank that takes none leaves it to somebody."""
    charge = cards.charge_by_id(_fresh(), charge_id=dispute.charge_id)
    if dispute.state is not DisputeState.OPEN or dispute.evidence is None:
        return
    try:
        _send(dispute)
    except ProviderBroke:
        calls.look(charge, now=now)
        if _now(dispute.id).state is DisputeState.OPEN:
            # What was handed over before has its id already.
            _send(_again(dispute))
    except ProviderRefused:
        calls.look(charge, now=now)
        # Answered already by a call whose answer was lost is as good; over, or refused, somebody has to know.
        if _now(dispute.id).state not in (DisputeState.ANSWERED, DisputeState.WON):
            in_unit_of_work(lambda session: services.refused(session, dispute_id=dispute.id, now=now))
            raise
    calls.look(charge, now=now)


def _again(dispute: DisputeRow) -> DisputeRow:
    return in_unit_of_work(
        lambda session: services.claim_new_attempt(session, dispute_id=dispute.id, failed=dispute.attempt)
    )


def _send(dispute: DisputeRow) -> None:
    files = evidence_files.hand_over(dispute)
    key = call_key(dispute.id, "evidence", dispute.attempt)
    calls.provider().answer_dispute(dispute.provider_id, dispute.evidence or Evidence(), files=files, key=key)


def _now(dispute_id: UUID) -> DisputeRow:
    return queries.dispute(_fresh(), dispute_id=dispute_id).dispute


def _fresh() -> Session:
    session = reading()
    session.rollback()
    return session


def _settled(asked_id: UUID, work: Callable[[], None]) -> None:
    """Do the work; what cannot be settled now must not keep the others waiting."""
    try:
        work()
    except DomainError as error:
        _log.warning("dispute_not_settled", id=str(asked_id), code=error.code)
    reading().rollback()
