"""What a line of an order has in common with another of the same goods, added to it or replacing what was claimed."""

from typing import Any, Final

from marketplace.orders.models import OrderLine

_SAME: Final = (
    "order_id", "listing_id", "listing_version", "sku", "titles", "source_locale", "hs_code", "origin", "unit",
    "packing", "lead_days", "fresh", "windows", "warranty", "kept_at",
)  # fmt: skip


def same_goods(like: OrderLine) -> dict[str, Any]:
    """Return the columns of a line of the same goods, the approved sample that they have to be like among them.

    That its price was a sample's, or took one's credit, is of the first line alone.
    """
    conforms_to = (like.sample or {}).get("conforms_to")
    sample = {"conforms_to": conforms_to} if conforms_to else None
    return {name: getattr(like, name) for name in _SAME} | {"sample": sample}
