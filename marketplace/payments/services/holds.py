"""Watch how long money waits at the provider, and do what two people decide before the provider's limit.

Nothing happens by itself: neither the alarm nor the limit moves money.
"""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.payments.events import HeldMoneySentBack
from marketplace.payments.models.holds import CardHold
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.queries import cards
from marketplace.payments.rules import holds as rules
from marketplace.payments.rules import remitting
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.holds import HOLDS, HoldState, HoldWay
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import Mode, Subject
from marketplace.payments.services import allowances, holding, purchases
from marketplace.payments.services.splitting import locked
from marketplace.payments.services.terms import terms_of

_WAITING: Final = MilestoneState.HELD


def watch(session: Session, *, charge_id: UUID, platform: str, now: datetime) -> bool:
    """Write down until when a captured charge may wait: by the stricter of the house's and the payee's country."""
    charge = cards.charge_by_id(session, charge_id=charge_id)
    terms = terms_of(session, charge.subject)
    captured_at = session.scalars(
        sa.select(LedgerTransfer.at).where(LedgerTransfer.key == f"card:{charge_id}:captured")
    ).one_or_none()
    if terms is None or captured_at is None:
        return False
    known = accounts.get_companies(session, company_ids=[terms.payee_id])
    countries = {platform, *(row.country for row in known.values())}
    hold_until = captured_at + remitting.hold_limit(*countries)
    return insert_if_new(
        session,
        CardHold,
        id=new_id(),
        reference=new_reference(rules.PREFIX),
        charge_id=charge_id,
        currency=charge.captured.currency,
        amount_minor=charge.captured.minor,
        state=HoldState.WAITING,
        captured_at=captured_at,
        hold_until=hold_until,
        act_by=remitting.alarm_of(captured_at, hold_until),
        changed_at=now,
    )


def end(session: Session, *, hold_id: UUID, now: datetime) -> bool:
    """Note that nothing of a charge waits any more."""
    _move(session, _locked(session, hold_id), "end", actor=SYSTEM, now=now)
    return True


def decide(session: Session, *, hold_id: UUID, way: str, actor: Actor, now: datetime) -> HoldState:
    """Agree to what becomes of money that waits too long; with the second person's yes it happens.

    Conflict ``hold_not_due`` before the alarm, ``card_disputed`` while a card's bank decides, ``hold_of_sale`` where
    the trading company sells and money should go back: its merchant would get nothing for goods that go on. NotAllowed
    ``own_return`` for whoever is of a company that would be paid, ``same_person`` for a second yes of one person.
    """
    hold = _locked(session, hold_id)
    chosen = rules.way_of(way)
    HOLDS.apply(hold.state, chosen)
    if hold.escalated_at is None:
        raise Conflict("hold_not_due")
    charge = cards.charge_by_id(session, charge_id=hold.charge_id)
    terms = terms_of(session, charge.subject)
    if terms is not None:
        if _concerned(session, terms) & set(accounts.companies_of(session, actor=actor)):
            raise NotAllowed("own_return")
        if chosen is HoldWay.REFUND and terms.mode is Mode.OPERATOR_SELLS:
            raise Conflict("hold_of_sale")
    rules.check_decider(person_id=actor.person, way=chosen, chosen=hold.way, first_by=hold.first_by)
    if hold.first_by is None:
        hold.way, hold.first_by, hold.changed_at = chosen, actor.person, now
        session.flush()
        _audit(session, hold, "first_approval", actor=actor, now=now)
        return hold.state
    if any(row.state is _WAITING and row.dispute_id is not None for row in locked(session, charge.subject)):
        raise Conflict("card_disputed")
    hold.second_by = actor.person
    _move(session, hold, chosen, actor=actor, now=now)
    if chosen is HoldWay.RELEASE:
        _release(session, charge.subject, now=now)
    else:
        _refund(session, hold, charge.subject, actor=actor, now=now)
    return hold.state


def decline(session: Session, *, hold_id: UUID, actor: Actor, now: datetime) -> None:
    """Put aside what the first person chose, as the second or as the first who thinks better of it: it is open anew.

    Conflict ``nothing_chosen`` while nobody has chosen, NotAllowed ``own_return`` as for a decision.
    """
    hold = _locked(session, hold_id)
    HOLDS.apply(hold.state, HoldWay.RELEASE)
    if hold.first_by is None:
        raise Conflict("nothing_chosen")
    charge = cards.charge_by_id(session, charge_id=hold.charge_id)
    terms = terms_of(session, charge.subject)
    if terms is not None and _concerned(session, terms) & set(accounts.companies_of(session, actor=actor)):
        raise NotAllowed("own_return")
    _audit(session, hold, "declined", actor=actor, now=now)
    hold.way, hold.first_by, hold.changed_at = None, None, now
    session.flush()


def _concerned(session: Session, terms: PaymentTerms) -> set[UUID]:
    """Return the companies whose money it is: payer, payee, and the merchant behind a sale of the trading company."""
    bought = purchases.of_sale(session, sale=terms)
    return {terms.payer_id, terms.payee_id} | ({bought.payee_id} if bought else set[UUID]())


def _release(session: Session, subject: Subject, *, now: datetime) -> None:
    session.execute(
        sa.update(Milestone)
        .where(
            Milestone.subject_kind == subject.kind,
            Milestone.subject_id == subject.id,
            Milestone.state == _WAITING,
            Milestone.due_at.is_(None),
        )
        .values(due_at=now),
        execution_options={"synchronize_session": False},
    )
    holding.release_due(session, subject=subject, now=now)


def _refund(session: Session, hold: CardHold, subject: Subject, *, actor: Actor, now: datetime) -> None:
    """Give back what is held of each line; it stays agreed, and its two sides settle it directly."""
    of_lines: dict[UUID, int] = {}
    for row in locked(session, subject):
        if row.state is _WAITING:
            of_lines[row.line_id] = of_lines.get(row.line_id, 0) + row.amount_minor
    for line_id, minor in of_lines.items():
        allowances.allow(
            session,
            subject=subject,
            line_id=line_id,
            amount=Money(minor, hold.currency),
            cause_id=uuid5(hold.id, str(line_id)),
            why=Why.HELD_TOO_LONG,
            actor=actor,
            now=now,
        )
    if of_lines:
        record(session, HeldMoneySentBack(at=now, hold_id=hold.id))


def _move(session: Session, hold: CardHold, action: str, *, actor: Actor, now: datetime) -> None:
    """Take a drawn step: the one place that writes the state of money that waits, audited."""
    hold.state = HOLDS.apply(hold.state, action)
    hold.act_by, hold.changed_at = None, now
    session.flush()
    _audit(session, hold, action, actor=actor, now=now)


def _locked(session: Session, hold_id: UUID) -> CardHold:
    statement = sa.select(CardHold).where(CardHold.id == hold_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("card_hold")
    return found


def _audit(session: Session, hold: CardHold, action: str, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"card_hold.{action}",
        subject="card_hold",
        subject_id=hold.id,
        facts={"minor": hold.amount_minor, "currency": hold.currency, "way": hold.way and str(hold.way)},
        now=now,
    )
