"""Letters about a company itself: its application, papers, levels, screening, and reviews that take long."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import levels, requirements
from marketplace.merchants.rules.levels import BuyerLevel
from marketplace.merchants.rules.requirements import BUYING, ItemState, Requirement
from marketplace.merchants.rules.states import MerchantState
from marketplace.moderation import queries as moderation
from marketplace.notices.services.letters import Facts, Letter

_LEVEL: Final = "/account/level"
# Where a company sees what it is asked for as one that sells, and as one that buys or works here.
_SELLING: Final = "/merchant"


def applied(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a company what was decided about its selling."""
    company_id = UUID(job["company"])
    merchant = merchants.merchant_of(session, company_id=company_id)
    decided = merchants.decisions(session, company_id=company_id)
    if merchant is not None and decided:
        yield Letter(company_id, {"state": merchant.state.value, "path": "/merchant"})


def paper_rejected(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a company what was not accepted, unless it showed another since."""
    found = _standing(session, job, now)
    if found is not None and found.state is ItemState.REJECTED:
        facts = {"item": job["item"], "reason": found.reason or "", "path": _desk_of(session, job)}
        yield Letter(UUID(job["company"]), facts)


def paper_ends(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a company of a paper or a waiver that ends."""
    company_id = UUID(job["company"])
    if _still_ends(session, job, now):
        merchant = merchants.merchant_of(session, company_id=company_id)
        path = _desk_of(session, job)
        sells = merchant is not None and merchant.state is MerchantState.APPROVED and path == _SELLING
        yield Letter(company_id, _of_end(job) | {"sells": sells, "path": path})


def paper_over(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell the operator of one that has ended."""
    if _still_ends(session, job, now):
        company = accounts.get_company(session, company_id=UUID(job["company"]))
        facts = _of_end(job) | {"company": company.name, "path": f"/operator/requirements/{company.id}"}
        for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
            yield Letter(house.id, facts)


def qualification(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a company that it is trusted as a buyer or a partner from now on, or no more."""
    company = accounts.get_company(session, company_id=UUID(job["company"]))
    is_buyer = company.kind is CompanyKind.TRADE
    if is_buyer:
        is_met = levels.level_of(session, company_id=company.id, now=now) is not BuyerLevel.UNVERIFIED
    else:
        is_met = company.id in levels.admitted(session, company_ids=(company.id,), now=now)
    yield Letter(company.id, {"is_buyer": is_buyer, "is_met": is_met, "path": _LEVEL})


def screening_hit(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the operator of a company, or of goods of it, that are like an entry of a list."""
    company = accounts.get_company(session, company_id=UUID(job["company"]))
    for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
        facts = {"company": company.name, "is_goods": job.get("goods", False), "path": "/operator/screening"}
        yield Letter(house.id, facts)


def credit_limit(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a buyer how much it may owe."""
    company_id, currency = UUID(job["company"]), job["currency"]
    found = levels.limit_in(session, company_id=company_id, currency=currency, now=now)
    yield Letter(company_id, {"amount": str(found), "is_met": found.minor > 0, "path": _LEVEL})


def _desk_of(session: Session, job: Facts) -> str:
    """Return the page of the company where an item is shown."""
    company = accounts.get_company(session, company_id=UUID(job["company"]))
    is_selling = company.kind is CompanyKind.TRADE and job["item"] not in BUYING
    return _SELLING if is_selling else _LEVEL


def _of_end(job: Facts) -> dict[str, Any]:
    return {name: job[name] for name in ("item", "until", "is_waiver", "is_over")}


def _still_ends(session: Session, job: Facts, now: datetime) -> bool:
    """Tell whether what was going to end is still what counts: a new one may have been shown meanwhile."""
    found = _standing(session, job, now)
    return found is not None and found.stands_by(date.fromisoformat(job["until"]), is_waiver=job["is_waiver"])


def _standing(session: Session, job: Facts, now: datetime) -> Requirement | None:
    found = requirements.merged(requirements.all_of(session, company_id=UUID(job["company"]), today=now.date()))
    return next((each for each in found.values() if each.item == job["item"]), None)


def review_waits(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell who reviews what waits longer than was promised."""
    late = _late(session, job)
    if late is None:
        return
    waiting = accounts.get_company(session, company_id=UUID(job["company"]))
    path = "/operator/moderation" if late else "/operator/merchants"
    for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
        yield Letter(house.id, {"company": waiting.name, "listings": late, "path": path})


def review_delayed(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a company that it takes longer."""
    late = _late(session, job)
    if late is not None:
        path = "/merchant/listings" if late else "/merchant"
        yield Letter(UUID(job["company"]), {"listings": late, "path": path})


def _late(session: Session, job: Facts) -> int | None:
    """Return how many listings of a company still wait too long, 0 for its application; None when it was answered."""
    company_id = UUID(job["company"])
    if job["listings"]:
        return moderation.late_of(session, company_id=company_id) or None
    merchant = merchants.merchant_of(session, company_id=company_id)
    return 0 if merchant is not None and merchant.state is MerchantState.SUBMITTED else None
