"""Undo a whole lorry that was chosen at a checkout, while not all of its goods are secured: each pays by weight."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import queries as contract_queries
from marketplace.distribution.hires import queries
from marketplace.distribution.hires.events import HireUndone
from marketplace.distribution.hires.models import HireShare
from marketplace.distribution.hires.rules.sharing import Why
from marketplace.distribution.hires.services.writing import NewShare, write
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import (
    ContractState,
    FreightAgreement,
    FreightLine,
    per_vehicle,
    vehicle_of,
)
from marketplace.distribution.services import contracts, papers
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.services import whole
from marketplace.orders.queries import lines as line_queries
from marketplace.payments.rules.terms import PayeeAccount
from marketplace.payments.services import plans


def undo(
    session: Session, *, hire_id: UUID, now: datetime, left: UUID | None = None, became: UUID | None = None
) -> None:
    """Give a whole lorry back and let every line pay by weight, as its tariff was frozen; once.

    A contract per vehicle ends, and one by weight takes its place: nothing of it is due before the hand-over. The
    booking that ``left`` pays nothing any more, unless it ``became`` another one.
    """
    last = queries.last_round(session, hire_id=hire_id)
    if last is None or last.why is Why.UNDONE:
        return
    row = queries.hire(session, hire_id=hire_id)
    if queries.live_on(session, departure_id=row.departure_id) == hire_id:
        whole.give_up(session, departure_id=row.departure_id, now=now)
    aboard = [one for one in queries.shares_in(session, round_id=last.id) if one.is_aboard]
    stay = [one for one in aboard if became is not None or one.booking_id != left]
    gone = {one.line_id for one in aboard} - {one.line_id for one in stay}
    weights = {one.line_id: Money(one.weight_minor, last.currency) for one in stay}
    anew = _by_weight(session, row.departure_id, aboard, weights, gone, now)
    news = [_share(one, anew, last.currency, became if one.booking_id == left else None) for one in stay]
    write(session, hire_id=hire_id, why=Why.UNDONE, price=Money.zero(last.currency), shares=news, now=now)
    events.record(session, HireUndone(at=now, hire_id=hire_id))


def _by_weight(
    session: Session,
    departure_id: UUID,
    aboard: Sequence[HireShare],
    weights: Mapping[UUID, Money],
    gone: set[UUID],
    now: datetime,
) -> dict[UUID, UUID]:
    """End the standing contracts for the lorry and agree those by weight; return the contract of each line."""
    orders = line_queries.orders_of_lines(session, line_ids=[one.line_id for one in aboard])
    standing = contract_queries.contracts_of(session, order_ids=set(orders.values()))
    made: dict[UUID, UUID] = {}
    for order_id in sorted(standing):
        mine = [
            one
            for one in standing[order_id]
            if one.state is ContractState.AGREED
            and (vehicle := vehicle_of(one.terms)) is not None
            and vehicle.departure_id == departure_id
        ]
        for contract in mine:
            contracts.end(session, contract_id=contract.id, actor=SYSTEM, now=now)
        lines = _lines(mine, weights, gone)
        if lines:
            contract_id = _agree(session, mine[0], lines, now)
            made |= {line.line_id: contract_id for line in lines}
    return made


def _lines(mine: Sequence[FreightRow], weights: Mapping[UUID, Money], gone: set[UUID]) -> tuple[FreightLine, ...]:
    """Return what each line pays: by weight, what it was asked where the road moved it to another lorry before."""
    asked: dict[UUID, FreightLine] = {}
    for contract in mine:
        for line in contract.lines:
            if line.line_id in gone:
                continue
            before = asked.get(line.line_id)
            amount = weights.get(line.line_id) or (before.amount + line.amount if before else line.amount)
            asked[line.line_id] = FreightLine(
                line_id=line.line_id, amount=amount, chargeable_g=line.chargeable_g, binding=line.binding
            )
    return tuple(one for one in asked.values() if one.amount)


def _agree(session: Session, before: FreightRow, lines: tuple[FreightLine, ...], now: datetime) -> UUID:
    agreement = FreightAgreement(
        id=new_id(),
        reference=new_reference("FRT"),
        order_id=before.order_id,
        payer_id=before.payer_id,
        carrier_id=before.carrier_id,
        carrier=before.carrier,
        tariff_id=before.tariff_id,
        terms=per_vehicle(before.terms, None),
        mode=before.mode,
        rail=before.rail,
        payee=PayeeAccount(**before.payee) if before.payee else None,
        lines=lines,
    )
    (made,) = contracts.write_all(session, agreements=[agreement], actor=SYSTEM, now=now)
    # The price by weight was agreed beside that of the lorry: no limit of what a payer may owe stops it.
    opened = contracts.openings(session, agreements=[agreement], now=now)
    plans.open_all(session, openings=opened, actor=SYSTEM, now=now, within_limits=False)
    papers.issue_freight_contract(session, contract=made, actor=SYSTEM, now=now)
    return made.id


def _share(one: HireShare, made: Mapping[UUID, UUID], currency: str, became: UUID | None) -> NewShare:
    return NewShare(
        booking_id=became or one.booking_id,
        contract_id=made.get(one.line_id, one.contract_id),
        line_id=one.line_id,
        quantity=one.quantity,
        weight_minor=one.weight_minor,
        share=Money(one.weight_minor, currency),
        is_aboard=False,
        is_settled=True,
    )
