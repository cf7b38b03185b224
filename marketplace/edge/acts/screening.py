"""Take lists in and say what hits are, by whoever asks."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.imports import reader
from marketplace.catalog.rules.sheets import Cell
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.requests import merchants as requests
from marketplace.files import store
from marketplace.files.rules import MediaType, Purpose
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Refused
from marketplace.merchants.rules.screening import MOST_ENTRIES, Named
from marketplace.merchants.services import screening

COLUMNS: Final = ("name", "aliases", "country", "numbers")
_MOST_ERRORS: Final = 20


def import_list(session: Session, body: requests.ScreeningList) -> UUID:
    """Take in a version of a list."""
    entries = tuple(Named(row.name, row.country or "", tuple(row.aliases), tuple(row.numbers)) for row in body.entries)
    return screening.import_list(
        session, actor=require_actor(), kind=body.kind, name=body.name, entries=entries, now=clock.now()
    )


def read_sheet(body: requests.ScreeningSheet) -> requests.ScreeningList:
    """Read the entries of a CSV or XLSX: a heading, then a row each; aliases and numbers are parted by semicolons.

    Refused ``file`` names every row at fault, twenty at most.
    """
    upload = files.received("file", Purpose.WORKBOOK)
    content = store.read(files.bytes_store(), upload.sha256)
    _names, rows = reader.read_sheet(content, is_csv=upload.media_type == MediaType.CSV, sheet=None)
    cells = [[_text(cell) for cell in row] for row in rows.rows]
    heading = [title.casefold() for title in cells[0]] if cells else []
    if "name" not in heading or len(cells) - 1 > MOST_ENTRIES:
        accepted = f"a heading with {', '.join(COLUMNS)}, and at most {MOST_ENTRIES} rows"
        raise Refused.field("file", "screening_sheet", accepted)
    entries: list[requests.Listed] = []
    errors: list[FieldError] = []
    for number, row in enumerate(cells[1:], start=2):
        given = {title: value for title, value in zip(heading, row, strict=False) if title in COLUMNS and value}
        if not given:
            continue
        try:
            entries.append(parse(requests.Listed, _split(given)))
        except Refused as refusal:
            errors += [FieldError("file", "screening_row", f"{number}: {error.field}") for error in refusal.errors]
    if errors:
        raise Refused.fields(*errors[:_MOST_ERRORS])
    return requests.ScreeningList(kind=body.kind, name=body.name, entries=entries)


def decide(session: Session, hit_id: UUID, body: requests.HitDecision) -> None:
    """Clear or confirm a hit."""
    screening.decide(
        session, actor=require_actor(), hit_id=hit_id, decision=body.decision, reason=body.reason, now=clock.now()
    )


def _split(given: dict[str, str]) -> dict[str, Any]:
    many = {
        title: [part.strip() for part in given[title].split(";") if part.strip()]
        for title in ("aliases", "numbers")
        if title in given
    }
    return {**given, **many}


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
