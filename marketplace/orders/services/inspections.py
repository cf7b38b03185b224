"""Inspections before shipment: ordered or offered, given to an inspector, repeated, waived, or moved by the clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow, closures
from marketplace.accounts.rules.permissions import PARTNERS, CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.merchants.queries import levels
from marketplace.orders.events import InspectionMoved, LineLessened, LineMoved, OrderCancelled
from marketplace.orders.models import Inspection, Order, OrderLine
from marketplace.orders.queries.inspections import holding_up
from marketplace.orders.rules import inspections as rules
from marketplace.orders.rules.cancelling import standing
from marketplace.orders.rules.inspections import INSPECTIONS, OPEN, InspectionState, Mover
from marketplace.orders.rules.sampling import Level, sampling
from marketplace.orders.rules.states import BEFORE_PACKING, PRODUCING, LineState
from marketplace.orders.services import milestones
from marketplace.orders.services.deciding import own_order
from marketplace.orders.services.moves import locked_order, parts_of
from marketplace.payments.rules.terms import MilestoneEvent
from marketplace.reference.rules import Setting, zone_of

# An inspection company, or the people of a hub: a distribution centre, or the operator's own.
INSPECTORS: Final = (CompanyKind.INSPECTOR, CompanyKind.DC, CompanyKind.OPERATOR)
FURTHEST: Final = timedelta(days=90)
_S = InspectionState
_OWNERS: Final = {
    _S.OFFERED: Mover.BUYER,
    _S.ORDERED: Mover.INSPECTOR,
    _S.APPOINTED: Mover.INSPECTOR,
    _S.CONDITIONAL: Mover.BUYER,
    _S.FAILED: Mover.MERCHANT,
}
_NOT_MADE: Final = frozenset({LineState.OPEN, LineState.IN_PRODUCTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed about an inspection: who makes it, on which day, by which plan, for which fee."""

    inspector_id: UUID
    planned_on: date
    level: Level
    major_aql: int
    minor_aql: int
    fee: Money


def ask(session: Session, *, line_id: UUID, terms: Terms, actor: Actor, now: datetime) -> UUID:
    """Order an inspection of a line's goods as its buyer, or offer one as its merchant; whoever asks pays the fee.

    Conflict ``state`` unless the order is confirmed and nothing is packed yet, ``inspection_open`` while another is.
    Refused ``inspector_id`` for a company that inspects nothing or whose papers are not in force, ``planned_on`` for a
    day that is over or too far away.
    """
    line, order = _own_line(session, line_id, actor)
    by_merchant = actor.company == order.merchant_id
    actor.must(Permission.TRADE_ORDER_FULFIL if by_merchant else Permission.TRADE_ORDER_PLACE)
    _must_be_unpacked(session, order, line)
    _none_open(session, line.id)
    _check_fee(terms.fee, order, at_most=Money(line.amount_minor, order.currency))
    made = _add(
        session, order, line, terms, payer_id=actor.company, state=_S.OFFERED if by_merchant else _S.ORDERED, now=now
    )
    _note(session, made, "offer" if by_merchant else "order", actor, now)
    return made.id


def answer(session: Session, *, inspection_id: UUID, agrees: bool, actor: Actor, now: datetime) -> None:
    """Say yes or no to what one was asked: the buyer to an offer, the inspector to an order.

    Conflict ``state`` for an offer that is taken once the goods are packed.
    NotAllowed ``not_asked`` for the others who know of it, NotFound for anybody else.
    """
    found, order = locked(session, inspection_id, actor)
    if found.state is _S.ORDERED and actor.company == found.inspector_id:
        actor.must(Permission.PARTNER_INSPECTION_REPORT)
        act = "accept" if agrees else "refuse"
        if agrees:
            _must_be_fit(session, found.inspector_id, now)
    elif actor.company == order.buyer_id:
        actor.must(Permission.TRADE_ORDER_PLACE)
        act = "take" if agrees else "decline"
        if agrees:
            INSPECTIONS.apply(found.state, act)
            _must_be_unpacked(session, order, session.get_one(OrderLine, found.line_id))
    else:
        raise NotAllowed("not_asked")
    move(session, found, order, act, actor=actor, now=now)


def appoint(
    session: Session,
    *,
    inspection_id: UUID,
    inspector_id: UUID,
    planned_on: date,
    fee: Money,
    actor: Actor,
    now: datetime,
) -> None:
    """Name another inspector as either side; who does not pay may not raise the fee."""
    found, order = locked(session, inspection_id, actor)
    _must_trade(order, actor)
    INSPECTIONS.apply(found.state, "appoint")
    before = Money(found.fee_minor, found.currency)
    amount = Money(session.get_one(OrderLine, found.line_id).amount_minor, order.currency)
    _check_fee(fee, order, at_most=amount if actor.company == found.payer_id else before)
    _check_inspector(session, order, inspector_id, now)
    _check_day(session, order, planned_on, now)
    found.inspector_id, found.planned_on, found.fee_minor = inspector_id, planned_on, fee.minor
    move(session, found, order, "appoint", actor=actor, now=now)


def repeat(session: Session, *, inspection_id: UUID, planned_on: date, actor: Actor, now: datetime) -> UUID:
    """Order the goods to be inspected again by the same inspector and plan; return the inspection that follows.

    After a fail either side may, and the merchant pays; after a conditional result the buyer may, and pays.
    """
    found, order = locked(session, inspection_id, actor)
    _must_trade(order, actor)
    if found.state is _S.CONDITIONAL and actor.company != order.buyer_id:
        raise NotAllowed("only_the_buyer")
    INSPECTIONS.apply(found.state, "repeat")
    _must_be_fit(session, found.inspector_id, now)
    _check_day(session, order, planned_on, now)
    return _repeat(session, found, order, planned_on, actor=actor, now=now)


def waive(session: Session, *, inspection_id: UUID, actor: Actor, now: datetime) -> None:
    """Let the goods go as the buyer, whatever the inspection says or will say; again changes nothing."""
    found, order = locked(session, inspection_id, actor)
    if actor.company != order.buyer_id:
        raise NotAllowed("only_the_buyer")
    actor.must(Permission.TRADE_ORDER_ACCEPT)
    if found.state is not _S.WAIVED:
        move(session, found, order, "waive", actor=actor, now=now)


def lapse(session: Session, *, inspection_id: UUID, now: datetime) -> bool:
    """Give an inspection the outcome that its passed deadline has; False when there is time left."""
    found, order = locked(session, inspection_id, None)
    if found.state not in OPEN or found.deadline_at is None or found.deadline_at > now:
        return False
    act = rules.default_act(found.state, number=found.number)
    if act == "repeat":
        day = _until(session, found.inspector_id, Setting.INSPECTION_ANSWER_WORKING_DAYS, now).date()
        _repeat(session, found, order, day, actor=SYSTEM, now=now)
    else:
        move(session, found, order, act, actor=SYSTEM, now=now)
    return True


def on_order_cancelled(session: Session, event: OrderCancelled) -> None:
    """End the open inspections of an order that ended."""
    wanted = sa.select(Inspection).where(Inspection.order_id == event.order_id, Inspection.state.in_(OPEN))
    order = locked_order(session, order_id=event.order_id)
    for found in session.scalars(wanted.order_by(Inspection.id)).all():
        move(session, found, order, "cancel", actor=SYSTEM, now=event.at)


def on_line_lessened(session: Session, event: LineLessened) -> None:
    """End the open inspections of a line of which nothing is left to be looked at."""
    if not event.left:
        order = locked_order(session, order_id=event.order_id)
        for found in _open_of(session, event.line_id):
            move(session, found, order, "cancel", actor=SYSTEM, now=event.at)


def on_line_moved(session: Session, event: LineMoved) -> None:
    """Let the share that is due when goods are ready fall due, unless an inspection has to pass first.

    What is packed is ready, whether or not its merchant said so before. An offer that nobody took ends as goods leave.
    """
    if event.state == LineState.HANDED_OVER:
        order = locked_order(session, order_id=event.order_id)
        for found in _open_of(session, event.line_id):
            if found.state is _S.OFFERED:
                move(session, found, order, "decline", actor=SYSTEM, now=event.at)
    if LineState(event.state) in (LineState.READY, LineState.PACKED):
        order = locked_order(session, order_id=event.order_id)
        _ready(session, order, event.line_id, now=event.at)


def move(session: Session, found: Inspection, order: Order, act: str, *, actor: Actor, now: datetime) -> None:
    """Take a locked inspection along a drawn transition, with the next mover and clock; goods that may go are ready."""
    found.state = INSPECTIONS.apply(found.state, act)
    _set_clock(session, found, order, act, now)
    session.flush()
    _note(session, found, act, actor, now)
    if found.state in (_S.PASSED, _S.WAIVED):
        _ready(session, order, found.line_id, now=now)


def locked(session: Session, inspection_id: UUID, actor: Actor | None) -> tuple[Inspection, Order]:
    """Return an inspection and its order, the order locked first; NotFound for who has nothing to do with it."""
    found = session.get(Inspection, inspection_id)
    if found is None:
        raise NotFound("inspection")
    order = locked_order(session, order_id=found.order_id)
    session.refresh(found, with_for_update=True)
    is_his = found.state in (_S.ORDERED, _S.APPOINTED) or found.reported_at is not None
    known = {order.buyer_id, order.merchant_id, *([found.inspector_id] if is_his else [])}
    if actor is not None and actor.company not in known:
        raise NotFound("inspection")
    return found, order


def _own_line(session: Session, line_id: UUID, actor: Actor) -> tuple[OrderLine, Order]:
    line = session.get(OrderLine, line_id)
    if line is None:
        raise NotFound("order_line")
    try:
        order = own_order(session, actor=actor, order_id=line.order_id)
    except NotFound:
        raise NotFound("order_line") from None
    session.refresh(line)
    return line, order


def _must_be_unpacked(session: Session, order: Order, line: OrderLine) -> None:
    """Refuse an inspection before the order is confirmed, and once something of a line is packed or nothing is left."""
    parts = standing(parts_of(session, line_id=line.id))
    if order.state not in PRODUCING or not parts or not parts.keys() <= BEFORE_PACKING:
        raise Conflict("state", thing="order_line", state=str(line.state), action="inspect", possible=[])


def _open_of(session: Session, line_id: UUID) -> list[Inspection]:
    wanted = sa.select(Inspection).where(Inspection.line_id == line_id, Inspection.state.in_(OPEN))
    return list(session.scalars(wanted.order_by(Inspection.id)))


def _must_trade(order: Order, actor: Actor) -> None:
    """Refuse who neither buys nor sells: an inspector does not order his own work."""
    if actor.company not in (order.buyer_id, order.merchant_id):
        raise NotAllowed("not_asked")
    actor.must(Permission.TRADE_ORDER_PLACE if actor.company == order.buyer_id else Permission.TRADE_ORDER_FULFIL)


def _none_open(session: Session, line_id: UUID) -> None:
    wanted = sa.select(Inspection.reference).where(Inspection.line_id == line_id, Inspection.state.in_(OPEN))
    if (reference := session.scalars(wanted).first()) is not None:
        raise Conflict("inspection_open", inspection=reference)


def _check_fee(fee: Money, order: Order, *, at_most: Money) -> None:
    if fee.currency != order.currency:
        raise Refused.field("currency", "currency", order.currency)
    if not Money.zero(order.currency) <= fee <= at_most:
        raise Refused.field("fee", "range", f"{Money.zero(order.currency)} to {at_most}")


def fit(session: Session, *, companies: Collection[CompanyRow], now: datetime) -> set[UUID]:
    """Return those of these companies that may be given an inspection: their papers are in force, or nobody asks."""
    asked = [row.id for row in companies if row.kind in PARTNERS]
    free = {row.id for row in companies if row.kind not in PARTNERS}
    return free | (levels.admitted(session, company_ids=asked, now=now) if asked else set[UUID]())


def _check_inspector(session: Session, order: Order, inspector_id: UUID, now: datetime) -> None:
    company = accounts.get_companies(session, company_ids=[inspector_id]).get(inspector_id)
    if company is None or company.kind not in INSPECTORS or not company.is_open:
        raise Refused.field("inspector_id", "inspector", "a company that inspects goods")
    if inspector_id in (order.buyer_id, order.merchant_id):
        raise Refused.field("inspector_id", "inspector", "a company that inspects goods")
    if inspector_id not in fit(session, companies=[company], now=now):
        raise Refused.field("inspector_id", "inspector_papers", "an inspector whose papers are in force")


def _must_be_fit(session: Session, inspector_id: UUID, now: datetime) -> None:
    """Refuse more work for an inspector whose papers have ended since."""
    company = accounts.get_companies(session, company_ids=[inspector_id])[inspector_id]
    if inspector_id not in fit(session, companies=[company], now=now):
        raise Conflict("inspector_papers")


def _check_day(session: Session, order: Order, day: date, now: datetime) -> None:
    today = closures.day_of(session, company_id=order.merchant_id, now=now)
    if not today <= day <= today + FURTHEST:
        raise Refused.field("planned_on", "day_range", f"{today} to {today + FURTHEST}")


def _add(
    session: Session,
    order: Order,
    line: OrderLine,
    terms: Terms,
    *,
    payer_id: UUID,
    state: InspectionState,
    now: datetime,
    is_checked: bool = False,
) -> Inspection:
    if not is_checked:
        _check_inspector(session, order, terms.inspector_id, now)
        _check_day(session, order, terms.planned_on, now)
    lot = sum(standing(parts_of(session, line_id=line.id)).values())
    plan = sampling(lot, level=terms.level, major=terms.major_aql, minor=terms.minor_aql)
    before = sa.select(sa.func.coalesce(sa.func.max(Inspection.number), 0)).where(Inspection.line_id == line.id)
    found = Inspection(
        id=new_id(),
        reference=new_reference(rules.PREFIX),
        order_id=order.id,
        line_id=line.id,
        number=session.scalars(before).one() + 1,
        payer_id=payer_id,
        inspector_id=terms.inspector_id,
        planned_on=terms.planned_on,
        level=terms.level,
        major_aql=terms.major_aql,
        minor_aql=terms.minor_aql,
        lot=lot,
        letter=plan.letter,
        sample=plan.sample,
        major_accepted=plan.major_accepted,
        minor_accepted=plan.minor_accepted,
        currency=order.currency,
        fee_minor=terms.fee.minor,
        state=state,
        asked_at=now,
    )
    _set_clock(session, found, order, "ask", now)
    session.add(found)
    session.flush()
    return found


def _repeat(
    session: Session, found: Inspection, order: Order, planned_on: date, *, actor: Actor, now: datetime
) -> UUID:
    payer_id = order.merchant_id if found.state is _S.FAILED else order.buyer_id
    move(session, found, order, "repeat", actor=actor, now=now)
    terms = Terms(
        inspector_id=found.inspector_id,
        planned_on=planned_on,
        level=found.level,
        major_aql=found.major_aql,
        minor_aql=found.minor_aql,
        fee=Money(found.fee_minor, found.currency),
    )
    line = session.get_one(OrderLine, found.line_id)
    made = _add(session, order, line, terms, payer_id=payer_id, state=_S.ORDERED, now=now, is_checked=True)
    _note(session, made, "order", actor, now)
    return made.id


def _set_clock(session: Session, found: Inspection, order: Order, act: str, now: datetime) -> None:
    """Write whose move it is and until when; nobody's once the inspection ended."""
    if found.state not in OPEN:
        found.owner, found.deadline_at, found.ended_at = None, None, now
        return
    if act == "leave":
        # No silence lets failed goods go: from here on the buyer waives, names an inspector, or ends the order.
        found.owner, found.deadline_at = Mover.BUYER, None
        return
    payer = Mover.BUYER if found.payer_id == order.buyer_id else Mover.MERCHANT
    owner = _OWNERS.get(found.state, payer)
    companies: Mapping[Mover, UUID] = {
        Mover.BUYER: order.buyer_id,
        Mover.MERCHANT: order.merchant_id,
        Mover.INSPECTOR: found.inspector_id,
    }
    setting, begins = Setting.INSPECTION_ANSWER_WORKING_DAYS, now
    if found.state is _S.APPOINTED:
        setting, begins = Setting.INSPECTION_REPORT_WORKING_DAYS, max(now, _noon(session, found))
    elif found.state is _S.FAILED:
        setting = Setting.INSPECTION_REPEAT_WORKING_DAYS
    found.owner, found.deadline_at = owner, _until(session, companies[owner], setting, begins)


def _noon(session: Session, found: Inspection) -> datetime:
    """Return the middle of the inspection's day on the inspector's clock."""
    company = accounts.get_companies(session, company_ids=[found.inspector_id])[found.inspector_id]
    return datetime.combine(found.planned_on, time(12), ZoneInfo(zone_of(company.country)))


def _until(session: Session, company_id: UUID, setting: Setting, begins: datetime) -> datetime:
    return accounts.days_of(session, company_id=company_id, setting=setting, now=begins)


def _ready(session: Session, order: Order, line_id: UUID, *, now: datetime) -> None:
    """Let what is due at readiness fall due once all goods of a line are made and no inspection holds them up."""
    if _NOT_MADE & parts_of(session, line_id=line_id).keys() or holding_up(session, line_id=line_id):
        return
    milestones.reach(session, order_id=order.id, line_id=line_id, event=MilestoneEvent.READY, now=now)


def _note(session: Session, found: Inspection, act: str, actor: Actor, now: datetime) -> None:
    events.record(session, InspectionMoved(at=now, order_id=found.order_id, inspection_id=found.id, act=act))
    facts = {"line": found.line_id, "state": str(found.state), "inspector": found.inspector_id}
    audit.record(
        session,
        actor=actor,
        action=f"inspection.{act}",
        subject="inspection",
        subject_id=found.id,
        facts=facts,
        now=now,
    )
