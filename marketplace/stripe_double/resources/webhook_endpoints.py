"""WebhookEndpoints and Events: who is told what."""

import secrets
from typing import Any

from marketplace.stripe_double.calls import API_VERSION, Call, listing, new_id
from marketplace.stripe_double.errors import invalid


def create(call: Call) -> dict[str, Any]:
    """Register an endpoint; only this answer shows its secret."""
    given = call.given
    _check_url(given["url"])
    if given.get("api_version", API_VERSION) != API_VERSION:
        raise invalid(f"The demo provider only does {API_VERSION}", param="api_version", code="double_unsupported")
    endpoint = call.put(
        {
            "id": new_id("we"),
            "object": "webhook_endpoint",
            "api_version": given.get("api_version"),
            "application": None,
            "created": call.now,
            "description": given.get("description"),
            "enabled_events": given["enabled_events"],
            "livemode": False,
            "metadata": given.get("metadata", {}),
            "status": "enabled",
            "url": given["url"],
            "_connect": given.get("connect", False),
            "_secret": f"whsec_{secrets.token_hex(24)}",
        }
    )
    return {**endpoint, "secret": endpoint["_secret"]}


def retrieve(call: Call) -> dict[str, Any]:
    """Read one, without its secret."""
    return call.get("webhook_endpoint", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them."""
    return listing(call, call.transaction.all("webhook_endpoint"), url="/v1/webhook_endpoints")


def update(call: Call) -> dict[str, Any]:
    """Change address, events, or switch an endpoint off."""
    endpoint = retrieve(call)
    given = call.given
    if "url" in given:
        _check_url(given["url"])
        endpoint["url"] = given["url"]
    if "enabled_events" in given:
        endpoint["enabled_events"] = given["enabled_events"]
    if "disabled" in given:
        endpoint["status"] = "disabled" if given["disabled"] else "enabled"
    return call.put(endpoint)


def delete(call: Call) -> dict[str, Any]:
    """Remove one."""
    retrieve(call)
    call.transaction.remove(call.object_id)
    return {"id": call.object_id, "object": "webhook_endpoint", "deleted": True}


def retrieve_event(call: Call) -> dict[str, Any]:
    """Read an event."""
    return call.get("event", call.object_id)


def find_events(call: Call) -> dict[str, Any]:
    """List events, newest first; ``type`` or ``types`` choose."""
    wanted = set(call.given.get("types", [])) | ({call.given["type"]} if "type" in call.given else set())
    found = [event for event in call.transaction.all("event") if not wanted or event["type"] in wanted]
    return listing(call, found, url="/v1/events")


def _check_url(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.", param="url", code="url_invalid"
        )
