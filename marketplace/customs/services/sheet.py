"""Write the rules of a sheet, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.customs import queries
from marketplace.customs.models import Restriction
from marketplace.customs.rules import Rule
from marketplace.customs.rules.sheet import key_of
from marketplace.customs.services import facts_of, values_of
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_new
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Put:
    """How many rules are new, say something else now, and said the same before."""

    new: int
    changed: int
    unchanged: int


def put_all(session: Session, *, actor: Actor, rules: Sequence[Rule], now: datetime) -> Put:
    """Write rules, each known by country, prefix, measure and first day; what says the same is left alone.

    An audit row for each that is new or changed. Conflict ``raced`` when somebody writes one of them at this moment.
    """
    actor.must(Permission.OPERATOR_CUSTOMS_EDIT)
    held = queries.about(rules).with_for_update().execution_options(populate_existing=True)
    there = {(row.country, row.hs_prefix, row.measure.value, row.valid_from): row for row in session.scalars(held)}
    acts: list[Act] = []
    new: dict[UUID, Rule] = {}
    changed = 0
    for rule in rules:
        values, row = values_of(rule), there.get(key_of(rule))
        if row is None:
            new[made := new_id()] = rule
            acts.append(Act("restriction.put", made, facts_of(rule)))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed += 1
            acts.append(Act("restriction.put", row.id, facts_of(rule)))
    session.flush()
    rows = [{"id": made, **values_of(rule)} for made, rule in new.items()]
    if len(insert_new(session, Restriction, rows)) < len(rows):
        raise Conflict("raced")
    audit.record_all(session, actor=actor, subject="restriction", acts=acts, now=now)
    return Put(new=len(new), changed=changed, unchanged=len(rules) - len(acts))
