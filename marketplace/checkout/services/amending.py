"""Another plan or payee of a placed order is approved inside the buyer's company as the order was."""

import hashlib
import json
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.approvals.rules.content import Amended, Carriage, Goods, Part
from marketplace.approvals.rules.facts import Grown, Sort
from marketplace.approvals.services import asking, cases
from marketplace.checkout.queries import approving as queries
from marketplace.checkout.services.approving import Waits
from marketplace.distribution import queries as distribution
from marketplace.distribution.rules.freight import ContractState
from marketplace.kernel.actor import Actor
from marketplace.logistics.queries import bookings
from marketplace.merchants import queries as merchants
from marketplace.orders.changes import queries as changes
from marketplace.orders.changes.rules import OF_PAYMENT, ChangeState, Terms
from marketplace.orders.queries import lines, orders
from marketplace.orders.queries.orders import OrderRow
from marketplace.payments.queries import agreed, payments
from marketplace.payments.rules import plans
from marketplace.payments.rules.replanning import replan
from marketplace.payments.rules.terms import Subject, SubjectKind


def ask(
    session: Session, *, order: OrderRow, terms: Terms, is_proposed: bool, actor: Actor, now: datetime
) -> asking.Answer:
    """Ask the buyer's company for other terms of payment of its order, as ``approvals`` does; nothing of others.

    ``is_proposed``: the merchant proposed them, and whoever may approve such an order by himself need not ask.
    """
    if terms.kind not in OF_PAYMENT or actor.company != order.buyer_id:
        return asking.Answer()
    unit = orders.placed_under(session, order=order).unit
    return asking.ask_change(
        session,
        actor=actor,
        unit_id=unit.id if unit else None,
        wanted=lambda: (_content(session, order, terms), _whole(session, order)),
        placed_by=queries.placed_by(session, group_id=order.group_id) if is_proposed else None,
        spent=lambda since: queries.spent(session, company_id=actor.company, since=since, without=()),
        now=now,
    )


def ask_to_accept(session: Session, *, change_id: UUID, actor: Actor, now: datetime) -> asking.Answer:
    """Ask for a change that the merchant proposed and that waits for the buyer's word."""
    change = changes.change(session, company_id=actor.company, change_id=change_id)
    if change.state is not ChangeState.PROPOSED or actor.company != change.buyer_id:
        return asking.Answer()
    if actor.company == change.proposer_id:
        return asking.Answer()
    order = orders.order(session, company_id=actor.company, order_id=change.order_id)
    return ask(session, order=order, terms=change.terms, is_proposed=True, actor=actor, now=now)


def use(session: Session, *, answer: asking.Answer, change_id: UUID, actor: Actor, now: datetime) -> None:
    """Use up the approval of a change, if it needs one; Conflict ``approval_needed`` for one that waits."""
    if answer.case_id is None:
        return
    if not answer.is_approved:
        raise Waits(answer).refusal()
    cases.use_change(session, case_id=answer.case_id, change_id=change_id, actor=actor, now=now)


def _whole(session: Session, order: OrderRow) -> Grown:
    """Return all that was bought together, of which nothing is new."""
    placed = queries.placed(session, group_id=order.group_id)
    by_id = {one.id: one for one in placed.orders}
    categories = queries.categories(session, listing_ids={line.listing_id for line in placed.lines})
    sorts = {
        Sort(by_id[line.order_id].merchant_id, categories.get(line.listing_id), by_id[line.order_id].destination)
        for line in placed.lines
    }
    return Grown(whole=placed.amounts, added=(), approved=None, goods=tuple(sorts), departs_at=None)


def _content(session: Session, order: OrderRow, terms: Terms) -> Amended:
    """Return the order as it would be paid: the same for the same goods, freight, plan and account."""
    subject = Subject(SubjectKind.ORDER, order.id)
    portions, plan, number = agreed.portions(session, subject=subject)
    if terms.stages is not None:
        plan = replan(plan, portions, terms.stages, number=number + 1).plan
    account = payments.terms_of(session, subjects=[subject])[subject].payee_account
    if terms.payee is not None:
        account = merchants.payee_of(session, company_id=order.merchant_id, payee_id=terms.payee).account
    payee = json.dumps(account.as_json(), sort_keys=True) if account else ""
    rows = [line for line in lines.lines_for(session, order=order) if line.units and not line.replaces_id]
    booked = bookings.bookings(session, subjects=[line.id for line in rows])
    goods = tuple(
        Goods(
            item_id=line.listing_id,
            sku=line.sku,
            titles=line.titles,
            source_locale=line.source_locale,
            quantity=line.units,
            unit=line.unit,
            unit_price=line.agreed_price,
            amount=line.goods_amount,
            departure_id=booked[line.id][-1].departure_id if line.id in booked else None,
            to=booked[line.id][-1].to_place if line.id in booked else order.destination,
        )
        for line in rows
    )
    said = {
        "incoterm": order.incoterm,
        "place": order.place_code,
        "destination": order.destination,
        "currency": order.total.currency,
        "plan": plan.code,
        "agreed": json.dumps(plans.to_json(plan), sort_keys=True),
        "rail": str(order.rail),
        "mode": str(order.mode),
        "payee": hashlib.sha256(payee.encode()).hexdigest() if payee else "",
        "change": str(terms.kind),
    }
    carriage = tuple(
        Carriage(carrier_id=one.carrier_id, amount=one.total)
        for one in distribution.contracts_of(session, order_ids=[order.id])[order.id]
        if one.payer_id == order.buyer_id and one.claim_id is None and one.state is ContractState.AGREED
    )
    part = Part(merchant_id=order.merchant_id, terms=said, goods=goods)
    return Amended(parts=(part,), carriage=carriage, order_id=order.id, order=order.reference)
