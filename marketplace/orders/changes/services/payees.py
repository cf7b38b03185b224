"""Propose another account for placed orders: a contract amendment that its buyer accepts, and that waits all the same.

Where the trading company buys, it is the buyer of that contract.

Who took over a login cannot have placed orders paid elsewhere: the caller proves who it is once more, everybody who may
change the company's accounts and the buyer are told at once, and no payment names the account before the wait is over.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import PayeeRow
from marketplace.merchants.rules.states import PayeeState
from marketplace.merchants.services import payees
from marketplace.orders.changes import queries, rules
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import MOST_AT_ONCE, ChangeKind, Terms
from marketplace.orders.changes.services.proposing import write_change
from marketplace.orders.changes.services.shared import Standing, account_of, terms
from marketplace.orders.events import PayeeProposed
from marketplace.orders.models import Order
from marketplace.orders.services.moves import locked_order
from marketplace.payments.queries import standing as money
from marketplace.payments.rules.terms import Mode
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

TEMPLATE: Final = "payee_change"


def propose(
    session: Session, *, order_ids: Collection[UUID], payee_id: UUID, actor: Actor, now: datetime
) -> tuple[UUID, ...]:
    """Propose an active account of the merchant for orders of it that are still to be paid; return the changes.

    All of them or none. NotFound for another's order or account; Conflict ``payee_inactive``, ``account_follows`` where
    a provider pays out, ``same_account``, ``nothing_to_pay``, ``change_open``, ``state``; Refused ``order_ids`` for
    none or too many, ``payee_id`` for an account in another currency.
    """
    actor.must(Permission.COMPANY_PAYEE_EDIT)
    wanted = sorted(set(order_ids))
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise Refused.field("order_ids", "range", f"1 to {MOST_AT_ONCE}")
    account = merchants.payee_of(session, company_id=actor.company, payee_id=payee_id)
    if account.state is not PayeeState.ACTIVE:
        raise Conflict("payee_inactive")
    binds_from = now + timedelta(hours=reference.setting(session, Setting.PAYEE_CHANGE_HOURS, at=now))
    made: list[UUID] = []
    references: list[str] = []
    for order_id in wanted:
        order = locked_order(session, order_id=order_id)
        if order.merchant_id != actor.company:
            raise NotFound("order")
        rules.check_state(ChangeKind.PAYEE, order.state)
        _check(session, order, account)
        change_id = write_change(
            session,
            Standing.of(session, order),
            Terms(kind=ChangeKind.PAYEE, payee=account.id),
            Money.zero(order.currency),
            actor=actor,
            now=now,
            binds_from=binds_from,
        )
        made.append(change_id)
        references.append(order.reference)
    facts = {
        "orders": ", ".join(references),
        "number": account.shown_number,
        "binds_from": binds_from.strftime("%Y-%m-%d %H:%M UTC"),
    }
    payees.tell(session, company_id=actor.company, template=TEMPLATE, facts=facts, now=now)
    proposed = PayeeProposed(company_id=actor.company, payee_id=account.id, change_ids=tuple(made), at=now)
    events.record(session, proposed)
    return tuple(made)


def check_active(session: Session, change: OrderChange, order: Order) -> PayeeRow:
    """Return the account of a proposal; Conflict ``payee_inactive`` when the merchant has another by now."""
    account = account_of(session, order, terms(change))
    if account.state is not PayeeState.ACTIVE:
        raise Conflict("payee_inactive")
    return account


def can_bind(session: Session, change: OrderChange, order: Order) -> bool:
    """Tell whether an account that was agreed is still the merchant's, and something is still to be paid into it."""
    return account_of(session, order, terms(change)).state is PayeeState.ACTIVE and _is_owed(session, order)


def _check(session: Session, order: Order, account: PayeeRow) -> None:
    if order.mode is Mode.PROVIDER_HELD:
        raise Conflict("account_follows", order=order.reference)
    if account.currency != order.currency:
        raise Refused.field("payee_id", "currency", order.currency)
    subject = queries.subject_of(session, order_id=order.id, kind=ChangeKind.PAYEE)
    bound, facts = money.of_subject(session, subject=subject)
    if bound.payee_account is not None and bound.payee_account.as_json() == account.account.as_json():
        raise Conflict("same_account", order=order.reference)
    if not facts.balance:
        raise Conflict("nothing_to_pay", order=order.reference)


def _is_owed(session: Session, order: Order) -> bool:
    subject = queries.subject_of(session, order_id=order.id, kind=ChangeKind.PAYEE)
    return bool(money.of_subject(session, subject=subject)[1].balance)
