"""Changes of orders as their two sides see them, and acts on them, by whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.approvals.services.asking import Answer
from marketplace.checkout.services import adding, amending
from marketplace.checkout.services.approving import Waits
from marketplace.edge.acts import additions
from marketplace.edge.acts.additions import Addition
from marketplace.edge.acts.approvals import ChangeApproval, of_changes
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import changes as requests
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.money import PRICE_PLACES, Money, UnitPrice
from marketplace.kernel.pages import Page
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.options import OptionRow
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import PayeeRow
from marketplace.orders.changes import queries
from marketplace.orders.changes.queries import ChangeRow
from marketplace.orders.changes.rules import CHANGES, OF_PAYMENT, OPEN, ChangeKind, Terms, check_state
from marketplace.orders.changes.services import proposing, resolving
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.samples import queries as samples
from marketplace.payments.queries import agreed, payments
from marketplace.payments.queries.trading import was_trading
from marketplace.payments.rules.replanning import replan
from marketplace.payments.rules.terms import MilestoneEvent, PayeeAccount, Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to come of an order by an event, as it is agreed now and as it is proposed."""

    event: MilestoneEvent
    now: Money
    then: Money


@dataclass(frozen=True, slots=True)
class KeptCredit:
    """The credit of a sample that a line keeps though fewer units would be left than it was given for."""

    sample_id: UUID
    sample: str
    amount: Money
    least: int
    left: int


@dataclass(frozen=True, slots=True)
class ChangeSeen:
    """A change with what this reader may do about it, and what it would change of the money.

    ``account`` is the one that is proposed, in place of ``bound``; its number is whole for who may read payments.
    ``outcome`` has what is to come of the order by event, now and then, while another plan is open; ``kept`` the credit
    of a sample that stays with fewer units than it asks for, while fewer units are proposed.
    """

    change: ChangeRow
    acts: tuple[str, ...]
    account: PayeeRow | None = None
    bound: PayeeAccount | None = None
    sees_accounts: bool = False
    outcome: tuple[Outcome, ...] = ()
    reason: str | None = None  # why the operator stopped it
    kept: KeptCredit | None = None
    approval: ChangeApproval | None = None  # of the reader's company
    addition: Addition | None = None  # what an open proposal of more goods comes to for the reader


def of_order(session: Session, order_id: UUID) -> tuple[ChangeSeen, ...]:
    """Return the changes of an order of the asker's company, the latest first; NotFound for anybody else's."""
    actor = require_actor()
    order = orders.order(session, company_id=actor.company, order_id=order_id)
    return _seen(session, queries.changes_of(session, order_id=order.id, company_id=actor.company), actor)


def look(session: Session, change_id: UUID) -> ChangeSeen:
    """Return a change of an order of the asker's company; NotFound for anybody else's."""
    actor = require_actor()
    (seen,) = _seen(session, [queries.change(session, company_id=actor.company, change_id=change_id)], actor)
    return seen


def events_for(session: Session, order: OrderRow, lines: Sequence[LineRow]) -> tuple[MilestoneEvent, ...]:
    """Return the events that another plan of an order can name: those that can still happen."""
    portions, _plan, _number = agreed.portions(session, subject=Subject(SubjectKind.ORDER, order.id))
    if order.purchase is not None or not any(one.is_to_come and one.amount for one in portions):
        return ()
    return queries.possible_of(order, {line.id: line.parts for line in lines}, portions)


def of_house(session: Session, *, cursor: str | None) -> Page[ChangeSeen]:
    """Return what was proposed to the trading company about paying its two contracts, the latest first."""
    page = queries.of_house(session, cursor=cursor)
    rows = {one.change.id: one for one in _seen(session, page.items, require_actor())}
    return page.map(lambda row: rows[row.id])


def look_for_house(session: Session, change_id: UUID) -> ChangeSeen:
    """Return one of them."""
    (seen,) = _seen(session, [_of_house(session, change_id)], require_actor())
    return seen


def answer_for_house(session: Session, change_id: UUID, body: requests.ChangeAcceptance | None) -> None:
    """Accept for the trading company what was looked at, or, with nothing, decline it."""
    actor = replace(require_actor(), company_id=_of_house(session, change_id).answerer_id)
    if body is None:
        resolving.decline(session, change_id=change_id, actor=actor, now=clock.now())
    else:
        resolving.accept(session, change_id=change_id, content_hash=body.content_hash, actor=actor, now=clock.now())


def _of_house(session: Session, change_id: UUID) -> ChangeRow:
    row = queries.change(session, company_id=None, change_id=change_id)
    if row.answerer_id not in was_trading(session):
        raise NotFound("order_change")
    return row


def propose(order_id: UUID, body: requests.Change) -> UUID:
    """Propose a change of an order; return its id.

    Conflict ``approval_needed`` where the asker's company wants it approved first: the case is begun then.
    """
    actor, now = require_actor(), clock.now()
    if body.kind == ChangeKind.PLAN:

        def asked(session: Session) -> Answer:
            with session.begin_nested() as trial:
                tried(session, order_id, body)
                trial.rollback()
            return _ask(session, order_id, body)

        _waits(in_unit_of_work(asked))

    def done(session: Session) -> UUID:
        answer = _ask(session, order_id, body)
        change_id = tried(session, order_id, body)
        amending.use(session, answer=answer, change_id=change_id, actor=actor, now=now)
        return change_id

    return in_unit_of_work(done)


def _ask(session: Session, order_id: UUID, body: requests.Change) -> Answer:
    actor = require_actor()
    order = orders.order(session, company_id=actor.company, order_id=order_id)
    terms = _terms(order, body)
    return amending.ask(session, order=order, terms=terms, is_proposed=False, actor=actor, now=clock.now())


def _waits(answer: Answer) -> None:
    if answer.case_id is not None and not answer.is_approved:
        raise Waits(answer).refusal()


def tried(session: Session, order_id: UUID, body: requests.Change) -> UUID:
    """Write a proposal whose terms of payment nobody was asked to approve yet; return its id."""
    actor = require_actor()
    order = orders.order(session, company_id=actor.company, order_id=order_id)
    terms = _terms(order, body)
    change_id = proposing.propose(session, order_id=order_id, terms=terms, actor=actor, now=clock.now())
    adding.check_approval(session, change_id=change_id, actor=actor, now=clock.now())
    return change_id


def _terms(order: OrderRow, body: requests.Change) -> Terms:
    return Terms(
        kind=ChangeKind(body.kind),
        line=body.line,
        quantity=body.quantity,
        unit_price=None if body.unit_price is None else _price(body.unit_price, order.total.currency),
        departure=body.departure,
        stages=None if body.stages is None else tuple(stage.stage() for stage in body.stages),
    )


def accept(change_id: UUID, body: requests.ChangeAcceptance) -> None:
    """Accept a change that was looked at.

    Conflict ``approval_needed`` where the asker's company wants it approved first: the case is begun then.
    """
    actor, now = require_actor(), clock.now()
    row = queries.change(reading(), company_id=actor.company, change_id=change_id)
    if row.kind in OF_PAYMENT and row.content_hash == body.content_hash and "accept" in _acts(row, actor):
        asked = in_unit_of_work(lambda one: amending.ask_to_accept(one, change_id=change_id, actor=actor, now=now))
        _waits(asked)

    def done(session: Session) -> None:
        adding.check_approval(session, change_id=change_id, actor=actor, now=now)
        answer = amending.ask_to_accept(session, change_id=change_id, actor=actor, now=now)
        resolving.accept(session, change_id=change_id, content_hash=body.content_hash, actor=actor, now=now)
        amending.use(session, answer=answer, change_id=change_id, actor=actor, now=now)

    in_unit_of_work(done)


def decline(session: Session, change_id: UUID) -> None:
    """Decline a change."""
    resolving.decline(session, change_id=change_id, actor=require_actor(), now=clock.now())


def withdraw(session: Session, change_id: UUID) -> None:
    """Take a change back."""
    resolving.withdraw(session, change_id=change_id, actor=require_actor(), now=clock.now())


def may_change(side: str) -> bool:
    """Tell whether the asker may agree to changes on his side of an order."""
    return require_actor().may(_right(side))


def why_not_added(order: OrderRow) -> Conflict | None:
    """Return why no goods can be added to an order as it stands; None where they can."""
    try:
        check_state(ChangeKind.ADD, order.state)
        queries.check_addable(order)
    except Conflict as refusal:
        return refusal
    return None


def departures_for(session: Session, lines: Sequence[LineRow]) -> tuple[OptionRow, ...]:
    """Return the departures that goods added to an order can go with, by arrival: those of its first line's way."""
    now = clock.now()
    found = booking_queries.bookings(session, subjects=[line.id for line in lines])
    first = next((found[line.id][-1] for line in lines if line.id in found), None)
    if first is None:
        return ()
    hub = departures.departure(session, departure_id=first.departure_id, now=now).hub_code
    return option_queries.options(session, hub_code=hub, to_place=first.to_place, load=first.load, after=now, now=now)


def _seen(session: Session, rows: Sequence[ChangeRow], actor: Actor) -> tuple[ChangeSeen, ...]:
    accounts = merchants.payees_by_id(session, payee_ids=[row.terms.payee for row in rows if row.terms.payee])
    reasons = queries.stops_of(session, change_ids=[row.id for row in rows]) if accounts else {}
    kept = _kept(session, [row for row in rows if row.kind is ChangeKind.REDUCE and row.state in OPEN], actor)
    of_payment = [row.id for row in rows if row.kind in OF_PAYMENT and row.buyer_id == actor.company_id]
    approved = of_changes(session, company_id=actor.company, change_ids=of_payment) if of_payment else {}
    more = [row for row in rows if row.kind is ChangeKind.ADD and row.state in OPEN and not _is_house(row, actor)]
    added = additions.of_changes(session, more, company_id=actor.company) if more else {}
    return tuple(
        ChangeSeen(
            row,
            _acts(row, actor),
            account=accounts[row.terms.payee] if row.terms.payee else None,
            bound=_bound(session, row) if row.terms.payee and row.state in OPEN else None,
            sees_accounts=actor.may(Permission.TRADE_PAYMENT_READ) or _is_house(row, actor),
            outcome=_outcome(session, row) if row.terms.stages and row.state in OPEN else (),
            reason=reasons.get(row.id),
            kept=kept.get(row.id),
            approval=approved.get(row.id),
            addition=added.get(row.id),
        )
        for row in rows
    )


def _kept(session: Session, rows: Sequence[ChangeRow], actor: Actor) -> dict[UUID, KeptCredit]:
    """Return which of these proposals leave a line fewer units than the credit that was agreed with it asks for."""
    lines = [row.terms.line for row in rows if row.terms.line is not None]
    credited = samples.credited_on(session, line_ids=lines, company_id=actor.company)
    if not credited:
        return {}
    found = line_queries.lines_of(session, order_ids={row.order_id for row in rows}).values()
    units = {line.id: line.units for order in found for line in order}
    kept: dict[UUID, KeptCredit] = {}
    for row in rows:
        sample = credited.get(row.terms.line) if row.terms.line else None
        if sample is not None and row.terms.line is not None:
            left, least = units[row.terms.line] - (row.terms.quantity or 0), sample.credit_least or 1
            if 0 < left < least:  # with nothing left the credit is given back
                kept[row.id] = KeptCredit(sample.id, sample.reference, sample.credited, least, left)
    return kept


def _bound(session: Session, row: ChangeRow) -> PayeeAccount | None:
    subject = queries.subject_of(session, order_id=row.order_id, kind=row.kind)
    return payments.terms_of(session, subjects=[subject])[subject].payee_account


def _outcome(session: Session, row: ChangeRow) -> tuple[Outcome, ...]:
    """Return what is to come by each event, before and after; nothing where the order went on meanwhile."""
    portions, plan, number = agreed.portions(session, subject=Subject(SubjectKind.ORDER, row.order_id))
    try:
        done = replan(plan, portions, row.terms.stages or (), number=number + 1)
    except Conflict:
        return ()
    nothing = Money.zero(row.delta.currency)
    now, then = dict.fromkeys(MilestoneEvent, nothing), dict.fromkeys(MilestoneEvent, nothing)
    for one in portions:
        if one.is_to_come:
            now[one.event] += one.amount
    for share in done.shares:
        then[share.event] += share.amount
    return tuple(Outcome(event, now[event], then[event]) for event in MilestoneEvent if now[event] or then[event])


def _acts(row: ChangeRow, actor: Actor) -> tuple[str, ...]:
    if _is_house(row, actor):
        may = actor.may(Permission.OPERATOR_PAYOUT_APPROVE)
        return tuple(act for act in ("accept", "decline") if may and CHANGES.allows(row.state, act))
    if not actor.may(_right(row.side_of(actor.company))):
        return ()
    mine = ("withdraw",) if actor.company == row.proposer_id else ("accept", "decline")
    return tuple(act for act in mine if CHANGES.allows(row.state, act))


def _is_house(row: ChangeRow, actor: Actor) -> bool:
    """Tell whether who looks is of neither side, and so of the operator, who answers for its trading company."""
    return actor.company not in (row.buyer_id, row.merchant_id)


def _right(side: str) -> Permission:
    return Permission.TRADE_PURCHASE_CHANGE if side == "buyer" else Permission.TRADE_SALE_CHANGE


def _price(amount: Decimal, currency: str) -> UnitPrice:
    try:
        return UnitPrice.of(amount, currency)
    except ValueError:
        raise Refused.field("unit_price", "too_fine", f"at most {PRICE_PLACES} decimals") from None
