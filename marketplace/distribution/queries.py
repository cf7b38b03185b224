"""Freight contracts and the bookings of order lines as rows, and the promises they must keep."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.models import FreightContract, FreightContractLine, LineBooking
from marketplace.distribution.rules.freight import ContractState
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.orders.models import OrderLine
from marketplace.payments.rules.terms import Mode, Rail


@dataclass(frozen=True, slots=True)
class FreightLineRow:
    """The freight of one order line."""

    line_id: UUID
    amount: Money
    chargeable_g: int
    binding: str


@dataclass(frozen=True, slots=True)
class FreightRow:
    """A freight contract."""

    id: UUID
    reference: str
    order_id: UUID
    payer_id: UUID
    carrier_id: UUID
    tariff_id: UUID
    terms: Mapping[str, Any]
    total: Money
    mode: Mode
    rail: Rail
    state: ContractState
    agreed_at: datetime
    lines: tuple[FreightLineRow, ...]


def contracts_of(session: Session, *, order_ids: Collection[UUID]) -> dict[UUID, tuple[FreightRow, ...]]:
    """Return the freight contracts of orders that were read before."""
    found = session.scalars(
        sa.select(FreightContract).where(FreightContract.order_id.in_(order_ids)).order_by(FreightContract.id)
    ).all()
    lines = _lines(session, found)
    rows: dict[UUID, list[FreightRow]] = {order_id: [] for order_id in order_ids}
    for contract in found:
        rows[contract.order_id].append(_row(contract, lines.get(contract.id, ())))
    return {order_id: tuple(mine) for order_id, mine in rows.items()}


def contract(session: Session, *, company_id: UUID, contract_id: UUID) -> FreightRow:
    """Return a freight contract of which this company is payer or carrier; NotFound for any other."""
    found = session.scalars(
        sa.select(FreightContract).where(
            FreightContract.id == contract_id,
            sa.or_(FreightContract.payer_id == company_id, FreightContract.carrier_id == company_id),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("freight_contract")
    return _row(found, _lines(session, [found]).get(found.id, ()))


def breaches(session: Session) -> list[Breach]:
    """Return contracts whose lines do not add up, and order lines that no booking was ever made for."""
    per_contract = (
        sa.select(FreightContractLine.contract_id, sa.func.sum(FreightContractLine.amount_minor).label("total"))
        .group_by(FreightContractLine.contract_id)
        .subquery()
    )
    uneven = (
        sa.select(FreightContract.id)
        .outerjoin(per_contract, per_contract.c.contract_id == FreightContract.id)
        .where(sa.func.coalesce(per_contract.c.total, 0) != FreightContract.total_minor)
    )
    bare = (
        sa.select(OrderLine.id)
        .outerjoin(LineBooking, LineBooking.line_id == OrderLine.id)
        .where(LineBooking.booking_id.is_(None))
    )
    return [
        *(
            Breach("1 freight contract", "freight_contract", contract_id, "the lines do not add up to the contract")
            for contract_id in session.scalars(uneven)
        ),
        *(
            Breach("8 line booking", "order_line", line_id, "no booking was made for the line")
            for line_id in session.scalars(bare)
        ),
    ]


def _lines(session: Session, contracts: Collection[FreightContract]) -> dict[UUID, tuple[FreightLineRow, ...]]:
    currencies = {contract.id: contract.currency for contract in contracts}
    found = session.scalars(
        sa.select(FreightContractLine)
        .where(FreightContractLine.contract_id.in_(currencies))
        .order_by(FreightContractLine.line_id)
    )
    lines: dict[UUID, list[FreightLineRow]] = {}
    for line in found:
        amount = Money(line.amount_minor, currencies[line.contract_id])
        row = FreightLineRow(line.line_id, amount, line.chargeable_g, line.binding)
        lines.setdefault(line.contract_id, []).append(row)
    return {contract_id: tuple(rows) for contract_id, rows in lines.items()}


def _row(found: FreightContract, lines: tuple[FreightLineRow, ...]) -> FreightRow:
    return FreightRow(
        id=found.id,
        reference=found.reference,
        order_id=found.order_id,
        payer_id=found.payer_id,
        carrier_id=found.carrier_id,
        tariff_id=found.tariff_id,
        terms=found.terms,
        total=Money(found.total_minor, found.currency),
        mode=found.mode,
        rail=found.rail,
        state=found.state,
        agreed_at=found.agreed_at,
        lines=lines,
    )
