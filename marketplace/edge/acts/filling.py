"""Many lines into the asker's cart at once: quick orders, and why a line did not go in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final, cast

from flask import request
from sqlalchemy.orm import Session

from marketplace.catalog.imports import reader
from marketplace.catalog.rules.sheets import shown
from marketplace.checkout.rules import quick
from marketplace.checkout.rules.quick import Asked, Row
from marketplace.checkout.services import filling
from marketplace.checkout.services.filling import Result
from marketplace.edge import messages
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import filling as requests
from marketplace.files.rules import MediaType, media_type
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.errors import Conflict, DomainError, Refused, TooLarge

LARGEST_FILE: Final = 2 * 1024 * 1024
_KINDS: Final = f"XLSX, CSV up to {LARGEST_FILE // 1024**2} MB"
# Beyond the lines stand a title and blanks.
_MOST_ROWS: Final = 2 * quick.MOST_LINES
_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A line that is not in the cart, as it was written, and why."""

    row: Row
    refusal: DomainError

    @property
    def sellers(self) -> tuple[str, ...]:
        """The merchants that the line may mean, where it has to name one."""
        errors = [error for error in self.refusal.errors if error.code == "merchant_several"]
        return tuple(errors[0].accepted.split("; ")) if errors else ()


@dataclass(frozen=True, slots=True)
class Ordered:
    """How many lines of a quick order went into the cart, and those that did not, numbered anew from 1."""

    put: int
    left: tuple[LeftRow, ...]

    @property
    def text(self) -> str:
        """What is left, as it can be pasted again."""
        return quick.as_text([each.row for each in self.left])


def order(session: Session, body: requests.CartLines) -> tuple[Result, ...]:
    """Put the lines of a program into the asker's cart."""
    lines = [line.asked() for line in body.lines]
    return filling.order(session, lines=lines, to=body.to, actor=require_actor(), now=clock.now())


def rows(body: requests.QuickOrder) -> tuple[Row, ...]:
    """Read the lines that were pasted and those of the file that came along; Refused ``lines``, ``file``."""
    pasted = quick.rows_of(quick.cells_of(body.lines or ""))
    found = (*pasted, *_of_file())
    if not found:
        raise Refused.field("lines", "required", "a value")
    if len(found) > quick.MOST_LINES:
        raise Refused.field("lines", "too_long", f"at most {quick.MOST_LINES} entries")
    return found


def order_rows(found: Sequence[Row], *, to: str | None) -> Ordered:
    """Put the lines that can be read into the asker's cart, in one act; the rest is left with its reason."""
    refused: dict[int, DomainError] = {}
    asked: list[tuple[int, Asked]] = []
    for place, row in enumerate(found):
        try:
            asked.append((place, quick.asked(row)))
        except Refused as refusal:
            refused[place] = refusal
    lines = [each for _, each in asked]
    results = in_unit_of_work(
        lambda session: filling.order(session, lines=lines, to=to, actor=require_actor(), now=clock.now())
    )
    for (place, _), result in zip(asked, results, strict=True):
        if result.refusal is not None:
            refused[place] = result.refusal
    # Lines are told by the places they have in the form that comes back.
    numbers = {place: number for number, place in enumerate(sorted(refused), start=1)}
    places = [place for place, _ in asked]
    left = tuple(
        LeftRow(replace(found[place], number=number), _renumbered(refused[place], found, places, numbers))
        for place, number in numbers.items()
    )
    return Ordered(len(found) - len(left), left)


def _renumbered(
    refusal: DomainError, found: Sequence[Row], places: Sequence[int], numbers: Mapping[int, int]
) -> DomainError:
    """Name an earlier line for the same goods by its new number; one that is in the cart by what stood there."""
    if refusal.code != "line_twice":
        return refusal
    earlier = places[refusal.facts["line"] - 1]
    if earlier in numbers:
        return Conflict("line_twice", line=numbers[earlier])
    row = found[earlier]
    return Conflict("line_put", number=row.sku, quantity=row.quantity)


def with_sellers(found: Sequence[Row], sellers: Mapping[str, str]) -> tuple[Row, ...]:
    """Return lines with the merchants that were chosen for their numbers, where they name none themselves."""
    return tuple(row if row.merchant else replace(row, merchant=sellers.get(row.sku, "")) for row in found)


def why(refusal: DomainError) -> dict[str, Any]:
    """Return why a line did not go into the cart: field, code, sentence, what would be taken."""
    if refusal.errors:
        error = refusal.errors[0]
        said = {"code": error.code, "message": messages.field_sentence(error), "accepted": error.accepted}
        return {"field": error.field, **said}
    gone = refusal.code == "not_found"
    code = "listing_gone" if gone else refusal.code
    message = messages.sentence(Conflict(code, **refusal.facts))
    return {"field": "listing", "code": code, "message": message, "accepted": ""}


def _of_file() -> tuple[Row, ...]:
    """Read the lines of the file of a multipart request; none where none is sent."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return ()
    content = cast("BinaryIO", upload.stream).read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise TooLarge("file_too_large", accepted=_KINDS)
    if not content:
        raise Refused.field("file", "file_empty", _KINDS)
    if media_type(content) not in {None, MediaType.CSV, MediaType.XLSX}:
        raise Refused.field("file", "file_kind", _KINDS)
    _names, sheet = reader.read_sheet(content, is_csv=not content.startswith(_ZIP), sheet=None)
    if len(sheet.rows) > _MOST_ROWS:
        raise Refused.field("lines", "too_long", f"at most {quick.MOST_LINES} entries")
    return quick.rows_of([[shown(cell) for cell in line] for line in sheet.rows])
