"""Agree freight contracts with carriers, and end them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.distribution import queries
from marketplace.distribution.models import FreightContract, FreightContractLine
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.queries import FreightLineRow, FreightRow
from marketplace.distribution.rules.freight import (
    LIFECYCLE,
    ContractState,
    FreightAgreement,
    FreightLine,
    frozen_contract,
)
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import write
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MilestoneEvent, Plan, Subject, SubjectKind
from marketplace.payments.services import allowances, plans
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

# A line that changes lorry is carried by the tariffs of two carriers.
_TWO = 2


def agree(
    session: Session,
    *,
    agreements: Sequence[FreightAgreement],
    actor: Actor,
    now: datetime,
    claim_id: UUID | None = None,
) -> tuple[FreightRow, ...]:
    """Write freight contracts and open their payment plans: due at hand-over, or held until delivery; return them.

    ``claim_id`` names the claim for which the goods go back.
    """
    found = write_all(session, agreements=agreements, actor=actor, now=now, claim_id=claim_id)
    plans.open_all(session, openings=openings(session, agreements=agreements, now=now), actor=actor, now=now)
    return found


def write_all(
    session: Session,
    *,
    agreements: Sequence[FreightAgreement],
    actor: Actor,
    now: datetime,
    claim_id: UUID | None = None,
) -> tuple[FreightRow, ...]:
    """Write freight contracts and return them; their plans are for the caller to open, among others."""
    if not agreements:
        return ()
    contracts = [
        {
            "id": agreement.id,
            "state": ContractState.AGREED,
            "agreed_at": now,
            "let_off_minor": 0,
            "claim_id": claim_id,
            **frozen_contract(agreement),
        }
        for agreement in agreements
    ]
    write(session, FreightContract, contracts)
    lines = [
        {
            "contract_id": agreement.id,
            "line_id": line.line_id,
            "amount_minor": line.amount.minor,
            "let_off_minor": 0,
            "chargeable_g": line.chargeable_g,
            "binding": line.binding,
        }
        for agreement in agreements
        for line in agreement.lines
    ]
    write(session, FreightContractLine, lines)
    acts = [
        Act(
            "freight_contract.agree",
            one.id,
            {"order": one.order_id, "minor": one.total.minor, "currency": one.total.currency},
        )
        for one in agreements
    ]
    audit.record_all(session, actor=actor, subject="freight_contract", acts=acts, now=now)
    return tuple(
        queries.contract_row(FreightContract(**row), _line_rows(agreement))
        for row, agreement in zip(contracts, agreements, strict=True)
    )


def openings(session: Session, *, agreements: Sequence[FreightAgreement], now: datetime) -> list[plans.Opening]:
    """Return how freight contracts are paid."""
    days = reference.setting(session, Setting.PROFORMA_WORKING_DAYS, at=now)
    return [_opening(agreement, days) for agreement in agreements]


def _line_rows(agreement: FreightAgreement) -> tuple[FreightLineRow, ...]:
    rows = (FreightLineRow(one.line_id, one.amount, one.chargeable_g, one.binding) for one in agreement.lines)
    return tuple(sorted(rows, key=lambda row: row.line_id))


def _opening(agreement: FreightAgreement, days: int) -> plans.Opening:
    return plans.Opening(
        subject=Subject(SubjectKind.FREIGHT, agreement.id),
        reference=agreement.reference,
        plan=preset(Plan.FREIGHT_HANDOVER_100, mode=agreement.mode, days=days),
        mode=agreement.mode,
        rail=agreement.rail,
        payer_id=agreement.payer_id,
        payee_id=agreement.carrier_id,
        payee_account=agreement.payee,
        lines=tuple((line.line_id, line.amount) for line in agreement.lines),
        deposit_due_at=None,
        commission_bp=0,
    )


def end_contracts(session: Session, *, order_id: UUID, actor: Actor, now: datetime) -> None:
    """End the freight contracts of an order: nothing more falls due, what was paid goes back."""
    found = session.scalars(
        sa.select(FreightContract)
        .where(FreightContract.order_id == order_id, FreightContract.state == ContractState.AGREED)
        .order_by(FreightContract.id)
        .with_for_update()
    ).all()
    for contract in found:
        _cancel(session, contract, actor, now)


def lower(
    session: Session, *, contract_id: UUID, line_id: UUID, price: FreightLine, actor: Actor, now: datetime
) -> bool:
    """Ask less for a line whose load shrank, never more; a line that is not carried at all costs nothing.

    Return whether the contract's figures changed. What did not come need not be paid, the rest is owed back.
    """
    found = session.scalars(
        sa.select(FreightContract)
        .where(FreightContract.id == contract_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    line = session.get_one(FreightContractLine, (contract_id, line_id))
    subject, whole = Subject(SubjectKind.FREIGHT, contract_id), Money(line.amount_minor, found.currency)
    # What went back because a provider had held it for too long cannot be let off once more.
    left = allowances.left_of(session, subject=subject, line_id=line_id, amount=whole)
    less = min(line.amount_minor - line.let_off_minor - price.amount.minor, left.minor)
    if less <= 0:
        return False
    line.let_off_minor += less
    found.let_off_minor += less
    line.chargeable_g, line.binding = price.chargeable_g, price.binding
    session.flush()
    cause_id = new_id()
    allowances.allow(
        session,
        subject=subject,
        line_id=line_id,
        amount=Money(less, found.currency),
        cause_id=cause_id,
        why=Why.FREIGHT,
        actor=actor,
        now=now,
        unpaid_too=True,
    )
    _audit(session, contract_id, "lower", {"line": line_id, "minor": less, "cause": cause_id}, actor, now)
    return True


def weigh(session: Session, *, contract_id: UUID, line: FreightLine) -> None:
    """Note what a line weighs now; its amount stays."""
    found = session.get_one(FreightContractLine, (contract_id, line.line_id))
    found.chargeable_g, found.binding = line.chargeable_g, line.binding
    session.flush()


def end(session: Session, *, contract_id: UUID, actor: Actor, now: datetime) -> None:
    """End one freight contract whose goods no lorry takes."""
    contract = session.scalars(
        sa.select(FreightContract)
        .where(FreightContract.id == contract_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    _cancel(session, contract, actor, now)


def end_return(session: Session, *, claim_id: UUID, now: datetime) -> None:
    """End the contract under which the goods of a claim were to go back; nothing where there is none any more."""
    found = session.scalars(
        sa.select(FreightContract)
        .where(FreightContract.claim_id == claim_id, FreightContract.state == ContractState.AGREED)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is not None:
        _cancel(session, found, SYSTEM, now)


def let_fall_due(
    session: Session,
    *,
    order_id: UUID,
    line_id: UUID,
    event: MilestoneEvent,
    now: datetime,
    claim_id: UUID | None = None,
    of_second: bool | None = None,
) -> None:
    """Let the freight of a line fall due, or be released, by an event of its way: back, where a claim is named.

    Of a line that changes lorry a hand-over is to the first carrier, unless it is ``of_second``; its receipt is of
    both, unless ``of_second`` says that it is of one.
    """
    if of_second is None and event is MilestoneEvent.HANDED_OVER:
        of_second = False
    mine = [
        contract
        for contract in queries.contracts_of(session, order_ids=[order_id])[order_id]
        if line_id in {line.line_id for line in contract.lines} and contract.claim_id == claim_id
    ]
    if of_second is not None:
        mine = of_leg(session, mine, line_id=line_id, is_second=of_second)
    for contract in mine:
        if contract.state is ContractState.AGREED:
            plans.fall_due(
                session,
                subject=Subject(SubjectKind.FREIGHT, contract.id),
                event=event,
                line_ids=[line_id],
                now=now,
            )


def of_leg(session: Session, contracts: Sequence[FreightRow], *, line_id: UUID, is_second: bool) -> list[FreightRow]:
    """Return those contracts of a line by which its first carrier brings it, or its second; asks where there are two.

    A line that rides on one lorry has a first carrier alone.
    """
    if len({contract.tariff_id for contract in contracts}) < _TWO:
        return [] if is_second else list(contracts)
    second = rides.tariffs_of(session, line_ids=[line_id]).get(line_id)
    return [contract for contract in contracts if (contract.tariff_id == second) is is_second]


def _cancel(session: Session, contract: FreightContract, actor: Actor, now: datetime) -> None:
    contract.state = LIFECYCLE.apply(contract.state, "cancel")
    session.flush()
    _audit(session, contract.id, "cancel", {"order": contract.order_id}, actor, now)
    plans.cancel(session, subject=Subject(SubjectKind.FREIGHT, contract.id), actor=actor, now=now)


def _audit(
    session: Session, contract_id: UUID, act: str, facts: dict[str, object], actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"freight_contract.{act}",
        subject="freight_contract",
        subject_id=contract_id,
        facts=facts,
        now=now,
    )
