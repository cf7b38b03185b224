"""Tables of imports and their rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.picture_sources import PictureState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id


class ImportJob(Base):
    """One workbook of a company on its way into listings; ``cursor`` is the position of the last row written.

    ``units`` says by our column in which unit it was read; ``retries_id`` names the import whose bad rows these are,
    mended; ``pictures_id`` the archive of pictures beside it, ``picture_names`` what is in that.
    """

    __tablename__ = "import_job"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    state: Mapped[ImportState] = mapped_column(StateColumn(ImportState))
    sheet: Mapped[str | None] = mapped_column(sa.String(100))
    mapping: Mapped[dict[str, Any]] = mapped_column(Json)
    locale: Mapped[str] = mapped_column(sa.String(8))
    dry_run: Mapped[bool] = mapped_column(sa.Boolean)
    submit: Mapped[bool] = mapped_column(sa.Boolean)
    sheets: Mapped[list[str]] = mapped_column(Json, default=list)
    headers: Mapped[list[str]] = mapped_column(Json, default=list)
    columns: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    failure: Mapped[dict[str, Any] | None] = mapped_column(Json)
    total: Mapped[int] = mapped_column(sa.Integer, default=0)
    cursor: Mapped[int] = mapped_column(sa.Integer, default=0)
    units: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    retries_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("import_job.id"), index=True)
    pictures_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    picture_names: Mapped[list[str]] = mapped_column(Json, default=list)
    errors_file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("cursor >= 0 AND cursor <= total", name="cursor"),
        sa.Index("ix_import_job_company_id_id", "company_id", "id"),
    )


class ImportRow(Base):
    """One row of an import by its position from one; ``line`` is its number in the sheet.

    ``changes`` of a listing that was there are columns with their text before and after; None in imports of before.
    ``mends`` is the line of the bad row that it is, mended; ``mended_by`` the import in which a bad row went in.
    """

    __tablename__ = "import_row"

    import_id: Mapped[UUID] = mapped_column(sa.ForeignKey("import_job.id"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(sa.Integer)
    outcome: Mapped[Outcome] = mapped_column(StateColumn(Outcome))
    sku: Mapped[str | None] = mapped_column(sa.Text)
    cells: Mapped[list[Any]] = mapped_column(Json)
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    changes: Mapped[list[list[str]] | None] = mapped_column(Json)
    mends: Mapped[int | None] = mapped_column(sa.Integer)
    mended_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("import_job.id"), index=True)

    __table_args__ = (sa.Index("ix_import_row_import_id_outcome_position", "import_id", "outcome", "position"),)


class ImportPicture(Base):
    """A picture that a row of an import names: ``place`` is its place among them, from one."""

    __tablename__ = "import_picture"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    import_id: Mapped[UUID] = mapped_column(sa.ForeignKey("import_job.id"))
    line: Mapped[int] = mapped_column(sa.Integer)
    place: Mapped[int] = mapped_column(sa.Integer)
    sku: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    alt: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[PictureState] = mapped_column(StateColumn(PictureState))
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)

    __table_args__ = (
        sa.UniqueConstraint("import_id", "line", "place"),
        sa.Index("ix_import_picture_import_id_state_line_place", "import_id", "state", "line", "place"),
    )
