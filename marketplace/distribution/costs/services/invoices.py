"""Take in partners' invoices, and hold their lines against what was planned."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.audit import services as audit
from marketplace.distribution.costs.models import CostItem, PartnerInvoice, PartnerInvoiceLine
from marketplace.distribution.costs.queries import lorries, sheets
from marketplace.distribution.costs.queries.lorries import Lorry
from marketplace.distribution.costs.queries.sheets import Sheet
from marketplace.distribution.costs.rules import matching as rules
from marketplace.distribution.costs.rules.matching import INVOICE, LINE, Charge, InvoiceState, LineState, Reason
from marketplace.distribution.costs.rules.planning import Basis, CostKind, check_amount, check_day
from marketplace.distribution.costs.services.actuals import check_file
from marketplace.distribution.costs.services.rates import check_partner
from marketplace.distribution.holds.queries import set_offs
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new, write
from marketplace.kernel.errors import Conflict, FieldError, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

MOST_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line of an invoice: a departure by its reference, a kind of cost, what is asked."""

    departure: str
    kind: CostKind
    amount: Money


def record(
    session: Session,
    *,
    company_id: UUID,
    number: str,
    issued_on: date,
    currency: str,
    lines: Sequence[NewLine],
    file_id: UUID | None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Write down an invoice of a partner as a draft, by itself or by the operator, and return its id.

    A departure that the partner has nothing to do with is as unknown to it as one that there is not. Conflict
    ``invoice_known`` for a number that this partner gave before.
    """
    if actor.company_kind == CompanyKind.OPERATOR:
        check_partner(session, company_id=company_id)
    elif actor.company != company_id:
        raise NotFound("company")
    if file_id is not None:
        check_file(session, file_id=file_id, actor=actor)
    check_day(issued_on, field="issued_on", now=now)
    found = _departures(session, company_id, lines, actor)
    row = {
        "id": new_id(),
        "company_id": company_id,
        "number": number,
        "issued_on": issued_on,
        "currency": currency,
        "file_id": file_id,
        "state": InvoiceState.DRAFT,
        "created_at": now,
        "changed_at": now,
    }
    if not insert_if_new(session, PartnerInvoice, **row):
        raise Conflict("invoice_known", number=number)
    rows = [
        {
            "id": new_id(),
            "invoice_id": row["id"],
            "position": position,
            "departure_id": found[line.departure].id,
            "kind": line.kind,
            "amount_minor": line.amount.minor,
            "state": LineState.OPEN,
            "is_double": False,
        }
        for position, line in enumerate(lines, start=1)
    ]
    write(session, PartnerInvoiceLine, rows)
    facts = {"company": company_id, "lines": len(rows), "minor": sum(line.amount.minor for line in lines)}
    note(session, row["id"], "record", facts | {"currency": currency}, actor=actor, now=now)
    return row["id"]


def discard(session: Session, *, invoice_id: UUID, actor: Actor, now: datetime) -> None:
    """Throw a draft away; its number is free again. Conflict ``state`` for what was sent; NotFound for another's."""
    invoice = locked(session, invoice_id=invoice_id, actor=actor)
    if invoice.state is not InvoiceState.DRAFT:
        raise Conflict("state", thing="partner_invoice", state=str(invoice.state), action="discard", possible=[])
    session.execute(sa.delete(PartnerInvoiceLine).where(PartnerInvoiceLine.invoice_id == invoice.id))
    session.delete(invoice)
    session.flush()
    note(session, invoice_id, "discard", {"company": invoice.company_id}, actor=actor, now=now)


def submit(session: Session, *, invoice_id: UUID, actor: Actor, now: datetime) -> None:
    """Hand an invoice in: it is held against what was planned, at once where that is there."""
    invoice = locked(session, invoice_id=invoice_id, actor=actor)
    invoice.state = INVOICE.apply(invoice.state, "submit")
    invoice.changed_at = now
    session.flush()
    note(session, invoice.id, "submit", {"company": invoice.company_id}, actor=actor, now=now)
    _match(session, invoice, actor, now)


def match(session: Session, *, invoice_id: UUID, actor: Actor, now: datetime) -> bool:
    """Hold an invoice that waits for a plan against it, another stays as it is; tell whether it was held."""
    invoice = locked(session, invoice_id=invoice_id, actor=actor)
    return invoice.state is InvoiceState.SUBMITTED and _match(session, invoice, actor, now)


def locked(session: Session, *, invoice_id: UUID, actor: Actor) -> PartnerInvoice:
    """Return a locked invoice to its partner, to the operator and to the city's own jobs; NotFound to anybody else."""
    found = session.get(PartnerInvoice, invoice_id, with_for_update=True, populate_existing=True)
    sees_all = actor is SYSTEM or actor.company_kind == CompanyKind.OPERATOR
    if found is None or not (sees_all or actor.company_id == found.company_id):
        raise NotFound("partner_invoice")
    return found


def note(
    session: Session, invoice_id: UUID, act: str, facts: Mapping[str, object], *, actor: Actor, now: datetime
) -> None:
    """Write an act on an invoice into the audit."""
    audit.record(
        session,
        actor=actor,
        action=f"partner_invoice.{act}",
        subject="partner_invoice",
        subject_id=invoice_id,
        facts=facts,
        now=now,
    )


def settle_state(session: Session, invoice: PartnerInvoice, *, now: datetime) -> None:
    """Let an invoice stand where its lines stand."""
    states = session.scalars(sa.select(PartnerInvoiceLine.state).where(PartnerInvoiceLine.invoice_id == invoice.id))
    invoice.state, invoice.changed_at = rules.state_of(set(states)), now
    session.flush()


def _match(session: Session, invoice: PartnerInvoice, actor: Actor, now: datetime) -> bool:
    lines = session.scalars(
        sa.select(PartnerInvoiceLine)
        .where(PartnerInvoiceLine.invoice_id == invoice.id)
        .order_by(PartnerInvoiceLine.position)
    ).all()
    # In one order, so that two invoices about the same lorries wait for each other.
    for departure_id in sorted({line.departure_id for line in lines}):
        try:
            sheets.header(session, departure_id=departure_id)
        except NotFound:
            return False
    if lorries.to_be_planned(session, departure_ids={line.departure_id for line in lines}):
        return False
    found = lorries.lorries(session, departure_ids={line.departure_id for line in lines})
    known = {one.lorry.id: one for one in sheets.sheets(session, lorries=list(found.values()))}
    asked: dict[Charge, Money | None] = {}
    for charge, amount in _asked(lines, invoice.currency).items():
        asked[charge] = _there(session, known[charge.departure_id], amount)
    verdicts = rules.weigh(
        asked,
        planned=_planned(known, invoice.company_id),
        doubles=_doubles(session, invoice),
        borne=_borne(session, invoice, known, asked),
        tolerance_bp=reference.setting(session, Setting.COST_TOLERANCE_BASIS_POINTS, at=now),
    )
    for line in lines:
        verdict = verdicts[Charge(line.departure_id, line.kind)]
        line.state = LINE.apply(line.state, "match" if verdict.matches else "differ")
        line.is_double = verdict.is_double
        line.difference_minor = None if verdict.difference is None else verdict.difference.minor
    session.flush()
    settle_state(session, invoice, now=now)
    doubled = sum(verdict.is_double for verdict in verdicts.values())
    facts = {"state": str(invoice.state), "doubles": doubled}
    note(session, invoice.id, "match", facts, actor=actor, now=now)
    return True


def _asked(lines: Sequence[PartnerInvoiceLine], currency: str) -> dict[Charge, Money]:
    sums: dict[Charge, Money] = {}
    for line in lines:
        charge = Charge(line.departure_id, line.kind)
        sums[charge] = sums.get(charge, Money.zero(currency)) + Money(line.amount_minor, currency)
    return sums


def _there(session: Session, sheet: Sheet, amount: Money) -> Money | None:
    """Return an amount in a sheet's currency: at its own rates, else at that of its day."""
    there = sheet.in_currency(amount)
    if there is None:
        rate = reference.fx(session, base=amount.currency, quote=sheet.currency, on=sheet.priced_on)
        there = None if rate is None else Money.rounded(amount.amount * rate.rate, sheet.currency)
    return there


def _planned(known: dict[UUID, Sheet], company_id: UUID) -> dict[Charge, Money]:
    """Return what was planned for a partner and is left of it after what it cost by now."""
    left: dict[Charge, Money] = {}
    for departure_id, sheet in known.items():
        spent: dict[CostKind, Money] = defaultdict(lambda currency=sheet.currency: Money.zero(currency))
        for item in sheet.counted(Basis.ACTUAL):
            if item.company_id == company_id and item.there is not None:
                spent[item.kind] += item.there
        for item in sheet.counted(Basis.PLANNED):
            if item.company_id == company_id and item.there is not None:
                charge = Charge(departure_id, item.kind)
                left[charge] = left.get(charge, -spent[item.kind]) + item.there
    return left


def _borne(
    session: Session, invoice: PartnerInvoice, known: Mapping[UUID, Sheet], asked: Mapping[Charge, Money | None]
) -> dict[Charge, Money | None]:
    """Return what a carrier bears of what its held lorries cost, each on one charge of the invoice.

    On the kind that it was spent on, or on what most is asked for of that departure; None where no rate brings it to
    the currency of the sheet.
    """
    found: dict[Charge, Money | None] = {}
    rows = set_offs.left(session, company_id=invoice.company_id, departure_ids=known)
    for departure_id, shares in rows.items():
        there = {charge: amount for charge, amount in asked.items() if charge.departure_id == departure_id}
        most = max(there, key=lambda charge: amount.minor if (amount := there[charge]) else 0)
        for kind, one in shares:
            amount = _there(session, known[departure_id], one.amount)
            own = Charge(departure_id, kind)
            charge = own if own in there else most
            before = found.get(charge, Money.zero(known[departure_id].currency))
            found[charge] = None if amount is None or before is None else before + amount
    return found


def _doubles(session: Session, invoice: PartnerInvoice) -> set[Charge]:
    """Return what this partner asked for on another invoice already that was handed in and not refused, or set off."""
    other = (
        sa.select(PartnerInvoiceLine.departure_id, PartnerInvoiceLine.kind)
        .join(PartnerInvoice, PartnerInvoice.id == PartnerInvoiceLine.invoice_id)
        .where(
            PartnerInvoice.company_id == invoice.company_id,
            PartnerInvoice.id != invoice.id,
            PartnerInvoice.state != InvoiceState.DRAFT,
            # What was set off is paid for, though nothing of it was accepted.
            sa.or_(PartnerInvoiceLine.state.not_in(rules.UNPAID), PartnerInvoiceLine.reason == Reason.SET_OFF),
            # Of two that wait for the same plan the later one is the second.
            sa.or_(PartnerInvoiceLine.state != LineState.OPEN, PartnerInvoice.id < invoice.id),
        )
    )
    return {Charge(row.departure_id, row.kind) for row in session.execute(other)}


def _departures(session: Session, company_id: UUID, lines: Sequence[NewLine], actor: Actor) -> dict[str, Lorry]:
    """Return the departures that lines name; Refused for what is unknown, to a partner also what is not its own."""
    if not 0 < len(lines) <= MOST_LINES:
        raise Refused.field("departures", "required", f"1 to {MOST_LINES} lines")
    found = lorries.named(session, references={line.departure for line in lines})
    if actor.company_kind != CompanyKind.OPERATOR:
        worked = _worked_on(session, company_id, [one.id for one in found.values()])
        found = {name: one for name, one in found.items() if one.carrier_company_id == company_id or one.id in worked}
    unknown = [
        FieldError(f"departures.{place}", "unknown", "the number of a departure that your company worked on")
        for place, line in enumerate(lines)
        if line.departure not in found
    ]
    if unknown:
        raise Refused.fields(*unknown)
    for place, line in enumerate(lines):
        check_amount(line.amount, field=f"amounts.{place}")
    return found


def _worked_on(session: Session, company_id: UUID, departure_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of some departures for which costs of a partner were planned or entered."""
    wanted = sa.select(CostItem.departure_id).where(
        CostItem.company_id == company_id,
        CostItem.departure_id.in_(departure_ids),
        CostItem.voided_at.is_(None),
    )
    return set(session.scalars(wanted))
