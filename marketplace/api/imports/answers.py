"""What the API says of imports."""

from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Answer, FieldProblem, Instant
from marketplace.catalog.imports.queries import ImportView, PictureView, RowView
from marketplace.edge.messages import field_sentence
from marketplace.kernel.errors import FieldError
from marketplace.kernel.pages import Page


def _problem(error: FieldError) -> FieldProblem:
    return FieldProblem(field=error.field, code=error.code, message=field_sentence(error), accepted=error.accepted)


class CellProblem(FieldProblem):
    """What is said of a cell: the header of its column, and its name in the sheet, ``F3``, where they are known."""

    header: str | None
    cell: str | None

    @classmethod
    def of(cls, error: FieldError, view: ImportView, line: int) -> "CellProblem":
        """Write what is said of one column in a line."""
        spot = view.spot(error.field)
        return cls(**_problem(error).model_dump(), header=spot.header, cell=spot.cell(line))


class Counts(Answer):
    """How many rows do what."""

    create: int
    update: int
    unchanged: int
    error: int


class Changed(Answer):
    """What a row changes of a listing: the column, its text before and after; nothing is an empty text."""

    column: str
    before: str
    after: str


class Row(Answer):
    """One row of the sheet, by its number there; ``changes`` are those of a listing that is there."""

    row: int
    outcome: str
    sku: str | None
    title: str
    errors: list[CellProblem]
    warnings: list[CellProblem]
    mended_by: UUID | None
    changes: list[Changed]

    @classmethod
    def of(cls, row: RowView, view: ImportView) -> "Row":
        """Write a row."""
        return cls(
            row=row.line,
            outcome=row.outcome,
            sku=row.sku,
            title=row.title,
            errors=[CellProblem.of(error, view, row.line) for error in row.errors],
            warnings=[CellProblem.of(error, view, row.line) for error in row.warnings],
            mended_by=row.mended_by,
            changes=[Changed(column=each.column, before=each.before, after=each.after) for each in row.changes],
        )


class Summary(Answer):
    """An import: how far it is, and what its rows do.

    ``columns`` says by our column which header it was read from; the headers in ``ignored`` were taken for none. Bad
    rows that a later import put right are ``mended`` and no error any more; ``retries`` names whose rows are mended.
    """

    id: UUID
    state: str
    dry_run: bool
    submit: bool
    file_name: str
    sheet: str | None
    sheets: list[str]
    columns: dict[str, str]
    ignored: list[str]
    mapping: dict[str, Any]
    total: int
    done: int
    counts: Counts
    mended: int
    retries: UUID | None
    warnings: list[FieldProblem]
    failure: FieldProblem | None
    errors_url: str | None
    created_at: Instant
    finished_at: Instant | None

    @classmethod
    def of(cls, view: ImportView, **more: Any) -> "Summary":
        """Write an import."""
        return cls(
            id=view.id,
            state=view.state,
            dry_run=view.dry_run,
            submit=view.submit,
            file_name=view.file_name,
            sheet=view.sheet,
            sheets=list(view.sheets),
            columns=dict(view.columns),
            ignored=list(view.ignored),
            mapping=dict(view.mapping),
            total=view.total,
            done=view.done,
            counts=Counts(**{str(outcome): count for outcome, count in view.counts.items()}),
            mended=view.mended,
            retries=view.retries_id,
            warnings=[_problem(error) for error in view.warnings],
            failure=_problem(view.failure) if view.failure else None,
            errors_url=f"/api/v1/imports/{view.id}/errors" if view.errors_file_id else None,
            created_at=view.created_at,
            finished_at=view.finished_at,
            **more,
        )


class Picture(Answer):
    """A picture that a row named: ``state`` is waiting, added, same or failed, ``error`` says why."""

    row: int
    sku: str
    source: str
    state: str
    error: FieldProblem | None

    @classmethod
    def of(cls, view: PictureView) -> "Picture":
        """Write a picture."""
        error = _problem(view.error) if view.error else None
        return cls(row=view.line, sku=view.sku, source=view.source, state=view.state, error=error)


class Import(Summary):
    """An import with a page of its rows; ``next`` continues them."""

    rows: list[Row]
    next: str | None

    @classmethod
    def with_rows(cls, view: ImportView, page: Page[RowView]) -> "Import":
        """Write an import with rows."""
        return cls(**Summary.of(view).model_dump(), rows=[Row.of(row, view) for row in page.items], next=page.next)
