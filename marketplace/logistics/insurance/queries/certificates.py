"""Read who is insured for how much, line by line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.insurance.models import CargoInsurance, InsuranceCover, InsuredLine
from marketplace.logistics.insurance.queries.covers import CoverRow, cover
from marketplace.logistics.insurance.rules.covering import LIVE, InsuranceState

PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class InsuredRow:
    """A line's share: on which departure, its certificate once there is one."""

    line_id: UUID
    departure_id: UUID | None
    insured: Money
    certificate: str | None
    at_risk_at: datetime | None


@dataclass(frozen=True, slots=True)
class InsuranceRow:
    """An insurance with its cover and its lines."""

    id: UUID
    reference: str
    order_id: UUID
    insured_id: UUID
    beneficiary_id: UUID
    value: Money
    insured: Money
    premium: Money
    by_rule: bool
    state: InsuranceState
    taken_at: datetime
    ended_at: datetime | None
    cover: CoverRow
    lines: tuple[InsuredRow, ...]

    @property
    def has_begun(self) -> bool:
        """Whether goods are at risk, or were."""
        return any(line.at_risk_at for line in self.lines)


def insured(session: Session, *, order_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of these orders whose goods are insured."""
    live = CargoInsurance.state.in_(LIVE)
    return frozenset(
        session.scalars(sa.select(CargoInsurance.order_id).where(CargoInsurance.order_id.in_(order_ids), live))
    )


def of_order(session: Session, *, order_id: UUID) -> InsuranceRow | None:
    """Return the insurance of an order that was not voided, whoever it belongs to; None where there is none."""
    live = sa.select(CargoInsurance).where(CargoInsurance.order_id == order_id, CargoInsurance.state.in_(LIVE))
    rows = _rows(session, session.scalars(live).all())
    return rows[0] if rows else None


def of_line(session: Session, *, line_id: UUID) -> InsuranceRow | None:
    """Return the insurance that covers a line, None where none does."""
    found = (
        sa.select(CargoInsurance)
        .join(InsuredLine, InsuredLine.insurance_id == CargoInsurance.id)
        .where(InsuredLine.line_id == line_id, CargoInsurance.state.in_(LIVE))
    )
    rows = _rows(session, session.scalars(found).all())
    return rows[0] if rows else None


def insurance(session: Session, *, insurance_id: UUID, company_id: UUID | None) -> InsuranceRow:
    """Return an insurance for insurer, insured or beneficiary; for the city where no company is named. NotFound."""
    query = sa.select(CargoInsurance).where(CargoInsurance.id == insurance_id)
    rows = _rows(session, session.scalars(_of(query, company_id)).all())
    if not rows:
        raise NotFound("insurance")
    return rows[0]


def insurances(
    session: Session, *, company_id: UUID | None, cursor: str | None = None, size: int = PAGE
) -> Page[InsuranceRow]:
    """Return insurances, the newest first: those that a company gives, has or profits by, or all."""
    query = _of(sa.select(CargoInsurance), company_id).order_by(CargoInsurance.id.desc()).limit(size + 1)
    if cursor:
        query = query.where(CargoInsurance.id < decode_id(cursor))
    return page_of(_rows(session, session.scalars(query).all()), size, lambda row: (row.id.hex,))


def on_conveyance(session: Session, *, cover_id: UUID, departure_id: UUID) -> int:
    """Return what is insured under a cover on a departure, in minor units; what was voided does not count."""
    total = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(InsuredLine.insured_minor), 0))
        .join(CargoInsurance, CargoInsurance.id == InsuredLine.insurance_id)
        .where(
            CargoInsurance.cover_id == cover_id,
            CargoInsurance.state.in_(LIVE),
            InsuredLine.departure_id == departure_id,
        )
    )
    return int(total or 0)


def _of(query: sa.Select[CargoInsurance], company_id: UUID | None) -> sa.Select[CargoInsurance]:
    if company_id is None:
        return query
    gives = sa.select(InsuranceCover.id).where(InsuranceCover.insurer_id == company_id)
    return query.where(
        sa.or_(
            CargoInsurance.insured_id == company_id,
            CargoInsurance.beneficiary_id == company_id,
            CargoInsurance.cover_id.in_(gives),
        )
    )


def _rows(session: Session, found: Sequence[Any]) -> list[InsuranceRow]:
    lines: dict[UUID, list[InsuredRow]] = {row.id: [] for row in found}
    currencies = {row.id: row.currency for row in found}
    for line in session.scalars(
        sa.select(InsuredLine).where(InsuredLine.insurance_id.in_(lines)).order_by(InsuredLine.line_id)
    ):
        amount = Money(line.insured_minor, currencies[line.insurance_id])
        lines[line.insurance_id].append(
            InsuredRow(line.line_id, line.departure_id, amount, line.certificate, line.at_risk_at)
        )
    covers = {cover_id: cover(session, cover_id=cover_id) for cover_id in {row.cover_id for row in found}}
    return [
        InsuranceRow(
            id=row.id,
            reference=row.reference,
            order_id=row.order_id,
            insured_id=row.insured_id,
            beneficiary_id=row.beneficiary_id,
            value=Money(row.value_minor, row.currency),
            insured=Money(row.insured_minor, row.currency),
            premium=Money(row.premium_minor, row.currency),
            by_rule=row.by_rule,
            state=row.state,
            taken_at=row.taken_at,
            ended_at=row.ended_at,
            cover=covers[row.cover_id],
            lines=tuple(lines[row.id]),
        )
        for row in found
    ]
