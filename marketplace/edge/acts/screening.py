"""Take lists in and say what hits are, by whoever asks."""

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.catalog.imports import reader
from marketplace.catalog.rules.sheets import Cell, shown
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.requests import merchants as requests
from marketplace.files import queries as stored
from marketplace.files import store
from marketplace.files.rules import MediaType, Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.merchants.queries import screening as queries
from marketplace.merchants.rules.goods_screening import ListedGoods, check_goods
from marketplace.merchants.rules.screening import MOST_ENTRIES, Named
from marketplace.merchants.services import screening

COLUMNS: Final = ("name", "aliases", "country", "numbers", "hs", "words")
_OF_PARTIES: Final = frozenset({"aliases", "country", "numbers"})
_OF_GOODS: Final = frozenset({"hs", "words"})
_PARTING: Final = re.compile("[;；]")
_MOST_ERRORS: Final = 20


def import_list(session: Session, body: requests.ScreeningList, sheet: Upload | None = None) -> UUID:
    """Take in a version of a list, with the sheet that it was read from if it was."""
    parties = (Named(row.name, row.country or "", tuple(row.aliases), tuple(row.numbers)) for row in body.entries)
    return screening.import_list(
        session,
        actor=require_actor(),
        kind=body.kind,
        name=body.name,
        entries=tuple(parties),
        goods=tuple(ListedGoods(row.name, tuple(row.hs), tuple(row.words)) for row in body.goods),
        sheet=sheet,
        now=clock.now(),
    )


def read_sheet(body: requests.ScreeningSheet) -> tuple[requests.ScreeningList, Upload]:
    """Read the entries of a CSV or XLSX: a heading, then a row each; what a cell holds several of, semicolons part.

    A row with HS codes or words is one of goods. Refused ``file`` names every row at fault, twenty at most.
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
    goods: list[requests.ListedGoods] = []
    errors: list[FieldError] = []
    for number, row in enumerate(cells[1:], start=2):
        given = {title: value for title, value in zip(heading, row, strict=False) if title in COLUMNS and value}
        if not given:
            continue
        try:
            if given.keys() & _OF_GOODS:
                goods.append(_goods(given))
            else:
                entries.append(parse(requests.Listed, _split(given, ("aliases", "numbers"))))
        except Refused as refusal:
            errors += [_of_row(error, number) for error in refusal.errors]
    if errors:
        raise Refused.fields(*errors[:_MOST_ERRORS])
    return requests.ScreeningList(kind=body.kind, name=body.name, entries=entries, goods=goods), upload


def sheet_of(list_id: UUID) -> Response:
    """Answer with the sheet that a version was read from; NotFound where it came without one."""
    found = queries.version(reading(), list_id=list_id)
    if found.file_id is None:
        raise NotFound("screening_sheet")
    return files.give(stored.get_any(reading(), file_id=found.file_id))


def decide(session: Session, hit_id: UUID, body: requests.HitDecision) -> None:
    """Clear or confirm a hit."""
    screening.decide(
        session, actor=require_actor(), hit_id=hit_id, decision=body.decision, reason=body.reason, now=clock.now()
    )


def _goods(given: dict[str, str]) -> requests.ListedGoods:
    if given.keys() & _OF_PARTIES:
        raise Refused.fields(*(FieldError(name, "screening_party") for name in sorted(given.keys() & _OF_PARTIES)))
    found = parse(requests.ListedGoods, _split(given, ("hs", "words")))
    check_goods([ListedGoods(found.name, tuple(found.hs), tuple(found.words))])
    return found


def _split(given: dict[str, str], many: Sequence[str]) -> dict[str, Any]:
    parts = {
        title: [part.strip() for part in _PARTING.split(given[title]) if part.strip()]
        for title in many
        if title in given
    }
    return {**given, **parts}


def _of_row(error: FieldError, number: int) -> FieldError:
    """Return what is wrong in a row, its column by the heading that the sheet has for it."""
    column = next(part for part in reversed(error.field.split(".")) if not part.isdigit())
    code = "screening_goods" if error.code == "screening_party" else "screening_row"
    return FieldError("file", code, error.accepted, {"row": number, "column": column})


def _text(cell: Cell) -> str:
    return shown(cell).strip()
