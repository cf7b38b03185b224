"""Who bears what a held lorry costs, and whose its costs are; a lorry that is held just then has its case."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl
from marketplace.kernel.ids import new_id

revision: str = "d41c7a90be52"
down_revision: str | None = "d4a90e6b2f18"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_DEPARTURE = sa.table(
    "departure", sa.column("id", sa.Uuid()), sa.column("state", sa.String()), sa.column("hold_cause", sa.String())
)
_BOOKING = sa.table(
    "booking",
    sa.column("id", sa.Uuid()),
    sa.column("departure_id", sa.Uuid()),
    sa.column("state", sa.String()),
    *(sa.column(name, sa.BigInteger()) for name in ("grams", "cm3", "ldm_mm")),
)
_AUDIT = sa.table(
    "audit_row",
    sa.column("subject", sa.String()),
    sa.column("subject_id", sa.Uuid()),
    sa.column("action", sa.String()),
    sa.column("at", sa.DateTime(timezone=True)),
)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def _to(table: str, column: str, other: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Bring the schema forward."""
    case, aboard = _rules_and_cases()
    _shares()
    _held_now(case, aboard)
    for table in ("hold_aboard", "hold_set_off"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError


def _held_now(case: sa.Table, aboard: sa.Table) -> None:
    """Give each lorry that stands its case under the first table, with what is aboard; costs of before stay as noted."""
    bind = op.get_bind()
    held = sa.select(_DEPARTURE.c.id, _DEPARTURE.c.hold_cause).where(
        _DEPARTURE.c.state == "held", _DEPARTURE.c.hold_cause.is_not(None)
    )
    for departure in bind.execute(held.order_by(_DEPARTURE.c.id)).all():
        since = sa.select(sa.func.max(_AUDIT.c.at)).where(
            _AUDIT.c.subject == "departure",
            _AUDIT.c.subject_id == departure.id,
            _AUDIT.c.action == "departure.hold",
        )
        case_id = new_id()
        bind.execute(
            case.insert().values(
                id=case_id,
                departure_id=departure.id,
                cause=departure.hold_cause,
                began_at=bind.scalar(since) or datetime.now(UTC),
            )
        )
        loads = sa.select(_BOOKING).where(
            _BOOKING.c.departure_id == departure.id, _BOOKING.c.state.in_(("loaded", "in_transit"))
        )
        for one in bind.execute(loads).all():
            # By the factors that counted then where no tariff said otherwise: 333 kg a m³, 1850 kg a loading metre.
            grams = max(one.grams, -(-one.cm3 * 333 // 1_000), one.ldm_mm * 1_850)
            bind.execute(aboard.insert().values(case_id=case_id, booking_id=one.id, chargeable_g=grams))


def _rules_and_cases() -> tuple[sa.Table, sa.Table]:
    op.create_table(
        "bearing_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(_word(name) for name in ("cause", "waiting", "off_loading", "transfer", "rest", "shared_by")),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        _word("state"),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        _at("created_at"),
        _at("decided_at", nullable=True),
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_bearing_rule_decided")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bearing_rule")),
    )
    op.create_index(op.f("ix_bearing_rule_person_id"), "bearing_rule", ["person_id"])
    case = op.create_table(
        "hold_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        _word("cause"),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        _at("began_at"),
        _at("ended_at", nullable=True),
        _to("hold_case", "departure_id", "departure"),
        _to("hold_case", "rule_id", "bearing_rule"),
        _to("hold_case", "booking_id", "booking"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_case")),
    )
    op.create_index(op.f("ix_hold_case_departure_id"), "hold_case", ["departure_id"])
    aboard = op.create_table(
        "hold_aboard",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("chargeable_g", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("chargeable_g >= 0", name=op.f("ck_hold_aboard_weight")),
        _to("hold_aboard", "case_id", "hold_case"),
        _to("hold_aboard", "booking_id", "booking"),
        sa.PrimaryKeyConstraint("case_id", "booking_id", name=op.f("pk_hold_aboard")),
    )
    return case, aboard


def _shares() -> None:
    op.create_table(
        "hold_cost",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        _word("act"),
        sa.Column("moved_id", sa.Uuid(), nullable=True),
        _at("shared_at", nullable=True),
        _to("hold_cost", "item_id", "cost_item"),
        _to("hold_cost", "case_id", "hold_case"),
        _to("hold_cost", "moved_id", "booking"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_hold_cost")),
    )
    op.create_index(op.f("ix_hold_cost_case_id"), "hold_cost", ["case_id"])
    op.create_table(
        "hold_share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        _word("bearer"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Uuid(), nullable=True)
            for name in ("booking_id", "order_id", "line_id", "payer_id", "carrier_id")
        ),
        _word("state", nullable=True),
        _at("made_at"),
        *(_at(name, nullable=True) for name in ("charged_at", "waived_at", "voided_at")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_hold_share_amount")),
        sa.CheckConstraint(
            "(bearer IN ('shipper', 'goods')) = (payer_id IS NOT NULL)"
            " AND (bearer IN ('shipper', 'goods')) = (state IS NOT NULL)"
            " AND (bearer IN ('shipper', 'goods')) = (order_id IS NOT NULL)"
            " AND (bearer = 'platform') = (carrier_id IS NULL)",
            name=op.f("ck_hold_share_whose"),
        ),
        sa.CheckConstraint(
            "state IS NULL OR (state = 'waived') = (waived_at IS NOT NULL)", name=op.f("ck_hold_share_waived")
        ),
        _to("hold_share", "item_id", "hold_cost", "item_id"),
        _to("hold_share", "departure_id", "departure"),
        _to("hold_share", "booking_id", "booking"),
        _to("hold_share", "order_id", "trade_order"),
        _to("hold_share", "line_id", "order_line"),
        _to("hold_share", "payer_id", "company"),
        _to("hold_share", "carrier_id", "company"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_share")),
        sa.UniqueConstraint("reference", name=op.f("uq_hold_share_reference")),
        sa.UniqueConstraint("item_id", "position", name=op.f("uq_hold_share_item_id_position")),
    )
    for name in ("departure_id", "order_id"):
        op.create_index(op.f(f"ix_hold_share_{name}"), "hold_share", [name])
    for name in ("payer_id", "carrier_id"):
        op.create_index(f"ix_hold_share_{name}_id", "hold_share", [name, "id"])
    op.create_table(
        "hold_waiver",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        _word("cause"),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        _at("at"),
        _to("hold_waiver", "share_id", "hold_share"),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_hold_waiver")),
    )
    op.create_index(op.f("ix_hold_waiver_person_id"), "hold_waiver", ["person_id"])
    op.create_table(
        "hold_set_off",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        _at("at"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_hold_set_off_minor")),
        _to("hold_set_off", "share_id", "hold_share"),
        _to("hold_set_off", "line_id", "partner_invoice_line"),
        sa.PrimaryKeyConstraint("share_id", "line_id", name=op.f("pk_hold_set_off")),
    )
