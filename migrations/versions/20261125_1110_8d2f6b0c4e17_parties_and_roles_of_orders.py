"""Parties and roles of orders, frozen at placement."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json

revision: str = "8d2f6b0c4e17"
down_revision: str | None = "7c4e1d9a2f60"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Rules under which carriage and risk on the way were the seller's when orders of before were placed.
_SELLER_CARRIES = frozenset({"CPT", "CIP", "DAP", "DPU", "DDP"})

_company = sa.table(
    "company",
    sa.column("id", sa.Uuid()),
    *(
        sa.column(name, sa.String())
        for name in ("name", "country", "registration_number", "tax_id", "contact", "street", "city", "region")
    ),
    sa.column("postcode", sa.String()),
)
_place = sa.table("place", sa.column("code", sa.String()), sa.column("name", sa.String()), sa.column("names", Json))
_order = sa.table(
    "trade_order",
    *(sa.column(name, sa.Uuid()) for name in ("id", "buyer_id", "merchant_id", "exporter_id", "notify_id")),
    *(sa.column(name, sa.String()) for name in ("incoterm", "place_code")),
    *(sa.column(name, Json) for name in ("place_names", "brokers", "costs", "parties")),
)
_freight = sa.table(
    "freight_contract", sa.column("id", sa.Uuid()), sa.column("carrier_id", sa.Uuid()), sa.column("carrier", Json)
)
_attempt = sa.table("checkout_attempt", sa.column("id", sa.Uuid()), sa.column("plan", Json))


def upgrade() -> None:
    """Bring the schema forward, and fill in orders, contracts and plans of before by what is known today."""
    with op.batch_alter_table("trade_order", schema=None) as batch_op:
        for name in ("exporter_id", "notify_id"):
            batch_op.add_column(sa.Column(name, sa.Uuid(), nullable=True))
        for name in ("place_names", "brokers", "costs", "parties"):
            batch_op.add_column(sa.Column(name, Json, nullable=True))
    with op.batch_alter_table("freight_contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("carrier", Json, nullable=True))
    connection = op.get_bind()
    parties = {row.id: _party(row) for row in connection.execute(sa.select(_company))}
    places = {row.code: _names(row) for row in connection.execute(sa.select(_place))}
    for row in connection.execute(
        sa.select(_order.c.id, _order.c.buyer_id, _order.c.merchant_id, _order.c.incoterm, _order.c.place_code)
    ).all():
        values = {
            "exporter_id": row.merchant_id,
            "notify_id": row.buyer_id,
            "brokers": [],
            **_frozen(row.incoterm, row.place_code, row.buyer_id, row.merchant_id, parties, places),
        }
        connection.execute(sa.update(_order).where(_order.c.id == row.id).values(**values))
    for row in connection.execute(sa.select(_freight.c.id, _freight.c.carrier_id)).all():
        statement = sa.update(_freight).where(_freight.c.id == row.id)
        connection.execute(statement.values(carrier=parties[row.carrier_id]))
    for attempt_id, plan in connection.execute(sa.select(_attempt.c.id, _attempt.c.plan)).all():
        _fill(plan, parties, places)
        connection.execute(sa.update(_attempt).where(_attempt.c.id == attempt_id).values(plan=plan))


def _party(row: Any) -> dict[str, str]:
    return {
        "name": row.name,
        "country": row.country,
        "address": ", ".join(part for part in (row.street, row.city, row.region, row.postcode) if part),
        "registration_number": row.registration_number,
        "tax_id": row.tax_id or "",
        "contact": row.contact or "",
    }


def _names(row: Any) -> dict[str, str]:
    return {"en": row.name, **{code: name for code, name in row.names.items() if code != "local"}}


def _frozen(
    rule: str,
    place: str,
    buyer: UUID,
    merchant: UUID,
    parties: Mapping[UUID, dict[str, str]],
    places: Mapping[str, dict[str, str]],
) -> dict[str, Any]:
    side = "seller" if rule in _SELLER_CARRIES else "buyer"
    return {
        "place_names": places[place],
        "costs": {"freight": side, "insurance": side, "duty": "buyer"},
        "parties": {str(company): parties[company] for company in (buyer, merchant)},
    }


def _fill(plan: dict[str, Any], parties: Mapping[UUID, dict[str, str]], places: Mapping[str, dict[str, str]]) -> None:
    """Add to a plan what plans of today hold, so that a checkout that is under way goes through."""
    buyer = plan["group"]["buyer_id"]
    for order in plan["group"]["orders"]:
        merchant = order["merchant_id"]
        frozen = _frozen(order["incoterm"], order["place_code"], UUID(buyer), UUID(merchant), parties, places)
        order["roles"] = {
            "exporter_id": merchant,
            "importer_id": buyer,
            "consignee_id": buyer,
            "notify_id": buyer,
            "brokers": [],
            "costs": frozen.pop("costs"),
        }
        order.update(frozen)
    for agreement in plan["freight"]:
        agreement["carrier"] = parties[UUID(agreement["carrier_id"])]


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
