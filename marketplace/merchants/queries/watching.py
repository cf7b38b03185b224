"""Watch what companies showed: what nobody accepted, and what ends. An address or number is not watched.

What belongs to an application to sell is looked at with that; what is asked of buyers and partners, here alone.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.merchants.models import (
    Merchant,
    RequirementNotice,
    RequirementPaper,
    RequirementRule,
    RequirementRuling,
)
from marketplace.merchants.queries.requirements import is_newest_paper, is_newest_ruling
from marketplace.merchants.rules.requirements import (
    BEFORE,
    BUYING,
    PAPERS,
    WATCHED,
    Asked,
    Item,
    ItemState,
    Kind,
    Stage,
    Verdict,
)
from marketplace.merchants.rules.states import STANDING

PAGE: Final = 24


@dataclass(frozen=True, slots=True)
class WatchRow:
    """An item of a company that somebody has to look at, and how it stands; accepted and waived ones end soon.

    A waiver that ended, and after which nothing was shown, is ``expired`` with ``is_waiver``.
    """

    company_id: UUID
    company_name: str
    item: Item
    state: ItemState
    until: date | None
    is_waiver: bool


@dataclass(frozen=True, slots=True)
class EndRow:
    """What counts of a company, or a waiver, and how near its end is; nobody was told of this stage."""

    company_id: UUID
    item: Item
    until: date
    is_waiver: bool
    stage: Stage


def watched(session: Session, *, today: date, cursor: str | None = None) -> Page[WatchRow]:
    """Return what reviewers have to look at of companies: by company, what nobody accepted and what ends."""
    found = _to_watch(today).subquery()
    wanted = sa.select(found).order_by(found.c.company_id, found.c.place).limit(PAGE + 1)
    if cursor:
        company_id, place = _after(cursor)
        wanted = wanted.where(sa.tuple_(found.c.company_id, found.c.place) > sa.tuple_(company_id, sa.literal(place)))
    page = page_of(session.execute(wanted).all(), PAGE, lambda row: (str(row.company_id), row.place))
    return page.map(
        lambda row: WatchRow(row.company_id, row.name, Item(row.item), _state(row, today), row.until, row.is_waiver)
    )


def count_watched(session: Session, *, today: date) -> int:
    """Count what reviewers have to look at of what companies showed."""
    return session.scalar(sa.select(sa.func.count()).select_from(_to_watch(today).subquery())) or 0


def ending(session: Session, *, today: date) -> tuple[EndRow, ...]:
    """Return what counts of companies and ends soon or has ended, where nobody was told of that stage yet."""
    found = _to_watch(today).subquery()
    stage = sa.case(
        (found.c.until < today, Stage.OVER.value),
        (found.c.until <= today + BEFORE[Stage.WEEK], Stage.WEEK.value),
        else_=Stage.MONTH.value,
    )
    told = sa.exists().where(
        RequirementNotice.company_id == found.c.company_id,
        sa.cast(RequirementNotice.item, sa.String) == found.c.item,
        RequirementNotice.until == found.c.until,
        sa.cast(RequirementNotice.stage, sa.String) == stage,
    )
    rows = session.execute(
        sa.select(found.c.company_id, found.c.item, found.c.until, found.c.is_waiver, stage)
        .where(found.c.until <= today + WATCHED, sa.or_(found.c.is_waiver, found.c.is_accepted), ~told)
        .order_by(found.c.company_id, found.c.place)
    )
    return tuple(EndRow(row[0], Item(row[1]), row[2], row[3], Stage(row[4])) for row in rows)


def _state(row: Any, today: date) -> ItemState:
    if row.until is not None and row.until < today:
        return ItemState.EXPIRED
    if row.is_waiver:
        return ItemState.WAIVED
    if row.is_accepted:
        return ItemState.ACCEPTED
    return ItemState.REJECTED if row.is_rejected else ItemState.PENDING


def _after(cursor: str) -> tuple[sa.ColumnElement[UUID], str]:
    company_id, place = decode_cursor(cursor, str, str)
    try:
        return sa.literal(UUID(company_id), sa.Uuid()), place
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None


def _to_watch(today: date) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Select the newest papers that were not accepted or end soon, and the waivers that end and hide no paper."""
    soon = today + WATCHED
    paper, ruling = RequirementPaper, RequirementRuling
    is_said_of_it = sa.and_(ruling.paper_id == paper.id, ruling.verdict != Verdict.WAIVE)
    is_accepted = sa.and_(ruling.id.is_not(None), is_said_of_it, ruling.verdict == Verdict.ACCEPT)
    is_rejected = sa.and_(ruling.id.is_not(None), is_said_of_it, ruling.verdict == Verdict.REJECT)
    # A waiver hides the paper that it was given for; one that came later is looked at all the same.
    is_waived = sa.and_(
        ruling.id.is_not(None),
        ruling.verdict == Verdict.WAIVE,
        ruling.paper_id == paper.id,
        sa.or_(ruling.until.is_(None), ruling.until >= today),
    )
    papers = (
        sa.select(
            paper.company_id,
            Company.name.label("name"),
            sa.cast(paper.item, sa.String).label("item"),
            (sa.cast(paper.item, sa.String) + " paper").label("place"),
            sa.false().label("is_waiver"),
            sa.func.coalesce(is_accepted, sa.false()).label("is_accepted"),
            sa.func.coalesce(is_rejected, sa.false()).label("is_rejected"),
            paper.valid_until.label("until"),
        )
        .join(Company, Company.id == paper.company_id)
        .outerjoin(
            ruling, sa.and_(ruling.company_id == paper.company_id, ruling.item == paper.item, is_newest_ruling())
        )
        .where(
            _is_watched(paper.item),
            paper.item.in_(PAPERS),
            is_newest_paper(),
            ~sa.func.coalesce(is_waived, sa.false()),
            sa.or_(~sa.func.coalesce(is_accepted, sa.false()), paper.valid_until <= soon),
            _is_asked(paper.item),
        )
    )
    shown = aliased(RequirementPaper)
    is_hiding = sa.exists().where(shown.company_id == ruling.company_id, shown.item == ruling.item)
    waivers = (
        sa.select(
            ruling.company_id,
            Company.name.label("name"),
            sa.cast(ruling.item, sa.String).label("item"),
            (sa.cast(ruling.item, sa.String) + " waiver").label("place"),
            sa.true().label("is_waiver"),
            sa.false().label("is_accepted"),
            sa.false().label("is_rejected"),
            ruling.until,
        )
        .join(Company, Company.id == ruling.company_id)
        .where(
            _is_watched(ruling.item),
            ruling.verdict == Verdict.WAIVE,
            ruling.until <= soon,
            sa.or_(ruling.until >= today, ~is_hiding),
            is_newest_ruling(),
            _is_asked(ruling.item),
        )
    )
    return sa.union_all(papers, waivers)


def _is_watched(item: Any) -> sa.ColumnElement[bool]:
    """Tell what is looked at here: what is asked of who sells, once it does; of everybody else, at once."""
    sells = sa.exists().where(Merchant.company_id == Company.id, Merchant.state.in_(STANDING))
    return sa.and_(Company.closed_at.is_(None), sa.or_(Company.kind != CompanyKind.TRADE, item.in_(BUYING), sells))


def _is_asked(item: Any) -> sa.ColumnElement[bool]:
    """Tell items that the company's country was not freed of; nothing is shown of what nobody ever asked for."""
    kind = sa.case(
        (Company.kind != CompanyKind.TRADE, sa.cast(Company.kind, sa.String)),
        (item.in_(BUYING), Kind.BUYER.value),
        else_=Kind.MERCHANT.value,
    )
    return ~sa.exists().where(
        RequirementRule.country == Company.country,
        sa.cast(RequirementRule.kind, sa.String) == kind,
        RequirementRule.item == item,
        RequirementRule.asked == Asked.NOT_ASKED,
    )
