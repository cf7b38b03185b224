"""Read files: a company's own, or a picture that its owner made public."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.files import rules
from marketplace.files.models import FileRendition, StoredFile
from marketplace.files.rules import Purpose
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows


@dataclass(frozen=True, slots=True)
class FileRow:
    """One stored file."""

    id: UUID
    company_id: UUID | None
    purpose: Purpose
    name: str
    media_type: str
    sha256: str
    size: int
    width: int | None
    height: int | None
    handed_in_by: UUID | None
    created_at: datetime

    def serves(self, wanted: Purpose) -> bool:
        """Tell whether this file can be used for a purpose."""
        return rules.serves(wanted, purpose=self.purpose, media_type=self.media_type, size=self.size)


@dataclass(frozen=True, slots=True)
class Blob:
    """What a route needs to send bytes: their hash, kind and number."""

    sha256: str
    media_type: str
    size: int


def get_file(session: Session, *, company_id: UUID | None, file_id: UUID) -> FileRow:
    """Return a file of this company; NotFound for an unknown one and for another's alike."""
    file = session.scalars(
        sa.select(StoredFile).where(StoredFile.id == file_id, StoredFile.company_id == company_id)
    ).one_or_none()
    if file is None:
        raise NotFound("file")
    return _row(file)


def is_kept(session: Session, *, sha256: str) -> bool:
    """Tell whether a file or a picture's rendition is made of these bytes."""
    wanted = sa.or_(sa.exists().where(StoredFile.sha256 == sha256), sa.exists().where(FileRendition.sha256 == sha256))
    return bool(session.scalar(sa.select(wanted)))


def get_any(session: Session, *, file_id: UUID) -> FileRow:
    """Return a file whoever owns it, for a caller that has shown its right by what the file is attached to."""
    file = session.get(StoredFile, file_id)
    if file is None:
        raise NotFound("file")
    return _row(file)


def rendition(session: Session, *, file_id: UUID, width: int) -> Blob:
    """Return a picture in a width, for a caller that has shown the picture to be public or its own."""
    found = session.get(FileRendition, (file_id, width))
    if found is None:
        raise NotFound("file")
    return Blob(found.sha256, "image/webp", found.size)


def files(session: Session, *, ids: Collection[UUID]) -> dict[UUID, FileRow]:
    """Return several files by id, whoever owns them."""
    return {file.id: _row(file) for file in session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(ids)))}


def hashes(session: Session) -> frozenset[str]:
    """Return the hash of everything that has to be in the store."""
    own = session.scalars(sa.select(StoredFile.sha256))
    return frozenset(own) | frozenset(session.scalars(sa.select(FileRendition.sha256)))


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the files a person handed in for that person, earliest first; their bytes are at ``/files/{id}``."""
    wanted = (
        StoredFile.id,
        StoredFile.company_id,
        StoredFile.purpose,
        StoredFile.name,
        StoredFile.size,
        StoredFile.sha256,
        StoredFile.created_at,
    )
    mine = sa.select(*wanted).where(StoredFile.handed_in_by == person_id).order_by(StoredFile.id)
    return {"files": rows(session, mine)}


def _row(file: StoredFile) -> FileRow:
    return FileRow(
        file.id,
        file.company_id,
        file.purpose,
        file.name,
        file.media_type,
        file.sha256,
        file.size,
        file.width,
        file.height,
        file.handed_in_by,
        file.created_at,
    )
