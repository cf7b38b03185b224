"""Watch what companies that sell showed: what nobody looked at, and what ends."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.merchants.models import Merchant, RequirementNotice, RequirementPaper, RequirementRuling
from marketplace.merchants.queries.requirements import is_newest_paper, is_newest_ruling
from marketplace.merchants.rules.requirements import PAPERS, WATCHED, Item, Stage, Verdict, stage
from marketplace.merchants.rules.states import MerchantState

PAGE: Final = 24
_STANDS: Final = (MerchantState.APPROVED, MerchantState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class WatchRow:
    """An item of a merchant that somebody has to look at: not looked at yet, or near its end."""

    company_id: UUID
    company_name: str
    item: Item
    is_waived: bool
    is_pending: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class EndRow:
    """What a merchant showed, and how near its end is; nobody was told of this stage."""

    company_id: UUID
    item: Item
    until: date
    stage: Stage


def watched(session: Session, *, today: date, cursor: str | None = None) -> Page[WatchRow]:
    """Return what reviewers have to look at of companies that sell: by company, what nobody looked at and what ends."""
    found = _to_watch(today).subquery()
    wanted = sa.select(found).order_by(found.c.company_id, found.c.place).limit(PAGE + 1)
    if cursor:
        company_id, place = _after(cursor)
        wanted = wanted.where(sa.tuple_(found.c.company_id, found.c.place) > sa.tuple_(company_id, sa.literal(place)))
    page = page_of(session.execute(wanted).all(), PAGE, lambda row: (str(row.company_id), row.place))
    return page.map(
        lambda row: WatchRow(row.company_id, row.name, Item(row.item), row.is_waived, row.is_pending, row.until)
    )


def count_watched(session: Session, *, today: date) -> int:
    """Count what reviewers have to look at of companies that sell."""
    return session.scalar(sa.select(sa.func.count()).select_from(_to_watch(today).subquery())) or 0


def ending(session: Session, *, today: date) -> tuple[EndRow, ...]:
    """Return what of merchants ends soon or has ended, where nobody was told of that stage yet."""
    found = _to_watch(today).subquery()
    noted = sa.select(
        RequirementNotice.company_id, RequirementNotice.item, RequirementNotice.until, RequirementNotice.stage
    )
    told = {tuple(row) for row in session.execute(noted.where(RequirementNotice.until <= today + WATCHED))}
    ends: list[EndRow] = []
    for row in session.execute(sa.select(found).where(found.c.until.is_not(None)).order_by(found.c.company_id)):
        near = stage(row.until, today=today)
        if near is not None and (row.company_id, Item(row.item), row.until, near) not in told:
            ends.append(EndRow(row.company_id, Item(row.item), row.until, near))
    return tuple(ends)


def _after(cursor: str) -> tuple[sa.ColumnElement[UUID], str]:
    company_id, place = decode_cursor(cursor, str, str)
    try:
        return sa.literal(UUID(company_id), sa.Uuid()), place
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None


def _to_watch(today: date) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Select the papers of merchants that were not looked at or end soon, and the waivers that end soon."""
    soon = today + WATCHED
    waived = aliased(RequirementRuling)
    later = aliased(RequirementRuling)
    is_waived = sa.exists().where(
        waived.company_id == RequirementPaper.company_id,
        waived.item == RequirementPaper.item,
        waived.verdict == Verdict.WAIVE,
        sa.or_(waived.until.is_(None), waived.until >= today),
        ~sa.exists().where(later.company_id == waived.company_id, later.item == waived.item, later.id > waived.id),
    )
    unseen = ~sa.exists().where(RequirementRuling.paper_id == RequirementPaper.id)
    papers = (
        sa.select(
            RequirementPaper.company_id,
            Merchant.legal_name.label("name"),
            sa.cast(RequirementPaper.item, sa.String).label("item"),
            (sa.cast(RequirementPaper.item, sa.String) + " paper").label("place"),
            sa.false().label("is_waived"),
            unseen.label("is_pending"),
            RequirementPaper.valid_until.label("until"),
        )
        .join(Merchant, Merchant.company_id == RequirementPaper.company_id)
        .where(
            Merchant.state.in_(_STANDS),
            RequirementPaper.item.in_(PAPERS),
            is_newest_paper(),
            ~is_waived,
            sa.or_(unseen, RequirementPaper.valid_until <= soon),
        )
    )
    waivers = (
        sa.select(
            RequirementRuling.company_id,
            Merchant.legal_name.label("name"),
            sa.cast(RequirementRuling.item, sa.String).label("item"),
            (sa.cast(RequirementRuling.item, sa.String) + " waiver").label("place"),
            sa.true().label("is_waived"),
            sa.false().label("is_pending"),
            RequirementRuling.until,
        )
        .join(Merchant, Merchant.company_id == RequirementRuling.company_id)
        .where(
            Merchant.state.in_(_STANDS),
            RequirementRuling.verdict == Verdict.WAIVE,
            RequirementRuling.until <= soon,
            is_newest_ruling(),
        )
    )
    return sa.union_all(papers, waivers)
