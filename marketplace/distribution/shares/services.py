"""Credit what shares of a shared lorry fell by when it leaves."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution import queries
from marketplace.distribution.costs.queries.revenue import RevenueRow, revenue
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import FreightLine
from marketplace.distribution.services import contracts, papers
from marketplace.distribution.shares.models import FreightShare
from marketplace.distribution.shares.queries import predecessors
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.events import DepartureDeparted
from marketplace.logistics.pricing.rules import shares
from marketplace.logistics.pricing.rules.terms import from_json
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.states import BookingState

# All of what was agreed, in hundredths of a per cent.
_ALL: Final = 10_000
LEFT: Final = (BookingState.IN_TRANSIT, BookingState.ARRIVED, BookingState.COMPLETED)


def on_departed(session: Session, event: DepartureDeparted) -> None:
    """Let the freight of everything aboard fall to its share of a lorry as full as this one left; once for each."""
    credit(session, departure_id=event.departure_id, now=event.at)


def credit(session: Session, *, departure_id: UUID, now: datetime) -> int:
    """Credit the bookings aboard that were not credited yet; return how many fell.

    One whose money cannot be moved just now - a card's dispute freezes it, its charge is not known to be taken - waits
    for ``credit_due``: no lorry waits for it.
    """
    rows = revenue(session, departure_ids=[departure_id])[departure_id]
    aboard = [row for row in rows if row.state in LEFT]
    found = {
        contract_id: queries.by_id(session, contract_id=contract_id)
        for contract_id in sorted({row.contract_id for row in aboard if row.contract_id is not None})
    }
    falling = {key: steps for key, one in found.items() if (steps := from_json(one.terms.get("pricing")).fill)}
    if not falling or whole.is_whole(session, departure_id=departure_id):
        return 0
    # A booking counts once, under however many contracts its freight is.
    loads = {row.booking_id: row.load for row in aboard}
    capacity = departures.departure(session, departure_id=departure_id, now=now).capacity
    percent = shares.fill_percent(sum(loads.values(), Load()), capacity)
    written = sa.select(FreightShare.booking_id, FreightShare.contract_id).where(FreightShare.contract_id.in_(falling))
    done = {(row.booking_id, row.contract_id) for row in session.execute(written)}
    before = predecessors(session, booking_ids=[row.booking_id for row in aboard])
    fell = 0
    for row in aboard:
        contract = found.get(row.contract_id) if row.contract_id is not None else None
        if contract is None or contract.id not in falling or not row.agreed or (row.booking_id, contract.id) in done:
            continue
        # What fell when it left on another lorry falls no more on the one that it was moved to on the way.
        fell_before = any((one, contract.id) in done for one in before[row.booking_id])
        factor_bp = _ALL if fell_before else shares.factor_at(percent, falling[contract.id])
        try:
            with session.begin_nested():
                fell += _fall(session, row, row.agreed, contract, percent, factor_bp, now)
        except Conflict:
            continue
    return fell


def lower(session: Session, contract: FreightRow, row: RevenueRow, less: Money, now: datetime) -> None:
    """Let so much off what a contract asks for a booking, and issue the contract anew."""
    line_id = line_of(contract, row)
    before = _line(queries.by_id(session, contract_id=contract.id), line_id)
    asked = replace(before, amount=before.amount - less)
    if contracts.lower(session, contract_id=contract.id, line_id=line_id, price=asked, actor=SYSTEM, now=now):
        after = queries.by_id(session, contract_id=contract.id)
        carried = replace(after, lines=tuple(one for one in after.lines if one.amount))
        papers.issue_freight_contract(session, contract=carried, actor=SYSTEM, now=now)


def line_of(contract: FreightRow, row: RevenueRow) -> UUID:
    """Return the line of a contract that a booking is for: of goods that go back the booking names the claim."""
    return row.subject if contract.claim_id is None else contract.lines[0].line_id


def _fall(
    session: Session, row: RevenueRow, agreed: Money, contract: FreightRow, percent: int, factor_bp: int, now: datetime
) -> bool:
    share = shares.share_of(agreed, factor_bp)
    line_id = line_of(contract, row)
    before = _line(queries.by_id(session, contract_id=contract.id), line_id)
    if agreed > share:
        lower(session, contract, row, agreed - share, now)
    after = _line(queries.by_id(session, contract_id=contract.id), line_id)
    session.add(
        FreightShare(
            booking_id=row.booking_id,
            contract_id=contract.id,
            line_id=line_id,
            departure_id=row.departure_id,
            percent=percent,
            factor_bp=factor_bp,
            currency=agreed.currency,
            agreed_minor=agreed.minor,
            share_minor=share.minor,
            credited_minor=(before.amount - after.amount).minor,
            at=now,
        )
    )
    session.flush()
    return after.amount < before.amount


def _line(contract: FreightRow, line_id: UUID) -> FreightLine:
    found = next(one for one in contract.lines if one.line_id == line_id)
    return FreightLine(line_id=line_id, amount=found.amount, chargeable_g=found.chargeable_g, binding=found.binding)
