"""What the rows of a sheet would do, judged against the listings there are and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.imports import beside, grouping, present, price_list, retries
from marketplace.catalog.imports.models import ImportJob, ImportRow
from marketplace.catalog.imports.queries import as_json
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.imported import SKU_FIRST, Judged, Outcome, Surroundings, grouped, judge
from marketplace.catalog.rules.sheet_rows import SheetRow
from marketplace.catalog.rules.sheet_variants import Groups, settle, unwanted
from marketplace.catalog.rules.sheets import Cell
from marketplace.kernel.db import write
from marketplace.kernel.errors import FieldError


@dataclass(slots=True)
class _Seen:
    """A row with what it was judged to do to the listing before it; one mended before ``stands`` for nothing."""

    row: SheetRow
    before: ListingDraft | None
    judged: Judged
    errors: list[FieldError]
    stands: bool

    @property
    def lands(self) -> bool:
        """Whether it would be written."""
        return self.judged.draft is not None and not self.errors


def preview(
    session: Session, job: ImportJob, *, rows: Sequence[SheetRow], around: Surroundings, groups: Groups
) -> None:
    """Judge rows against the listings there are and keep them with their outcome.

    ``groups`` go from piece to piece of a sheet: what rows before these make of groups of variants.
    """
    if around.looks_at_groups:
        values = [row.values for row in rows]
        groups.learn(grouping.asked(session, company_id=job.company_id, rows=values))
    known = present.drafts_by_sku(
        session,
        company_id=job.company_id,
        skus=present.skus_of(row.values for row in rows),
        whole=around.looks_beside,
    )
    drafts = {sku: draft for sku, (_, draft) in known.items()} | _begun(session, job, rows, known, around)
    if around.looks_at_groups:
        drafts = {sku: grouping.laid(draft, groups) for sku, draft in drafts.items()}
    mending = retries.Mending.of(session, job, rows)
    seen = [_seen(session, job, row, drafts, around, mending.judged(row)) for row in rows]
    if around.looks_at_groups:
        _settle(seen, groups)
    kept = [
        _kept(job, position, each, mending.line_of(each.row)) for position, each in enumerate(seen, start=job.total + 1)
    ]
    write(session, ImportRow, kept)
    job.total += len(kept)
    session.flush()


def _seen(
    session: Session,
    job: ImportJob,
    row: SheetRow,
    drafts: dict[str, ListingDraft],
    around: Surroundings,
    mended: Judged | None,
) -> _Seen:
    """Judge a row; a further price of an article is laid over what its first row makes."""
    sku = str(row.values.get("sku", ""))
    before = drafts.get(sku)
    judged = mended or judge(row.values, before, around)
    errors = [*row.errors, *_unsaid(judged, row.errors)]
    if judged.draft is not None and around.looks_beside:
        errors += beside.wrong_papers(session, company_id=job.company_id, before=before, after=judged.draft)
    if judged.draft is not None and not errors:
        drafts[sku] = judged.draft
    return _Seen(row, before, judged, errors, stands=mended is None)


def _settle(seen: Sequence[_Seen], groups: Groups) -> None:
    """Say of rows what they make of groups; those that are not written anyway take nobody's place in one."""
    landing, others = ([each for each in seen if each.lands is lands] for lands in (True, False))
    for each, reasons in zip(landing, settle([each.row.values for each in landing], groups), strict=True):
        each.errors += reasons
    fallen = {each.row.values["sku"] for each in landing if each.before is None and each.errors}
    for each in landing:
        sku = each.row.values["sku"]
        if "follows" not in each.row.values:
            each.judged = grouped(each.judged, each.before, groups.of(sku))
        elif sku in fallen:
            each.errors.append(SKU_FIRST)
    for each in others:
        each.errors += unwanted(each.row.values, groups) if each.stands else ()


def _kept(job: ImportJob, position: int, seen: _Seen, mends: int | None) -> dict[str, Any]:
    """Return a row as it is kept."""
    row, judged = seen.row, seen.judged
    changes = None
    if judged.outcome is Outcome.UPDATE and seen.lands:
        changes = price_list.changes(cast("ListingDraft", seen.before), cast("ListingDraft", judged.draft))
    return {
        "import_id": job.id,
        "position": position,
        "line": row.number,
        "mends": mends,
        "outcome": Outcome.ERROR if seen.errors else judged.outcome,
        "sku": str(row.values["sku"])[:200] if "sku" in row.values else None,
        "cells": [_cell(cell) for cell in row.cells],
        "values": {name: value for name, value in row.values.items() if not isinstance(value, Decimal)},
        "errors": [as_json(error) for error in seen.errors],
        "warnings": [as_json(error) for error in (*row.warnings, *judged.warnings)],
        "changes": changes,
    }


def _unsaid(judged: Judged, said: Sequence[FieldError]) -> list[FieldError]:
    """Return what judging found wrong beside what reading said: a price that cannot be read is not missing too."""
    fields = {error.field for error in said}
    return [error for error in judged.errors if error.field not in fields]


def _begun(
    session: Session,
    job: ImportJob,
    rows: Sequence[SheetRow],
    known: Mapping[str, Any],
    around: Surroundings,
) -> dict[str, ListingDraft]:
    """Return what earlier rows of this import make of new articles, for rows with further prices of them."""
    places = {
        row.values["follows"]
        for row in rows
        if row.values.get("follows", job.total + 1) <= job.total and row.values["sku"] not in known
    }
    if not places:
        return {}
    query = sa.select(ImportRow).where(
        ImportRow.import_id == job.id, ImportRow.position.in_(places), ImportRow.outcome != Outcome.ERROR
    )
    judged = {row.values["sku"]: judge(row.values, None, around).draft for row in session.scalars(query)}
    return {sku: draft for sku, draft in judged.items() if draft is not None}


def _cell(cell: Cell) -> Any:
    """Keep a cell as JSON: a number as a list of its text."""
    return [f"{cell:f}"] if isinstance(cell, Decimal) else cell
