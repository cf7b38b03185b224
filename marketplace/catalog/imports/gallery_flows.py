"""Take in the pictures of an import: from the archive beside it or from the network, one transaction a picture."""

import io
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from obstore.store import ObjectStore
from sqlalchemy.orm import Session

from marketplace.accounts.queries import acting
from marketplace.catalog.imports import gallery
from marketplace.catalog.imports.models import ImportJob
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.picture_sources import Source, by_article
from marketplace.catalog.rules.sheets import Cell, RawSheet
from marketplace.files import flows as files
from marketplace.files import queries as stored
from marketplace.files import store as bytes_store
from marketplace.files.archives import PictureArchive, plain_name
from marketplace.files.fetching import Fetcher
from marketplace.files.rules import LIMITS, Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import DomainError, FieldError, NotAllowed, Refused, Unavailable


def open_archive(store: ObjectStore, sha256: str) -> PictureArchive:
    """Open the archive of pictures that lies in the store."""
    return PictureArchive(bytes_store.read(store, sha256))


def sheet_of(session: Session, *, company_id: UUID, names: Sequence[str]) -> RawSheet:
    """Return an archive without a sheet as one: a row for each article its files are named after.

    Of a name that can be read in two ways, ``A_2``, the article counts that there is.
    """
    found = by_article(names)
    known = set(session.scalars(sa.select(Listing.sku).where(Listing.company_id == company_id, Listing.sku.in_(found))))
    rows: list[list[Cell]] = [["sku", "pictures"]]
    told: set[str] = set()
    # First what is known, the longer name before the shorter: the rest is named once and refused.
    for sku in sorted(found, key=lambda text: (text not in known, -len(text), text)):
        left = [name for name in found[sku] if name not in told]
        if left:
            told.update(left)
            rows.append([sku, "; ".join(left)])
    return RawSheet("ZIP", rows)


def run(import_id: UUID, *, store: ObjectStore, fetcher: Fetcher) -> None:
    """Take in what waits; what fails is noted beside its row and keeps no other waiting."""
    session = reading()
    job = session.get_one(ImportJob, import_id, populate_existing=True)
    actor = acting.actor_of(session, person_id=job.person_id, company_id=job.company_id)
    if actor is None:
        raise NotAllowed("no_person")
    archive = None
    if job.pictures_id is not None:
        archive = open_archive(store, stored.get_any(session, file_id=job.pictures_id).sha256)
    waiting = gallery.waiting(session, import_id=import_id)
    session.rollback()
    for picture in waiting:
        try:
            upload = _upload(picture.source, archive, fetcher, store)
        except Unavailable:
            raise
        except DomainError as error:
            with unit_of_work() as writing:
                gallery.refuse(writing, picture_id=picture.id, error=_said(error))
            continue
        try:
            with unit_of_work() as writing:
                gallery.take_in(writing, actor=actor, picture_id=picture.id, upload=upload, now=clock.now())
        except DomainError as error:
            with unit_of_work() as writing:
                gallery.refuse(writing, picture_id=picture.id, error=_said(error))
    with unit_of_work() as writing:
        gallery.arrange(writing, actor=actor, import_id=import_id, now=clock.now())


def _upload(source: Source, archive: PictureArchive | None, fetcher: Fetcher, store: ObjectStore) -> Upload:
    if source.is_address:
        content = fetcher.fetch(source.text, most=LIMITS[Purpose.PICTURE].size)
        name = plain_name(urlsplit(source.text).path) or "picture"
    else:
        found = archive.read(source.text) if archive is not None else None
        if found is None:
            raise Refused.field("pictures", "picture_missing", "a file of the ZIP", text=source.text)
        content, name = found, source.text
    return files.take(stream=io.BytesIO(content), declared_name=name, purpose=Purpose.PICTURE, store=store)


def _said(error: DomainError) -> FieldError:
    first = error.errors[0] if error.errors else FieldError("", error.code, str(error.facts.get("accepted", "")))
    return FieldError("pictures", first.code, first.accepted, first.facts)
