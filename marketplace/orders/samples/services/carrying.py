"""A sample on its way: a courier takes it where no lorry does, and it counts once it is there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.closures import calendar_deadline, deadline, ready_at
from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.events import together
from marketplace.orders.events import LineMoved, OrderCancelled, OrderSecured
from marketplace.orders.models import LinePacking, Order, OrderLine
from marketplace.orders.rules.acceptance import CAME, OVER, RECEIVED, is_received
from marketplace.orders.rules.samples import SampleState, Way
from marketplace.orders.rules.states import LineState
from marketplace.orders.samples.models import SampleOrder
from marketplace.orders.samples.services.moving import find_of_order, locked, move
from marketplace.orders.services import fulfilment
from marketplace.orders.services.moves import locked_order, parts_of
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_LONGEST = 80


def send(session: Session, *, sample_id: UUID, courier: str, tracking: str, actor: Actor, now: datetime) -> None:
    """Hand a packed sample to a courier as its merchant: from then on it is under way.

    Refused ``courier`` and ``tracking`` without a text, Conflict ``by_lorry`` for one that rides on a lorry, ``state``
    before it is packed and after it left.
    """
    sample, _order = _sold(session, sample_id, actor)
    if sample.way is not Way.COURIER:
        raise Conflict("by_lorry", order=sample.order_id)
    for name, value in (("courier", courier), ("tracking", tracking)):
        if not 1 <= len(value) <= _LONGEST:
            raise Refused.field(name, "range", f"1 to {_LONGEST} characters")
    packed = session.get(LinePacking, sample.line_id)
    if packed is None:
        state = session.get_one(OrderLine, sample.line_id).state
        raise Conflict("state", thing="order_line", state=str(state), action="send", possible=["pack"])
    sample.courier, sample.tracking, sample.sent_at = courier, tracking, now
    grace = reference.setting(session, Setting.SAMPLE_LOST_WORKING_DAYS, at=now)
    works = closures.works(session, company_id=sample.merchant_id, now=now)
    sample.deadline_at = deadline(works, now + timedelta(days=sample.courier_days or 0), grace)
    move(session, sample, "send", actor=actor, now=now)
    left = packed.cartons - packed.handed_cartons
    fulfilment.hand_over(session, line_id=sample.line_id, cartons=left, actor=actor, now=now)
    fulfilment.depart(session, line_id=sample.line_id, now=now)


def arrive(session: Session, *, sample_id: UUID, actor: Actor, now: datetime) -> None:
    """Say that a courier's sample is there: its buyer by having it, its merchant by what the courier says.

    What is broken or missing of it the buyer claims until the acceptance window ends. Conflict ``state`` before it is
    with a courier, ``by_lorry`` for one that is received like other goods.
    """
    sample, _order = locked(session, sample_id, actor)
    actor.must(Permission.TRADE_ORDER_ACCEPT if actor.company == sample.buyer_id else Permission.TRADE_ORDER_FULFIL)
    if sample.way is not Way.COURIER:
        raise Conflict("by_lorry", order=sample.order_id)
    if sample.state is not SampleState.SENT:
        raise Conflict("state", thing="sample", state=str(sample.state), action="receive", possible=["send"])
    _deliver(session, sample, lost=False, actor=actor, now=now)


def lose(session: Session, *, sample: SampleOrder, now: datetime) -> None:
    """Take a sample for lost that nobody says came: its merchant gave it to the courier, and gives its price back."""
    _deliver(session, sample, lost=True, actor=SYSTEM, now=now)


def _deliver(session: Session, sample: SampleOrder, *, lost: bool, actor: Actor, now: datetime) -> None:
    units = parts_of(session, line_id=sample.line_id).get(LineState.IN_TRANSIT, 0)
    fulfilment.deliver(
        session,
        line_id=sample.line_id,
        delivered=0 if lost else units,
        damaged=0,
        lost=units if lost else 0,
        actor=actor,
        now=now,
    )
    _count(session, sample, now)


def on_line_moved(session: Session, event: LineMoved) -> None:
    """Let a sample of which nothing is on its way any more wait for its buyer's word; one that never came is void."""
    if event.state not in RECEIVED | OVER:
        return
    sample = find_of_order(session, order_id=event.order_id)
    if sample is not None:
        _count(session, sample, event.at)


def _count(session: Session, sample: SampleOrder, now: datetime) -> None:
    if sample.state not in (SampleState.ORDERED, SampleState.SENT):
        return
    parts = parts_of(session, line_id=sample.line_id)
    if not is_received(parts):
        return
    if not CAME & parts.keys():
        sample.deadline_at = None
        move(session, sample, "void", actor=SYSTEM, now=now)
        return
    sample.received_at = now
    sample.deadline_at = accounts.days_of(
        session, company_id=sample.buyer_id, setting=Setting.SAMPLE_DECISION_WORKING_DAYS, now=now
    )
    if sample.credit_days is not None and sample.goods_minor:
        works = closures.works(session, company_id=sample.buyer_id, now=now)
        sample.credit_until = calendar_deadline(works, now, sample.credit_days)
    move(session, sample, "receive", actor=SYSTEM, now=now)


@together
def on_orders_secured(session: Session, news: Sequence[OrderSecured]) -> None:
    """Name the day by which a sample has to be with its courier: who is late then can be left, and is at last."""
    for event in news:
        if event.by_courier:
            _name_day(session, event)


def _name_day(session: Session, event: OrderSecured) -> None:
    order = locked_order(session, order_id=event.order_id)
    sample = find_of_order(session, order_id=order.id)
    if sample is not None:
        works = closures.works(session, company_id=order.merchant_id, now=event.at)
        at = ready_at(works, sample.lead_days, event.at)
        line = session.get_one(OrderLine, sample.line_id)
        day = at.astimezone(ZoneInfo(works.zone)).date()
        line.ready_date = min(line.ready_date or day, day)
        # Its buyer may end it for being late; where he does not, it ends when it would count as lost on its way.
        late, lost = reference.settings_of(
            session, Setting.LATE_CANCEL_WORKING_DAYS, Setting.SAMPLE_LOST_WORKING_DAYS, at=event.at
        )
        sample.deadline_at = deadline(works, at, late + lost)
        session.flush()


def on_order_cancelled(session: Session, event: OrderCancelled) -> None:
    """End the sample that a cancelled order was: its buyer may order another."""
    sample = find_of_order(session, order_id=event.order_id)
    if sample is not None and sample.state is SampleState.ORDERED:
        sample.deadline_at = None
        move(session, sample, "void", actor=SYSTEM, now=event.at)


def _sold(session: Session, sample_id: UUID, actor: Actor) -> tuple[SampleOrder, Order]:
    sample, order = locked(session, sample_id, actor)
    if actor.company != sample.merchant_id:
        raise NotAllowed("only_the_merchant")
    actor.must(Permission.TRADE_ORDER_FULFIL)
    return sample, order
