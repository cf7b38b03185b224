"""Who is in charge, and hand-overs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db
from marketplace.kernel.ids import new_id

revision: str = "5f26f5a82bc4"
down_revision: str | None = "1e1469a86c62"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_duty_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("company_id", "kind", "subject_id", name=op.f("uq_duty_company_id_kind_subject_id")),
    )
    op.create_index("ix_duty_company_id_person_id", "duty", ["company_id", "person_id"])
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("leaver_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaver_hash", sa.String(length=64), nullable=True),
        sa.Column("leaver_by", sa.Uuid(), nullable=True),
        sa.Column("leaver_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_hash", sa.String(length=64), nullable=True),
        sa.Column("successor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("items", marketplace.kernel.db.Json, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_handover_ended")),
        sa.CheckConstraint(
            "state <> 'done' OR (items IS NOT NULL AND leaver_hash = successor_hash)",
            name=op.f("ck_handover_both_confirmed_the_same"),
        ),
        sa.CheckConstraint("leaver_id <> successor_id", name=op.f("ck_handover_two_people")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_handover_company_id")),
        sa.ForeignKeyConstraint(["leaver_id"], ["person.id"], name=op.f("fk_handover_leaver_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["person.id"], name=op.f("fk_handover_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_company_id"), "handover", ["company_id"])
    op.create_index(
        "uq_handover_open",
        "handover",
        ["company_id", "leaver_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    _carry_along()


def _carry_along() -> None:
    """Put whoever placed, confirmed, promised or claimed it last in charge of what is still running."""
    bind, ids = op.get_bind(), sa.Uuid()
    order = sa.table(
        "trade_order",
        *(sa.column(name, ids) for name in ("id", "group_id", "buyer_id", "merchant_id")),
        sa.column("ended_at"),
    )
    group = sa.table("order_group", sa.column("id", ids), sa.column("person_id", ids))
    line = sa.table("order_line", sa.column("id", ids), sa.column("order_id", ids))
    claim = sa.table("claim", sa.column("id", ids), sa.column("ended_at"))
    said = sa.table("claim_text", *(sa.column(name, ids) for name in ("id", "claim_id", "company_id", "person_id")))
    audit = sa.table(
        "audit_row",
        *(sa.column(name, ids) for name in ("id", "subject_id", "actor_id", "company_id")),
        sa.column("action", sa.String),
    )
    runs = order.c.ended_at.is_(None)
    found: dict[tuple[UUID, str, UUID], UUID] = {}
    placed = sa.select(order.c.buyer_id, order.c.id, group.c.person_id).join(group, group.c.id == order.c.group_id)
    for company_id, subject_id, person_id in bind.execute(placed.where(runs)):
        found[company_id, "purchase", subject_id] = person_id
    for kind, action, at, to in (
        ("sale", "order.confirm", order.c.id, None),
        ("ready_date", "order_line.ready_date", line.c.id, line),
    ):
        acted = sa.select(order.c.merchant_id, at, audit.c.actor_id)
        joined = order if to is None else order.join(line, line.c.order_id == order.c.id)
        acted = acted.select_from(joined.join(audit, audit.c.subject_id == at))
        for company_id, subject_id, person_id in bind.execute(
            acted.where(runs, audit.c.action == action, audit.c.actor_id.is_not(None)).order_by(audit.c.id)
        ):
            found[company_id, kind, subject_id] = person_id
    words = sa.select(said.c.company_id, claim.c.id, said.c.person_id).join(claim, claim.c.id == said.c.claim_id)
    for company_id, subject_id, person_id in bind.execute(words.where(claim.c.ended_at.is_(None)).order_by(said.c.id)):
        found[company_id, "claim", subject_id] = person_id
    duty = sa.table(
        "duty",
        *(sa.column(name, ids) for name in ("id", "company_id", "subject_id", "person_id")),
        sa.column("kind", sa.String),
        sa.column("since", sa.DateTime(timezone=True)),
    )
    now = datetime.now(UTC)
    rows = [
        {
            "id": new_id(),
            "company_id": company_id,
            "kind": kind,
            "subject_id": subject_id,
            "person_id": person_id,
            "since": now,
        }
        for (company_id, kind, subject_id), person_id in found.items()
    ]
    if rows:
        bind.execute(sa.insert(duty), rows)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
