"""What of ours a line of the provider's books is, and where a return by bank goes."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json

revision: str = "e613cd340e7c"
down_revision: str | None = "45e195c23dc2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BOOKING: Final = sa.table(
    "provider_booking",
    sa.column("id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("source_id", sa.String()),
    sa.column("intent_id", sa.String()),
    sa.column("amount_minor", sa.BigInteger()),
    sa.column("state", sa.String()),
    sa.column("ledger_key", sa.String()),
)
# Of each kind: our table, its column with the provider's id, the booking's column with the same, and the ledger's key.
_OURS: Final = {
    "charge": ("card_charge", "intent_id", "intent_id", "card:{}:captured"),
    "refund": ("card_refund", "provider_id", "source_id", "card_refund:{}:done"),
    "refund_failed": ("card_refund", "provider_id", "source_id", "card_refund:{}:failed"),
    "transfer": ("payout", "transfer_id", "source_id", "payout_settled:{}"),
    "reversal": ("payout_reversal", "provider_id", "source_id", "transfer_reversed:{}"),
    "dispute": ("card_dispute", "provider_id", "source_id", "dispute:{}:{}"),
}


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("provider_booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ledger_key", sa.String(length=200), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_provider_booking_ledger_key"), ["ledger_key"])
    with op.batch_alter_table("card_return", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account", Json, nullable=True))
    _name_what_matched()
    # A first person's word for a way that there is no more would keep the others from any.
    op.execute(
        "UPDATE card_hold SET way = NULL, first_by = NULL WHERE state = 'waiting' AND way = 'refund' AND charge_id IN ("
        "SELECT card_charge.id FROM card_charge JOIN payment_terms ON payment_terms.subject_kind = card_charge.subject_kind"
        " AND payment_terms.subject_id = card_charge.subject_id WHERE payment_terms.mode = 'operator_sells')"
    )


def _name_what_matched() -> None:
    """Say of each line that was found to be as ours what of ours it is; of two for one thing, of the first alone."""
    connection, taken = op.get_bind(), set[str]()
    for kind, (table, their_id, booked_id, key) in _OURS.items():
        ours = sa.table(table, sa.column("id", sa.Uuid()), sa.column(their_id, sa.String()))
        matched = (
            sa.select(_BOOKING.c.id, _BOOKING.c.amount_minor, ours.c.id.label("our_id"))
            .join(ours, ours.c[their_id] == _BOOKING.c[booked_id])
            .where(_BOOKING.c.kind == kind, _BOOKING.c.state == "matched")
            .order_by(_BOOKING.c.id)
        )
        for row in connection.execute(matched).all():
            named = key.format(row.our_id, "withdrawn" if row.amount_minor < 0 else "reinstated")
            if named not in taken:
                connection.execute(sa.update(_BOOKING).where(_BOOKING.c.id == row.id).values(ledger_key=named))
                taken.add(named)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
