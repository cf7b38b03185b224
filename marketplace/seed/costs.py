"""What the demo's lorries cost: rates, some costs as they came, a few invoices of partners. All of it is fictitious.

Rates are in yuan on every line, so that sheets of lines in other currencies show their exchange rates.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs import flows
from marketplace.distribution.costs.models import CostRate
from marketplace.distribution.costs.queries import invoices as queries
from marketplace.distribution.costs.queries import lorries, sheets
from marketplace.distribution.costs.queries.sheets import Sheet
from marketplace.distribution.costs.rules.matching import Decision, Reason
from marketplace.distribution.costs.rules.planning import Basis, CostKind, Unit
from marketplace.distribution.costs.services import deciding, invoices, rates
from marketplace.distribution.costs.services.actuals import NewCost
from marketplace.distribution.costs.services.invoices import NewLine
from marketplace.distribution.costs.services.rates import NewRate
from marketplace.distribution.holds.services import entering
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.models.network import Leg
from marketplace.logistics.rules.states import DepartureState, HoldCause

NOTE: Final = "demo figure: fictitious"
_CURRENCY: Final = "CNY"
_VALID_SINCE: Final = timedelta(days=400)
# For each hour of a line; its legs have no lengths in the demo.
_BY_HOUR: Final = {CostKind.HAULAGE: "14", CostKind.FUEL: "9"}
_RATES: Final = (
    (CostKind.TOLL, Unit.LEG, "45", 0),
    (CostKind.CROSSING, Unit.BORDER, "160", 0),
    (CostKind.PERMIT, Unit.TRIP, "90", 0),
    (CostKind.DC, Unit.TONNE, "35", 0),
    (CostKind.LAST_MILE, Unit.STOP, "80", 0),
    (CostKind.WAITING, Unit.HOUR, "12", 12),
)
# Invoices are about the last lorries of this line that came where they go.
_LINE: Final = "EAST"
_OVER: Final = (DepartureState.ARRIVED, DepartureState.STRIPPED, DepartureState.SETTLED)


def set_rates(session: Session, *, broker: UUID, now: datetime) -> None:
    """Give every line rates for each kind of cost; one that has some keeps them."""
    first_day = (now - _VALID_SINCE).date()
    for line in lorries.lines(session):
        if session.scalars(sa.select(CostRate.id).where(CostRate.line_id == line.id).limit(1)).first():
            continue
        minutes = session.scalars(sa.select(sa.func.sum(Leg.minutes)).where(Leg.line_id == line.id)).one()
        hours = int(minutes or 0) // 60
        by_hour = [(kind, Unit.TRIP, str(int(price) * hours), 0) for kind, price in _BY_HOUR.items()]
        for kind, unit, price, free in (*by_hour, *_RATES):
            rate = NewRate(
                line_id=line.id,
                vehicle_id=None,
                company_id=broker if kind is CostKind.CROSSING else None,
                kind=kind,
                unit=unit,
                price=UnitPrice.of(price, _CURRENCY),
                free_hours=free,
                valid_from=first_day,
                source=NOTE,
            )
            rates.set_rate(session, rate=rate, actor=SYSTEM, now=now)


def live(*, carrier: Actor, broker: Actor, runner: Actor, treasurer: Actor, now: datetime) -> None:
    """Plan what left, and let partners ask for the last lorries of a line: as planned, otherwise, twice, not yet."""
    while flows.plan_due(now=now):
        pass
    found = _last(now.date())
    if not found:
        return
    in_unit_of_work(lambda session: _first(session, found[0], carrier, runner, treasurer, now))
    for place, one in enumerate(found[1:3], start=2):
        in_unit_of_work(lambda session, one=one, place=place: _other(session, one, place, carrier, broker, now))


def _last(today: date) -> list[Sheet]:
    """Return the sheets of the last lorries of the line that are where they go, the latest first."""
    session = reading()
    session.rollback()
    gone = lorries.leaving(session, first=today - timedelta(days=60), last=today, line_code=_LINE)
    found = sheets.sheets(session, lorries=[one for one in gone if one.state in _OVER])
    return sorted(found, key=lambda one: one.lorry.departs_at, reverse=True)


def _first(session: Session, one: Sheet, carrier: Actor, runner: Actor, treasurer: Actor, now: datetime) -> None:
    """Let the carrier ask what was planned, accept it, and note what a breakdown cost; the sheet stays open."""
    asked = _asked(session, one, carrier, "DEMO-2026-01", (CostKind.HAULAGE, CostKind.FUEL, CostKind.TOLL), 0, now)
    deciding.accept_matched(session, invoice_id=asked, actor=treasurer, now=now)
    tow = NewCost(
        kind=CostKind.SWAP,
        amount=Money.of(320, _CURRENCY),
        company_id=carrier.company,
        cause=HoldCause.BREAKDOWN,
        note=NOTE,
    )
    entering.enter(session, departure_id=one.lorry.id, cost=tow, actor=runner, now=now)
    # The same haulage once more, under another number.
    again = _asked(session, one, carrier, "DEMO-2026-01B", (CostKind.HAULAGE,), 0, now)
    line_id = queries.invoice(session, invoice_id=again, company_id=None).lines[0].id
    deciding.decide(
        session,
        line_id=line_id,
        decision=Decision.DISPUTE,
        part=None,
        reason=Reason.BILLED_TWICE,
        text=NOTE,
        actor=treasurer,
        now=now,
    )


def _other(session: Session, one: Sheet, place: int, carrier: Actor, broker: Actor, now: datetime) -> None:
    """Leave an invoice of the broker that differs from the plan, and one of the carrier that matches, to be decided."""
    _asked(session, one, broker, f"BRK-{place}", (CostKind.CROSSING,), 60, now)
    _asked(session, one, carrier, f"DEMO-2026-{place:02}", (CostKind.HAULAGE, CostKind.TOLL), 0, now)


def _asked(
    session: Session, one: Sheet, partner: Actor, number: str, kinds: tuple[CostKind, ...], more: int, now: datetime
) -> UUID:
    planned = {item.kind: item.amount for item in one.counted(Basis.PLANNED)}
    lines = [
        NewLine(one.lorry.reference, kind, planned[kind] + Money.of(more, _CURRENCY))
        for kind in kinds
        if kind in planned
    ]
    invoice_id = invoices.record(
        session,
        company_id=partner.company,
        number=number,
        issued_on=now.date(),
        currency=_CURRENCY,
        lines=lines,
        file_id=None,
        actor=partner,
        now=now,
    )
    invoices.submit(session, invoice_id=invoice_id, actor=partner, now=now)
    return invoice_id
