"""What the freight of a departure's bookings comes to: as agreed, and as the ledger has it earned."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.rules.sharing import Carried, Free, shared, why_free
from marketplace.distribution.models import FreightContract, FreightContractLine
from marketplace.distribution.onward.models import OnwardRide
from marketplace.distribution.rules.freight import ContractState
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import TAKING, BookingState
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import Milestone
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import SubjectKind

# The payer owes it to the carrier, has paid it, or a provider gave it to the carrier.
EARNED: Final = (
    MilestoneState.DUE,
    MilestoneState.SLIP_RECEIVED,
    MilestoneState.PART_PAID,
    MilestoneState.OVERDUE,
    MilestoneState.PAID,
    MilestoneState.RELEASED,
)
# How many ids one question names; databases take some thousands.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class RevenueRow:
    """The freight of one booking: its share of what its line's contract agrees to, and of what is earned by now."""

    booking_id: UUID
    booking: str
    departure_id: UUID
    subject: UUID
    part: int
    state: BookingState
    load: Load
    to_place: str
    contract_id: UUID | None
    contract: str
    agreed: Money | None
    earned: Money | None
    free: Free | None  # why nothing is charged

    @property
    def is_aboard(self) -> bool:
        """Whether it takes room as more than a wish or a hold."""
        return self.state is not BookingState.HELD


@dataclass(frozen=True, slots=True)
class LineFreight:
    """What a standing contract says of one line, and what is earned of that."""

    contract_id: UUID
    reference: str
    terms: Mapping[str, Any]
    agreed: Money
    earned: Money


def revenue(session: Session, *, departure_ids: Collection[UUID]) -> dict[UUID, tuple[RevenueRow, ...]]:
    """Return the freight of what rides on these departures, by departure; in few questions for many departures."""
    aboard = _bookings(session, Booking.departure_id, departure_ids)
    subjects = {row.subject for row in aboard}
    riding: dict[UUID, list[Any]] = defaultdict(list)
    for row in _bookings(session, Booking.subject, subjects):
        riding[row.subject].append(row)
    found = freight(session, subjects=subjects)
    known = _ever(session, subjects)
    rows: dict[UUID, list[RevenueRow]] = {departure_id: [] for departure_id in departure_ids}
    for row in aboard:
        contracts = found.get(row.subject, ())
        mine = [_row(row, one, riding[row.subject]) for one in contracts]
        rows[row.departure_id] += mine or [_free(row, had_contract=row.subject in known)]
    return {departure_id: tuple(some) for departure_id, some in rows.items()}


def freight(session: Session, *, subjects: Collection[UUID]) -> dict[UUID, tuple[LineFreight, ...]]:
    """Return what standing contracts ask to carry each of these lines, or to bring back goods of these claims."""
    found: dict[UUID, list[LineFreight]] = defaultdict(list)
    for some in _some(subjects):
        lines = session.execute(_CONTRACTS.where(_subject().in_(some), _STANDS)).all()
        earned = _earned(session, {row.contract_id for row in lines})
        for row in lines:
            agreed = Money(row.amount_minor - row.let_off_minor, row.currency)
            is_earned = Money(earned.get((row.contract_id, row.line_id), 0), row.currency)
            found[row.subject].append(LineFreight(row.contract_id, row.reference, row.terms, agreed, is_earned))
    return {subject: tuple(rows) for subject, rows in found.items()}


def unridden(session: Session) -> tuple[LineFreight, ...]:
    """Return the freight that is earned of lines which no lorry carries: it is on no sheet."""
    lines = session.execute(_unridden()).all()
    found: list[LineFreight] = []
    for some in _some({row.contract_id for row in lines}):
        earned = _earned(session, some)
        for row in lines:
            minor = earned.get((row.contract_id, row.line_id), 0)
            if row.contract_id in some and minor:
                amounts = (Money(row.amount_minor - row.let_off_minor, row.currency), Money(minor, row.currency))
                found.append(LineFreight(row.contract_id, row.reference, row.terms, *amounts))
    return tuple(found)


def _unridden() -> sa.Select[*tuple[Any, ...]]:
    carried = sa.exists().where(Booking.subject == _subject(), Booking.state.in_(TAKING))
    return _CONTRACTS.where(_STANDS, ~carried)


def _row(row: Any, of: LineFreight, riding: Collection[Any]) -> RevenueRow:
    carried = [Carried(one.id, one.departure_id, _load(one)) for one in riding]
    factors = {"m3_factor": int(of.terms["m3_factor"]), "ldm_factor": int(of.terms["ldm_factor"])}
    agreed = shared(of.agreed, carried, **factors)[row.id]
    earned = shared(of.earned, carried, **factors)[row.id]
    free = why_free(of.agreed, had_contract=True)
    return _made(row, contract_id=of.contract_id, contract=of.reference, agreed=agreed, earned=earned, free=free)


def _free(row: Any, *, had_contract: bool) -> RevenueRow:
    free = why_free(None, had_contract=had_contract)
    return _made(row, contract_id=None, contract="", agreed=None, earned=None, free=free)


def _made(row: Any, **freight: Any) -> RevenueRow:
    return RevenueRow(
        booking_id=row.id,
        booking=row.reference,
        departure_id=row.departure_id,
        subject=row.subject,
        part=row.part,
        state=row.state,
        load=_load(row),
        to_place=row.to_place,
        **freight,
    )


def _load(row: Any) -> Load:
    return Load(row.grams, row.cm3, row.ldm_mm, row.pallets)


def _bookings(session: Session, column: Any, ids: Collection[UUID]) -> list[Any]:
    """Return the bookings that take room, of departures or of subjects; the parts of a subject in their order."""
    wanted = sa.select(*sa.inspect(Booking).columns).where(Booking.state.in_(TAKING))
    ordered = wanted.order_by(Booking.part, Booking.id)
    return [row for some in _some(ids) for row in session.execute(ordered.where(column.in_(some)))]


def _ever(session: Session, subjects: Collection[UUID]) -> set[UUID]:
    return {row.subject for some in _some(subjects) for row in session.execute(_CONTRACTS.where(_subject().in_(some)))}


def _earned(session: Session, contract_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], int]:
    """Return what is earned of each line of these contracts, in minor units: what was let off once paid is not."""
    sums: dict[tuple[UUID, UUID], int] = defaultdict(int)
    milestones = (
        sa.select(Milestone.subject_id, Milestone.line_id, sa.func.sum(Milestone.amount_minor))
        .where(Milestone.subject_kind == SubjectKind.FREIGHT, Milestone.state.in_(EARNED))
        .where(Milestone.subject_id.in_(contract_ids))
        .group_by(Milestone.subject_id, Milestone.line_id)
    )
    for contract_id, line_id, minor in session.execute(milestones):
        sums[contract_id, line_id] += int(minor)
    allowed = (
        sa.select(Allowance.subject_id, Allowance.line_id, sa.func.sum(Allowance.owed_minor))
        .where(Allowance.subject_kind == SubjectKind.FREIGHT, Allowance.subject_id.in_(contract_ids))
        .group_by(Allowance.subject_id, Allowance.line_id)
    )
    for contract_id, line_id, minor in session.execute(allowed):
        sums[contract_id, line_id] -= int(minor)
    return sums


def _subject() -> sa.ColumnElement[UUID]:
    """Return what a contract's line is booked under: a claim for which goods go back, a ride onward, the line."""
    return sa.func.coalesce(FreightContract.claim_id, OnwardRide.id, FreightContractLine.line_id, type_=sa.Uuid())


def _some(ids: Collection[UUID]) -> list[list[UUID]]:
    every = sorted(ids)
    return [every[begin : begin + _AT_ONCE] for begin in range(0, len(every), _AT_ONCE)]


_STANDS: Final = FreightContract.state == ContractState.AGREED
_CONTRACTS: Final = (
    sa.select(
        _subject().label("subject"),
        FreightContractLine.contract_id,
        FreightContractLine.line_id,
        FreightContractLine.amount_minor,
        FreightContractLine.let_off_minor,
        FreightContract.reference,
        FreightContract.currency,
        FreightContract.terms,
    )
    .join(FreightContract, FreightContract.id == FreightContractLine.contract_id)
    .outerjoin(
        OnwardRide,
        sa.and_(OnwardRide.line_id == FreightContractLine.line_id, OnwardRide.tariff_id == FreightContract.tariff_id),
    )
    .order_by(FreightContractLine.contract_id, FreightContractLine.line_id)
)
