"""Bring a checkout by card to its end, from wherever it stands: authorise, place, capture, or give up and cancel.

Every step can be taken again. A crash leaves the attempt's row, its holds and the claims of its charges; whoever comes
next - the buyer's retry, the provider's notice, the sweeper - goes on from there.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from marketplace.checkout import queries
from marketplace.checkout.queries import AttemptRow, standing
from marketplace.checkout.rules import plan as plans
from marketplace.checkout.rules.plan import Charge, CheckoutPlan
from marketplace.checkout.rules.states import OPEN, AttemptState, Outcome
from marketplace.checkout.services import attempts, giving_up, holding, ordering
from marketplace.distribution.services import booking
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, NotFound, Unavailable
from marketplace.orders.services import carts
from marketplace.orders.services.deciding import cancel_unpaid
from marketplace.payments.flows import cards, give_back
from marketplace.payments.rules.cards import CardOutcome, CardState
from marketplace.payments.rules.terms import Subject, SubjectKind

_log = structlog.get_logger("city.checkout")
# Refusals of the placing transaction after which nothing can be placed any more.
_GONE: Final = frozenset(
    {
        "hold_gone",
        "stock",
        "capacity",
        "not_alone",
        "cutoff",
        "departure_closed",
        "approval_used",
        "no_credit",
        "credit_ended",
        "credit_days",
        "credit_overdue",
        "credit_limit",
        "sample_open",
        "lots_short",
        "not_sold_there",
    }
)
_TAKEN: Final = (CardState.AUTHORISED, CardState.CAPTURED, CardState.REFUNDED)


def advance(*, attempt_id: UUID, now: datetime) -> Outcome:
    """Take a checkout as far as it goes now.

    Refused ``card_declined`` with the provider's reason, Conflict ``checkout_expired`` or the reason why holds were
    lost: nothing is left behind then. Unavailable when the provider is silent: the sweeper goes on.
    """
    attempt = _attempt(attempt_id)
    if attempt.state in OPEN:
        if attempt.expires_at <= now and attempt.state is AttemptState.HELD:
            return _give_up(attempt, {"code": "checkout_expired"}, now=now)
        return _collect(attempt, now=now)
    return _conclude(attempt, now=now)


def _collect(attempt: AttemptRow, *, now: datetime) -> Outcome:
    """Authorise what is not authorised yet; place the orders when everything is."""
    outcomes = [_authorise(attempt, charge, now) for charge in attempt.plan.charges]
    declined = next((one for one in outcomes if one.state in (CardState.DECLINED, CardState.CANCELLED)), None)
    if declined is not None:
        if declined.is_expired:
            return _give_up(attempt, {"code": "checkout_expired"}, now=now)
        reason = declined.decline_code or str(declined.state)
        by_card = attempt.plan.charges[outcomes.index(declined)].local_method is None
        code = "card_declined" if by_card else "payment_failed"
        return _give_up(attempt, {"code": code, "decline_code": reason}, now=now)
    if all(one.state in _TAKEN for one in outcomes):
        return _place(attempt, now=now)
    if attempt.expires_at <= now:
        return _give_up(attempt, {"code": "checkout_expired"}, now=now)
    if not in_unit_of_work(lambda session: _await(session, attempt.id)):
        return _conclude(_attempt(attempt.id), now=now)
    page = next((one.page_url for one in outcomes if one.page_url), None)
    payments = standing.payments_of(_fresh(), attempt.plan, is_over=False)
    return Outcome(
        attempt.id, AttemptState.AWAITING_PAYMENT, payment_url=page, payments=payments, pay_by=attempt.expires_at
    )


def _authorise(attempt: AttemptRow, charge: Charge, now: datetime) -> CardOutcome:
    if attempt.state is AttemptState.AWAITING_PAYMENT:
        try:
            return cards.refresh(key=charge.key, now=now)
        except NotFound:  # the crash came between two charges
            pass
    return cards.authorise(
        key=charge.key,
        amount=charge.amount,
        payment_method=charge.payment_method,
        subject_ids={str(charge.subject_kind): charge.subject_id, "checkout": attempt.id},
        return_url=attempt.return_url,
        title=attempt.plan.reference_of(charge.subject_id),
        local_method=charge.local_method,
        now=now,
    )


def _place(attempt: AttemptRow, *, now: datetime) -> Outcome:
    try:
        in_unit_of_work(lambda session: place_held(session, attempt_id=attempt.id, now=now))
    except Conflict as refusal:
        if refusal.code not in _GONE:
            raise
        return _give_up(attempt, {"code": refusal.code, **_plain(refusal)}, now=now)
    return _conclude(_attempt(attempt.id), now=now)


def place_held(session: Session, *, attempt_id: UUID, now: datetime) -> None:
    """Turn the holds of an authorised attempt into orders, in one transaction; one that is over stays as it is."""
    known = queries.attempt(session, attempt_id=attempt_id)
    actor = Actor(person_id=known.person_id, company_id=known.company_id)
    # The cart before the attempt, as whoever begins another checkout of it does.
    carts.lock(session, actor=actor)
    attempt = attempts.locked(session, attempt_id=attempt_id)
    if attempt.state not in OPEN:
        return
    plan = plans.from_json(attempt.plan)
    attempts.move(session, attempt=attempt, action="order")
    written = ordering.write(session, plan=plan, actor=actor, now=now)
    holding.keep(session, plan=plan, now=now)
    bookings = booking.currents(session, line_ids=[space.line_id for space in plan.rooms])
    on = holding.departures_of(session, plan=plan, now=now)
    ordering.bind(session, plan=plan, written=written, bookings=bookings, on=on, actor=actor, now=now)


def _conclude(attempt: AttemptRow, *, now: datetime) -> Outcome:
    """Answer for an attempt that is over, and end its charges: capture for orders, cancel for none."""
    if attempt.state is AttemptState.ABANDONED:
        _cancel_charges(attempt, now=now)
        raise queries.refusal(_fresh(), attempt)
    if not attempt.is_settled:
        try:
            _capture_charges(attempt, now=now)
        except Unavailable:
            # The orders stand and the money is reserved: the sweeper takes it as soon as the provider answers.
            _log.warning("capture_postponed", attempt=str(attempt.id))
    return Outcome(attempt.id, attempt.state, group_id=attempt.group_id)


def _capture_charges(attempt: AttemptRow, *, now: datetime) -> None:
    for charge in attempt.plan.charges:
        try:
            cards.capture(key=charge.key, now=now)
        except Conflict:
            order_id = _order_of(attempt.plan, charge)
            in_unit_of_work(lambda session, order_id=order_id: cancel_unpaid(session, order_id=order_id, now=now))
    in_unit_of_work(lambda session: attempts.settle(session, attempt_id=attempt.id, now=now))


def _cancel_charges(attempt: AttemptRow, *, now: datetime) -> None:
    for charge in attempt.plan.charges:
        try:
            _undo(charge, now=now)
        except NotFound:  # never asked for
            continue
        except Unavailable:
            _log.warning("cancel_postponed", attempt=str(attempt.id))
            return
    if not attempt.is_settled:
        in_unit_of_work(lambda session: attempts.settle(session, attempt_id=attempt.id, now=now))


def _undo(charge: Charge, *, now: datetime) -> None:
    """Give back what a charge reserved, or what it took already."""
    try:
        cards.cancel(key=charge.key, now=now)
    except Conflict:
        give_back.give_back(subject=Subject(charge.subject_kind, charge.subject_id), now=now)


def _give_up(attempt: AttemptRow, refusal: dict[str, Any], *, now: datetime) -> Outcome:
    in_unit_of_work(lambda session: giving_up.abandon(session, attempt_id=attempt.id, refusal=refusal, now=now))
    return _conclude(_attempt(attempt.id), now=now)


def _await(session: Session, attempt_id: UUID) -> bool:
    """Note that an attempt waits for its buyer; False for one that ended meanwhile."""
    attempt = attempts.locked(session, attempt_id=attempt_id)
    if attempt.state is AttemptState.HELD:
        attempts.move(session, attempt=attempt, action="await")
    return attempt.state in OPEN


def _order_of(plan: CheckoutPlan, charge: Charge) -> UUID:
    if charge.subject_kind is SubjectKind.ORDER:
        return charge.subject_id
    return next(agreement.order_id for agreement in plan.freight if agreement.id == charge.subject_id)


def _attempt(attempt_id: UUID) -> AttemptRow:
    return queries.attempt(_fresh(), attempt_id=attempt_id)


def _fresh() -> Session:
    session = reading()
    session.rollback()  # what other transactions did since must be seen
    return session


def _plain(refusal: Conflict) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | list | bool) else str(value) for name, value in refusal.facts.items()
    }
