"""Begin, commit and cancel imports, and write their rows: batch by batch, each with the cursor it reaches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from marketplace.accounts.events import HandedOver
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.imports import beside, gallery, present, price_list, retries
from marketplace.catalog.imports.models import ImportJob, ImportPicture, ImportRow
from marketplace.catalog.imports.queries import as_json
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.import_states import IMPORT, RESTING, UNDER_WAY, ImportState
from marketplace.catalog.rules.imported import Judged, Outcome, Surroundings, in_sheet, judge
from marketplace.catalog.rules.mapping import read_mapping
from marketplace.catalog.rules.picture_sources import PictureState
from marketplace.catalog.rules.sheet_rows import SheetRow
from marketplace.catalog.rules.sheets import Cell, Layout
from marketplace.catalog.rules.states import LISTING
from marketplace.catalog.services import bulk
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import into
from marketplace.kernel.errors import Conflict, DomainError, FieldError, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants
from marketplace.outbox import services as outbox

JOB: Final = "import_sheet"
BATCH: Final = 500
# A row with what its listing says, and what it shall say.
_There = tuple[ImportRow, ListingDraft | None, ListingDraft]


@dataclass(frozen=True, slots=True)
class Options:
    """How a workbook is to be read: which sheet, which column is which, the merchant's language, and how far to go."""

    sheet: str | None = None
    mapping: Mapping[str, Any] | None = None
    locale: str = "en"
    dry_run: bool = False
    submit: bool = True


def begin(
    session: Session,
    *,
    actor: Actor,
    file_id: UUID,
    options: Options,
    now: datetime,
    run_at: datetime | None = None,
    retries_id: UUID | None = None,
    pictures_id: UUID | None = None,
) -> UUID:
    """Take a workbook of the actor's company for import and return the import's id; a job reads it from ``run_at``."""
    actor.must(Permission.CATALOG_IMPORT_RUN)
    read_mapping(options.mapping or {})
    file = files.get_file(session, company_id=actor.company, file_id=file_id)
    # An archive of pictures may come without a sheet.
    if not file.serves(Purpose.WORKBOOK) and file_id != pictures_id:
        raise Refused.field("file", "workbook", "a file handed in with purpose workbook")
    if pictures_id is not None and not files.get_file(session, company_id=actor.company, file_id=pictures_id).serves(
        Purpose.PICTURES
    ):
        raise Refused.field("pictures", "archive_broken", "a ZIP of pictures")
    job = ImportJob(
        id=new_id(),
        company_id=actor.company,
        person_id=actor.person,
        file_id=file_id,
        state=ImportState.QUEUED,
        sheet=options.sheet or None,
        mapping=dict(options.mapping or {}),
        locale=options.locale,
        dry_run=options.dry_run,
        submit=options.submit,
        retries_id=retries_id,
        pictures_id=pictures_id,
        created_at=now,
    )
    session.add(job)
    session.flush()
    _audit(session, actor, "import.begun", job.id, now, file=file_id)
    _enqueue(session, job, now, run_at)
    return job.id


def commit(session: Session, *, actor: Actor, import_id: UUID, now: datetime) -> None:
    """Let a previewed import be written, as whoever says so; Conflict ``state`` for one written or cancelled before."""
    job = own(session, actor=actor, import_id=import_id)
    move(session, job, "commit")
    job.person_id = actor.person
    _audit(session, actor, "import.committed", import_id, now)
    _enqueue(session, job, now, None)


def read_anew(session: Session, *, actor: Actor, import_id: UUID, mapping: Mapping[str, Any], now: datetime) -> UUID:
    """Begin a preview of the same workbook with these columns named besides, and return its id.

    A preview that nobody wrote is cancelled; Conflict ``state`` while the import is being worked on.
    """
    job = own(session, actor=actor, import_id=import_id)
    if job.state not in RESTING:
        raise Conflict("state", thing="import", state=job.state, action="read_anew", possible=[])
    options = Options(
        sheet=job.sheet, mapping={**job.mapping, **mapping}, locale=job.locale, dry_run=True, submit=job.submit
    )
    if job.state is ImportState.PREVIEWED:
        cancel(session, actor=actor, import_id=import_id, now=now)
    return begin(session, actor=actor, file_id=job.file_id, options=options, now=now, pictures_id=job.pictures_id)


def retry(
    session: Session, *, actor: Actor, import_id: UUID, file_id: UUID, dry_run: bool, locale: str, now: datetime
) -> UUID:
    """Bring the bad rows of an import in again, mended, and return the new import's id.

    Of a mended import's own bad rows the import is retried that had them first. Conflict ``state`` before its end,
    ``import_clean`` when no bad row is left.
    """
    job = own(session, actor=actor, import_id=import_id)
    job = own(session, actor=actor, import_id=job.retries_id) if job.retries_id else job
    if job.state is not ImportState.DONE:
        raise Conflict("state", thing="import", state=job.state, action="retry", possible=[])
    if not retries.left(session, import_id=job.id):
        raise Conflict("import_clean")
    options = Options(mapping=retries.mapping_of(job), locale=locale, dry_run=dry_run, submit=job.submit)
    return begin(
        session,
        actor=actor,
        file_id=file_id,
        options=options,
        now=now,
        retries_id=job.id,
        pictures_id=job.pictures_id,
    )


def retry_pictures(
    session: Session, *, actor: Actor, import_id: UUID, pictures_id: UUID | None, names: Sequence[str], now: datetime
) -> None:
    """Try the pictures of an import again that failed, as the actor, with another archive beside it if one is given."""
    job = own(session, actor=actor, import_id=import_id)
    if job.state is not ImportState.DONE:
        raise Conflict("state", thing="import", state=job.state, action="retry", possible=[])
    if pictures_id is not None:
        job.pictures_id, job.picture_names = pictures_id, list(names)
    job.person_id = actor.person
    gallery.retry(session, job, now=now)
    _audit(session, actor, "import.pictures_retried", import_id, now)


def cancel(session: Session, *, actor: Actor, import_id: UUID, now: datetime) -> None:
    """Stop an import; what it wrote stays, and is unchanged when the sheet is imported again."""
    job = own(session, actor=actor, import_id=import_id)
    move(session, job, "cancel")
    job.finished_at = now
    _audit(session, actor, "import.cancelled", import_id, now, written=job.cursor)


def own(session: Session, *, actor: Actor, import_id: UUID) -> ImportJob:
    """Return an import of the actor's company, locked; NotFound for unknown and foreign ids alike."""
    actor.must(Permission.CATALOG_IMPORT_RUN)
    job = session.scalars(
        sa.select(ImportJob).where(ImportJob.id == import_id, ImportJob.company_id == actor.company).with_for_update()
    ).one_or_none()
    if job is None:
        raise NotFound("import")
    return job


def locked(session: Session, import_id: UUID, *, state: ImportState) -> ImportJob | None:
    """Return an import for the job that works on it, None when it is in this state no longer."""
    job = session.get(ImportJob, import_id, with_for_update=True, populate_existing=True)
    return job if job is not None and job.state is state else None


def move(session: Session, job: ImportJob, action: str) -> None:
    """Take a drawn transition: the one place that writes an import's state."""
    job.state = IMPORT.apply(job.state, action)
    session.flush()


def begin_reading(session: Session, job: ImportJob) -> None:
    """Start reading, from the first row also when an earlier reading was cut off."""
    move(session, job, "read")
    session.execute(sa.delete(ImportRow).where(ImportRow.import_id == job.id))
    job.total = job.cursor = 0
    session.flush()


def describe(
    session: Session,
    job: ImportJob,
    *,
    sheets: Sequence[str],
    sheet: str,
    layout: Layout,
    picture_names: Sequence[str] = (),
) -> None:
    """Note what was found in the workbook before its rows are judged."""
    job.sheets, job.sheet = list(sheets), sheet[:100]
    job.headers, job.picture_names = list(layout.headers), list(picture_names)
    job.columns = {column.name: _where(column.index, layout, column.value) for column in layout.columns}
    job.units = {column.name: column.unit for column in layout.columns if column.unit}
    job.warnings = [as_json(error) for error in layout.warnings]
    session.flush()


def doubt(session: Session, job: ImportJob, *, doubts: Iterable[FieldError]) -> None:
    """Note what looks wrong with whole columns, once all rows were read."""
    job.warnings = [*job.warnings, *map(as_json, doubts)]
    session.flush()


def preview(session: Session, job: ImportJob, *, rows: Sequence[SheetRow], around: Surroundings) -> None:
    """Judge rows against the listings there are and keep them with their outcome."""
    known = present.drafts_by_sku(
        session,
        company_id=job.company_id,
        skus=_skus(row.values for row in rows),
        whole=around.looks_beside,
    )
    drafts = {sku: draft for sku, (_, draft) in known.items()} | _begun(session, job, rows, known, around)
    mending = retries.Mending.of(session, job, rows)
    kept: list[dict[str, Any]] = []
    for position, row in enumerate(rows, start=job.total + 1):
        sku = str(row.values.get("sku", ""))
        judged = mending.judged(row) or judge(row.values, drafts.get(sku), around)
        errors = [*row.errors, *_unsaid(judged, row.errors)]
        if judged.draft is not None and around.looks_beside:
            before = drafts.get(sku)
            errors += beside.wrong_papers(session, company_id=job.company_id, before=before, after=judged.draft)
        changes = None
        if judged.outcome is Outcome.UPDATE and judged.draft is not None and not errors:
            changes = price_list.changes(drafts[sku], judged.draft)
        if judged.draft is not None and not errors:
            # A further price of this article is laid over what its first row makes.
            drafts[sku] = judged.draft
        kept.append(
            {
                "import_id": job.id,
                "position": position,
                "line": row.number,
                "mends": mending.line_of(row),
                "outcome": Outcome.ERROR if errors else judged.outcome,
                "sku": str(row.values["sku"])[:200] if "sku" in row.values else None,
                "cells": [_cell(cell) for cell in row.cells],
                "values": {name: value for name, value in row.values.items() if not isinstance(value, Decimal)},
                "errors": [as_json(error) for error in errors],
                "warnings": [as_json(error) for error in (*row.warnings, *judged.warnings)],
                "changes": changes,
            }
        )
    if kept:
        session.execute(into(ImportRow), kept)
    job.total += len(kept)
    session.flush()


def fail(session: Session, job: ImportJob, *, error: DomainError, now: datetime) -> None:
    """Note why a workbook cannot be imported at all."""
    move(session, job, "fail")
    first = error.errors[0] if error.errors else FieldError("file", error.code, str(error.facts.get("accepted", "")))
    job.failure, job.finished_at = as_json(first), now
    session.flush()


def write_batch(session: Session, job: ImportJob, *, actor: Actor, around: Surroundings, now: datetime) -> bool:
    """Write the next rows behind the cursor and move it; tell whether there were any."""
    rows = session.scalars(
        sa.select(ImportRow)
        .where(ImportRow.import_id == job.id, ImportRow.position > job.cursor)
        .order_by(ImportRow.position)
        .limit(BATCH)
        .options(defer(ImportRow.cells))
    ).all()
    if not rows:
        return False
    doing = [row for row in rows if row.outcome in {Outcome.CREATE, Outcome.UPDATE}]
    submits = job.submit and bool(merchants.active(session, company_ids=[job.company_id]))
    batch = _Batch(session, actor, around, now, submits)
    for layer in _layers(retries.still_bad(session, job, doing)):
        # Another import of this merchant may write the same new article at this moment: then it is there the second
        # time.
        for row in batch.write(batch.write(layer)):
            _refuse(row, [FieldError("sku", "taken", "an article number you do not use yet")])
    retries.mend(session, job, rows)
    gallery.note(session, job, rows)
    job.cursor = rows[-1].position
    session.flush()
    return True


def finish(session: Session, job: ImportJob, *, actor: Actor, now: datetime, counts: Mapping[Outcome, int]) -> None:
    """Note that every row was worked off."""
    move(session, job, "finish")
    job.finished_at = now
    gallery.start(session, job, now=now)
    _audit(session, actor, "import.finished", job.id, now, **{str(name): count for name, count in counts.items()})


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows written in one transaction, each as it stands against the listing of this moment."""

    session: Session
    actor: Actor
    around: Surroundings
    now: datetime
    submits: bool = False

    def write(self, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """Write rows; return those whose new article was written by somebody else at the same moment."""
        if not rows:
            return []
        known = present.drafts_by_sku(
            self.session,
            company_id=self.actor.company,
            skus=_skus(row.values for row in rows),
            editing=True,
            whole=self.around.looks_beside,
        )
        new: list[tuple[ImportRow, ListingDraft]] = []
        there: dict[UUID, _There] = {}
        handed_in: dict[UUID, ImportRow] = {}
        for row in rows:
            listing, draft = known.get(row.values["sku"], (None, None))
            judged = judge(row.values, draft, self.around)
            if judged.draft is None or (wrong := self._wrong(draft, judged.draft)):
                _refuse(row, judged.errors if judged.draft is None else wrong)
                continue
            if listing is None:
                new.append((row, judged.draft))
            elif judged.outcome is Outcome.UPDATE:
                there[listing.id] = row, draft, judged.draft
            else:
                row.outcome = judged.outcome
            if listing is not None and LISTING.allows(listing.state, "submit"):
                handed_in[listing.id] = row
        made, raced = self._create(new)
        refused = self._edit(there)
        if self.submits:
            waiting = {key: row for key, row in handed_in.items() if key not in refused}
            self._submit({**{key: row for key, (row, _) in made.items()}, **waiting})
        return raced

    def _wrong(self, before: ListingDraft | None, after: ListingDraft) -> list[FieldError]:
        if not self.around.looks_beside:
            return []
        return beside.wrong_papers(self.session, company_id=self.actor.company, before=before, after=after)

    def _create(
        self, rows: Sequence[tuple[ImportRow, ListingDraft]]
    ) -> tuple[dict[UUID, tuple[ImportRow, ListingDraft]], list[ImportRow]]:
        """Write new listings; return them, and the rows whose article number somebody else took."""
        done = bulk.create_listings(self.session, actor=self.actor, drafts=[draft for _, draft in rows], now=self.now)
        raced: list[ImportRow] = []
        made: dict[UUID, tuple[ImportRow, ListingDraft]] = {}
        for (row, draft), each in zip(rows, done, strict=True):
            if not isinstance(each, DomainError):
                row.outcome = Outcome.CREATE
                made[each] = row, draft
            elif any(error.code == "taken" for error in each.errors):
                raced.append(row)
            else:
                _refuse(row, each.errors)
        self._say({key: (None, draft) for key, (_, draft) in made.items()})
        return made, raced

    def _edit(self, rows: Mapping[UUID, _There]) -> set[UUID]:
        """Edit listings; return those that were refused."""
        drafts = {listing_id: draft for listing_id, (_, _, draft) in rows.items()}
        edited = bulk.edit_listings(self.session, actor=self.actor, drafts=drafts, now=self.now)
        refused = {listing_id for listing_id, done in edited.items() if isinstance(done, DomainError)}
        said = self._say({key: rows[key][1:] for key in rows if key not in refused})
        for listing_id, done in edited.items():
            row = rows[listing_id][0]
            if isinstance(done, DomainError):
                _refuse(row, done.errors or [FieldError("sku", done.code)])
            else:
                row.outcome = Outcome.UPDATE if done or listing_id in said else Outcome.UNCHANGED
        return refused

    def _say(self, edits: Mapping[UUID, tuple[ListingDraft | None, ListingDraft]]) -> set[UUID]:
        """Write what rows say beside the offer; return the listings that it changed."""
        if not self.around.looks_beside:
            return set()
        return beside.write(self.session, actor=self.actor, edits=edits, now=self.now)

    def _submit(self, rows: Mapping[UUID, ImportRow]) -> None:
        """Hand listings in; those that lack what their category requires stay drafts, and their rows say what."""
        lacking = beside.lacking(self.session, listing_ids=rows.keys())
        for listing_id, missing in lacking.items():
            row = rows[listing_id]
            row.warnings = [*row.warnings, *map(as_json, missing)]
        whole = [listing_id for listing_id in rows if listing_id not in lacking]
        bulk.submit_listings(self.session, actor=self.actor, listing_ids=whole, now=self.now)


def _refuse(row: ImportRow, errors: Iterable[FieldError]) -> None:
    row.outcome = Outcome.ERROR
    row.errors = [as_json(in_sheet(error)) for error in errors]


def _unsaid(judged: Judged, said: Sequence[FieldError]) -> list[FieldError]:
    """Return what judging found wrong beside what reading said: a price that cannot be read is not missing too."""
    fields = {error.field for error in said}
    return [error for error in judged.errors if error.field not in fields]


def _begun(
    session: Session,
    job: ImportJob,
    rows: Sequence[SheetRow],
    known: Mapping[str, Any],
    around: Surroundings,
) -> dict[str, ListingDraft]:
    """Return what earlier rows of this import make of new articles, for rows with further prices of them."""
    places = {
        row.values["follows"]
        for row in rows
        if row.values.get("follows", job.total + 1) <= job.total and row.values["sku"] not in known
    }
    if not places:
        return {}
    query = sa.select(ImportRow).where(
        ImportRow.import_id == job.id, ImportRow.position.in_(places), ImportRow.outcome != Outcome.ERROR
    )
    judged = {row.values["sku"]: judge(row.values, None, around).draft for row in session.scalars(query)}
    return {sku: draft for sku, draft in judged.items() if draft is not None}


def _layers(rows: Sequence[ImportRow]) -> list[list[ImportRow]]:
    """Part rows so that each article comes once in a layer: its further prices are laid over what is written."""
    layers: list[list[ImportRow]] = []
    seen: dict[str, int] = {}
    for row in rows:
        sku = row.values["sku"]
        depth = seen[sku] = seen.get(sku, -1) + 1
        if depth == len(layers):
            layers.append([])
        layers[depth].append(row)
    return layers


def _skus(values: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(value["sku"]) for value in values if "sku" in value]


def _where(index: int | None, layout: Layout, value: str | None) -> str:
    if index is None:
        return f"= {value}"
    return layout.headers[index] if index < len(layout.headers) else f"#{index + 1}"


def _cell(cell: Cell) -> Any:
    """Keep a cell as JSON: a number as a list of its text."""
    return [f"{cell:f}"] if isinstance(cell, Decimal) else cell


def _enqueue(session: Session, job: ImportJob, now: datetime, run_at: datetime | None) -> None:
    outbox.enqueue(session, JOB, {"import": str(job.id)}, now=now, run_at=run_at, key=f"{JOB}:{job.id}:{job.state}")


def _audit(session: Session, actor: Actor, action: str, import_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="import", subject_id=import_id, facts=facts, now=now)


def on_handed_over(session: Session, event: HandedOver) -> None:
    """Let a leaver's imports that are not over, or whose pictures wait, go on for the successor."""
    waits = sa.exists().where(ImportPicture.import_id == ImportJob.id, ImportPicture.state == PictureState.WAITING)
    session.execute(
        sa.update(ImportJob)
        .where(
            ImportJob.company_id == event.company_id,
            ImportJob.person_id == event.leaver_id,
            sa.or_(ImportJob.state.in_(UNDER_WAY), waits),
        )
        .values(person_id=event.successor_id)
    )
