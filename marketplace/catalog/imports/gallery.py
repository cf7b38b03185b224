"""The pictures that an import brings: noted beside its rows, then taken in one after the other by a job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.imports.models import ImportJob, ImportPicture, ImportRow
from marketplace.catalog.imports.queries import as_json
from marketplace.catalog.models import Listing, ListingPicture
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.picture_sources import MOST, PICTURE, PictureState, Source, by_article, sources_of
from marketplace.catalog.services import pictures
from marketplace.files.models import StoredFile
from marketplace.files.services import Upload
from marketplace.files.services import keep as keep_file
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, FieldError
from marketplace.kernel.ids import new_id
from marketplace.outbox import services as outbox

JOB: Final = "import_pictures"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A picture that is to be taken in."""

    id: UUID
    source: Source


def note(session: Session, job: ImportJob, rows: Sequence[ImportRow]) -> None:
    """Note the pictures of rows that went in: those they name, else those of the archive named after their article."""
    named = by_article(job.picture_names)
    kept: list[dict[str, Any]] = []
    for row in rows:
        if row.outcome is Outcome.ERROR or "follows" in row.values:
            continue
        sources = sources_of(row.values) or [Source(name) for name in named.get(str(row.sku), ())][:MOST]
        kept += [
            {
                "id": new_id(),
                "import_id": job.id,
                "line": row.line,
                "place": place,
                "sku": row.values["sku"],
                "source": source.text,
                "alt": source.alt,
                "state": PictureState.WAITING,
            }
            for place, source in enumerate(sources, start=1)
        ]
    if kept:
        session.execute(sa.insert(ImportPicture), kept)


def start(session: Session, job: ImportJob, *, now: datetime) -> None:
    """Let a job take in what waits."""
    waiting = sa.select(ImportPicture.id).where(
        ImportPicture.import_id == job.id, ImportPicture.state == PictureState.WAITING
    )
    if session.scalars(waiting.limit(1)).first() is not None:
        key = f"{JOB}:{job.id}:{now.isoformat()}"
        outbox.enqueue(session, JOB, {"import": str(job.id)}, now=now, key=key)


def retry(session: Session, job: ImportJob, *, now: datetime) -> None:
    """Try the pictures again that failed; Conflict ``import_clean`` when none did."""
    failed = sa.select(ImportPicture).where(
        ImportPicture.import_id == job.id, ImportPicture.state == PictureState.FAILED
    )
    rows = session.scalars(failed.with_for_update()).all()
    if not rows:
        raise Conflict("import_clean")
    for row in rows:
        row.state, row.error = PICTURE.apply(row.state, "retry"), None
    session.flush()
    start(session, job, now=now)


def waiting(session: Session, *, import_id: UUID) -> list[Waiting]:
    """Return what waits, in the order of the sheet and of its cells."""
    query = (
        sa.select(ImportPicture)
        .where(ImportPicture.import_id == import_id, ImportPicture.state == PictureState.WAITING)
        .order_by(ImportPicture.line, ImportPicture.place)
    )
    return [Waiting(row.id, Source(row.source, row.alt)) for row in session.scalars(query)]


def take_in(session: Session, *, actor: Actor, picture_id: UUID, upload: Upload, now: datetime) -> None:
    """Attach a picture whose bytes are in the store to its listing, unless the listing shows the same already."""
    row = session.get_one(ImportPicture, picture_id, with_for_update=True, populate_existing=True)
    if row.state is not PictureState.WAITING:
        return
    listing_id = session.scalars(
        sa.select(Listing.id).where(Listing.company_id == actor.company, Listing.sku == row.sku)
    ).one_or_none()
    if listing_id is None:
        _fail(row, FieldError("pictures", "sku_unknown", "an article number of your list"))
        return
    same = (
        sa.select(ListingPicture.file_id)
        .join(StoredFile, StoredFile.id == ListingPicture.file_id)
        .where(ListingPicture.listing_id == listing_id, StoredFile.sha256 == upload.sha256)
    )
    if (known := session.scalars(same).first()) is not None:
        row.state, row.file_id = PICTURE.apply(row.state, "find"), known
        return
    if pictures.is_full(session, listing_id=listing_id):
        _fail(row, FieldError("pictures", "pictures_many", f"at most {MOST} pictures"))
        return
    file_id = keep_file(session, actor=actor, upload=upload, now=now)
    pictures.add(session, actor=actor, listing_id=listing_id, file_id=file_id, alt=row.alt, now=now)
    row.state, row.file_id = PICTURE.apply(row.state, "add"), file_id
    session.flush()


def refuse(session: Session, *, picture_id: UUID, error: FieldError) -> None:
    """Note why a picture was not taken in; it can be tried again."""
    row = session.get_one(ImportPicture, picture_id, with_for_update=True, populate_existing=True)
    if row.state is PictureState.WAITING:
        _fail(row, error)


def arrange(session: Session, *, actor: Actor, import_id: UUID, now: datetime) -> None:
    """Let each listing show its pictures in the order in which a row names them, before any others."""
    query = (
        sa.select(ImportPicture.sku, ImportPicture.file_id)
        .where(ImportPicture.import_id == import_id, ImportPicture.file_id.is_not(None))
        .order_by(ImportPicture.line, ImportPicture.place)
    )
    wanted: dict[str, list[UUID]] = {}
    for sku, file_id in session.execute(query):
        if file_id is not None:
            wanted.setdefault(sku, []).append(file_id)
    mine = sa.select(Listing.sku, Listing.id).where(Listing.company_id == actor.company, Listing.sku.in_(wanted))
    ids = dict(session.execute(mine).all())
    for sku, listing_id in sorted(ids.items(), key=lambda item: item[1]):
        pictures.show_first(session, actor=actor, listing_id=listing_id, file_ids=wanted[sku], now=now)


def _fail(row: ImportPicture, error: FieldError) -> None:
    row.state, row.error = PICTURE.apply(row.state, "fail"), as_json(error)
