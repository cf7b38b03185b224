"""What the clock makes of payments and what waits beside them, each in a transaction of its own."""

from datetime import datetime

from marketplace.kernel.each import each_found
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.queries import credit as credit_queries
from marketplace.payments.queries import holds as hold_rows
from marketplace.payments.queries import payments as queries
from marketplace.payments.queries import payouts, waits
from marketplace.payments.services import credit, dunning, holds, payments, returns, slips
from marketplace.payments.services import waits as waiting


def lapse(*, now: datetime) -> int:
    """Mark what was not paid in time as overdue, escalate slips that were not answered; return how many payments.

    What is said to be sent back counts as come where its payer said nothing in time.
    """
    each_found(
        lambda session, last: payouts.unanswered_returns(session, after=last, now=now),
        lambda session, found: returns.lapse(session, return_id=found, now=now),
        act="lapse_return",
    )
    late = each_found(
        lambda session, last: queries.overdue(session, after=last, now=now),
        lambda session, found: payments.lapse(session, payment_id=found, now=now),
        act="lapse_payment",
    )
    unanswered = each_found(
        lambda session, last: queries.unanswered(session, after=last, now=now),
        lambda session, found: slips.lapse(session, payment_id=found, now=now),
        act="escalate_slip",
    )
    return late + unanswered


def remind(*, now: datetime) -> int:
    """Decline requests for credit that no merchant answered, and remind payers of what is overdue; return how many."""
    silent = each_found(
        lambda session, last: credit_queries.unanswered(session, after=last, now=now),
        lambda session, found: credit.lapse(session, credit_id=found, now=now),
        act="lapse_credit_request",
    )
    return silent + each_found(
        lambda session, last: credit_queries.to_remind(session, after=last, now=now),
        lambda session, found: dunning.remind(session, payment_id=found, now=now),
        act="remind_payer",
    )


def escalate(*, now: datetime) -> int:
    """Tell of payouts, returns, transfers, disputes and money at the provider that waited too long; return how many."""
    _watch_holds(now)
    return sum(_escalate(kind, now) for kind in waits.KINDS)


def _watch_holds(now: datetime) -> None:
    """Write down until when new charges may wait at the provider, and which of the old ones wait no more."""
    if not calls.takes_cards():
        return
    platform = calls.remitter().country
    each_found(
        lambda session, last: hold_rows.unwatched(session, after=last),
        lambda session, found: holds.watch(session, charge_id=found, platform=platform, now=now),
        act="watch_card_hold",
    )
    each_found(
        lambda session, last: hold_rows.emptied(session, after=last, now=now),
        lambda session, found: holds.end(session, hold_id=found, now=now),
        act="end_card_hold",
    )


def _escalate(kind: str, now: datetime) -> int:
    return each_found(
        lambda session, last: waits.late(session, kind=kind, after=last, now=now),
        lambda session, found: waiting.escalate(session, kind=kind, thing_id=found, now=now),
        act=f"escalate_{kind}",
    )
