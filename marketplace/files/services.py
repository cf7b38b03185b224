"""Write down files whose bytes are in the store."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.files.models import FileRendition, StoredFile
from marketplace.files.rules import MediaType, Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class StoredRendition:
    """A picture's nominal width, and the bytes in the store."""

    width: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked file whose bytes are in the store, to be written down by ``keep``."""

    purpose: Purpose
    name: str
    media_type: MediaType
    sha256: str
    size: int
    width: int | None = None
    height: int | None = None
    renditions: tuple[StoredRendition, ...] = ()


def keep(session: Session, *, actor: Actor, upload: Upload, now: datetime) -> UUID:
    """Write down a file as the actor's company's (the city's own for the system) and return its id."""
    file = StoredFile(
        id=new_id(),
        company_id=actor.company_id,
        purpose=upload.purpose,
        name=upload.name,
        media_type=upload.media_type.value,
        sha256=upload.sha256,
        size=upload.size,
        width=upload.width,
        height=upload.height,
        handed_in_by=actor.person_id,
        created_at=now,
    )
    session.add(file)
    session.flush()
    for made in upload.renditions:
        session.add(FileRendition(file_id=file.id, width=made.width, sha256=made.sha256, size=made.size))
    session.flush()
    return file.id


def forget_person(session: Session, *, person_id: UUID) -> list[str]:
    """Delete the files that a person handed in and that nothing refers to; return the hashes of their bytes.

    A licence, a slip, a signed scan, evidence that was handed on belongs to the company and stays, by the person's id.
    """
    mine = sa.select(StoredFile.id).where(StoredFile.handed_in_by == person_id, *(~used for used in _uses()))
    ids = session.scalars(mine).all()
    renditions = FileRendition.file_id.in_(ids)
    hashes = {
        *session.scalars(sa.select(StoredFile.sha256).where(StoredFile.id.in_(ids))),
        *session.scalars(sa.select(FileRendition.sha256).where(renditions)),
    }
    session.execute(sa.delete(FileRendition).where(renditions))
    session.execute(sa.delete(StoredFile).where(StoredFile.id.in_(ids)))
    return sorted(hashes)


def _uses() -> list[sa.ColumnElement[bool]]:
    """Return, for each column of the city that names a file, whether it names this one."""
    tables = (table for name, table in sorted(Base.metadata.tables.items()) if name != FileRendition.__tablename__)
    return [
        sa.exists().where(key.parent == StoredFile.id)
        for table in tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table is StoredFile.__table__
    ]
