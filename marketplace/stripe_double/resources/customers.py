"""Customers, as little as payments need."""

from typing import Any

from marketplace.stripe_double.calls import Call, listing, new_id


def create(call: Call) -> dict[str, Any]:
    """Make one."""
    customer = {
        "id": new_id("cus", 14),
        "object": "customer",
        "created": call.now,
        "currency": None,
        "description": call.given.get("description"),
        "email": call.given.get("email"),
        "livemode": False,
        "metadata": call.given.get("metadata", {}),
        "name": call.given.get("name"),
    }
    call.emit("customer.created", customer)
    return call.put(customer)


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("customer", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them."""
    return listing(call, call.transaction.all("customer"), url="/v1/customers")
