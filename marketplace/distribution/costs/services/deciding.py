"""Decide about lines of partners' invoices: what is accepted becomes an actual cost, once."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import PartnerInvoice, PartnerInvoiceLine, PartnerInvoiceNote
from marketplace.distribution.costs.rules import matching as rules
from marketplace.distribution.costs.rules.matching import INVOICE, LINE, Decision, LineState, Reason
from marketplace.distribution.costs.services import actuals, invoices
from marketplace.distribution.costs.services.actuals import NewCost
from marketplace.distribution.holds.queries import set_offs
from marketplace.distribution.holds.services import setting_off
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money

_ACTION: Final = {Decision.ACCEPT: "accept", Decision.SPLIT: "split", Decision.DISPUTE: "dispute"}


def decide(
    session: Session,
    *,
    line_id: UUID,
    decision: Decision,
    part: Money | None,
    reason: Reason | None,
    text: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Accept a line, dispute it with a reason, or accept a part of it and dispute the rest.

    Refused ``amount`` and ``reason`` that do not go with the decision; Conflict ``state`` for a line that is decided or
    was not held against the plan yet, ``sheet_closed``; NotFound for an unknown line.
    """
    invoice_id = session.scalars(
        sa.select(PartnerInvoiceLine.invoice_id).where(PartnerInvoiceLine.id == line_id)
    ).one_or_none()
    if invoice_id is None:
        raise NotFound("partner_invoice_line")
    invoice = invoices.locked(session, invoice_id=invoice_id, actor=actor)
    line = session.get_one(PartnerInvoiceLine, line_id, populate_existing=True)
    _decide(session, invoice, line, decision=decision, part=part, reason=reason, actor=actor, now=now)
    if text:
        session.add(PartnerInvoiceNote(line_id=line.id, person_id=actor.person, body=text))
        session.flush()
    invoices.settle_state(session, invoice, now=now)


def accept_matched(session: Session, *, invoice_id: UUID, actor: Actor, now: datetime) -> int:
    """Accept all lines of an invoice that are what was planned; return how many. Again accepts nothing more.

    Where the partner came to bear something of a departure after they were held against its plan, they wait for a
    decision like those that differ.
    """
    invoice = invoices.locked(session, invoice_id=invoice_id, actor=actor)
    lines = session.scalars(
        sa.select(PartnerInvoiceLine)
        .where(PartnerInvoiceLine.invoice_id == invoice.id, PartnerInvoiceLine.state == LineState.MATCHED)
        .order_by(PartnerInvoiceLine.position)
        .execution_options(populate_existing=True)
    ).all()
    borne = set_offs.left(session, company_id=invoice.company_id, departure_ids={line.departure_id for line in lines})
    accepted = 0
    for line in lines:
        if line.departure_id in borne:
            line.state = LINE.apply(line.state, "differ")
            continue
        _decide(session, invoice, line, decision=Decision.ACCEPT, part=None, reason=None, actor=actor, now=now)
        accepted += 1
    if lines:
        session.flush()
        invoices.settle_state(session, invoice, now=now)
    return accepted


def settle(session: Session, *, invoice_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that what was accepted of an invoice is paid; Conflict ``state`` while a line of it is not decided."""
    invoice = invoices.locked(session, invoice_id=invoice_id, actor=actor)
    invoice.state, invoice.changed_at = INVOICE.apply(invoice.state, "settle"), now
    session.flush()
    invoices.note(session, invoice.id, "settle", {"company": invoice.company_id}, actor=actor, now=now)


def _decide(
    session: Session,
    invoice: PartnerInvoice,
    line: PartnerInvoiceLine,
    *,
    decision: Decision,
    part: Money | None,
    reason: Reason | None,
    actor: Actor,
    now: datetime,
) -> None:
    state = LINE.apply(line.state, _ACTION[decision])
    asked = Money(line.amount_minor, invoice.currency)
    amount = rules.accepted(decision, asked, part, reason)
    line.state, line.accepted_minor, line.reason, line.decided_at = state, amount.minor, reason, now
    session.flush()
    if amount:
        cost = NewCost(
            kind=line.kind,
            amount=amount,
            incurred_on=invoice.issued_on,
            company_id=invoice.company_id,
            invoice_line_id=line.id,
        )
        actuals.enter(session, departure_id=line.departure_id, cost=cost, actor=actor, now=now)
    if reason is Reason.SET_OFF:
        setting_off.set_off(
            session,
            company_id=invoice.company_id,
            departure_id=line.departure_id,
            line_id=line.id,
            refused=asked - amount,
            now=now,
        )
    facts = {"line": line.id, "minor": amount.minor, "reason": str(reason) if reason else None}
    invoices.note(session, invoice.id, f"line_{decision}", facts, actor=actor, now=now)
