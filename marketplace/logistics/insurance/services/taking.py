"""Take insurance for an order's goods, let it begin with the goods at the hub, void it before that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.models import CargoInsurance, InsuranceCover, InsuredLine
from marketplace.logistics.insurance.queries import certificates
from marketplace.logistics.insurance.queries.certificates import InsuranceRow
from marketplace.logistics.insurance.queries.covers import CoverRow
from marketplace.logistics.insurance.rules.covering import (
    INSURANCE,
    LIVE,
    CoverKind,
    InsuranceState,
    check_limit,
    insured_alike,
    premium,
    shares,
)


@dataclass(frozen=True, slots=True)
class Carried:
    """A line to be insured: what it costs, and on which departure it rides, if any yet."""

    line_id: UUID
    amount: Money
    departure_id: UUID | None
    departure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What is declared of an order's goods: their value with freight, and what they are insured for."""

    order_id: UUID
    insured_id: UUID
    beneficiary_id: UUID
    value: Money
    insured: Money
    by_rule: bool
    lines: Sequence[Carried]


def take(session: Session, *, cover: CoverRow, declared: Declaration, actor: Actor, now: datetime) -> InsuranceRow:
    """Insure an order's goods under a cover.

    Conflict ``insured_already``; ``cover_used`` for a single certificate that somebody has; ``conveyance_limit`` where
    its insurer takes no more on one of the departures.
    """
    # One declaration at a time: the limit of a conveyance is counted under this lock.
    session.execute(sa.select(InsuranceCover.id).where(InsuranceCover.id == cover.id).with_for_update())
    _check_single(session, cover)
    parts = shares(declared.insured, [line.amount for line in declared.lines])
    _check_limits(session, cover, declared.lines, parts)
    insurance_id = new_id()
    is_new = insert_if_new(
        session,
        CargoInsurance,
        id=insurance_id,
        reference=new_reference("INS"),
        cover_id=cover.id,
        order_id=declared.order_id,
        insured_id=declared.insured_id,
        beneficiary_id=declared.beneficiary_id,
        currency=declared.insured.currency,
        value_minor=declared.value.minor,
        insured_minor=declared.insured.minor,
        premium_minor=premium(declared.insured, cover.terms).minor,
        by_rule=declared.by_rule,
        state=InsuranceState.TAKEN,
        taken_at=now,
    )
    if not is_new:
        raise Conflict("insured_already", order=declared.order_id)
    for line, part in zip(declared.lines, parts, strict=True):
        session.add(
            InsuredLine(
                insurance_id=insurance_id,
                line_id=line.line_id,
                departure_id=line.departure_id,
                insured_minor=part.minor,
            )
        )
    session.flush()
    facts = {"order": declared.order_id, "minor": declared.insured.minor, "cover": cover.id}
    _audit(session, insurance_id, "take", facts, actor, now)
    return certificates.insurance(session, insurance_id=insurance_id, company_id=None)


def extend(session: Session, *, insurance: InsuranceRow, more: Carried, now: datetime) -> None:
    """Insure a line that was added to insured goods, by the share of its value that they are insured by.

    ``more.amount`` is what the line costs with its freight. Sum and premium rise; the line is certified when the hub
    has it. Conflict ``conveyance_limit`` where the insurer takes no more on the line's departure.
    """
    cover = insurance.cover
    session.execute(sa.select(InsuranceCover.id).where(InsuranceCover.id == cover.id).with_for_update())
    found = _locked(session, insurance.id)
    before = Money(found.insured_minor, found.currency)
    part = insured_alike(more.amount, value=Money(found.value_minor, found.currency), insured=before)
    _check_limits(session, cover, [more], [part])
    state = INSURANCE.apply(found.state, "extend")
    if state is not found.state:
        found.state, found.ended_at = state, None
    found.value_minor += more.amount.minor
    found.insured_minor += part.minor
    found.premium_minor = premium(before + part, cover.terms).minor
    session.add(
        InsuredLine(
            insurance_id=found.id, line_id=more.line_id, departure_id=more.departure_id, insured_minor=part.minor
        )
    )
    session.flush()
    _audit(session, found.id, "extend", {"line": more.line_id, "minor": part.minor}, SYSTEM, now)


def void(session: Session, *, insurance_id: UUID, actor: Actor, now: datetime) -> None:
    """Void an insurance before its risk begins: no premium is owed. Conflict ``state`` once goods are at the hub."""
    found = _locked(session, insurance_id)
    found.state = INSURANCE.apply(found.state, "void")
    found.ended_at = now
    session.flush()
    _audit(session, insurance_id, "void", {"order": found.order_id}, actor, now)


def attach(session: Session, *, insurance_id: UUID, line_id: UUID, departure_id: UUID | None, now: datetime) -> str:
    """Let the risk of a line begin: the hub has its goods. Return its certificate's number, the same ever after."""
    found = _locked(session, insurance_id)
    line = session.get_one(InsuredLine, (insurance_id, line_id), populate_existing=True)
    certificate = line.certificate
    if certificate is None:
        found.state = INSURANCE.apply(found.state, "attach")
        certificate = f"{found.reference.replace('INS', 'CRT', 1)}.{_place(session, insurance_id, line_id)}"
        line.certificate = certificate
        line.at_risk_at, line.departure_id = now, departure_id
        session.flush()
        _audit(session, insurance_id, "attach", {"line": line_id}, SYSTEM, now)
    return certificate


def follow(session: Session, *, line_id: UUID, departure_id: UUID) -> None:
    """Count a line on the departure that it was moved to; its insurance stands, whatever the limit says there."""
    live = sa.select(CargoInsurance.id).where(CargoInsurance.state.in_(LIVE))
    session.execute(
        sa.update(InsuredLine)
        .where(InsuredLine.line_id == line_id, InsuredLine.insurance_id.in_(live))
        .values(departure_id=departure_id)
        .execution_options(synchronize_session=False)
    )


def end(session: Session, *, insurance_id: UUID, now: datetime) -> None:
    """End an insurance whose goods have all arrived; one that ended stays so."""
    found = _locked(session, insurance_id)
    if found.state is InsuranceState.AT_RISK:
        found.state = INSURANCE.apply(found.state, "end")
        found.ended_at = now
        session.flush()
        _audit(session, insurance_id, "end", {}, SYSTEM, now)


def _check_single(session: Session, cover: CoverRow) -> None:
    if cover.kind is not CoverKind.SINGLE:
        return
    used = sa.select(CargoInsurance.id).where(CargoInsurance.cover_id == cover.id, CargoInsurance.state.in_(LIVE))
    if session.scalars(used.limit(1)).first() is not None:
        raise Conflict("cover_used", policy=cover.policy_number)


def _check_limits(session: Session, cover: CoverRow, lines: Sequence[Carried], parts: Sequence[Money]) -> None:
    more: dict[UUID, tuple[str, int]] = {}
    for line, part in zip(lines, parts, strict=True):
        if line.departure_id is not None:
            before = more.get(line.departure_id, (line.departure, 0))[1]
            more[line.departure_id] = (line.departure, before + part.minor)
    for departure_id, (reference, minor) in sorted(more.items()):
        before = certificates.on_conveyance(session, cover_id=cover.id, departure_id=departure_id)
        currency = cover.terms.limit.currency
        check_limit(
            limit=cover.terms.limit,
            before=Money(before, currency),
            more=Money(minor, currency),
            departure=reference,
        )


def _place(session: Session, insurance_id: UUID, line_id: UUID) -> int:
    lines = session.scalars(
        sa.select(InsuredLine.line_id).where(InsuredLine.insurance_id == insurance_id).order_by(InsuredLine.line_id)
    ).all()
    return list(lines).index(line_id) + 1


def _locked(session: Session, insurance_id: UUID) -> CargoInsurance:
    return session.scalars(
        sa.select(CargoInsurance)
        .where(CargoInsurance.id == insurance_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _audit(session: Session, insurance_id: UUID, act: str, facts: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"insurance.{act}",
        subject="insurance",
        subject_id=insurance_id,
        facts=facts,
        now=now,
    )
