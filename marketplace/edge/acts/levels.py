"""How companies stand as buyers and partners, for whoever asks."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow
from marketplace.accounts.rules.companies import Address
from marketplace.edge.identity import require_actor
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.merchants.queries import levels, requirements
from marketplace.merchants.queries.levels import LimitRow
from marketplace.merchants.rules.levels import BuyerLevel
from marketplace.merchants.rules.requirements import Kind, Requirement, kinds_of


@dataclass(frozen=True, slots=True)
class Standing:
    """How a company stands as a buyer (``level``) or a partner (``is_admitted``), and what it is asked for as that."""

    company_id: UUID
    kind: Kind
    level: BuyerLevel | None
    is_admitted: bool | None
    until: date | None
    limits: tuple[LimitRow, ...]
    warehouse: Address | None
    requirements: tuple[Requirement, ...]
    checked_by: str | None  # the operator's company, never a person


def own() -> Standing:
    """Return how the asker's company stands; NotFound for who runs the city."""
    session, company_id, now = reading(), require_actor().company, clock.now()
    kinds = kinds_of(accounts.get_company(session, company_id=company_id).kind)
    if not kinds:
        raise NotFound("company")
    kind = kinds[-1]
    is_buyer = kind is Kind.BUYER
    return Standing(
        company_id=company_id,
        kind=kind,
        level=levels.level_of(session, company_id=company_id, now=now) if is_buyer else None,
        is_admitted=None if is_buyer else bool(levels.admitted(session, company_ids=(company_id,), now=now)),
        until=levels.until_of(session, company_id=company_id),
        limits=levels.limits_of(session, company_id=company_id, now=now),
        warehouse=requirements.warehouse_of(session, company_id=company_id),
        requirements=requirements.requirements_of(session, company_id=company_id, today=now.date(), kind=kind),
        checked_by=accounts.house_name(session),
    )


def buyer(company_id: UUID) -> CompanyRow:
    """Return a company that trades; NotFound for every other id."""
    if not levels.is_buyer(reading(), company_id=company_id):
        raise NotFound("company")
    return accounts.get_company(reading(), company_id=company_id)
