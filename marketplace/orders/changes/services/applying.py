"""What an accepted change does to goods, stock, price and payment plan; room and freight follow by its events."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.services import stock
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.logistics.queries import departures
from marketplace.orders.changes import queries
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import OF_PAYMENT, ChangeKind, Terms
from marketplace.orders.changes.services import payees
from marketplace.orders.changes.services.proposing import delta_of
from marketplace.orders.changes.services.shared import Standing, terms
from marketplace.orders.events import LineAdded, OrderAmended
from marketplace.orders.models import OrderLine
from marketplace.orders.purchases import services as purchases
from marketplace.orders.rules.cancelling import standing as standing_parts
from marketplace.orders.rules.states import PRODUCING, LineState
from marketplace.orders.services import copying, deciding, lessening, settling
from marketplace.orders.services.moves import move_all, open_lines
from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind
from marketplace.payments.services import amending, plans


def apply(session: Session, *, change: OrderChange, standing: Standing, actor: Actor, now: datetime) -> None:
    """Let a change that was accepted just now take its effect on its locked order."""
    wanted, order = terms(change), standing.order
    side = "merchant" if change.proposer_id == order.merchant_id else "buyer"
    if delta_of(session, standing, wanted, side=side) != Money(change.delta_minor, change.currency):
        # A claim brought something for the line meanwhile: what was proposed is another price now.
        raise Conflict("change_differs", hash=change.content_hash)
    if wanted.kind in OF_PAYMENT:
        _pay_otherwise(session, change, standing, wanted, actor=actor, now=now)
        return
    if wanted.kind is ChangeKind.CANCEL or _takes_the_last(standing, wanted):
        deciding.cancel_together(session, order=order, actor=actor, now=now)
        return
    if wanted.kind is ChangeKind.ADD:
        _add(session, change, standing, wanted, actor=actor, now=now)
    else:
        _lower(session, change, standing, wanted, actor=actor, now=now)
        deciding.secure_unasked(session, order=order, actor=actor, now=now)
    settling.advance_order(session, order, now=now)
    events.record(session, OrderAmended(at=now, order_id=order.id))


def _pay_otherwise(
    session: Session, change: OrderChange, standing: Standing, wanted: Terms, *, actor: Actor, now: datetime
) -> None:
    """Let the order be paid by another plan, or into another account, from now on; its contract says so."""
    order = standing.order
    subject = queries.subject_of(session, order_id=order.id, kind=wanted.kind)
    if wanted.stages is not None:
        amending.replan(session, subject=subject, stages=wanted.stages, cause_id=change.id, actor=actor, now=now)
    else:
        row = payees.check_active(session, change, order)
        amending.rebind(
            session, subject=subject, payee_id=row.id, account=row.account, cause_id=change.id, actor=actor, now=now
        )
    of_purchase = subject.kind is SubjectKind.PURCHASE
    events.record(session, OrderAmended(at=now, order_id=order.id, of_payment=True, of_purchase=of_purchase))


def _takes_the_last(standing: Standing, wanted: Terms) -> bool:
    """Tell whether nothing of the order would be left: it ends then like one that is cancelled."""
    units = sum(sum(standing_parts(parts).values()) for parts in standing.parts.values())
    return wanted.kind is ChangeKind.REDUCE and wanted.quantity == units


def _lower(
    session: Session, change: OrderChange, standing: Standing, wanted: Terms, *, actor: Actor, now: datetime
) -> None:
    order, line = standing.order, standing.line(wanted.line)
    amount = Money(-change.delta_minor, change.currency)
    if wanted.quantity is not None:
        lessening.take_units(
            session, order=order, line=line, quantity=wanted.quantity, amount=amount, cause_id=change.id, actor=actor,
            now=now,
        )  # fmt: skip
    elif wanted.unit_price is not None:
        lessening.lower_price(
            session, order=order, line=line, price=wanted.unit_price, amount=amount, cause_id=change.id, actor=actor,
            now=now,
        )  # fmt: skip


def _add(
    session: Session, change: OrderChange, standing: Standing, wanted: Terms, *, actor: Actor, now: datetime
) -> None:
    """Write the new line, promise its goods and take it into the payment plan; its room is booked by the event."""
    order, like = standing.order, standing.line(wanted.line)
    if wanted.quantity is None or wanted.departure is None:
        raise AssertionError(change.id)
    line = _write_line(session, standing, like, wanted.quantity, change.delta_minor)
    open_lines(session, quantities={line.id: line.quantity}, now=now)
    order.added_minor += line.amount_minor
    change.new_line_id = line.id
    session.flush()
    if line.lead_days is None:
        until = max(order.proforma_ends_at or order.confirm_by, now + timedelta(minutes=1))
        stock.hold(
            session, listing_id=line.listing_id, quantity=line.quantity, subject=line.id, expires_at=until, now=now
        )
    if order.secured_at is not None:
        deciding.promise_line(session, line=line, now=now)
    if order.state in PRODUCING and line.lead_days is not None:
        move_all(session, line=line, action="produce", now=now)
    subject, amount = Subject(SubjectKind.ORDER, order.id), Money(line.amount_minor, order.currency)
    waits_for = plans.extend(session, subject=subject, line_id=line.id, amount=amount, actor=actor, now=now)
    if MilestoneEvent.DEPOSIT in waits_for:  # of the new line's events this alone is over: it is the order's
        plans.fall_due(
            session,
            subject=subject,
            event=MilestoneEvent.DEPOSIT,
            line_ids=[line.id],
            latest=_room_until(session, line, wanted.departure, now=now),
            now=now,
        )
    if bought := purchases.add(session, order=order, line=line):
        purchase = Subject(SubjectKind.PURCHASE, bought[0])
        plans.extend(session, subject=purchase, line_id=line.id, amount=bought[1], actor=actor, now=now)
        if order.confirmed_at is not None and order.secured_at is not None:
            plans.begin_purchase(session, sale=subject, now=now)
    audit.record(
        session,
        actor=actor,
        action="order_line.add",
        subject="order_line",
        subject_id=line.id,
        facts={"order": order.id, "like": like.id, "units": line.quantity, "minor": line.amount_minor},
        now=now,
    )
    events.record(
        session,
        LineAdded(at=now, order_id=order.id, line_id=line.id, like_id=like.id, departure_id=wanted.departure),
    )


def _room_until(session: Session, line: OrderLine, departure_id: UUID, *, now: datetime) -> datetime | None:
    """Return until when a lorry keeps room for goods from stock, as a checkout has it; None for what is made."""
    if line.lead_days is not None:
        return None
    return departures.departure(session, departure_id=departure_id, now=now).cutoff_cargo_at


def _write_line(session: Session, standing: Standing, like: OrderLine, quantity: int, amount_minor: int) -> OrderLine:
    """Write a line of the same goods under the same terms, at the price that is agreed for them now."""
    row = copying.same_goods(like) | {
        "id": new_id(),
        "position": max(line.position for line in standing.lines.values()) + 1,
        "quantity": quantity,
        "unit_price_micro": like.agreed_price_micro,
        "agreed_price_micro": like.agreed_price_micro,
        "amount_minor": amount_minor,
        "let_off_minor": 0,
        "credit_minor": 0,
        "rejected_because": None,
        "ready_date": None,
        "state": LineState.OPEN,
    }
    write(session, OrderLine, [row])
    return session.get_one(OrderLine, row["id"])
