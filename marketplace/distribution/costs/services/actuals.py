"""Enter what a departure cost, take back what was entered wrongly, close its sheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.costs.models import (
    CostItem,
    CostNote,
    CostSheetRate,
    PartnerInvoice,
    PartnerInvoiceLine,
)
from marketplace.distribution.costs.queries import lorries, sheets
from marketplace.distribution.costs.rules import planning as rules
from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.costs.rules.matching import WAITING, InvoiceState
from marketplace.distribution.costs.rules.planning import Basis, CostKind, SheetState
from marketplace.distribution.costs.services import planning
from marketplace.distribution.costs.services.rates import check_partner
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking, DepartureStop
from marketplace.logistics.rules.states import HoldCause


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCost:
    """A cost as it is entered; ``booking`` is the reference of the consignment that a cause was about.

    One with a ``cause`` comes with who bears it.
    """

    kind: CostKind
    amount: Money
    incurred_on: date | None = None
    company_id: UUID | None = None
    place_code: str | None = None
    file_id: UUID | None = None
    cause: HoldCause | None = None
    bearer: Bearer | None = None
    booking: str | None = None
    note: str = ""
    invoice_line_id: UUID | None = None


def enter(session: Session, *, departure_id: UUID, cost: NewCost, actor: Actor, now: datetime) -> UUID:
    """Enter an actual cost of a departure and return its id.

    Refused ``amount``, ``company_id``, ``place``, ``file_id``, ``cause``, ``booking`` and a day that is still to come;
    Conflict ``sheet_closed``; NotFound for an unknown departure.
    """
    lorry = lorries.lorry(session, departure_id=departure_id)
    rules.check_amount(cost.amount)
    if cost.company_id is not None:
        check_partner(session, company_id=cost.company_id)
    if cost.place_code is not None:
        _check_place(session, departure_id, cost.place_code)
    if cost.file_id is not None:
        check_file(session, file_id=cost.file_id, actor=actor)
    if cost.incurred_on is not None:
        rules.check_day(cost.incurred_on, field="incurred_on", now=now)
    booking_id = _booking(session, departure_id, cost)
    planning.plan_first(session, lorry=lorry, now=now)
    planning.open_sheet(session, lorry=lorry, now=now)
    item = CostItem(
        id=new_id(),
        departure_id=departure_id,
        basis=Basis.ACTUAL,
        kind=cost.kind,
        amount_minor=cost.amount.minor,
        currency=cost.amount.currency,
        company_id=cost.company_id,
        place_code=cost.place_code,
        incurred_on=cost.incurred_on,
        invoice_line_id=cost.invoice_line_id,
        file_id=cost.file_id,
        cause=cost.cause,
        booking_id=booking_id,
        bearer=cost.bearer,
        entered_at=now,
    )
    session.add(item)
    session.flush()
    if cost.note:
        session.add(CostNote(item_id=item.id, person_id=actor.person, body=cost.note))
        session.flush()
    facts = {
        "departure": departure_id,
        "kind": str(cost.kind),
        "minor": cost.amount.minor,
        "currency": cost.amount.currency,
        "invoice_line": cost.invoice_line_id,
    }
    _note_item(session, item.id, "enter", facts, actor, now)
    return item.id


def void(session: Session, *, item_id: UUID, actor: Actor, now: datetime) -> None:
    """Take back an actual cost that was entered wrongly; again changes nothing.

    Conflict ``by_invoice`` for what a partner's invoice brought, ``sheet_closed``; NotFound for a planned one.
    """
    item = session.get(CostItem, item_id)
    if item is None or item.basis is not Basis.ACTUAL:
        raise NotFound("cost_item")
    planning.open_sheet(session, lorry=lorries.lorry(session, departure_id=item.departure_id), now=now)
    session.refresh(item)
    if item.invoice_line_id is not None:
        raise Conflict("by_invoice")
    if item.voided_at is None:
        item.voided_at = now
        session.flush()
        _note_item(session, item.id, "void", {"departure": item.departure_id}, actor, now)


def close(session: Session, *, departure_id: UUID, actor: Actor, now: datetime) -> None:
    """Close a sheet: its figures are kept as they are now, and so are the exchange rates, for good.

    Conflict ``departure_under_way`` before the lorry is where it goes, ``invoice_waits`` while a line of a partner's
    invoice about it is not decided, ``no_fx_rate`` where a currency cannot be brought to the sheet's, ``sheet_closed``.
    """
    lorry = lorries.lorry(session, departure_id=departure_id)
    header = planning.open_sheet(session, lorry=lorry, now=now)
    if lorry.state not in lorries.OVER:
        raise Conflict("departure_under_way", departure=lorry.reference)
    waits = (
        sa.select(PartnerInvoice.number)
        .join(PartnerInvoiceLine, PartnerInvoiceLine.invoice_id == PartnerInvoice.id)
        .where(
            PartnerInvoiceLine.departure_id == departure_id,
            PartnerInvoiceLine.state.in_(WAITING),
            PartnerInvoice.state != InvoiceState.DRAFT,
        )
    )
    number = session.scalars(waits.limit(1)).first()
    if number is not None:
        raise Conflict("invoice_waits", number=number)
    (found,) = sheets.sheets(session, lorries=[lorry])
    if found.missing:
        raise Conflict("no_fx_rate", currencies=", ".join(sorted(found.missing)), into=found.currency)
    for used in found.rates:
        insert_if_new(
            session,
            CostSheetRate,
            departure_id=departure_id,
            currency=used.currency,
            rate=used.rate,
            source=used.source,
            effective_date=used.day,
        )
    header.state, header.closed_at = SheetState.CLOSED, now
    header.closed_revenue_minor, header.closed_cost_minor = found.actual.revenue.minor, found.actual.cost.minor
    session.flush()
    facts = {"revenue": found.actual.revenue.minor, "cost": found.actual.cost.minor, "currency": found.currency}
    planning.note(session, departure_id, "close", facts, actor=actor, now=now)


def reopen(session: Session, *, departure_id: UUID, actor: Actor, now: datetime) -> None:
    """Let costs be entered again on a sheet that is closed; its exchange rates stay. Again changes nothing."""
    lorries.lorry(session, departure_id=departure_id)
    header = sheets.header(session, departure_id=departure_id)
    if header.state is SheetState.OPEN:
        return
    header.state = SheetState.OPEN
    session.flush()
    planning.note(session, departure_id, "reopen", {}, actor=actor, now=now)


def check_file(session: Session, *, file_id: UUID, actor: Actor) -> None:
    """Refuse ``file_id`` that is no scan of the asker's company."""
    found = files.get_file(session, company_id=actor.company, file_id=file_id)
    if not found.serves(Purpose.SCAN):
        raise Refused.field("file_id", "file_other", f"a file handed in with the purpose {Purpose.SCAN}")


def _check_place(session: Session, departure_id: UUID, code: str) -> None:
    codes = session.scalars(
        sa.select(DepartureStop.place_code)
        .where(DepartureStop.departure_id == departure_id)
        .order_by(DepartureStop.position)
    ).all()
    if code not in codes:
        raise Refused.field("place", "choice", ", ".join(codes))


def _booking(session: Session, departure_id: UUID, cost: NewCost) -> UUID | None:
    """Return the booking that a cause is about; Refused ``cause`` for one without a cause, ``booking`` for no such."""
    if cost.booking is None:
        return None
    if cost.cause is None:
        raise Refused.field("cause", "required", ", ".join(HoldCause))
    wanted = sa.select(Booking.id).where(Booking.departure_id == departure_id, Booking.reference == cost.booking)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise Refused.field("booking", "unknown", "the number of a booking on this departure")
    return found


def _note_item(
    session: Session, item_id: UUID, act: str, facts: Mapping[str, object], actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"cost_item.{act}",
        subject="cost_item",
        subject_id=item_id,
        facts=facts,
        now=now,
    )
