"""Customer groups: a merchant's own sets of companies."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.catalog.customer_prices.models import Audience, CustomerGroup, CustomerGroupMember
from marketplace.catalog.customer_prices.rules.terms import check_name
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id

MOST_MEMBERS: Final = 500


def create(session: Session, *, name: str, company_ids: Collection[UUID], actor: Actor, now: datetime) -> UUID:
    """Make a group of companies and return its id; Refused ``name`` that the merchant has used already."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    trimmed = check_name(name)
    check_customers(session, company_ids=company_ids, merchant_id=actor.company)
    made = {"id": new_id(), "merchant_id": actor.company, "name": trimmed, "created_at": now}
    if not insert_if_new(session, CustomerGroup, **made):
        raise Refused.field("name", "name_used", "a name that is not in use yet")
    members = [{"group_id": made["id"], "company_id": each} for each in dict.fromkeys(company_ids)]
    if members:
        session.execute(sa.insert(CustomerGroupMember), members)
    _audit(session, actor, "customer_group.made", made["id"], now)
    return made["id"]


def add(session: Session, *, group_id: UUID, company_id: UUID, actor: Actor, now: datetime) -> None:
    """Put a company into a group; nothing happens when it is in it."""
    group = own(session, actor=actor, group_id=group_id)
    check_customers(session, company_ids=(company_id,), merchant_id=actor.company)
    members = sa.select(sa.func.count()).where(CustomerGroupMember.group_id == group.id)
    if (session.scalar(members) or 0) >= MOST_MEMBERS:
        raise Conflict("group_full", most=MOST_MEMBERS)
    if insert_if_new(session, CustomerGroupMember, group_id=group.id, company_id=company_id):
        _audit(session, actor, "customer_group.joined", group.id, now, company=company_id)


def remove(session: Session, *, group_id: UUID, company_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a company out of a group; NotFound when it is not in it."""
    group = own(session, actor=actor, group_id=group_id)
    member = session.get(CustomerGroupMember, (group.id, company_id))
    if member is None:
        raise NotFound("company")
    session.delete(member)
    session.flush()
    _audit(session, actor, "customer_group.left", group.id, now, company=company_id)


def dissolve(session: Session, *, group_id: UUID, actor: Actor, now: datetime) -> None:
    """Give a group up; Conflict ``group_in_use`` while a price list or a listing names it."""
    group = own(session, actor=actor, group_id=group_id)
    if session.scalar(sa.select(sa.exists().where(Audience.group_id == group.id))):
        raise Conflict("group_in_use", group=group.id)
    session.execute(sa.delete(CustomerGroupMember).where(CustomerGroupMember.group_id == group.id))
    session.delete(group)
    session.flush()
    _audit(session, actor, "customer_group.dissolved", group_id, now)


def own(session: Session, *, actor: Actor, group_id: UUID) -> CustomerGroup:
    """Return the actor's company's group, locked; NotFound for unknown and foreign ids alike."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    query = sa.select(CustomerGroup).where(CustomerGroup.id == group_id, CustomerGroup.merchant_id == actor.company)
    group = session.scalars(query.with_for_update()).one_or_none()
    if group is None:
        raise NotFound("customer_group")
    return group


def check_customers(session: Session, *, company_ids: Collection[UUID], merchant_id: UUID) -> None:
    """Refuse ``company`` where one of them does not trade here, or is the merchant itself."""
    if not company_ids:
        return
    found = accounts.get_companies(session, company_ids=company_ids)
    traders = {key for key, row in found.items() if row.kind is CompanyKind.TRADE and key != merchant_id}
    if set(company_ids) - traders:
        raise Refused.field("company", "unknown", "the id or the registration number of a company that buys here")


def _audit(session: Session, actor: Actor, action: str, group_id: UUID, now: datetime, **facts: UUID) -> None:
    audit.record(
        session, actor=actor, action=action, subject="customer_group", subject_id=group_id, facts=facts, now=now
    )
