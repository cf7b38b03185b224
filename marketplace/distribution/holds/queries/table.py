"""Read the published table, and what is proposed to be."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.holds.models import BearingRuleVersion, HoldCase
from marketplace.distribution.holds.rules.bearing import DEFAULT, Bearing, BearingRule, RuleState, in_force
from marketplace.logistics.rules.states import HoldCause


@dataclass(frozen=True, slots=True)
class TableRow:
    """Who bears what a class brings about on a day; ``rule`` is None where the first table counts."""

    cause: HoldCause
    bearing: Bearing
    rule: BearingRule | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A rule and where it stands; ``person_id`` proposed it."""

    rule: BearingRule
    state: RuleState
    person_id: UUID | None


def versions(session: Session, *, all_states: bool = False) -> tuple[VersionRow, ...]:
    """Return the published rules in the order of their days, for the operator also those that are not."""
    wanted = sa.select(BearingRuleVersion).order_by(
        BearingRuleVersion.valid_from, BearingRuleVersion.decided_at, BearingRuleVersion.id
    )
    if not all_states:
        wanted = wanted.where(BearingRuleVersion.state == RuleState.PUBLISHED)
    return tuple(VersionRow(_rule(row), row.state, row.person_id) for row in session.scalars(wanted))


def shown(session: Session, *, on: date) -> tuple[TableRow, ...]:
    """Return the table of a day, a row for each class."""
    rules = [row.rule for row in versions(session)]
    found = {cause: in_force(rules, cause=cause, on=on) for cause in HoldCause}
    return tuple(TableRow(cause, rule.bearing if rule else DEFAULT[cause], rule) for cause, rule in found.items())


def row_of(session: Session, *, cause: HoldCause, on: date) -> TableRow:
    """Return what counts for a class on a day."""
    return next(row for row in shown(session, on=on) if row.cause is cause)


def bearing_of(session: Session, *, case: HoldCase) -> Bearing:
    """Return who bears what of a hold: by the rule that it began under."""
    if case.rule_id is None:
        return DEFAULT[case.cause]
    return _rule(session.get_one(BearingRuleVersion, case.rule_id)).bearing


def _rule(row: BearingRuleVersion) -> BearingRule:
    return BearingRule(
        id=row.id,
        cause=row.cause,
        bearing=Bearing(row.waiting, row.off_loading, row.transfer, row.rest, row.shared_by),
        valid_from=row.valid_from,
        source=row.source,
    )
