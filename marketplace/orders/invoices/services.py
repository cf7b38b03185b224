"""Record official invoices, say what they are for, cancel and replace them, remind who has to issue one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries.closures import day_of
from marketplace.audit import services as audit
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new, write
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.orders.events import InvoicesMissing
from marketplace.orders.invoices import queries
from marketplace.orders.invoices.models import InvoiceMatch, OfficialInvoice
from marketplace.orders.models import Order
from marketplace.orders.rules import invoices as rules
from marketplace.orders.rules.invoices import INVOICES, Draft, InvoiceState, Part
from marketplace.orders.services.moves import locked_order
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def record(
    session: Session,
    *,
    order_id: UUID,
    is_bought: bool = False,
    draft: Draft,
    file_id: UUID | None,
    refers_to: UUID | None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Record an official invoice of an order, as its seller or buyer, and return its id.

    ``is_bought`` says that it is of the purchase behind it: of the merchant to the trading company.

    One with negative amounts is a red-letter invoice of the one that it ``refers_to``, and takes back what that was
    for; one with positive amounts that refers to another replaces it. An invoice for just what is missing of the order
    is matched at once. Conflict ``invoice_recorded`` for a number that is there already, and not void, ``red_letter``
    for who replaces what a red-letter invoice refers to; NotAllowed ``issuer_only`` for who replaces what it neither
    issued nor recorded; NotFound for another's order.
    """
    order = locked_order(session, order_id=order_id)
    if is_bought and order.seller_id is None:
        raise NotFound("order")
    seller_id, buyer_id = _parties(order, is_bought=is_bought)
    if actor.company not in (buyer_id, seller_id):
        raise NotFound("order")
    is_red = draft.net.minor < 0
    today = day_of(session, company_id=seller_id, now=now)
    rules.check(draft, today=today, is_red=is_red, names_first=refers_to is not None)
    rules.check_currency(draft, currency=order.currency)
    if file_id is not None and not files.get_file(session, company_id=actor.company, file_id=file_id).serves(
        Purpose.OFFICIAL_INVOICE
    ):
        raise Refused.field("file_id", "file_other", f"a file handed in with the purpose {Purpose.OFFICIAL_INVOICE}")
    first = _first(session, order, refers_to, issuer_id=seller_id)
    if is_red and first is not None:
        taken = Money(queries.taken_of(session, invoice_id=first.id), first.currency)
        rules.check_red(draft, first=Money(first.net_minor + first.tax_minor, first.currency), before=taken)
    if not is_red and first is not None:
        _check_replaced(session, first, actor)
    row = {
        "id": new_id(),
        "order_id": order.id,
        "issuer_id": seller_id,
        "buyer_id": buyer_id,
        "recorded_by": actor.company,
        "country": draft.country,
        "type": draft.type,
        "code": draft.code,
        "number": draft.number,
        "issued_on": draft.issued_on,
        "currency": draft.net.currency,
        "net_minor": draft.net.minor,
        "tax_minor": draft.tax.minor,
        "file_id": file_id,
        "refers_to": refers_to,
        "state": InvoiceState.RECORDED,
        "recorded_at": now,
        "changed_at": now,
    }
    if not insert_if_new(session, OfficialInvoice, **row):
        raise Conflict("invoice_recorded", number=draft.number)
    invoice_id: UUID = row["id"]
    facts = {"order": order.id, "minor": draft.gross.minor, "currency": draft.gross.currency, "refers_to": refers_to}
    _audit(session, invoice_id, "record", facts, actor, now)
    if is_red and first is not None:
        _match_red(session, invoice_id, first, draft)
    else:
        if first is not None:
            _move(session, first, "replace", actor=actor, now=now)
        _match_exact(session, invoice_id, order, draft, is_bought=is_bought)
    return invoice_id


def match(
    session: Session,
    *,
    invoice_id: UUID,
    line_ids: Sequence[UUID],
    parts: Sequence[Part],
    actor: Actor,
    now: datetime,
) -> None:
    """Say what an invoice is for, in place of what was said before, as its issuer or buyer.

    ``line_ids`` are all lines that were named, also those of which it names no part.

    Refused for more than the invoice has, or than is open of a line; Conflict ``red_letter`` for a red-letter invoice,
    which follows its first, and once one took something back of this.
    """
    found = _locked(session, invoice_id, actor)
    if found.net_minor < 0 or queries.taken_of(session, invoice_id=found.id):
        raise Conflict("red_letter")
    INVOICES.apply(found.state, "cancel")  # only one that counts is for something
    session.execute(sa.delete(InvoiceMatch).where(InvoiceMatch.invoice_id == found.id))
    is_bought = _is_bought(session.get_one(Order, found.order_id), found)
    lines = queries.lines_of(session, order_id=found.order_id, is_bought=is_bought)
    open_lines = {line.line_id: line.open for line in lines}
    tax_bp = reference.setting(session, Setting.OFFICIAL_INVOICE_TAX_BASIS_POINTS, at=now)
    gross = Money(found.net_minor + found.tax_minor, found.currency)
    rules.check_lines(line_ids, known=open_lines)
    rules.check_parts(parts, gross=gross, open_lines=open_lines, tax_bp=tax_bp)
    _write(session, found.id, parts)
    facts = {"lines": len(parts), "minor": sum(part.amount.minor for part in parts)}
    _audit(session, found.id, "match", facts, actor, now)


def cancel(session: Session, *, invoice_id: UUID, actor: Actor, now: datetime) -> None:
    """Say that an invoice was made void in the state's system; again changes nothing.

    NotAllowed ``issuer_only`` for a buyer that did not record it; Conflict ``red_letter`` while one refers to it.
    """
    found = _locked(session, invoice_id, actor)
    _issuer_only(found, actor)
    if found.state is InvoiceState.CANCELLED:
        return
    if queries.taken_of(session, invoice_id=found.id):
        raise Conflict("red_letter")
    _move(session, found, "cancel", actor=actor, now=now)


def remind(session: Session, *, now: datetime) -> int:
    """Tell the sellers of lines that wait too long for an official invoice, once a line; return how many lines."""
    (days,) = reference.settings_of(session, Setting.OFFICIAL_INVOICE_DAYS, at=now)
    rows = [
        row
        for is_bought in (False, True)
        for row in queries.late(session, before=now - timedelta(days=days), is_bought=is_bought)
        if row.missing and insert_if_new(session, queries.reminder(is_bought=is_bought), line_id=row.line_id, at=now)
    ]
    for issuer_id, of in groupby(sorted(rows, key=lambda row: row.issuer_id), key=lambda row: row.issuer_id):
        line_ids = tuple(row.line_id for row in of)
        events.record(session, InvoicesMissing(company_id=issuer_id, line_ids=line_ids, at=now))
    return len(rows)


def _parties(order: Order, *, is_bought: bool) -> tuple[UUID, UUID]:
    """Return who invoices whom: by the sale, or by the purchase of the trading company behind it."""
    seller_id = order.seller_id or order.merchant_id
    return (order.merchant_id, seller_id) if is_bought else (seller_id, order.buyer_id)


def _is_bought(order: Order, found: OfficialInvoice) -> bool:
    return order.seller_id is not None and found.issuer_id == order.merchant_id


def _first(session: Session, order: Order, refers_to: UUID | None, *, issuer_id: UUID) -> OfficialInvoice | None:
    """Return the invoice that another refers to, locked; NotFound unless it counts and is of the same contract."""
    if refers_to is None:
        return None
    found = session.get(OfficialInvoice, refers_to, with_for_update=True, populate_existing=True)
    if found is None or (found.order_id, found.issuer_id) != (order.id, issuer_id) or found.net_minor < 0:
        raise NotFound("official_invoice")
    INVOICES.apply(found.state, "replace")
    return found


def _check_replaced(session: Session, first: OfficialInvoice, actor: Actor) -> None:
    """Refuse to put another in the place of a stranger's invoice, or of one that a red-letter invoice refers to."""
    _issuer_only(first, actor)
    if queries.taken_of(session, invoice_id=first.id):
        raise Conflict("red_letter")


def _issuer_only(found: OfficialInvoice, actor: Actor) -> None:
    if actor.company not in (found.issuer_id, found.recorded_by):
        raise NotAllowed("issuer_only")


def _locked(session: Session, invoice_id: UUID, actor: Actor) -> OfficialInvoice:
    """Return an invoice behind its locked order; NotFound for who is no party."""
    row = queries.invoice(session, company_id=actor.company, invoice_id=invoice_id)
    locked_order(session, order_id=row.order_id)
    return session.get_one(OfficialInvoice, invoice_id, populate_existing=True)


def _match_exact(session: Session, invoice_id: UUID, order: Order, draft: Draft, *, is_bought: bool) -> None:
    open_lines = [line.open for line in queries.lines_of(session, order_id=order.id, is_bought=is_bought)]
    if rules.is_exact(net=draft.net, gross=draft.gross, open_lines=open_lines):
        _write(session, invoice_id, rules.suggested(net=draft.net, gross=draft.gross, open_lines=open_lines))


def _match_red(session: Session, invoice_id: UUID, first: OfficialInvoice, draft: Draft) -> None:
    """Take back what the first invoice was for, less what other red-letter invoices took back of it."""
    ids = sa.select(OfficialInvoice.id).where(
        OfficialInvoice.state == InvoiceState.RECORDED,
        sa.or_(OfficialInvoice.id == first.id, OfficialInvoice.refers_to == first.id),
    )
    left = session.execute(
        sa.select(InvoiceMatch.line_id, sa.func.sum(InvoiceMatch.minor).label("minor"))
        .where(InvoiceMatch.invoice_id.in_(ids))
        .group_by(InvoiceMatch.line_id)
        .order_by(InvoiceMatch.line_id)
    )
    parts = [Part(row.line_id, Money(int(row.minor), first.currency)) for row in left if row.minor]
    _write(session, invoice_id, rules.reversed_parts(parts, draft.gross))


def _write(session: Session, invoice_id: UUID, parts: Sequence[Part]) -> None:
    if parts:
        rows = [{"invoice_id": invoice_id, "line_id": part.line_id, "minor": part.amount.minor} for part in parts]
        write(session, InvoiceMatch, rows)


def _move(session: Session, found: OfficialInvoice, action: str, *, actor: Actor, now: datetime) -> None:
    """Take the drawn transition: the one place that writes an invoice's state."""
    found.state = INVOICES.apply(found.state, action)
    found.changed_at = now
    session.flush()
    _audit(session, found.id, action, {"order": found.order_id}, actor, now)


def _audit(
    session: Session, invoice_id: UUID, act: str, facts: Mapping[str, object], actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"official_invoice.{act}",
        subject="official_invoice",
        subject_id=invoice_id,
        facts=dict(facts),
        now=now,
    )
