"""What happens when somebody lets a time pass, each thing in a transaction of its own."""

from datetime import datetime, timedelta

from marketplace.kernel.db import reading
from marketplace.kernel.each import each_found, each_waiting
from marketplace.orders.changes import queries as change_queries
from marketplace.orders.changes.services import resolving
from marketplace.orders.claims import queries as claim_queries
from marketplace.orders.queries import inspections as inspection_queries
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import acceptance, claims, inspections, settling
from marketplace.orders.services.deciding import cancel_unconfirmed
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


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
        lambda reads: claim_queries.unanswered(reads, now=now),
        lambda writing, line_id: acceptance.accept_by_silence(writing, line_id=line_id, now=now),
        act="accept_by_silence",
    )


def close_lines(*, now: datetime) -> int:
    """Close accepted lines whose money is settled once no hidden defect can be claimed; return how many."""
    session = reading()
    session.rollback()
    # Days of work are never fewer than days: nothing accepted after this instant can be over.
    before = now - timedelta(days=reference.setting(session, Setting.HIDDEN_DEFECT_DAYS, at=now))
    return each_found(
        lambda reads, last: claim_queries.lines_to_close(reads, before=before, after=last),
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


def lapse_inspections(*, now: datetime) -> int:
    """Give inspections whose deadline passed its outcome; return how many."""
    return each_waiting(
        lambda reads: inspection_queries.lapsed(reads, now=now),
        lambda writing, inspection_id: inspections.lapse(writing, inspection_id=inspection_id, now=now),
        act="lapse_inspection",
    )
