"""The bad rows of an import, mended and brought in again: each goes in once, and nothing else does."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.imports.models import ImportJob, ImportRow
from marketplace.catalog.rules.cells import letters, line_column
from marketplace.catalog.rules.imported import Judged, Outcome
from marketplace.catalog.rules.mapping import read_mapping
from marketplace.catalog.rules.sheet_rows import SheetRow, basis_of, says_more, twice
from marketplace.catalog.rules.sheets import shown
from marketplace.kernel.errors import FieldError, Refused

_UNKNOWN = FieldError("sku", "row_not_bad", "rows that need mending, as they were given back")


@dataclass(slots=True)
class Mending:
    """Which bad row of an earlier import each row of a sheet is; of any other import, none."""

    is_retry: bool = False
    bad: Mapping[int, UUID | None] = field(default_factory=dict[int, UUID | None])
    landed: Mapping[str, Sequence[ImportRow]] = field(default_factory=dict[str, Sequence[ImportRow]])
    lines: dict[int, int] = field(default_factory=dict[int, int])

    @classmethod
    def of(cls, session: Session, job: ImportJob, rows: Sequence[SheetRow]) -> "Mending":
        """Find the bad rows that rows of a sheet are: by their number, else by their article."""
        if job.retries_id is None:
            return cls()
        found = session.execute(
            sa.select(ImportRow.line, ImportRow.sku, ImportRow.mended_by)
            .where(ImportRow.import_id == job.retries_id, ImportRow.outcome == Outcome.ERROR)
            .order_by(ImportRow.position)
        ).all()
        by_sku: dict[str, list[int]] = {}
        for each in found:
            by_sku.setdefault(each.sku or "", []).append(each.line)
        bad = {each.line: each.mended_by for each in found}
        column = line_column(job.headers)
        lines: dict[int, int] = {}
        taken: set[int] = set()
        for row in rows:
            same = by_sku.get(str(row.values.get("sku", "")), [])
            line = _number(row, column) if column is not None else same.pop(0) if same else None
            if line is not None and line in bad and line not in taken:
                lines[row.number] = line
                taken.add(line)
        return cls(True, bad, _landed(session, job.retries_id, rows), lines)

    def line_of(self, row: SheetRow) -> int | None:
        """Return the line of the bad row that a row is."""
        return self.lines.get(row.number)

    def judged(self, row: SheetRow) -> Judged | None:
        """Say what a row does that is not to be judged by its values: none of the bad ones, or mended before."""
        if not self.is_retry:
            return None
        line = self.lines.get(row.number)
        if line is None:
            return Judged(Outcome.ERROR, errors=(_UNKNOWN,))
        if self.bad[line] is not None:
            return Judged(Outcome.UNCHANGED, warnings=(FieldError("sku", "mended_before", "", {"row": line}),))
        landed = self.landed.get(str(row.values.get("sku", "")), ())
        if landed and not says_more(row.values, landed[0].values, [basis_of(each.values, {}) for each in landed]):
            # Of the list that was mended: the rows of this one are counted otherwise.
            return Judged(Outcome.ERROR, errors=(replace(twice(landed[0].line), code="sku_landed"),))
        return None


def mapping_of(job: ImportJob) -> dict[str, Any]:
    """Return a mapping that reads the rows an import gave back as their sheet was read, units included."""
    found: dict[str, Any] = {}
    for name, source in job.columns.items():
        unit = {"unit": job.units[name]} if name in job.units else {}
        position = source.removeprefix("#")
        if name in job.mapping:
            found[name] = job.mapping[name]
        elif source.startswith("= "):
            found[name] = {"value": source.removeprefix("= "), **unit}
        elif source in job.headers:
            found[name] = {"header": source, **unit}
        elif position.isdecimal():
            found[name] = {"column": letters(int(position) - 1), **unit}
    try:
        read_mapping(found)
    except Refused:  # some header is too long to be named: the known ones are found by themselves
        return dict(job.mapping)
    return found


def left(session: Session, *, import_id: UUID) -> int:
    """Count the bad rows of an import that nobody mended yet."""
    return session.scalar(sa.select(sa.func.count()).where(*_bad(import_id))) or 0


def still_bad(session: Session, job: ImportJob, rows: Sequence[ImportRow]) -> list[ImportRow]:
    """Return the rows that are to be written: of a retry those whose bad row was not mended meanwhile.

    The import that had them first is locked, so two retries of the same rows take turns.
    """
    if job.retries_id is None:
        return list(rows)
    session.get_one(ImportJob, job.retries_id, with_for_update=True, populate_existing=True)
    lines = {row.mends for row in rows}
    open_lines: set[int | None] = set(
        session.scalars(sa.select(ImportRow.line).where(*_bad(job.retries_id), ImportRow.line.in_(lines)))
    )
    wanted: list[ImportRow] = []
    for row in rows:
        if row.mends in open_lines:
            open_lines.remove(row.mends)
            wanted.append(row)
        else:
            row.outcome = Outcome.UNCHANGED
    return wanted


def mend(session: Session, job: ImportJob, rows: Iterable[ImportRow]) -> None:
    """Note beside the bad rows of the import that had them first which of them went in now."""
    if job.retries_id is None:
        return
    lines = {row.mends for row in rows if row.outcome is not Outcome.ERROR and row.mends is not None}
    session.execute(
        sa.update(ImportRow)
        .where(*_bad(job.retries_id), ImportRow.line.in_(lines))
        .values(mended_by=job.id)
        .execution_options(synchronize_session=False)
    )


def _bad(import_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return ImportRow.import_id == import_id, ImportRow.outcome == Outcome.ERROR, ImportRow.mended_by.is_(None)


def _landed(session: Session, import_id: UUID, rows: Collection[SheetRow]) -> dict[str, list[ImportRow]]:
    """Return, by article, the import's good rows of it."""
    skus = [str(row.values["sku"]) for row in rows if "sku" in row.values]
    query = sa.select(ImportRow).where(
        ImportRow.import_id == import_id, ImportRow.outcome != Outcome.ERROR, ImportRow.sku.in_(skus)
    )
    found: dict[str, list[ImportRow]] = {}
    for row in session.scalars(query.order_by(ImportRow.position)):
        found.setdefault(str(row.sku), []).append(row)
    return found


def _number(row: SheetRow, column: int) -> int | None:
    text = shown(row.cells[column]).strip() if column < len(row.cells) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
