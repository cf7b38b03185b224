"""What a backup reads of the city beside its rows."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import queries as audit
from marketplace.backup import tables
from marketplace.backup.rules import AuditPart
from marketplace.files.models import FileRendition, StoredFile


def revision(connection: sa.Connection) -> str | None:
    """Return the schema's revision."""
    return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def occupied(connection: sa.Connection) -> list[str]:
    """Return the tables that have rows."""
    return [
        table.name
        for table in tables.all_tables()
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
    ]


def sizes(session: Session) -> dict[str, int]:
    """Return hash and size of everything that has to be in the store, by hash."""
    found: dict[str, int] = {}
    for table in (StoredFile, FileRendition):
        found.update((sha256, size) for sha256, size in session.execute(sa.select(table.sha256, table.size)))
    return dict(sorted(found.items()))


def chain(session: Session) -> AuditPart:
    """Return how far the audit chain reaches."""
    found = audit.verify(session)
    return AuditPart(seals=found.seals, rows=found.rows, head=found.head)
