"""Carry an import through: read and preview the workbook, write its good rows, give the bad ones back.

Every step is a transaction of its own and finds in the database how far the one before it came, so the same call
after a crash goes on from there. Two runs of one import take turns on its row and never write a row twice.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final
from uuid import UUID

import sqlalchemy as sa
import xlsxwriter
from obstore.store import ObjectStore
from sqlalchemy.orm import Session

from marketplace.accounts.queries import acting
from marketplace.catalog.imports import gallery_flows, present, previews, queries, reader, services
from marketplace.catalog.imports.models import ImportJob, ImportRow
from marketplace.catalog.rules.cells import GIVEN_BACK, given_back, place_of, spot_of
from marketplace.catalog.rules.headers import is_column
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.mapping import read_mapping
from marketplace.catalog.rules.sheet_rows import SheetRow, doubtful, read_rows, weights_of
from marketplace.catalog.rules.sheet_variants import Groups
from marketplace.catalog.rules.sheets import Layout, RawSheet, layout_of
from marketplace.files import queries as files
from marketplace.files import services as file_services
from marketplace.files import store as bytes_store
from marketplace.files.rules import MediaType, Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError, FieldError, NotAllowed, NotFound, Refused, Unavailable

Explain = Callable[[FieldError, str], str]
Called = Callable[[str, str], str]
Progress = Callable[[int, int], None]
# Writing a preview keeps SQLite's one writer busy; others get their turn between pieces.
_PIECE: Final = 1_000


def run(
    import_id: UUID,
    *,
    store: ObjectStore,
    explain: Explain,
    called: Called,
    progress: Progress = lambda _done, _total: None,
) -> None:
    """Do what is left to do of an import; nothing when it rests.

    ``explain`` words a refusal in a language for the file of bad rows, and ``called`` names its column; ``progress``
    is told rows done and in all.
    """
    try:
        if _read(import_id, store, progress):
            _give_back(import_id, store, explain, called)
        if _write(import_id, progress):
            _give_back(import_id, store, explain, called)
            _give_back_what_is_left(import_id, store, explain, called)
            _finish(import_id)
    except Unavailable:
        raise
    except DomainError as error:
        _fail(import_id, error)


def _read(import_id: UUID, store: ObjectStore, progress: Progress) -> bool:
    """Read the workbook and keep its rows with what they would do; False when this import is past that."""
    with unit_of_work() as session:
        job = session.get(ImportJob, import_id, with_for_update=True)
        if job is None or job.state not in {ImportState.QUEUED, ImportState.READING}:
            return False
        services.begin_reading(session, job)
        file = files.get_any(session, file_id=job.file_id)
        sheet, mapping, locale, company_id = job.sheet, read_mapping(job.mapping), job.locale, job.company_id
        archive_file = files.get_any(session, file_id=job.pictures_id) if job.pictures_id else None
    pictures = gallery_flows.open_archive(store, archive_file.sha256).names if archive_file else ()
    if archive_file is not None and archive_file.id == file.id:
        names, raw = ["ZIP"], gallery_flows.sheet_of(reading(), company_id=company_id, names=pictures)
    else:
        content = bytes_store.read(store, file.sha256)
        names, raw = reader.read_sheet(content, is_csv=file.media_type == MediaType.CSV, sheet=sheet)
    layout = layout_of(raw, mapping)
    if not _keep(import_id, company_id, names, raw, layout, locale, pictures, progress):
        return False
    return _in_state(import_id, ImportState.READING, lambda session, job: services.move(session, job, "preview"))


def _keep(
    import_id: UUID,
    company_id: UUID,
    names: Sequence[str],
    raw: RawSheet,
    layout: Layout,
    locale: str,
    pictures: Sequence[str],
    progress: Progress,
) -> bool:
    """Keep the rows in pieces, one in memory at a time; False when the import was cancelled meanwhile."""

    def describe(session: Session, job: ImportJob) -> None:
        services.describe(session, job, sheets=names, sheet=raw.name, layout=layout, picture_names=pictures)

    if not _in_state(import_id, ImportState.READING, describe):
        return False
    rows = read_rows(raw, layout)
    weights: list[Decimal] = []
    groups = Groups()
    done = 0
    while piece := list(islice(rows, _PIECE)):

        def judge(session: Session, job: ImportJob, piece: Sequence[SheetRow] = piece) -> None:
            around = present.surroundings(session, company_id=company_id, locale=locale, columns=job.columns)
            previews.preview(session, job, rows=piece, around=around, groups=groups)

        if not _in_state(import_id, ImportState.READING, judge):
            return False
        weights += weights_of(piece)
        done += len(piece)
        progress(0, done)
    doubts = doubtful(weights)
    return _in_state(import_id, ImportState.READING, lambda session, job: services.doubt(session, job, doubts=doubts))


def _write(import_id: UUID, progress: Progress) -> bool:
    """Write batch after batch from the cursor on; False when this import is not to be written."""
    _in_state(import_id, ImportState.PREVIEWED, _commit_unless_dry)
    while True:
        with unit_of_work() as session:
            job = services.locked(session, import_id, state=ImportState.COMMITTING)
            if job is None:
                return False
            around = present.surroundings(
                session, company_id=job.company_id, locale=job.locale, columns=job.columns, editing=True
            )
            more = services.write_batch(session, job, actor=_actor(session, job), around=around, now=clock.now())
            done, total = job.cursor, job.total
        if not more:
            return True
        progress(done, total)


def _commit_unless_dry(session: Session, job: ImportJob) -> None:
    if not job.dry_run:
        services.move(session, job, "commit")


def _finish(import_id: UUID) -> None:
    def finish(session: Session, job: ImportJob) -> None:
        counts = queries.counts(session, import_ids=[import_id]).get(import_id, {})
        services.finish(session, job, actor=_actor(session, job), now=clock.now(), counts=counts)

    _in_state(import_id, ImportState.COMMITTING, finish)


def _fail(import_id: UUID, error: DomainError) -> None:
    def fail(session: Session, job: ImportJob) -> None:
        services.fail(session, job, error=error, now=clock.now())

    if not any(_in_state(import_id, state, fail) for state in (ImportState.READING, ImportState.COMMITTING)):
        raise error


def _give_back(import_id: UUID, store: ObjectStore, explain: Explain, called: Called) -> None:
    """Make the file of the rows that are bad: the same columns, and why; none when every row is good."""
    session = reading()
    job = session.get_one(ImportJob, import_id, populate_existing=True)
    bad = (ImportRow.import_id == import_id, ImportRow.outcome == Outcome.ERROR, ImportRow.mended_by.is_(None))
    streamed = {"yield_per": _PIECE}
    cells = session.scalars(sa.select(ImportRow.cells).where(*bad).execution_options(**streamed))
    widest = max((len(row) for row in cells), default=None)
    if widest is None:
        if job.errors_file_id is not None:
            _point_to(import_id, None)
        return
    rows = session.scalars(sa.select(ImportRow).where(*bad).order_by(ImportRow.position).execution_options(**streamed))
    headers, locale, columns = list(job.headers), job.locale, dict(job.columns)

    def said(error: FieldError, line: int) -> str:
        spot = spot_of(error.field, columns, headers)
        name = called(error.field, locale)
        # A sheet with our own headers says it already.
        is_said = spot.header is not None and spot.header.casefold() == name.casefold()
        where = " ".join(part for part in (spot.header, spot.cell(line)) if part)
        return f"{where if is_said else f'{where} ({name})' if where else name}: {explain(error, locale)}"

    names, width = given_back(locale), max(len(headers), widest)
    content = workbook_of(headers, rows, said, names, width=width, is_retry=job.retries_id is not None)
    upload = Upload(
        Purpose.EXPORT, f"errors-{import_id}.xlsx", MediaType.XLSX, bytes_store.put(store, content), len(content)
    )
    _point_to(import_id, upload)


def _give_back_what_is_left(import_id: UUID, store: ObjectStore, explain: Explain, called: Called) -> None:
    """After a retry, give back what is still bad of the import that had these rows first."""
    first = reading().get_one(ImportJob, import_id, populate_existing=True).retries_id
    if first is not None:
        _give_back(first, store, explain, called)


def _point_to(import_id: UUID, upload: Upload | None) -> None:
    """Let an import's file of bad rows be this one, or none."""
    with unit_of_work() as session:
        job = session.get_one(ImportJob, import_id, with_for_update=True)
        owner = Actor(person_id=job.person_id, company_id=job.company_id)
        kept = file_services.keep(session, actor=owner, upload=upload, now=clock.now()) if upload else None
        job.errors_file_id = kept


def errors_of(session: Session, *, import_id: UUID, store: ObjectStore) -> bytes:
    """Return the file of an import's bad rows, for a caller that has shown the import to be its own."""
    file_id = session.get_one(ImportJob, import_id).errors_file_id
    if file_id is None:
        raise NotFound("file")
    return bytes_store.read(store, files.get_any(session, file_id=file_id).sha256)


def mended(session: Session, *, import_id: UUID, changes: Mapping[int, Mapping[str, str]]) -> bytes:
    """Return bad rows of an import, by their line, as the workbook that was given back, with these cells changed.

    Refused ``rows`` for a line that needs no mending, and for a column of ours that cannot be written there; Conflict
    ``state`` before the import's end.
    """
    job = session.get_one(ImportJob, import_id)
    if job.state is not ImportState.DONE:
        raise Conflict("state", thing="import", state=job.state, action="retry", possible=[])
    bad = (ImportRow.import_id == import_id, ImportRow.outcome == Outcome.ERROR, ImportRow.mended_by.is_(None))
    rows = session.scalars(
        sa.select(ImportRow).where(*bad, ImportRow.line.in_(changes)).order_by(ImportRow.position)
    ).all()
    if unknown := sorted(changes.keys() - {row.line for row in rows}):
        raise Refused.field("rows", "row_not_bad", "rows that need mending", rows=", ".join(map(str, unknown)))
    headers = list(job.headers)
    added = sorted({name for row in changes.values() for name in row if name not in job.columns})
    if any(not is_column(name) for name in added) or (added and not headers):
        raise Refused.field("rows", "choice", ", ".join(sorted(job.columns)))
    width = max([len(headers), *(len(row.cells) for row in rows)])
    places = {name: place_of(name, job.columns, headers) for name in job.columns}
    headers += [""] * (width - len(headers)) + added if added else []
    places |= {name: width + at for at, name in enumerate(added)}
    written: list[ImportRow] = []
    for row in rows:
        cells = [*row.cells, *([None] * (width + len(added) - len(row.cells)))]
        for name, text in changes[row.line].items():
            if (place := places[name]) is None:
                raise Refused.field("rows", "choice", ", ".join(name for name, at in places.items() if at is not None))
            cells[place] = text or None
        written.append(ImportRow(line=row.line, cells=cells, errors=[], warnings=[]))
    return workbook_of(headers, written, lambda _error, _line: "", given_back("en"), width=width + len(added))


def workbook_of(
    headers: Sequence[str],
    rows: Iterable[ImportRow],
    said: Callable[[FieldError, int], str],
    names: tuple[str, str],
    *,
    width: int,
    is_retry: bool = False,
) -> bytes:
    """Return rows as a workbook: their own cells in so many columns, then their line and the reasons under ``names``.

    The line is that of the import which had the row first. Rows that were given back before lose the older columns.

    Every text is written as text: one that begins like a formula must not become one in somebody's sheet program.
    """
    target = io.BytesIO()
    columns = [place for place in range(width) if place >= len(headers) or headers[place] not in GIVEN_BACK]
    # Rows are written to disk as they come, so only one of them is in memory.
    literal = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    with xlsxwriter.Workbook(target, literal) as book:
        sheet = book.add_worksheet("errors")
        first = 0
        if headers:
            for place, column in enumerate(columns):
                sheet.write_string(0, place, headers[column] if column < len(headers) else "")
            for place, text in enumerate(names, start=len(columns)):
                sheet.write_string(0, place, text)
            first = 1
        for line, row in enumerate(rows, start=first):
            cells = [row.cells[column] if column < len(row.cells) else None for column in columns]
            for column, cell in enumerate(cells):
                if isinstance(cell, list):
                    # The library writes decimals exactly; its annotations do not say so.
                    sheet.write_number(line, column, Decimal(cell[0]))  # pyrefly: ignore[no-matching-overload]
                elif cell is not None:
                    sheet.write_string(line, column, str(cell))
            reasons = "; ".join(said(queries.from_json(error), row.line) for error in (*row.errors, *row.warnings))
            if (number := row.mends if is_retry else row.line) is not None:
                sheet.write_number(line, len(columns), number)
            sheet.write_string(line, len(columns) + 1, reasons[:32_000])
    return target.getvalue()


def _in_state(import_id: UUID, state: ImportState, work: Callable[[Session, ImportJob], None]) -> bool:
    """Do something with the import in a transaction while it is in this state; tell whether it was."""
    with unit_of_work() as session:
        job = services.locked(session, import_id, state=state)
        if job is not None:
            work(session, job)
        return job is not None


def _actor(session: Session, job: ImportJob) -> Actor:
    """Return who began the import, with today's rights: somebody who left writes no more listings."""
    actor = acting.actor_of(session, person_id=job.person_id, company_id=job.company_id)
    if actor is None:
        raise NotAllowed("no_person")
    return actor
