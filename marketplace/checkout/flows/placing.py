"""Check out: one transaction when everything is paid by bank, a chain of them with a card."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.checkout import queries
from marketplace.checkout.flows import approving as departures
from marketplace.checkout.flows import finishing, sweeping
from marketplace.checkout.rules.plan import CheckoutPlan, with_local_methods
from marketplace.checkout.rules.states import AttemptState, Outcome, in_checkout
from marketplace.checkout.rules.wanted import Wanted
from marketplace.checkout.services import approving, attempts, giving_up, holding, ordering, planning, trust
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading, writers_queue
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.orders.queries.carts import CartRow, cart_of
from marketplace.orders.samples.services import crediting
from marketplace.orders.services import carts
from marketplace.payments.flows.card_calls import local_methods
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


class _HasRivals(Exception):
    """What is asked for is in other checkouts of the cart."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """The attempt of a key, those that ended for it, and its outcome where it is over already."""

    attempt_id: UUID
    superseded: tuple[UUID, ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What was decided for a cart before its turn to write came: it stands while the cart is still this one."""

    cart: CartRow
    attempt_id: UUID
    plan: CheckoutPlan


_Started = _Begun | approving.Waits


def place(*, actor: Actor, wanted: Wanted, key: str, return_url: str, now: datetime) -> Outcome:
    """Check the actor's cart out, once per key: a key that was used goes on where it stood.

    Goods that an earlier checkout of the cart waits to be paid for are taken over from it: it ends, unless it was paid
    meanwhile. ``return_url`` is where a payment page sends the buyer back to, ``{checkout}`` standing for the
    attempt's id. Conflict ``expected_totals``, ``cart_empty``, ``cart_changed``, ``cart_in_checkout``, ``stock``,
    ``capacity``, ``cutoff``, ``no_payee``, ``approval_needed``, ``approved_departure_gone``, ``contact_unconfirmed``,
    ``unverified_orders``, ``unverified_value``, ``unverified_stock``; Refused ``card_declined``.
    """

    def begin(*, looked: bool) -> _Started:
        ahead = _look_ahead(actor, wanted, key, now) if writers_queue() else None
        return in_unit_of_work(
            lambda session: _begin(
                session, actor=actor, wanted=wanted, key=key, return_url=return_url, ahead=ahead, looked=looked, now=now
            )
        )

    try:
        try:
            begun = begin(looked=False)
        except _HasRivals:
            _look_at_rivals(actor, wanted, key, now)
            begun = begin(looked=True)
    except Conflict as refusal:
        departures.void(refusal, actor=actor, wanted=wanted, now=now)
        raise
    if isinstance(begun, approving.Waits):  # its case is kept, and nothing else
        raise begun.refusal()
    for attempt_id in begun.superseded:  # their pages are closed, their reservations given back
        sweeping.finish(attempt_id=attempt_id, now=now)
    return begun.outcome or finishing.advance(attempt_id=begun.attempt_id, now=now)


def _look_at_rivals(actor: Actor, wanted: Wanted, key: str, now: datetime) -> None:
    """Take the cart's other checkouts as far as they go: one that turns out to be paid is ordered, and wins."""
    session = reading()
    session.rollback()
    found = queries.begun(session, company_id=actor.company, person_id=actor.person, key=key)
    if not found.open or found.under_key is not None:
        return
    if wanted.sample is not None:
        claimed = frozenset({wanted.sample.listing_id})
    else:
        claimed = queries.listings_in_cart(session, company_id=actor.company, person_id=actor.person)
    for rival in found.rivals(claimed, of_samples=wanted.sample is not None):
        if rival.is_at_work(now):
            continue
        sweeping.finish(attempt_id=rival.id, now=now)
        session.rollback()
        state = queries.attempt(session, attempt_id=rival.id).state
        if state is AttemptState.ORDERED:
            raise in_checkout(rival.id, state)


def _look_ahead(actor: Actor, wanted: Wanted, key: str, now: datetime) -> _Ahead | None:
    """Decide what a cart places before the turn to write comes, where one writer keeps all others waiting.

    Goods and room are taken, limits and approvals counted in the turn itself. None where another checkout of the buyer
    has a say in it.
    """
    session = reading()
    session.rollback()
    stands = queries.begun(session, company_id=actor.company, person_id=actor.person, key=key)
    if stands.under_key is not None or stands.open or wanted.sample is not None:
        return None
    cart, attempt_id = cart_of(session, company_id=actor.company, person_id=actor.person), new_id()
    plan = planning.plan(session, actor=actor, wanted=wanted, cart=cart, attempt_id=attempt_id, now=now)
    return _Ahead(cart, attempt_id, plan)


def _begin(
    session: Session,
    *,
    actor: Actor,
    wanted: Wanted,
    key: str,
    return_url: str,
    ahead: _Ahead | None,
    looked: bool,
    now: datetime,
) -> _Started:
    """Claim the key and hold everything; by bank the orders are placed at once. Returns the attempt of the key.

    Other checkouts of the cart are made way only once somebody has ``looked`` at what became of them.
    """
    cart = carts.lock(session, actor=actor)
    known = queries.begun(session, company_id=actor.company, person_id=actor.person, key=key)
    if known.under_key is not None:
        return _Begun(known.under_key)
    if known.open and not looked:
        raise _HasRivals
    if ahead is None or ahead.cart != cart:
        attempt_id = new_id()
        plan = planning.plan(session, actor=actor, wanted=wanted, cart=cart, attempt_id=attempt_id, now=now)
    else:
        attempt_id, plan = ahead.attempt_id, ahead.plan
    trust.check_reachable(session, actor=actor)
    plan = with_local_methods(plan, local_methods)
    rivals = known.rivals(plan.listing_ids, of_samples=plan.is_sample)
    ending = frozenset(rival.id for rival in rivals)
    plan = approving.settle(session, plan=plan, ending=ending, actor=actor, now=now)
    if isinstance(plan, approving.Waits):
        return plan
    superseded = giving_up.make_way(session, rivals=rivals, attempt_id=attempt_id, now=now)
    # What the rivals held counts as free from here on.
    trust.check_bounds(session, orders=plan.group.orders, actor=actor, now=now)
    expires_at = now + timedelta(minutes=reference.setting(session, Setting.HOLD_CARD_MINUTES, at=now))
    address = return_url.replace("{checkout}", str(attempt_id)) if plan.charges else None
    is_mine = attempts.claim(
        session, attempt_id=attempt_id, plan=plan, key=key, return_url=address, expires_at=expires_at, now=now
    )
    if not is_mine:
        found = queries.attempt_under(session, company_id=actor.company, key=key)
        if found is None:
            raise AssertionError(key)
        return _Begun(found)
    crediting.take(session, credited=plan.credited, now=now)
    on = holding.departures_of(session, plan=plan, now=now)
    if plan.charges:
        holding.hold(session, plan=plan, on=on, actor=actor, expires_at=expires_at, now=now)
        return _Begun(attempt_id, superseded)
    written = ordering.write(session, plan=plan, actor=actor, now=now)
    bookings = holding.hold(session, plan=plan, on=on, actor=actor, expires_at=None, now=now)
    ordering.bind(session, plan=plan, written=written, bookings=bookings, on=on, actor=actor, now=now)
    placed = tuple(sorted(order.id for order in plan.group.orders))
    outcome = Outcome(attempt_id, AttemptState.ORDERED, group_id=plan.group.id, order_ids=placed)
    return _Begun(attempt_id, superseded, outcome)
