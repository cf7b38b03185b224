"""Name a company or a group for a price list, for the prices of a listing, or for all prices of a merchant."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.customer_prices.models import Audience, CustomerGroup
from marketplace.catalog.customer_prices.services import groups
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_new
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id


class Named(NamedTuple):
    """Companies and groups, by their ids."""

    companies: tuple[UUID, ...] = ()
    groups: tuple[UUID, ...] = ()


def check(session: Session, *, named: Named, actor: Actor) -> None:
    """Refuse ``company`` or ``group`` that is none of the actor's."""
    groups.check_customers(session, company_ids=named.companies, merchant_id=actor.company)
    if not named.groups:
        return
    own = sa.select(CustomerGroup.id).where(
        CustomerGroup.id.in_(named.groups), CustomerGroup.merchant_id == actor.company
    )
    if set(named.groups) - set(session.scalars(own)):
        raise Refused.field("group", "unknown", "one of your customer groups")


def replace(session: Session, *, subject: UUID, named: Named) -> None:
    """Let just these be named."""
    session.execute(sa.delete(Audience).where(Audience.subject == subject))
    add(session, subject=subject, named=named)


def add(session: Session, *, subject: UUID, named: Named) -> None:
    """Let these be named too."""
    insert_new(session, Audience, list(_rows(subject, named)))


def remove(session: Session, *, subject: UUID, audience_id: UUID) -> None:
    """Let one of them be named no more; NotFound."""
    row = session.get(Audience, audience_id)
    if row is None or row.subject != subject:
        raise NotFound("audience")
    session.delete(row)
    session.flush()


def _rows(subject: UUID, named: Named) -> Iterable[dict[str, UUID | None]]:
    for company_id in dict.fromkeys(named.companies):
        yield {"id": new_id(), "subject": subject, "company_id": company_id, "group_id": None}
    for group_id in dict.fromkeys(named.groups):
        yield {"id": new_id(), "subject": subject, "company_id": None, "group_id": group_id}
