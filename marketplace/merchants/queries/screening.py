"""Read lists, who is like their entries, and what was said of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company, Membership
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.merchants.models import ScreeningEntry, ScreeningHit, ScreeningKey, ScreeningList
from marketplace.merchants.rules.goods_screening import ListedGoods
from marketplace.merchants.rules.screening import About, HitState, Likeness, ListKind, Named, SubjectKind, agrees

PAGE: Final = 24
PORTION: Final = 200


@dataclass(frozen=True, slots=True)
class ListRow:
    """A version of a list; ``is_current``: the newest of its kind and name."""

    id: UUID
    kind: ListKind
    name: str
    sha256: str
    entries: int
    imported_by: UUID | None
    imported_at: datetime
    is_current: bool
    file_id: UUID | None


@dataclass(frozen=True, slots=True)
class FoundRow:
    """An entry that something is like; its mark, and by what it was found."""

    entry_id: UUID
    mark: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class HitRow:
    """A hit with its entry and the version of the list that it was found in."""

    id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    company_id: UUID
    company_name: str
    mark: str
    likeness: Likeness
    state: HitState
    reason: str
    decided_by: UUID | None
    decided_at: datetime | None
    found_at: datetime
    entry_name: str
    entry_country: str
    entry_aliases: tuple[str, ...]
    entry_numbers: tuple[str, ...]
    list_id: UUID
    list_kind: ListKind
    list_name: str


def lists(session: Session, *, cursor: str | None = None) -> Page[ListRow]:
    """Return every version of every list, the newest first."""
    wanted = sa.select(ScreeningList, _is_current()).order_by(ScreeningList.id.desc()).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(ScreeningList.id < decode_id(cursor))
    page = page_of(session.execute(wanted).all(), PAGE, lambda row: (str(row[0].id),))
    return page.map(lambda row: _list(row[0], is_current=row[1]))


def last_of(session: Session, *, kind: ListKind, name: str) -> ListRow | None:
    """Return the version of a list that is compared with."""
    found = session.scalars(
        sa.select(ScreeningList)
        .where(ScreeningList.kind == kind, ScreeningList.name == name)
        .order_by(ScreeningList.id.desc())
        .limit(1)
    ).one_or_none()
    return _list(found, is_current=True) if found else None


def like(session: Session, *, what: Named) -> tuple[FoundRow, ...]:
    """Return the entries of current versions that something is like, each once, in one query."""
    keys = set(what.ways())
    if not keys:
        return ()
    found = session.execute(
        sa.select(ScreeningEntry.id, ScreeningEntry.mark, ScreeningEntry.country, ScreeningKey.likeness)
        .join(ScreeningKey, ScreeningKey.entry_id == ScreeningEntry.id)
        .join(ScreeningList, ScreeningList.id == ScreeningEntry.list_id)
        .where(
            _is_current(),
            sa.or_(
                *(sa.and_(ScreeningKey.value == value, ScreeningKey.likeness == likeness) for likeness, value in keys)
            ),
        )
        .order_by(ScreeningEntry.id, ScreeningKey.likeness)
    )
    hits = {row.mark: FoundRow(row.id, row.mark, row.likeness) for row in found if _agrees(row, what)}
    return tuple(hits.values())


def goods(session: Session) -> dict[UUID, ListedGoods]:
    """Return the goods that current versions name, by the id of their entry; of the same entry twice the older."""
    rows = session.execute(
        sa.select(ScreeningEntry.id, ScreeningEntry.name, ScreeningEntry.numbers, ScreeningEntry.aliases)
        .join(ScreeningList, ScreeningList.id == ScreeningEntry.list_id)
        .where(ScreeningEntry.about == About.GOODS, _is_current())
        .order_by(ScreeningEntry.id)
    )
    return {row.id: ListedGoods(row.name, tuple(row.numbers), tuple(row.aliases)) for row in rows}


def listed_goods(session: Session, *, listing_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of these listings that are like an entry, unless a person said that they are something else."""
    wanted = sa.select(ScreeningHit.subject_id).where(
        ScreeningHit.subject_kind == SubjectKind.GOODS,
        ScreeningHit.subject_id.in_(listing_ids),
        ScreeningHit.state.in_({HitState.OPEN, HitState.CONFIRMED}),
    )
    return frozenset(session.scalars(wanted))


def version(session: Session, *, list_id: UUID) -> ListRow:
    """Return one version of a list."""
    row = session.execute(sa.select(ScreeningList, _is_current()).where(ScreeningList.id == list_id)).one_or_none()
    if row is None:
        raise NotFound("screening_list")
    return _list(row[0], is_current=row[1])


def companies(session: Session, *, after: UUID) -> tuple[UUID, ...]:
    """Return the next open companies after an id, in the order of their ids."""
    wanted = sa.select(Company.id).where(Company.id > after, Company.closed_at.is_(None)).order_by(Company.id)
    return tuple(session.scalars(wanted.limit(PORTION)))


def hits(session: Session, *, state: HitState | None = HitState.OPEN, cursor: str | None = None) -> Page[HitRow]:
    """Return hits, the oldest first as a queue is worked."""
    wanted = _hits().order_by(ScreeningHit.id).limit(PAGE + 1)
    if state is not None:
        wanted = wanted.where(ScreeningHit.state == state)
    if cursor:
        wanted = wanted.where(ScreeningHit.id > decode_id(cursor))
    return page_of([_hit(row) for row in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def hit(session: Session, *, hit_id: UUID) -> HitRow:
    """Return one hit."""
    row = session.execute(_hits().where(ScreeningHit.id == hit_id)).one_or_none()
    if row is None:
        raise NotFound("screening_hit")
    return _hit(row)


def is_confirmed(session: Session, *, company_id: UUID) -> bool:
    """Tell whether a person confirmed that a company, or somebody who acts for it now, is on a list.

    What was confirmed of somebody who left says nothing of the company any more.
    """
    return session.scalars(sa.select(confirmed(company_id))).one()


def confirmed(company_id: Any) -> sa.ColumnElement[bool]:
    """Tell the same of a column of companies."""
    acts = sa.exists().where(
        Membership.company_id == ScreeningHit.company_id,
        Membership.person_id == ScreeningHit.subject_id,
        Membership.ended_at.is_(None),
    )
    return sa.exists().where(
        ScreeningHit.company_id == company_id,
        ScreeningHit.state == HitState.CONFIRMED,
        sa.or_(ScreeningHit.subject_kind == SubjectKind.COMPANY, acts),
    )


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the hits about a person, and what that person said of others', earliest first."""
    about = (ScreeningHit.company_id, ScreeningHit.state, ScreeningHit.reason, ScreeningHit.found_at)
    said = (ScreeningHit.company_id, ScreeningHit.state, ScreeningHit.reason, ScreeningHit.decided_at)
    is_about = (ScreeningHit.subject_kind == SubjectKind.PERSON, ScreeningHit.subject_id == person_id)
    imported = (ScreeningList.kind, ScreeningList.name, ScreeningList.imported_at)
    return {
        "screening_hits": rows(session, sa.select(*about).where(*is_about).order_by(ScreeningHit.id)),
        "screening_decisions": rows(
            session, sa.select(*said).where(ScreeningHit.decided_by == person_id).order_by(ScreeningHit.id)
        ),
        "screening_lists": rows(
            session, sa.select(*imported).where(ScreeningList.imported_by == person_id).order_by(ScreeningList.id)
        ),
    }


def _agrees(row: Any, what: Named) -> bool:
    return agrees(row.likeness, row.country, what.country)


def _is_current() -> sa.ColumnElement[bool]:
    later = aliased(ScreeningList)
    return ~sa.exists().where(
        later.kind == ScreeningList.kind, later.name == ScreeningList.name, later.id > ScreeningList.id
    )


def _hits() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(ScreeningHit, ScreeningEntry, ScreeningList, Company.name)
        .join(ScreeningEntry, ScreeningEntry.id == ScreeningHit.entry_id)
        .join(ScreeningList, ScreeningList.id == ScreeningEntry.list_id)
        .join(Company, Company.id == ScreeningHit.company_id)
    )


def _hit(row: Any) -> HitRow:
    found, entry, version, company = row
    return HitRow(
        id=found.id,
        subject_kind=found.subject_kind,
        subject_id=found.subject_id,
        company_id=found.company_id,
        company_name=company,
        mark=found.mark,
        likeness=found.likeness,
        state=found.state,
        reason=found.reason,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
        found_at=found.found_at,
        entry_name=entry.name,
        entry_country=entry.country,
        entry_aliases=tuple(entry.aliases),
        entry_numbers=tuple(entry.numbers),
        list_id=version.id,
        list_kind=version.kind,
        list_name=version.name,
    )


def _list(row: ScreeningList, *, is_current: bool) -> ListRow:
    return ListRow(
        id=row.id,
        kind=row.kind,
        name=row.name,
        sha256=row.sha256,
        entries=row.entries,
        imported_by=row.imported_by,
        imported_at=row.imported_at,
        is_current=is_current,
        file_id=row.file_id,
    )
