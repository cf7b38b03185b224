"""Read what companies are asked for, what they showed, and how each item stands."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.companies import Address
from marketplace.accounts.rules.numbers import Proof, check_number
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.exports import rows
from marketplace.merchants import queries
from marketplace.merchants.models import (
    MerchantApplication,
    MerchantDecision,
    RequirementPaper,
    RequirementRule,
    RequirementRuling,
    Warehouse,
)
from marketplace.merchants.rules import requirements as rules
from marketplace.merchants.rules.requirements import (
    COMPARED,
    Asked,
    Evidence,
    Item,
    Kind,
    Requirement,
    Ruling,
    Verdict,
    asked_in,
    kinds_of,
    requirement,
)
from marketplace.merchants.rules.states import ApplicationState

# Two people of a company: one who does not answer is not the end of a shipment.
_PEOPLE: Final = 2
_VERDICTS: Final = {
    ApplicationState.APPROVED: Verdict.ACCEPT,
    ApplicationState.REJECTED: Verdict.REJECT,
    ApplicationState.CHANGES_REQUESTED: Verdict.REJECT,
}


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper as it was handed in."""

    id: UUID
    company_id: UUID
    item: Item
    file_id: UUID
    valid_until: date | None
    handed_in_by: UUID | None


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """Until when a paper counts that was accepted, and when that was said."""

    valid_until: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class VouchedRow:
    """What the city may claim of a merchant: its licence that counts, that it is verified, and compared with one."""

    licence: AcceptedRow | None
    is_verified: bool
    is_compared: bool


@dataclass(frozen=True, slots=True)
class RulingRow:
    """What was said of an item, with who said it."""

    item: Item
    verdict: Verdict
    until: date | None
    reason: str
    decided_by: UUID | None
    decided_at: datetime


def requirements_of(
    session: Session, *, company_id: UUID, today: date, kind: Kind | None = None
) -> tuple[Requirement, ...]:
    """Return what a company is asked for and how each item stands, in the order of the items.

    ``kind``: as what it is asked; None as what it is first: one that sells, or its kind of partner. NotFound for
    unknown ids, for a kind that the company is not, and for who runs the city: nobody asks him.
    """
    found = all_of(session, company_id=company_id, today=today)
    asked = next(iter(found), None) if kind is None else kind
    if asked is None or asked not in found:
        raise NotFound("company")
    return found[asked]


def all_of(session: Session, *, company_id: UUID, today: date) -> dict[Kind, tuple[Requirement, ...]]:
    """Return all that a company is asked for, by as what; NotFound for unknown ids."""
    company = accounts.get_company(session, company_id=company_id)
    kinds = kinds_of(company.kind)
    if not kinds:
        return {}
    application = _last_application(session, company_id)
    shown = _shown(session, company, application)
    said = _said(session, company_id, application)
    chosen = asked_everywhere(session, countries=(company.country,), kinds=kinds)
    return {
        kind: tuple(
            requirement(item, asked, shown.get(item), said.get(item), today=today)
            for item, asked in chosen[kind][company.country].items()
            if asked is not Asked.NOT_ASKED
        )
        for kind in kinds
    }


def merged(found: Mapping[Kind, tuple[Requirement, ...]]) -> dict[Item, Requirement]:
    """Return every item once: what is asked twice stands alike both times."""
    return {each.item: each for rows_ in found.values() for each in rows_}


def asked_of(session: Session, *, country: str, kind: Kind) -> dict[Item, Asked]:
    """Return what companies of a country are asked for as this kind."""
    return asked_everywhere(session, countries=(country,), kinds=(kind,))[kind][country]


def asked_everywhere(
    session: Session, *, countries: tuple[str, ...], kinds: tuple[Kind, ...]
) -> dict[Kind, dict[str, dict[Item, Asked]]]:
    """Return what is asked for as each kind in each of these countries, in one query."""
    chosen: dict[tuple[Kind, str], dict[Item, Asked]] = {}
    wanted = sa.select(RequirementRule).where(RequirementRule.country.in_(countries), RequirementRule.kind.in_(kinds))
    for row in session.scalars(wanted):
        chosen.setdefault((row.kind, row.country), {})[row.item] = row.asked
    return {
        kind: {country: asked_in(country, kind, chosen.get((kind, country), {})) for country in countries}
        for kind in kinds
    }


def requirement_of(session: Session, *, company_id: UUID, item: str, today: date) -> Requirement:
    """Return how one item stands; NotFound for what the company is not asked for as anything."""
    for each in merged(all_of(session, company_id=company_id, today=today)).values():
        if each.item == item:
            return each
    raise NotFound("requirement")


def papers_of(session: Session, *, company_id: UUID) -> Mapping[Item, PaperRow]:
    """Return the newest paper of each item that a company handed in."""
    found = session.execute(sa.select(*_PAPER).where(RequirementPaper.company_id == company_id, is_newest_paper()))
    return {row.item: PaperRow(*row) for row in found}


def accepted_papers(session: Session, *, company_id: UUID) -> dict[Item, AcceptedRow]:
    """Return of each item the paper that was accepted last, unless it was rejected since.

    Another that was rejected takes none: who shows the next one loses nothing by it.
    """
    later = aliased(RequirementRuling)
    taken_back = sa.exists().where(
        later.paper_id == RequirementRuling.paper_id,
        later.verdict == Verdict.REJECT,
        later.id > RequirementRuling.id,
    )
    found = session.execute(
        sa.select(RequirementRuling.item, RequirementPaper.valid_until, RequirementRuling.decided_at)
        .join(RequirementPaper, RequirementPaper.id == RequirementRuling.paper_id)
        .where(
            RequirementRuling.company_id == company_id,
            RequirementRuling.verdict == Verdict.ACCEPT,
            ~taken_back,
        )
        .order_by(RequirementRuling.id)
    )
    return {row.item: AcceptedRow(row.valid_until, row.decided_at) for row in found}


def vouched(session: Session, *, company_id: UUID, today: date) -> VouchedRow:
    """Return what the city may claim of a merchant; what it is asked for is read only where something was rejected."""
    accepted = accepted_papers(session, company_id=company_id)
    said = _rulings(session, company_id)
    is_verified = True
    if any(each.verdict is Verdict.REJECT for each in said.values()):
        asked = requirements_of(session, company_id=company_id, today=today, kind=Kind.MERCHANT)
        is_verified = rules.is_verified(asked, accepted)
    is_compared = rules.is_compared(said.get(Item.LICENCE), accepted)
    return VouchedRow(accepted.get(Item.LICENCE), is_verified=is_verified, is_compared=is_compared)


def warehouse_of(session: Session, *, company_id: UUID) -> Address | None:
    """Return where a buyer receives goods, None while it said nothing."""
    row = session.get(Warehouse, company_id)
    return Address(row.street, row.city, row.region, row.postcode) if row else None


def is_rejected(session: Session, *, paper_id: UUID) -> bool:
    """Tell whether the last that a reviewer said of a paper is that it was rejected."""
    said = (
        sa.select(RequirementRuling.verdict)
        .where(RequirementRuling.paper_id == paper_id)
        .order_by(RequirementRuling.id.desc())
        .limit(1)
    )
    return session.scalars(said).first() is Verdict.REJECT


def last_application(session: Session, *, company_id: UUID) -> UUID | None:
    """Return the newest application of a company."""
    found = _last_application(session, company_id)
    return found.id if found else None


def paper(session: Session, *, paper_id: UUID, company_id: UUID | None = None) -> PaperRow:
    """Return a paper; NotFound for an unknown one, and for a foreign one when a company asks."""
    wanted = sa.select(*_PAPER).where(RequirementPaper.id == paper_id)
    if company_id is not None:
        wanted = wanted.where(RequirementPaper.company_id == company_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("paper")
    return PaperRow(*row)


def rulings_of(session: Session, *, company_id: UUID) -> tuple[RulingRow, ...]:
    """Return everything reviewers said of a company's items, the newest first."""
    said = session.scalars(
        sa.select(RequirementRuling)
        .where(RequirementRuling.company_id == company_id)
        .order_by(RequirementRuling.id.desc())
    )
    return tuple(
        RulingRow(row.item, row.verdict, row.until, row.reason, row.decided_by, row.decided_at) for row in said
    )


def breaches(session: Session) -> list[Breach]:
    """Return rulings about a paper of another company or of another item."""
    return _PROMISES.breaches(session)


def _strange() -> sa.Select[UUID]:
    is_other = sa.or_(
        RequirementPaper.company_id != RequirementRuling.company_id, RequirementPaper.item != RequirementRuling.item
    )
    return (
        sa.select(RequirementRuling.id)
        .join(RequirementPaper, RequirementPaper.id == RequirementRuling.paper_id)
        .where(is_other)
    )


_PROMISES: Final = Promises(
    "4 resolved once", Promise("requirement_ruling", "says something of a paper of another", _strange)
)


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the papers a person handed in and what that person said of others', earliest first."""
    shown = (RequirementPaper.id, RequirementPaper.company_id, RequirementPaper.item, RequirementPaper.handed_in_at)
    said = (
        RequirementRuling.company_id,
        RequirementRuling.item,
        RequirementRuling.verdict,
        RequirementRuling.reason,
        RequirementRuling.decided_at,
    )
    return {
        "requirement_papers": rows(
            session,
            sa.select(*shown).where(RequirementPaper.handed_in_by == person_id).order_by(RequirementPaper.id),
        ),
        "requirement_rulings": rows(
            session,
            sa.select(*said).where(RequirementRuling.decided_by == person_id).order_by(RequirementRuling.id),
        ),
    }


def _shown(session: Session, company: CompanyRow, application: MerchantApplication | None) -> dict[Item, Evidence]:
    """Return what a company shows; what the city knows by itself proves itself."""
    found: dict[Item, Evidence] = {
        row.item: Evidence(str(row.id), row.valid_until) for row in papers_of(session, company_id=company.id).values()
    }
    if application is not None:
        found[Item.REGISTRATION] = Evidence(str(application.id), proves_itself=application.proof is Proof.CHECKSUM)
        found[Item.REVIEW] = Evidence(str(application.id))
    elif company.registration_number:
        found[Item.REGISTRATION] = Evidence(_digest(company.registration_number), proves_itself=_is_checked(company))
    if company.tax_id:
        found[Item.TAX_ID] = Evidence(_digest(company.tax_id), proves_itself=_is_proven(company))
    if lines := company.address.lines:
        found[Item.ADDRESS] = Evidence(_digest(lines))
    if queries.has_payee(session, company_id=company.id):
        found[Item.PAYEE] = Evidence("active", proves_itself=True)
    if city_terms.has_accepted(session, company_id=company.id):
        found[Item.TERMS] = Evidence("accepted", proves_itself=True)
    if application is not None and application.state is ApplicationState.APPROVED:
        extract = found.get(Item.REGISTER, Evidence(COMPARED))
        found[Item.REGISTER] = replace(extract, proves_itself=True)
    if warehouse := warehouse_of(session, company_id=company.id):
        found[Item.WAREHOUSE] = Evidence(_digest(warehouse.lines))
    if sum(bool(member.display_name) for member in accounts.members_of(session, company_id=company.id)) >= _PEOPLE:
        found[Item.PEOPLE] = Evidence("named", proves_itself=True)
    return found


def _digest(text: str) -> str:
    """Mark a text by its hash: rulings stay for ever, and one trader's tax id is a person's."""
    return hashlib.sha256(text.encode()).hexdigest()


def _is_proven(company: CompanyRow) -> bool:
    try:
        return check_number(company.country, company.tax_id or "", field="tax_id").proof is Proof.CHECKSUM
    except Refused:  # taken by an older check than today's: for the reviewer's eye
        return False


def _is_checked(company: CompanyRow) -> bool:
    """Tell whether the number that a company registered with has a right check digit."""
    try:
        found = check_number(company.country, company.registration_number, field="registration_number")
    except Refused:  # its application asks for it in the form of its register
        return False
    return found.proof is Proof.CHECKSUM


def _said(session: Session, company_id: UUID, application: MerchantApplication | None) -> dict[Item, Ruling]:
    """Return what was said last of each item; of the application and its number the decision says it."""
    found = _rulings(session, company_id)
    if application is not None and application.state in _VERDICTS:
        decided = sa.select(MerchantDecision.decided_at).where(MerchantDecision.application_id == application.id)
        verdict = _VERDICTS[application.state]
        found[Item.REVIEW] = Ruling(verdict, str(application.id), at=session.scalars(decided).one_or_none())
        if application.state is ApplicationState.APPROVED:
            found[Item.REGISTRATION] = found[Item.REVIEW]
    return found


def _rulings(session: Session, company_id: UUID) -> dict[Item, Ruling]:
    mine = sa.select(RequirementRuling).where(RequirementRuling.company_id == company_id, is_newest_ruling())
    return {
        row.item: Ruling(row.verdict, row.mark, row.until, row.reason, row.decided_at) for row in session.scalars(mine)
    }


def _last_application(session: Session, company_id: UUID) -> MerchantApplication | None:
    return session.scalars(
        sa.select(MerchantApplication)
        .where(MerchantApplication.company_id == company_id)
        .order_by(MerchantApplication.id.desc())
        .limit(1)
    ).one_or_none()


_PAPER: Final = (
    RequirementPaper.id,
    RequirementPaper.company_id,
    RequirementPaper.item,
    RequirementPaper.file_id,
    RequirementPaper.valid_until,
    RequirementPaper.handed_in_by,
)


def is_newest_paper() -> sa.ColumnElement[bool]:
    """Tell the papers that count: after which the company handed in no other for the item."""
    later = aliased(RequirementPaper)
    return ~sa.exists().where(
        later.company_id == RequirementPaper.company_id,
        later.item == RequirementPaper.item,
        later.id > RequirementPaper.id,
    )


def is_newest_ruling() -> sa.ColumnElement[bool]:
    """Tell the rulings after which nothing else was said of the item."""
    later = aliased(RequirementRuling)
    return ~sa.exists().where(
        later.company_id == RequirementRuling.company_id,
        later.item == RequirementRuling.item,
        later.id > RequirementRuling.id,
    )
