"""What companies show before they sell."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import insert_only_ddl

revision: str = "51af83f0412f"
down_revision: str | None = "b3d0c1f5a9e2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _table(name: str, **columns: sa.types.TypeEngine[object]) -> sa.TableClause:
    return sa.table(name, *(sa.column(each, kind) for each, kind in columns.items()))


_application = _table(
    "merchant_application",
    id=sa.Uuid(),
    company_id=sa.Uuid(),
    state=sa.String(),
    licence_file_id=sa.Uuid(),
    licence_until=sa.Date(),
    submitted_by=sa.Uuid(),
    submitted_at=UtcDateTime(),
)
_decision = _table(
    "merchant_decision",
    id=sa.Uuid(),
    application_id=sa.Uuid(),
    reason=sa.Text(),
    decided_by=sa.Uuid(),
    decided_at=UtcDateTime(),
)
_paper = _table(
    "requirement_paper",
    id=sa.Uuid(),
    company_id=sa.Uuid(),
    item=sa.String(),
    file_id=sa.Uuid(),
    valid_until=sa.Date(),
    handed_in_by=sa.Uuid(),
    handed_in_at=UtcDateTime(),
)
_ruling = _table(
    "requirement_ruling",
    id=sa.Uuid(),
    company_id=sa.Uuid(),
    item=sa.String(),
    verdict=sa.String(),
    mark=sa.String(),
    paper_id=sa.Uuid(),
    reason=sa.Text(),
    decided_by=sa.Uuid(),
    decided_at=UtcDateTime(),
)


def upgrade() -> None:
    """Bring the schema forward; licences of before are papers, and approvals accepted them."""
    op.create_table(
        "requirement_rule",
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("asked", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("country", "item", name="pk_requirement_rule"),
    )
    op.create_table(
        "requirement_notice",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_requirement_notice_company_id"),
        sa.PrimaryKeyConstraint("company_id", "item", "until", "stage", name="pk_requirement_notice"),
    )
    op.create_table(
        "requirement_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("handed_in_by", sa.Uuid(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_requirement_paper_company_id"),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name="fk_requirement_paper_file_id"),
        sa.PrimaryKeyConstraint("id", name="pk_requirement_paper"),
    )
    op.create_index("ix_requirement_paper_company_id_item_id", "requirement_paper", ["company_id", "item", "id"])
    op.create_index("ix_requirement_paper_file_id", "requirement_paper", ["file_id"])
    op.create_index("ix_requirement_paper_valid_until", "requirement_paper", ["valid_until"])
    op.create_table(
        "requirement_ruling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("mark", sa.String(80), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_requirement_ruling_company_id"),
        sa.ForeignKeyConstraint(["paper_id"], ["requirement_paper.id"], name="fk_requirement_ruling_paper_id"),
        sa.PrimaryKeyConstraint("id", name="pk_requirement_ruling"),
    )
    op.create_index("ix_requirement_ruling_company_id_item_id", "requirement_ruling", ["company_id", "item", "id"])
    op.create_index("ix_requirement_ruling_paper_id", "requirement_ruling", ["paper_id"])
    op.create_index("ix_requirement_ruling_until", "requirement_ruling", ["until"])
    _bring_over(op.get_bind())
    for table in ("requirement_notice", "requirement_paper", "requirement_ruling"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def _bring_over(connection: sa.Connection) -> None:
    """Write the papers and rulings that applications stand for; their ids keep the order in which they came."""
    found = (
        sa.select(_application, _decision.c.id.label("ruling"), _decision.c.reason, _decision.c.decided_by)
        .add_columns(_decision.c.decided_at)
        .select_from(_application)
        .outerjoin(_decision, _decision.c.application_id == _application.c.id)
    )
    for row in connection.execute(found).all():
        paper = {
            "id": row.id,
            "company_id": row.company_id,
            "item": "licence",
            "file_id": row.licence_file_id,
            "valid_until": row.licence_until,
            "handed_in_by": row.submitted_by,
            "handed_in_at": row.submitted_at,
        }
        connection.execute(sa.insert(_paper).values(paper))
        if row.state != "approved":
            continue
        ruling = {
            "id": row.ruling,
            "company_id": row.company_id,
            "item": "licence",
            "verdict": "accept",
            "mark": str(row.id),
            "paper_id": row.id,
            "reason": row.reason,
            "decided_by": row.decided_by,
            "decided_at": row.decided_at,
        }
        connection.execute(sa.insert(_ruling).values(ruling))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
