"""Changes of orders as rows, what they bind to, and the promises they must keep."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.merchants.queries import PayeeRow
from marketplace.orders.changes.models import OrderChange, OrderChangeStop
from marketplace.orders.changes.rules import (
    MOST_AT_ONCE,
    OF_PAYMENT,
    OPEN,
    WHILE,
    ChangeKind,
    ChangeState,
    Terms,
    binding,
    binding_of_payment,
    terms_of,
)
from marketplace.orders.changes.rules import check_addable as addable
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.purchases.models import OrderPurchase
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.parts import Parts
from marketplace.orders.rules.passing import possible
from marketplace.orders.rules.states import ENDED
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import TermsAmendment
from marketplace.payments.queries import agreed, payments, standing
from marketplace.payments.queries.trading import was_trading
from marketplace.payments.rules import plans
from marketplace.payments.rules.replanning import Portion
from marketplace.payments.rules.terms import MilestoneEvent, Mode, PayeeAccount, Subject, SubjectKind
from marketplace.payments.rules.trading import Margin

PAGE: Final = 50
_LOOKED_AT: Final = 500


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of an order as both its sides see it; ``answerer_id`` is who accepts or declines."""

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    buyer_id: UUID
    merchant_id: UUID
    proposer_id: UUID
    answerer_id: UUID
    kind: ChangeKind
    terms: Terms
    delta: Money
    content_hash: str
    state: ChangeState
    deadline_at: datetime
    proposed_at: datetime
    ended_at: datetime | None
    binds_from: datetime | None  # from when on another account may be paid into
    new_line_id: UUID | None

    def side_of(self, company_id: UUID) -> Literal["buyer", "merchant"]:
        """Return which side of the order one of its parties is on."""
        return "buyer" if company_id == self.buyer_id else "merchant"


@dataclass(frozen=True, slots=True)
class PayableOrder:
    """An order that is still to be paid, by whom, and the account that it is paid into now."""

    id: UUID
    reference: str
    buyer_id: UUID
    placed_at: datetime
    bound: PayeeAccount
    open: Money


def changes_of(session: Session, *, order_id: UUID, company_id: UUID) -> tuple[ChangeRow, ...]:
    """Return the changes of an order that was read before to one of its sides, the latest first.

    Where the trading company sells, how the one contract is paid is no business of the other's side.
    """
    mine = sa.or_(OrderChange.proposer_id == company_id, OrderChange.answerer_id == company_id)
    statement = _rows().where(OrderChange.order_id == order_id, mine).order_by(OrderChange.id.desc())
    return _for(session, [_row(*found) for found in session.execute(statement)], company_id)


def change(session: Session, *, company_id: UUID | None, change_id: UUID) -> ChangeRow:
    """Return a change to its two sides (None: to other features); NotFound for anybody else."""
    statement = _rows().where(OrderChange.id == change_id)
    if company_id is not None:
        statement = statement.where(
            sa.or_(OrderChange.proposer_id == company_id, OrderChange.answerer_id == company_id)
        )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("order_change")
    return _for(session, [_row(*found)], company_id)[0]


def additions_of(session: Session, *, order_ids: Collection[UUID], proposer_id: UUID) -> tuple[ChangeRow, ...]:
    """Return what one side proposed to add to orders, and the other did not answer yet."""
    statement = _rows().where(
        OrderChange.order_id.in_(order_ids),
        OrderChange.proposer_id == proposer_id,
        OrderChange.kind == ChangeKind.ADD,
        OrderChange.state.in_(OPEN),
    )
    return _for(session, [_row(*found) for found in session.execute(statement)], proposer_id)


def _for(session: Session, rows: Sequence[ChangeRow], company_id: UUID | None) -> tuple[ChangeRow, ...]:
    """Return changes as a company sees them: a merchant of whom the trading company buys, at its own prices."""
    margins = purchases.margins_for(session, order_ids={row.order_id for row in rows}, company_id=company_id)
    added = _added_for(session, rows, margins)
    return tuple(_at(row, margins[row.order_id], added) if row.order_id in margins else row for row in rows)


def _at(row: ChangeRow, margin: Margin, added: Mapping[UUID, Money]) -> ChangeRow:
    price = row.terms.unit_price
    terms = replace(row.terms, unit_price=price and margin.price(price))
    return replace(row, terms=terms, delta=added.get(row.id) or margin.purchase(row.delta))


def _added_for(session: Session, rows: Sequence[ChangeRow], margins: Mapping[UUID, Margin]) -> dict[UUID, Money]:
    """Return what lines that are added are bought for, by change: the unit price of the purchase times their units."""
    wanted = {row.id: row for row in rows if row.kind is ChangeKind.ADD and row.order_id in margins}
    found = session.execute(
        sa.select(OrderChange.id, OrderLine.agreed_price_micro, OrderLine.unit_price_micro)
        .join(OrderLine, OrderLine.id == sa.func.coalesce(OrderChange.new_line_id, OrderChange.line_id))
        .where(OrderChange.id.in_(wanted))
    )
    added: dict[UUID, Money] = {}
    for change_id, *prices in found if wanted else ():
        row = wanted[change_id]
        units = row.terms.quantity or 0
        # Where its price was lowered since, what was proposed is told by its sum alone.
        for price in (UnitPrice(micro, row.delta.currency) for micro in prices):
            if price.times(units) == row.delta:
                added[change_id] = margins[row.order_id].line(price, units, sale=row.delta)
    return added


def lapsed(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return proposals that nobody answered in time."""
    found = session.scalars(
        sa.select(OrderChange.id)
        .where(OrderChange.state == ChangeState.PROPOSED, OrderChange.deadline_at <= now)
        .order_by(OrderChange.deadline_at)
        .limit(limit)
    )
    return tuple(found)


def due_to_bind(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return accounts that both sides agreed to and whose wait is over."""
    found = session.scalars(
        sa.select(OrderChange.id)
        .where(OrderChange.state == ChangeState.AGREED, OrderChange.binds_from <= now)
        .order_by(OrderChange.binds_from)
        .limit(limit)
    )
    return tuple(found)


def of_payees(session: Session, *, is_open: bool, cursor: str | None = None) -> Page[ChangeRow]:
    """Return the accounts that merchants proposed for placed orders, to the operator: the latest first."""
    in_states = OrderChange.state.in_(OPEN) if is_open else OrderChange.state.not_in(OPEN)
    statement = _rows().where(OrderChange.kind == ChangeKind.PAYEE, in_states).order_by(OrderChange.id.desc())
    if cursor:
        statement = statement.where(OrderChange.id < decode_id(cursor))
    rows = [_row(*found) for found in session.execute(statement.limit(PAGE + 1))]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def of_house(session: Session, *, cursor: str | None = None) -> Page[ChangeRow]:
    """Return what buyers and merchants proposed to the trading company about paying, the latest first."""
    statement = _rows().where(OrderChange.answerer_id.in_(was_trading(session))).order_by(OrderChange.id.desc())
    statement = statement.where(OrderChange.kind.in_(OF_PAYMENT))
    if cursor:
        statement = statement.where(OrderChange.id < decode_id(cursor))
    rows = [_row(*found) for found in session.execute(statement.limit(PAGE + 1))]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def subject_of(session: Session, *, order_id: UUID, kind: ChangeKind) -> Subject:
    """Return whose payment terms a change amends: the account of a merchant that sells to another, its purchase's."""
    bought = sa.select(OrderPurchase.id).where(OrderPurchase.order_id == order_id)
    purchase_id = session.scalars(bought).one_or_none() if kind is ChangeKind.PAYEE else None
    return Subject(SubjectKind.PURCHASE, purchase_id) if purchase_id else Subject(SubjectKind.ORDER, order_id)


def payable_into(session: Session, *, merchant_id: UUID, payee: PayeeRow) -> tuple[PayableOrder, ...]:
    """Return the orders of a merchant for which this account of it can be proposed, the latest first, so many at once.

    Those in its currency that are paid by bank into another one, are not over or paid, and of which no account is
    proposed already; what the trading company buys among them.
    """
    proposed = sa.exists().where(
        OrderChange.order_id == Order.id, OrderChange.kind == ChangeKind.PAYEE, OrderChange.state.in_(OPEN)
    )
    found = session.scalars(
        sa.select(Order)
        .where(
            Order.merchant_id == merchant_id,
            Order.mode != Mode.PROVIDER_HELD,
            Order.currency == payee.currency,
            Order.state.in_(WHILE[ChangeKind.PAYEE]),
            ~proposed,
        )
        .order_by(Order.id.desc())
        .limit(_LOOKED_AT)
    ).all()
    bought = session.execute(
        sa.select(OrderPurchase.order_id, OrderPurchase.id).where(OrderPurchase.order_id.in_([row.id for row in found]))
    )
    purchases_by_order = {order_id: Subject(SubjectKind.PURCHASE, purchase_id) for order_id, purchase_id in bought}
    by_subject = {purchases_by_order.get(row.id, Subject(SubjectKind.ORDER, row.id)): row for row in found}
    terms = payments.terms_of(session, subjects=by_subject.keys())
    milestones = payments.milestones_of(session, subjects=by_subject.keys())
    paid = payments.payments_of(session, subjects=by_subject.keys())
    rows = [
        PayableOrder(row.id, row.reference, row.seller_id or row.buyer_id, row.placed_at, bound, facts.balance)
        for subject, row in by_subject.items()
        if (bound := terms[subject].payee_account) is not None and bound.as_json() != payee.account.as_json()
        if (facts := standing.of_rows(terms[subject], milestones[subject], paid[subject])).balance
    ]
    return tuple(rows[:MOST_AT_ONCE])


def stops_of(session: Session, *, change_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return why the operator stopped changes, by change."""
    found = sa.select(OrderChangeStop.change_id, OrderChangeStop.reason)
    return {
        row.change_id: row.reason for row in session.execute(found.where(OrderChangeStop.change_id.in_(change_ids)))
    }


def hash_of(
    order: Order, lines: Iterable[OrderLine], parts: Mapping[UUID, Parts], *, terms: Terms, delta: Money
) -> str:
    """Return what a proposal about goods binds to now: of a line's change that line, of another the whole order."""
    about = [line for line in lines if terms.line in (None, line.id)]
    return binding(
        order=order.reference,
        state=order.state,
        lines=[_bound(line, parts[line.id]) for line in about],
        terms=terms,
        delta=delta,
    )


def hash_of_payment(session: Session, order: Order, parts: Mapping[UUID, Parts], *, terms: Terms, account: Any) -> str:
    """Return what a proposal about paying binds to now.

    Another plan binds to what is to come and to the events that can still happen; another account (``account``) to the
    one that binds now. Neither to anything of an order that is over.
    """
    subject = subject_of(session, order_id=order.id, kind=terms.kind)
    is_over = order.state in ENDED
    if terms.kind is ChangeKind.PAYEE:
        bound = payments.terms_of(session, subjects=[subject])[subject].payee_account
        about: dict[str, Any] = {"now": bound.as_json() if bound else None, "then": account, "over": is_over}
        return binding_of_payment(order=order.reference, terms=terms, about=about)
    portions, plan, _number = agreed.portions(session, subject=subject)
    about = {
        "plan": plans.to_json(plan),
        "to_come": sorted(
            [str(one.line_id), str(one.event), one.part, one.amount.minor] for one in portions if one.is_to_come
        ),
        "possible": [str(event) for event in possible_of(order, parts, portions)],
        "over": is_over,
    }
    return binding_of_payment(order=order.reference, terms=terms, about=about)


def possible_of(
    order: Order | OrderRow, parts: Mapping[UUID, Parts], portions: Iterable[Portion]
) -> tuple[MilestoneEvent, ...]:
    """Return the events that can still happen to every line of an order of which something is to come."""
    waiting = {one.line_id for one in portions if one.is_to_come}
    lines = [mine for line_id, mine in parts.items() if line_id in waiting]
    return possible(rail=order.rail, is_confirmed=order.confirmed_at is not None, lines=lines)


def check_addable(order: Order | OrderRow) -> None:
    """Refuse goods for an order that takes no more of them, as ``rules.check_addable`` does.

    Conflict ``from_centre`` for one whose goods lie in a centre: whoever wants more of them orders them there.
    """
    if order.centre_id is not None:
        raise Conflict("from_centre", order=order.id)
    # An order whose pro-forma ends waits for a deposit by bank.
    owes_deposit = order.proforma_ends_at is not None
    addable(kind=order.kind, rail=order.rail, owes_deposit=owes_deposit, is_secured=order.secured_at is not None)


def breaches(session: Session) -> list[Breach]:
    """Return orders and lines of which more or less was let off than agreed, and proposals about what is over."""
    return _PROMISES.breaches(session)


def _uneven() -> sa.Select[UUID]:
    per_order = (
        sa.select(OrderLine.order_id, sa.func.sum(OrderLine.let_off_minor).label("minor"))
        .group_by(OrderLine.order_id)
        .subquery()
    )
    return (
        sa.select(Order.id)
        .join(per_order, per_order.c.order_id == Order.id)
        .where(per_order.c.minor != Order.let_off_minor)
    )


def _let_off() -> sa.Select[UUID]:
    """Find lines that let off something else than their price fell by."""
    allowed = (
        sa.select(Allowance.line_id, sa.func.sum(Allowance.amount_minor).label("minor"))
        .where(Allowance.subject_kind == SubjectKind.ORDER)
        .group_by(Allowance.line_id)
        .subquery()
    )
    return (
        sa.select(OrderLine.id)
        .outerjoin(allowed, allowed.c.line_id == OrderLine.id)
        .where(
            sa.or_(
                OrderLine.let_off_minor > sa.func.coalesce(allowed.c.minor, 0),
                ~OrderLine.let_off_minor.between(0, OrderLine.amount_minor),
                OrderLine.agreed_price_micro > OrderLine.unit_price_micro,
            )
        )
    )


def _of_ended() -> sa.Select[UUID]:
    """Find proposals that are open though their order is over."""
    return (
        sa.select(OrderChange.id)
        .join(Order, Order.id == OrderChange.order_id)
        .where(OrderChange.state.in_(OPEN), Order.state.in_(ENDED))
    )


def _without_effect() -> sa.Select[UUID]:
    """Find accepted changes of a line whose delta nobody wrote down: let off it, or added as a line."""
    lower = (ChangeKind.REDUCE, ChangeKind.DISCOUNT)
    let_off = sa.exists().where(
        Allowance.cause_id == OrderChange.id, Allowance.amount_minor == -OrderChange.delta_minor
    )
    # An order of which the last units are taken off ends as a whole.
    ended = sa.exists().where(Order.id == OrderChange.order_id, Order.state.in_(ENDED))
    new_line = sa.exists().where(
        OrderLine.id == OrderChange.new_line_id, OrderLine.amount_minor == OrderChange.delta_minor
    )
    wrong = sa.or_(
        sa.and_(OrderChange.kind.in_(lower), OrderChange.delta_minor != 0, ~let_off, ~ended),
        sa.and_(OrderChange.kind == ChangeKind.ADD, ~new_line),
    )
    return sa.select(OrderChange.id).where(OrderChange.state == ChangeState.ACCEPTED, wrong)


def _of_payment() -> sa.Select[UUID]:
    """Find accepted changes of how an order is paid that its terms do not follow, or follow too early."""
    followed = sa.exists().where(
        TermsAmendment.cause_id == OrderChange.id,
        sa.or_(OrderChange.binds_from.is_(None), TermsAmendment.at >= OrderChange.binds_from),
    )
    return sa.select(OrderChange.id).where(
        OrderChange.state == ChangeState.ACCEPTED, OrderChange.kind.in_(OF_PAYMENT), ~followed
    )


def _unagreed() -> sa.Select[UUID]:
    """Find terms that were amended by what the other side did not accept."""
    accepted = sa.exists().where(
        OrderChange.id == TermsAmendment.cause_id,
        OrderChange.state == ChangeState.ACCEPTED,
        OrderChange.kind.in_(OF_PAYMENT),
    )
    return sa.select(TermsAmendment.terms_id).where(~accepted)


_FROZEN: Final = "2 frozen at placement"
_PROMISES: Final = Promises(
    "1 order change",
    Promise("order", "its lines do not add up to what was let off it", _uneven),
    Promise("order_line", "its price fell, but nobody owes or asks for less", _let_off),
    Promise("order_change", "is open on an order that is over", _of_ended, "order change"),
    Promise("order_change", "is accepted without its effect", _without_effect),
    Promise("order_change", "is accepted, and the order is not paid so", _of_payment, _FROZEN),
    Promise("payment_terms", "was amended, and nobody agreed to that", _unagreed, _FROZEN),
)


def orders_to_answer(session: Session, *, company_id: UUID) -> set[UUID]:
    """Return the orders with a proposal that waits for this company's word."""
    found = sa.select(OrderChange.order_id).where(
        OrderChange.answerer_id == company_id, OrderChange.state == ChangeState.PROPOSED
    )
    return set(session.scalars(found))


def open_change(session: Session, *, order_id: UUID, terms: Terms) -> UUID | None:
    """Return the open proposal about the same: the same line, or the same of the whole order."""
    same = OrderChange.kind == terms.kind if terms.line is None else OrderChange.line_id == terms.line
    found = sa.select(OrderChange.id).where(OrderChange.order_id == order_id, OrderChange.state.in_(OPEN), same)
    return session.scalars(found.limit(1)).first()


def _bound(line: OrderLine, parts: Parts) -> dict[str, Any]:
    return {
        "line": str(line.id),
        "parts": {str(state): quantity for state, quantity in parts.items()},
        "price_micro": line.agreed_price_micro,
        "let_off_minor": line.let_off_minor,
    }


def _rows() -> sa.Select[OrderChange, str, UUID, UUID]:
    return sa.select(OrderChange, Order.reference, Order.buyer_id, Order.merchant_id).join(
        Order, Order.id == OrderChange.order_id
    )


def _row(found: OrderChange, reference: str, buyer_id: UUID, merchant_id: UUID) -> ChangeRow:
    return ChangeRow(
        id=found.id,
        reference=found.reference,
        order_id=found.order_id,
        order_reference=reference,
        buyer_id=buyer_id,
        merchant_id=merchant_id,
        proposer_id=found.proposer_id,
        answerer_id=found.answerer_id,
        kind=found.kind,
        terms=terms_of(found.kind, found.line_id, found.terms, found.currency),
        delta=Money(found.delta_minor, found.currency),
        content_hash=found.content_hash,
        state=found.state,
        deadline_at=found.deadline_at,
        proposed_at=found.proposed_at,
        ended_at=found.ended_at,
        binds_from=found.binds_from,
        new_line_id=found.new_line_id,
    )
