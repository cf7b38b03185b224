"""Say where a buyer receives goods."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.companies import Address, parse_address
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.merchants.models import Warehouse
from marketplace.merchants.queries import requirements as queries
from marketplace.merchants.services import qualifications


def name_warehouse(session: Session, *, actor: Actor, address: Address, now: datetime) -> None:
    """Say where the actor's company receives goods; another address is looked at anew, the same changes nothing.

    NotFound for who does not buy; Refused names every field at fault.
    """
    actor.must(Permission.COMPANY_PROFILE_EDIT)
    companies.take_turn(session, company_id=actor.company)
    if accounts.get_company(session, company_id=actor.company).kind is not CompanyKind.TRADE:
        raise NotFound("company")
    given = parse_address(address)
    if not given.lines:
        raise Refused.fields(FieldError("street", "required"), FieldError("city", "required"))
    if queries.warehouse_of(session, company_id=actor.company) == given:
        return
    row = session.get(Warehouse, actor.company)
    if row is None:
        row = Warehouse(company_id=actor.company)
        session.add(row)
    row.street, row.city, row.region, row.postcode = given.street, given.city, given.region, given.postcode
    row.changed_at = now
    session.flush()
    audit.record(session, actor=actor, action="warehouse.named", subject="company", subject_id=actor.company, now=now)
    qualifications.refresh(session, company_id=actor.company, now=now)
