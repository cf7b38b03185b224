"""What the API says of imports."""

from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Answer, FieldProblem, Instant
from marketplace.catalog.imports.queries import ImportView, RowView
from marketplace.edge.messages import field_sentence
from marketplace.kernel.errors import FieldError
from marketplace.kernel.pages import Page


def _problem(error: FieldError) -> FieldProblem:
    return FieldProblem(field=error.field, code=error.code, message=field_sentence(error), accepted=error.accepted)


class Counts(Answer):
    """How many rows do what."""

    create: int
    update: int
    unchanged: int
    error: int


class Row(Answer):
    """One row of the sheet, by its number there."""

    row: int
    outcome: str
    sku: str | None
    title: str
    errors: list[FieldProblem]
    warnings: list[FieldProblem]

    @classmethod
    def of(cls, row: RowView) -> "Row":
        """Write a row."""
        return cls(
            row=row.line,
            outcome=row.outcome,
            sku=row.sku,
            title=row.title,
            errors=[_problem(error) for error in row.errors],
            warnings=[_problem(error) for error in row.warnings],
        )


class Summary(Answer):
    """An import: how far it is, and what its rows do."""

    id: UUID
    state: str
    dry_run: bool
    submit: bool
    sheet: str | None
    sheets: list[str]
    columns: dict[str, str]
    mapping: dict[str, Any]
    total: int
    done: int
    counts: Counts
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
            sheet=view.sheet,
            sheets=list(view.sheets),
            columns=dict(view.columns),
            mapping=dict(view.mapping),
            total=view.total,
            done=view.done,
            counts=Counts(**{str(outcome): count for outcome, count in view.counts.items()}),
            warnings=[_problem(error) for error in view.warnings],
            failure=_problem(view.failure) if view.failure else None,
            errors_url=f"/api/v1/imports/{view.id}/errors" if view.errors_file_id else None,
            created_at=view.created_at,
            finished_at=view.finished_at,
            **more,
        )


class Import(Summary):
    """An import with a page of its rows; ``next`` continues them."""

    rows: list[Row]
    next: str | None

    @classmethod
    def with_rows(cls, view: ImportView, page: Page[RowView]) -> "Import":
        """Write an import with rows."""
        return cls(**Summary.of(view).model_dump(), rows=[Row.of(row) for row in page.items], next=page.next)
