"""Restrictions from a sheet, and as one: read, previewed and written by whoever asks."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.catalog.imports import reader
from marketplace.catalog.rules.sheets import Cell, shown
from marketplace.customs import queries
from marketplace.customs.rules import sheet as rules
from marketplace.customs.rules.sheet import Judged, Outcome, Row
from marketplace.customs.services import sheet as services
from marketplace.customs.services.sheet import Put
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.files import queries as stored
from marketplace.files import store
from marketplace.files.rules import MediaType, Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import reading, snapshot
from marketplace.kernel.errors import NotFound
from marketplace.reference.rules import RCEP

# Sheet programs on Windows take a table of text for the country's own letters unless it begins with this.
_MARK = "\ufeff"


def received() -> tuple[Upload, tuple[Row, ...]]:
    """Read the sheet of a multipart request; Refused ``file`` for what is none, or has not all columns."""
    upload = files.received("file", Purpose.WORKBOOK)
    return upload, _rows(upload.sha256, upload.media_type)


def kept(file_id: UUID) -> tuple[str, tuple[Row, ...]]:
    """Return the name and rows of a sheet that the asker's company handed in; NotFound for any other file."""
    file = stored.get_file(reading(), company_id=require_actor().company, file_id=file_id)
    if not file.serves(Purpose.WORKBOOK):
        raise NotFound("file")
    return file.name, _rows(file.sha256, file.media_type)


def judged(rows: Sequence[Row]) -> tuple[Judged, ...]:
    """Say what rows would do to the restrictions there are."""
    named = [row.rule for row in rows if row.rule is not None]
    return rules.judge(rows, queries.known(reading(), rules=named))


def put(session: Session, rows: Sequence[Row]) -> Put:
    """Write what the right rows say; the others write nothing."""
    named = [row.rule for row in rows if row.rule is not None]
    return services.put_all(session, actor=require_actor(), rules=named, now=clock.now())


def counted(found: Sequence[Judged]) -> dict[Outcome, int]:
    """Return how many rows do what."""
    return {outcome: sum(each.outcome is outcome for each in found) for outcome in Outcome}


def list_file(country: str | None) -> Response:
    """Answer with the restrictions as CSV, of one country if it is named: brought in again it changes nothing."""
    with snapshot() as session:
        lines = [list(rules.cells_of(rule).values()) for rule in queries.all_rules(session, country=country)]
    content = _MARK + as_csv([rules.COLUMNS, *lines])
    day = closures.day_of(reading(), company_id=require_actor().company, now=clock.now())
    name = f"restrictions-{day:%Y-%m-%d}.csv"
    return files.attached(content.encode(), media_type=MediaType.CSV, name=name)


def _rows(sha256: str, media_type: str) -> tuple[Row, ...]:
    content = store.read(files.bytes_store(), sha256)
    _names, sheet = reader.read_sheet(content, is_csv=media_type == MediaType.CSV, sheet=None)
    lines = [[_cell(cell) for cell in line] for line in sheet.rows]
    return rules.read(lines, countries=RCEP, today=clock.now().date())


def _cell(cell: Cell) -> str | Decimal:
    return cell if isinstance(cell, Decimal) else shown(cell)
