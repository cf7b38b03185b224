"""What happens when somebody lets a time pass, each thing in a transaction of its own."""

from datetime import datetime, timedelta
from typing import Final

from marketplace.kernel.db import reading
from marketplace.kernel.each import each_found, each_waiting
from marketplace.orders.changes import queries as change_queries
from marketplace.orders.changes.services import resolving
from marketplace.orders.claims import queries as claim_queries
from marketplace.orders.queries import answering
from marketplace.orders.queries import inspections as inspection_queries
from marketplace.orders.queries import orders as queries
from marketplace.orders.readiness import queries as readiness
from marketplace.orders.readiness.services import asking
from marketplace.orders.samples import queries as sample_queries
from marketplace.orders.samples.services import deciding as sample_deciding
from marketplace.orders.services import acceptance, claims, inspections, settling
from marketplace.orders.services.deciding import cancel_unconfirmed
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_HIDDEN: Final = (
    Setting.HIDDEN_DEFECT_DAYS,
    Setting.HIDDEN_DEFECT_FRESH_DAYS,
    Setting.HIDDEN_DEFECT_MACHINERY_DAYS,
)


def cancel_unconfirmed_orders(*, now: datetime) -> int:
    """Cancel what nobody confirmed in time; return how many orders."""
    return each_waiting(
        lambda reads: queries.unconfirmed(reads, now=now),
        lambda writing, order_id: cancel_unconfirmed(writing, order_id=order_id, now=now),
        act="cancel_unconfirmed",
    )


def accept_by_silence(*, now: datetime) -> int:
    """Accept what buyers neither accepted nor claimed in time; return of how many lines."""
    return each_waiting(
        lambda reads: answering.unanswered(reads, now=now),
        lambda writing, line_id: acceptance.accept_by_silence(writing, line_id=line_id, now=now),
        act="accept_by_silence",
    )


def close_lines(*, now: datetime) -> int:
    """Close accepted lines whose money is settled once no hidden defect can be claimed; return how many."""
    session = reading()
    session.rollback()
    # Days of work are never fewer than days: nothing accepted after these instants can be over. Each line keeps the
    # days of its placement, whatever the settings say since.
    known = {*answering.hidden_days(session), *reference.settings_of(session, *_HIDDEN, at=now)}
    before = {days: now - timedelta(days=days) for days in sorted(known)}
    return each_found(
        lambda reads, last: answering.lines_to_close(reads, before=before, after=last),
        lambda writing, line_id: settling.close_accepted(writing, line_id=line_id, now=now),
        act="close_line",
    )


def lapse_claims(*, now: datetime) -> int:
    """Give claims whose deadline passed its outcome; return how many."""
    return each_waiting(
        lambda reads: claim_queries.lapsed_claims(reads, now=now),
        lambda writing, claim_id: claims.lapse(writing, claim_id=claim_id, now=now),
        act="lapse_claim",
    )


def expire_changes(*, now: datetime) -> int:
    """End proposed changes that nobody answered in time; return how many. What was agreed before stands."""
    return each_waiting(
        lambda reads: change_queries.lapsed(reads, now=now),
        lambda writing, change_id: resolving.expire(writing, change_id=change_id, now=now),
        act="expire_change",
    )


def ask_for_ready_dates(*, now: datetime) -> int:
    """Ask merchants whether days of readiness stand, and note who let it pass; return how many were asked."""
    each_waiting(
        lambda reads: readiness.unanswered(reads, now=now),
        lambda writing, ask_id: asking.lapse(writing, ask_id=ask_id, now=now),
        act="lapse_ready_ask",
    )
    # The latest day that any merchant has: whose day it is not yet is asked with a later run.
    today = now.date() + timedelta(days=1)
    return each_found(
        lambda reads, last: readiness.askable(reads, today=today, after=last),
        lambda writing, line_id: asking.ask(writing, line_id=line_id, now=now),
        act="ask_ready_date",
    )


def lapse_samples(*, now: datetime) -> int:
    """Give samples whose time is over their outcome; return how many."""
    return each_waiting(
        lambda reads: sample_queries.waiting(reads, now=now),
        lambda writing, sample_id: sample_deciding.lapse(writing, sample_id=sample_id, now=now),
        act="lapse_sample",
    )


def bind_changes(*, now: datetime) -> int:
    """Let accounts be paid into that both sides agreed to and whose wait is over; return how many changes ended."""
    return each_waiting(
        lambda reads: change_queries.due_to_bind(reads, now=now),
        lambda writing, change_id: resolving.bind(writing, change_id=change_id, now=now),
        act="bind_change",
    )


def lapse_inspections(*, now: datetime) -> int:
    """Give inspections whose deadline passed its outcome; return how many."""
    return each_waiting(
        lambda reads: inspection_queries.lapsed(reads, now=now),
        lambda writing, inspection_id: inspections.lapse(writing, inspection_id=inspection_id, now=now),
        act="lapse_inspection",
    )
