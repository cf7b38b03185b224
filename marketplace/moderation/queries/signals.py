"""Read what the risk of cases rests on, for many cases at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.catalog.models import Listing
from marketplace.catalog.queries.noticed import noticed
from marketplace.catalog.queries.review import reviews
from marketplace.catalog.rules.rows import NoticedRow, ReviewRow
from marketplace.customs import queries as customs
from marketplace.merchants.queries import screening
from marketplace.moderation.models import Case, ListingMatch, ListingReport
from marketplace.moderation.rules import DESCRIBED, TAKES_DOWN, TURNED_DOWN, CaseKind, CaseState
from marketplace.moderation.rules.likeness import Likeness
from marketplace.moderation.rules.reports import ReportState
from marketplace.moderation.rules.risk import History, Signals

Row = TypeVar("Row")
_YEAR: Final = timedelta(days=365)
# A price that is seen says nothing about how well a merchant describes goods; an appeal that is lost, nothing new.
_COUNTED: Final = DESCRIBED | TAKES_DOWN


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about."""

    kind: CaseKind
    listing_id: UUID
    change_id: UUID | None


@dataclass(frozen=True, slots=True)
class Weighable:
    """Whose goods a subject is about, and what its risk rests on."""

    company_id: UUID
    signals: Signals


def signals(session: Session, *, subjects: Collection[Subject], now: datetime) -> dict[Subject, Weighable]:
    """Return what is known of these subjects, in the same number of questions however many they are."""
    found = _each(subjects, lambda changes: noticed(session, changes=changes))
    decided = _decided(session, {row.company_id for row in found.values()}, now)
    listing_ids = {subject.listing_id for subject in subjects}
    restricted = customs.restricted(session, hs_codes={row.hs_code for row in found.values()}, day=now.date())
    listed = screening.listed_goods(session, listing_ids=listing_ids)
    around = Around(decided, _alike(session, listing_ids), _reported(session, listing_ids), restricted, listed)
    return {subject: Weighable(row.company_id, _signals(subject, row, around)) for subject, row in found.items()}


def reviewed(session: Session, *, subjects: Collection[Subject]) -> dict[Subject, ReviewRow]:
    """Return what reviewers compare."""
    return _each(subjects, lambda changes: reviews(session, changes=changes))


def _each(
    subjects: Collection[Subject], read: Callable[[Mapping[UUID, UUID | None]], Mapping[UUID, Row]]
) -> dict[Subject, Row]:
    """Read of each subject; a listing may wait with its prices, an edit, and an appeal about another edit."""
    layers: list[dict[UUID, UUID | None]] = []
    where: dict[tuple[UUID, UUID | None], int] = {}
    for listing_id, change_id in dict.fromkeys((subject.listing_id, subject.change_id) for subject in subjects):
        at = next((place for place, layer in enumerate(layers) if listing_id not in layer), len(layers))
        if at == len(layers):
            layers.append({})
        layers[at][listing_id] = change_id
        where[listing_id, change_id] = at
    rows = [read(layer) for layer in layers]
    found = {
        subject: rows[where[subject.listing_id, subject.change_id]].get(subject.listing_id) for subject in subjects
    }
    return {subject: row for subject, row in found.items() if row is not None}


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around subjects.

    Decisions (all, turned down) by company; likenesses and open reports by listing; HS codes that a country restricts;
    listings that are like an entry of a list.
    """

    decided: Mapping[UUID, tuple[int, int]]
    alike: Mapping[UUID, frozenset[Likeness]]
    reports: Mapping[UUID, int]
    restricted: frozenset[str]
    listed: frozenset[UUID]


def _signals(subject: Subject, row: NoticedRow, around: Around) -> Signals:
    likenesses = around.alike.get(subject.listing_id, frozenset())
    return Signals(
        kind=subject.kind,
        history=History(row.approved_before, *around.decided.get(row.company_id, (0, 0))),
        has_packing=row.has_packing,
        rises=row.rises,
        price_jumped=row.price_jumped,
        fields=row.changed,
        same_picture=Likeness.PICTURE in likenesses,
        same_text=Likeness.TEXT in likenesses,
        reports=around.reports.get(subject.listing_id, 0),
        is_restricted=row.hs_code in around.restricted,
        names_brand=bool(row.brands),
        is_listed=subject.listing_id in around.listed,
    )


def _decided(session: Session, companies: Collection[UUID], now: datetime) -> dict[UUID, tuple[int, int]]:
    """Count by company the cases of the last year that were decided, and those of them turned down."""
    counts = (
        sa.select(Case.company_id, Case.state, sa.func.count())
        .where(
            Case.company_id.in_(companies),
            Case.state.in_({CaseState.CONFIRMED, *TURNED_DOWN}),
            Case.decided_at > now - _YEAR,
            Case.kind.in_(_COUNTED),
        )
        .group_by(Case.company_id, Case.state)
    )
    found: dict[UUID, tuple[int, int]] = {}
    for company_id, state, count in session.execute(counts):
        decided, turned_down = found.get(company_id, (0, 0))
        found[company_id] = (decided + count, turned_down + (count if state in TURNED_DOWN else 0))
    return found


def _alike(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, frozenset[Likeness]]:
    """Return by what each listing is like one of another company."""
    mine, other = aliased(Listing), aliased(Listing)
    pairs = (
        sa.select(ListingMatch.listing_id, ListingMatch.by)
        .join(mine, mine.id == ListingMatch.listing_id)
        .join(other, other.id == ListingMatch.other_id)
        .where(ListingMatch.listing_id.in_(listing_ids), mine.company_id != other.company_id)
        .distinct()
    )
    found: dict[UUID, frozenset[Likeness]] = {}
    for listing_id, by in session.execute(pairs):
        found[listing_id] = found.get(listing_id, frozenset()) | {by}
    return found


def _reported(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, int]:
    """Count the reports of listings that nobody decided about yet."""
    counts = (
        sa.select(ListingReport.listing_id, sa.func.count())
        .where(ListingReport.listing_id.in_(listing_ids), ListingReport.state == ReportState.OPEN)
        .group_by(ListingReport.listing_id)
    )
    return dict(session.execute(counts).all())
