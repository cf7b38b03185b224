"""Begin, commit and cancel imports, and write their rows: batch by batch, each with the cursor it reaches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from marketplace.accounts.events import HandedOver
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.imports import batches, gallery, retries
from marketplace.catalog.imports.models import ImportJob, ImportPicture, ImportRow
from marketplace.catalog.imports.queries import as_json
from marketplace.catalog.rules.import_states import IMPORT, RESTING, UNDER_WAY, ImportState
from marketplace.catalog.rules.imported import Outcome, Surroundings
from marketplace.catalog.rules.mapping import read_mapping
from marketplace.catalog.rules.picture_sources import PictureState
from marketplace.catalog.rules.sheets import Layout
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, DomainError, FieldError, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants
from marketplace.outbox import services as outbox

JOB: Final = "import_sheet"
BATCH: Final = 500


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
    batch = batches.Batch(session, actor, around, now, submits)
    for layer in batches.layers(retries.still_bad(session, job, doing)):
        # Another import of this merchant may write the same new article at this moment: then it is there the second
        # time.
        for row in batch.write(batch.write(layer)):
            batches.refuse(row, [FieldError("sku", "taken", "an article number you do not use yet")])
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


def _where(index: int | None, layout: Layout, value: str | None) -> str:
    if index is None:
        return f"= {value}"
    return layout.headers[index] if index < len(layout.headers) else f"#{index + 1}"


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
