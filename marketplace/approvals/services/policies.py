"""Change the rules and limits of a company. Cases that run keep what they were opened with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.approvals.models import ApprovalBook, ApprovalRule, SpendingLimit
from marketplace.approvals.queries import people, policies
from marketplace.approvals.rules.asking import steps_to_json
from marketplace.approvals.rules.limits import MOST_LIMITS, HolderKind, Period
from marketplace.approvals.rules.policy import (
    MOST_DAYS,
    MOST_RULES,
    Condition,
    Rule,
    Step,
    Tier,
    check_tiers,
    hidden_by,
    step_errors,
)
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, FieldError, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import LARGEST_MINOR, Money

_COUNTED: Final = (
    sa.select(ApprovalBook.counted)
    .where(ApprovalBook.company_id == sa.bindparam("company", type_=sa.Uuid()))
    .with_for_update()
)


def locked(session: Session, *, company_id: UUID) -> bool:
    """Tell whether a company has rules or limits; where it has, whoever asks or changes them takes turns from here on.

    One query for a company that has none.
    """
    return bool(session.execute(_COUNTED, {"company": company_id}).scalar())


def put_rule(
    session: Session,
    *,
    actor: Actor,
    rule_id: UUID | None,
    name: str,
    condition: Condition,
    currency: str,
    tiers: Sequence[Tier],
    now: datetime,
) -> tuple[UUID, str | None]:
    """Add a rule behind the others, or change one in its place; return its id, and the name of a rule that hides it.

    Refused names each field; NotFound for a rule of another company, Conflict ``rules_full``.
    """
    actor.must(Permission.COMPANY_APPROVAL_RULES)
    _turn(session, actor)
    row = None if rule_id is None else _row(session, actor, rule_id)
    _check_rule(session, actor, condition, currency, tiers)
    row = row or _added(session, actor, now)
    row.name, row.condition, row.currency = name, policies.condition_to_json(condition), currency
    row.tiers = [{"from": tier.from_minor, "steps": steps_to_json(tier.steps)} for tier in tiers]
    row.version += 1
    row.changed_at = now
    session.flush()
    _recount(session, actor.company)
    _audit(session, actor, "approval_rule.put", "approval_rule", row.id, now, version=row.version)
    kept = policies.rules_of(session, company_id=actor.company)
    hides = hidden_by(kept).get(row.id)
    return row.id, next((each.name for each in kept if each.id == hides), None)


def end_rule(session: Session, *, actor: Actor, rule_id: UUID, now: datetime) -> None:
    """Take a rule out; NotFound for one that is out already or another company's."""
    actor.must(Permission.COMPANY_APPROVAL_RULES)
    _turn(session, actor)
    row = _row(session, actor, rule_id)
    row.ended_at = now
    session.flush()
    _recount(session, actor.company)
    _audit(session, actor, "approval_rule.end", "approval_rule", row.id, now)


def move_rule(session: Session, *, actor: Actor, rule_id: UUID, position: int, now: datetime) -> None:
    """Put a rule at a place in the order, counted from 1; Refused ``position`` for one that there is not."""
    actor.must(Permission.COMPANY_APPROVAL_RULES)
    _turn(session, actor)
    moving = _row(session, actor, rule_id)
    kept = list(
        session.scalars(
            sa.select(ApprovalRule)
            .where(ApprovalRule.company_id == actor.company, ApprovalRule.ended_at.is_(None))
            .order_by(ApprovalRule.position, ApprovalRule.id)
        )
    )
    if not 1 <= position <= len(kept):
        raise Refused.field("position", "range", f"1 to {len(kept)}")
    kept.remove(moving)
    kept.insert(position - 1, moving)
    for number, row in enumerate(kept, start=1):
        row.position = number
    session.flush()
    _audit(session, actor, "approval_rule.move", "approval_rule", moving.id, now, position=position)


def put_limit(
    session: Session,
    *,
    actor: Actor,
    kind: HolderKind,
    holder: str,
    period: Period,
    amount: Money,
    steps: Sequence[Step],
    now: datetime,
) -> UUID:
    """Set what a person, each holder of a role or a unit may spend in a period, in the place of what was set before.

    Refused names each field; Conflict ``limits_full``.
    """
    actor.must(Permission.COMPANY_APPROVAL_RULES)
    _turn(session, actor)
    _check_limit(session, actor, kind, holder, amount, steps)
    row = session.scalars(
        sa.select(SpendingLimit).where(
            SpendingLimit.company_id == actor.company,
            SpendingLimit.kind == kind,
            SpendingLimit.holder == holder,
            SpendingLimit.period == period,
            SpendingLimit.ended_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        if len(policies.limits_of(session, company_id=actor.company)) >= MOST_LIMITS:
            raise Conflict("limits_full", most=MOST_LIMITS)
        row = SpendingLimit(id=new_id(), company_id=actor.company, kind=kind, holder=holder, period=period)
        session.add(row)
    row.amount_minor, row.currency, row.changed_at = amount.minor, amount.currency, now
    row.steps = steps_to_json(steps)
    session.flush()
    _recount(session, actor.company)
    facts = {"kind": kind.value, "period": period.value, "minor": amount.minor, "currency": amount.currency}
    _audit(session, actor, "spending_limit.put", "spending_limit", row.id, now, **facts)
    return row.id


def end_limit(session: Session, *, actor: Actor, limit_id: UUID, now: datetime) -> None:
    """Lift a limit; NotFound for one that is lifted already or another company's."""
    actor.must(Permission.COMPANY_APPROVAL_RULES)
    _turn(session, actor)
    row = session.get(SpendingLimit, limit_id)
    if row is None or row.company_id != actor.company or row.ended_at is not None:
        raise NotFound("spending_limit")
    row.ended_at = now
    session.flush()
    _recount(session, actor.company)
    _audit(session, actor, "spending_limit.end", "spending_limit", row.id, now)


def pass_on(session: Session, *, company_id: UUID, leaver_id: UUID, successor_id: UUID, now: datetime) -> None:
    """Name the successor where rules name a leaver as approver, and lift the leaver's own limits.

    What a rule is about stays: it was said of the leaver's own purchases.
    """
    if not locked(session, company_id=company_id):
        return
    actor = Actor(person_id=None, company_id=company_id)
    rules = sa.select(ApprovalRule).where(ApprovalRule.company_id == company_id, ApprovalRule.ended_at.is_(None))
    for row in session.scalars(rules.order_by(ApprovalRule.id)):
        tiers = [{**tier, "steps": renamed(tier["steps"], leaver_id, successor_id)} for tier in row.tiers]
        if tiers != row.tiers:
            row.tiers, row.version, row.changed_at = tiers, row.version + 1, now
            _audit(session, actor, "approval_rule.pass_on", "approval_rule", row.id, now, version=row.version)
    limits = sa.select(SpendingLimit).where(SpendingLimit.company_id == company_id, SpendingLimit.ended_at.is_(None))
    for row in session.scalars(limits.order_by(SpendingLimit.id)):
        if row.kind is HolderKind.PERSON and row.holder == str(leaver_id):
            row.ended_at = now
            _audit(session, actor, "spending_limit.end", "spending_limit", row.id, now)
        else:
            row.steps = renamed(row.steps, leaver_id, successor_id)
    session.flush()
    _recount(session, company_id)


def renamed(steps: Sequence[Mapping[str, Any]], leaver_id: UUID, successor_id: UUID) -> list[dict[str, Any]]:
    """Return kept steps with the successor in the place of the leaver."""
    leaver, successor = str(leaver_id), str(successor_id)
    return [
        {**step, "people": sorted({successor if each == leaver else each for each in step["people"]})} for step in steps
    ]


def _turn(session: Session, actor: Actor) -> None:
    insert_if_new(session, ApprovalBook, company_id=actor.company, counted=0)
    locked(session, company_id=actor.company)


def _recount(session: Session, company_id: UUID) -> None:
    counts = [
        sa.select(sa.func.count()).where(each.company_id == company_id, each.ended_at.is_(None)).scalar_subquery()
        for each in (ApprovalRule, SpendingLimit)
    ]
    session.execute(
        sa.update(ApprovalBook).where(ApprovalBook.company_id == company_id).values(counted=counts[0] + counts[1]),
        execution_options={"synchronize_session": False},
    )


def _row(session: Session, actor: Actor, rule_id: UUID) -> ApprovalRule:
    row = session.get(ApprovalRule, rule_id, populate_existing=True)
    if row is None or row.company_id != actor.company or row.ended_at is not None:
        raise NotFound("approval_rule")
    return row


def _added(session: Session, actor: Actor, now: datetime) -> ApprovalRule:
    kept: Sequence[Rule] = policies.rules_of(session, company_id=actor.company)
    if len(kept) >= MOST_RULES:
        raise Conflict("rules_full", most=MOST_RULES)
    last = session.scalar(
        sa.select(sa.func.max(ApprovalRule.position)).where(
            ApprovalRule.company_id == actor.company, ApprovalRule.ended_at.is_(None)
        )
    )
    row = ApprovalRule(id=new_id(), company_id=actor.company, position=(last or 0) + 1, version=0, changed_at=now)
    session.add(row)
    return row


def _check_rule(session: Session, actor: Actor, condition: Condition, currency: str, tiers: Sequence[Tier]) -> None:
    errors: list[FieldError] = []
    members = {row.person_id for row in accounts.members_of(session, company_id=actor.company)}
    units = {row.id for row in accounts.units_of(session, company_id=actor.company)}
    known = accounts.get_companies(session, company_ids=condition.merchants)
    if condition.people - members:
        errors.append(FieldError("people", "member", "members of the company"))
    if condition.units - units:
        errors.append(FieldError("units", "unit", "units of the company"))
    if condition.roles - people.BUYERS:
        errors.append(FieldError("roles", "choice", ", ".join(sorted(people.BUYERS))))
    if condition.merchants - known.keys():
        errors.append(FieldError("merchants", "unknown", "ids of companies"))
    if condition.departs_within is not None and not 0 <= condition.departs_within <= MOST_DAYS:
        errors.append(FieldError("departs_within", "range", f"0 to {MOST_DAYS}"))
    if any(tier.from_minor > LARGEST_MINOR for tier in tiers):
        errors.append(FieldError("tiers", "too_large", f"{Money(LARGEST_MINOR, currency)} or less"))
    if errors:
        raise Refused.fields(*errors)
    check_tiers(tiers, approvers=people.APPROVERS, people=frozenset(people.members(session, company_id=actor.company)))


def _check_limit(
    session: Session, actor: Actor, kind: HolderKind, holder: str, amount: Money, steps: Sequence[Step]
) -> None:
    errors: list[FieldError] = []
    match kind:
        case HolderKind.PERSON:
            known = {str(row.person_id) for row in accounts.members_of(session, company_id=actor.company)}
            accepted = "members of the company"
        case HolderKind.UNIT:
            known = {str(row.id) for row in accounts.units_of(session, company_id=actor.company)}
            accepted = "units of the company"
        case HolderKind.ROLE:
            known, accepted = set(people.BUYERS), ", ".join(sorted(people.BUYERS))
    if holder not in known:
        errors.append(FieldError("holder", "unknown", accepted))
    if not 0 <= amount.minor <= LARGEST_MINOR:
        errors.append(FieldError("amount", "range", "0 or more"))
    if not steps:
        errors.append(FieldError("steps", "nobody_named", "a role, or members who may approve"))
    may = frozenset(people.members(session, company_id=actor.company))
    errors += step_errors(steps, "steps", approvers=people.APPROVERS, people=may)
    if errors:
        raise Refused.fields(*errors)


def _audit(
    session: Session, actor: Actor, action: str, subject: str, subject_id: UUID, now: datetime, **facts: Any
) -> None:
    audit.record(session, actor=actor, action=action, subject=subject, subject_id=subject_id, facts=facts, now=now)
