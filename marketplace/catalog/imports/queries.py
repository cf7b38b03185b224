"""Read imports: how far they are, what they would do, and what was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.handovers import Item, Kind
from marketplace.catalog.imports.models import ImportJob, ImportPicture, ImportRow
from marketplace.catalog.rules import cells
from marketplace.catalog.rules.cells import Spot
from marketplace.catalog.rules.headers import is_column
from marketplace.catalog.rules.import_states import RESTING, UNDER_WAY, ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.picture_sources import PictureState
from marketplace.files import queries as files
from marketplace.kernel import exports
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import FieldError, NotFound
from marketplace.kernel.pages import Page, decode_cursor, decode_id, page_of

PAGE: Final = 50
MENDED_AT_ONCE: Final = 25


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import; ``done`` of ``total`` rows are worked off, ``counts`` says by outcome what they do.

    Bad rows that went in with a later import are ``mended`` and no error any more; ``retries_id`` names the import
    whose bad rows this one mends.
    """

    id: UUID
    state: ImportState
    file_id: UUID
    file_name: str
    sheet: str | None
    sheets: tuple[str, ...]
    headers: tuple[str, ...]
    columns: Mapping[str, str]
    mapping: Mapping[str, Any]
    dry_run: bool
    submit: bool
    total: int
    done: int
    counts: Mapping[Outcome, int]
    mended: int
    retries_id: UUID | None
    warnings: tuple[FieldError, ...]
    failure: FieldError | None
    errors_file_id: UUID | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_resting(self) -> bool:
        """Tell whether nothing will happen any more by itself."""
        return self.state in RESTING

    @property
    def ignored(self) -> tuple[str, ...]:
        """The headers of the sheet that were taken for none of our columns."""
        return cells.ignored(self.columns, self.headers)

    @property
    def is_writable(self) -> bool:
        """Whether any row would be written."""
        return bool(self.counts[Outcome.CREATE] or self.counts[Outcome.UPDATE])

    def spot(self, field: str) -> Spot:
        """Return where in the sheet a column of ours stands."""
        return cells.spot_of(field, self.columns, self.headers)


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes of a listing: one of our columns, its text before and after; nothing is an empty text."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One row: its number in the sheet, what it does, and what is wrong with it."""

    position: int
    line: int
    outcome: Outcome
    sku: str | None
    title: str
    errors: tuple[FieldError, ...]
    warnings: tuple[FieldError, ...]
    mended_by: UUID | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class MendRow:
    """A bad row as it is mended on a page: what is wrong with it, and its cells by our columns that are at fault."""

    line: int
    sku: str | None
    title: str
    errors: tuple[FieldError, ...]
    cells: Mapping[str, str]


def get_import(session: Session, *, company_id: UUID, import_id: UUID) -> ImportView:
    """Return an import of this company; NotFound for unknown and foreign ids alike."""
    job = session.scalars(
        sa.select(ImportJob).where(ImportJob.id == import_id, ImportJob.company_id == company_id)
    ).one_or_none()
    if job is None:
        raise NotFound("import")
    name = files.get_any(session, file_id=job.file_id).name
    return _view(job, _counted(session, [import_id]).get(import_id, {}), name)


def imports(session: Session, *, company_id: UUID, cursor: str | None = None, size: int = 20) -> Page[ImportView]:
    """Return a company's imports, the newest first."""
    query = sa.select(ImportJob).where(ImportJob.company_id == company_id).order_by(ImportJob.id.desc())
    if cursor:
        query = query.where(ImportJob.id < decode_id(cursor))
    jobs = session.scalars(query.limit(size + 1)).all()
    counted = _counted(session, [job.id for job in jobs])
    known = files.files(session, ids={job.file_id for job in jobs})
    views = [_view(job, counted.get(job.id, {}), known[job.file_id].name) for job in jobs]
    return page_of(views, size, lambda view: (str(view.id),))


def rows(
    session: Session, *, import_id: UUID, outcome: Outcome | None = None, cursor: str | None = None, size: int = PAGE
) -> Page[RowView]:
    """Return rows of an import that the caller has shown to be its own, in the order of the sheet."""
    query = sa.select(ImportRow).where(ImportRow.import_id == import_id).order_by(ImportRow.position)
    if outcome is not None:
        query = query.where(ImportRow.outcome == outcome, ImportRow.mended_by.is_(None))
    if cursor:
        (position,) = decode_cursor(cursor, int)
        query = query.where(ImportRow.position > position)
    found = [_row(row) for row in session.scalars(query.limit(size + 1))]
    return page_of(found, size, lambda row: (row.position,))


def bad_rows(
    session: Session, *, view: ImportView, cursor: str | None = None, size: int = MENDED_AT_ONCE
) -> Page[MendRow]:
    """Return rows of an import that still need mending, with the cells that are at fault."""
    query = sa.select(ImportRow).where(*_bad(view.id)).order_by(ImportRow.position)
    if cursor:
        (position,) = decode_cursor(cursor, int)
        query = query.where(ImportRow.position > position)
    kept = session.scalars(query.limit(size + 1)).all()
    found = page_of(list(kept), size, lambda row: (row.position,))
    return Page(tuple(_to_mend(row, view) for row in found.items), found.next)


def counts(session: Session, *, import_ids: list[UUID]) -> dict[UUID, dict[Outcome, int]]:
    """Return how many rows have which outcome, by import; mended rows are none of them."""
    return {
        import_id: {outcome: count for (outcome, is_mended), count in found.items() if not is_mended}
        for import_id, found in _counted(session, import_ids).items()
    }


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture that a row named: where from, what became of it, and why it was not taken in."""

    id: UUID
    line: int
    place: int
    sku: str
    source: str
    state: PictureState
    error: FieldError | None


def pictures(session: Session, *, import_id: UUID, cursor: str | None = None, size: int = PAGE) -> Page[PictureView]:
    """Return the pictures of an import that the caller has shown to be its own, in the order of the sheet."""
    at = sa.tuple_(ImportPicture.line, ImportPicture.place)
    query = sa.select(ImportPicture).where(ImportPicture.import_id == import_id)
    if cursor:
        query = query.where(at > sa.tuple_(*map(sa.literal, decode_cursor(cursor, int, int))))
    found = [
        PictureView(
            row.id, row.line, row.place, row.sku, row.source, row.state, from_json(row.error) if row.error else None
        )
        for row in session.scalars(query.order_by(ImportPicture.line, ImportPicture.place).limit(size + 1))
    ]
    return page_of(found, size, lambda row: (row.line, row.place))


def picture_counts(session: Session, *, import_id: UUID) -> dict[PictureState, int]:
    """Return how many pictures of an import stand where."""
    query = (
        sa.select(ImportPicture.state, sa.func.count())
        .where(ImportPicture.import_id == import_id)
        .group_by(ImportPicture.state)
    )
    found = dict(session.execute(query).all())
    return {state: found.get(state, 0) for state in PictureState}


def retries(session: Session, *, import_id: UUID) -> list[tuple[UUID, datetime, int]]:
    """Return the imports that mended rows of an import: id, when they were begun, how many rows."""
    query = (
        sa.select(ImportJob.id, ImportJob.created_at, sa.func.count())
        .join(ImportRow, ImportRow.mended_by == ImportJob.id)
        .where(ImportJob.retries_id == import_id, ImportRow.import_id == import_id)
        .group_by(ImportJob.id, ImportJob.created_at)
        .order_by(ImportJob.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _bad(import_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return ImportRow.import_id == import_id, ImportRow.outcome == Outcome.ERROR, ImportRow.mended_by.is_(None)


def _counted(session: Session, import_ids: list[UUID]) -> dict[UUID, dict[tuple[Outcome, bool], int]]:
    """Return how many rows have which outcome and were mended or not, by import."""
    found: dict[UUID, dict[tuple[Outcome, bool], int]] = {}
    is_mended = ImportRow.mended_by.is_not(None)
    query = (
        sa.select(ImportRow.import_id, ImportRow.outcome, is_mended, sa.func.count())
        .where(ImportRow.import_id.in_(import_ids))
        .group_by(ImportRow.import_id, ImportRow.outcome, is_mended)
    )
    for import_id, outcome, mended, count in session.execute(query):
        found.setdefault(import_id, {})[outcome, bool(mended)] = count
    return found


def last_mapping(session: Session, *, company_id: UUID) -> dict[str, Any]:
    """Return the mapping of the company's last import that had one, to begin the next one with."""
    query = sa.select(ImportJob.mapping).where(ImportJob.company_id == company_id).order_by(ImportJob.id.desc())
    return next((dict(mapping) for mapping in session.scalars(query.limit(20)) if mapping), {})


def breaches(session: Session) -> list[Breach]:
    """Return imports that say they are done while rows of theirs were never worked off."""
    query = sa.select(ImportJob.id).where(ImportJob.state == ImportState.DONE, ImportJob.cursor < ImportJob.total)
    return [Breach("4 resolved once", "import", found, "done before its last row") for found in session.scalars(query)]


def as_json(error: FieldError) -> dict[str, Any]:
    """Return a field's refusal as it is kept beside a row."""
    return {"field": error.field, "code": error.code, "accepted": error.accepted, "facts": error.facts}


def from_json(kept: Mapping[str, Any]) -> FieldError:
    """Return a refusal that was kept."""
    return FieldError(kept["field"], kept["code"], kept["accepted"], dict(kept["facts"]))


def held(session: Session, company_id: UUID, person_id: UUID, _now: datetime) -> list[Item]:
    """Return the imports that a person has begun and that are not over: running, or waiting to be committed."""
    found = session.execute(
        sa.select(ImportJob.id, ImportJob.created_at).where(
            ImportJob.company_id == company_id, ImportJob.person_id == person_id, ImportJob.state.in_(UNDER_WAY)
        )
    )
    return [Item(Kind.IMPORT, row.id, row.created_at.date().isoformat()) for row in found]


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return a person's imports for that person, earliest first."""
    wanted = (ImportJob.id, ImportJob.company_id, ImportJob.file_id, ImportJob.state, ImportJob.created_at)
    return {
        "imports": exports.rows(
            session, sa.select(*wanted).where(ImportJob.person_id == person_id).order_by(ImportJob.id)
        )
    }


def _view(job: ImportJob, counted: Mapping[tuple[Outcome, bool], int], file_name: str) -> ImportView:
    return ImportView(
        id=job.id,
        state=job.state,
        file_id=job.file_id,
        file_name=file_name,
        sheet=job.sheet,
        sheets=tuple(job.sheets),
        headers=tuple(job.headers),
        columns=dict(job.columns),
        mapping=dict(job.mapping),
        dry_run=job.dry_run,
        submit=job.submit,
        total=job.total,
        done=job.cursor if job.state is not ImportState.READING else sum(counted.values()),
        counts={outcome: counted.get((outcome, False), 0) for outcome in Outcome},
        mended=sum(count for (_, is_mended), count in counted.items() if is_mended),
        retries_id=job.retries_id,
        warnings=tuple(from_json(kept) for kept in job.warnings),
        failure=from_json(job.failure) if job.failure else None,
        errors_file_id=job.errors_file_id,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def _row(row: ImportRow) -> RowView:
    title = row.values.get("title") or next(iter(row.values.get("titles", {}).values()), "")
    return RowView(
        row.position,
        row.line,
        row.outcome,
        row.sku,
        title[:160],
        tuple(from_json(kept) for kept in row.errors),
        tuple(from_json(kept) for kept in row.warnings),
        row.mended_by,
        tuple(Change(*each) for each in row.changes or ()) if row.outcome is Outcome.UPDATE else (),
    )


def _to_mend(row: ImportRow, view: ImportView) -> MendRow:
    shown = _row(row)
    names: dict[str, str] = {}
    for error in shown.errors:
        name = cells.column_of(error.field, view.columns) or (error.field if is_column(error.field) else None)
        place = cells.place_of(name, view.columns, view.headers) if name else None
        # A column that the sheet lacks can be added where its columns have headers.
        if name and (place is not None or (view.headers and name not in view.columns)):
            cell = row.cells[place] if place is not None and place < len(row.cells) else None
            names[name] = "" if cell is None else str(cell[0] if isinstance(cell, list) else cell)
    return MendRow(row.line, row.sku, shown.title, shown.errors, names)
