"""One call in progress, and what every resource does alike: ids, events, lists, expansion."""

import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from marketplace.kernel import clock
from marketplace.stripe_double.errors import invalid, missing
from marketplace.stripe_double.storage import Transaction

API_VERSION: Final = "2026-10-28.endive"
_LETTERS: Final = string.ascii_letters + string.digits
# What an id in a field may be expanded to.
_EXPANDABLE: Final = {
    "latest_charge": "charge",
    "charge": "charge",
    "balance_transaction": "balance_transaction",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "customer": "customer",
    "destination_payment": "charge",
    "transfer": "transfer",
    "source_transaction": "charge",
    "source": "",  # whatever the id says it is
}
# What an id begins with, for fields that may name several kinds of things.
_KINDS: Final = {
    "ch": "charge",
    "py": "charge",
    "re": "refund",
    "pyr": "refund",
    "tr": "transfer",
    "trr": "transfer_reversal",
    "du": "dispute",
    "po": "payout",
}
_DEEPEST: Final = 4
_USUAL_LIMIT: Final = 10
_LARGEST_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A checked call: its parameters, the id in its path, and the transaction it works in."""

    transaction: Transaction
    given: dict[str, Any]
    object_id: str
    base_url: str
    request_id: str = ""
    key: str = ""
    # The connected account that the call is made for; empty: the platform itself.
    account: str = ""
    # The country of the platform's own account: what it may take depends on it.
    platform: str = "SG"

    @property
    def now(self) -> int:
        """The stand-in's time in Unix seconds."""
        return int(clock.now().timestamp())

    def get(self, kind: str, object_id: str, *, param: str = "id") -> dict[str, Any]:
        """Return an object, or refuse an unknown id: 404 for the one in the path, 400 in a parameter."""
        found = self.transaction.get(kind, object_id)
        if found is None:
            raise missing(kind, object_id, param=param, status=404 if param == "id" else 400)
        return found

    def put(self, thing: dict[str, Any]) -> dict[str, Any]:
        """Write an object and return it."""
        self.transaction.put(thing)
        return thing

    def emit(self, kind: str, thing: dict[str, Any], *, account: str = "") -> None:
        """Write an event with the object as it is now, and a delivery to every endpoint that wants it."""
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": {"object": public(thing)},
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request_id or None, "idempotency_key": self.key or None},
            "type": kind,
        }
        if account:
            event["account"] = account
        for endpoint in self.transaction.all("webhook_endpoint"):
            wanted = endpoint["enabled_events"]
            # What happens on connected accounts goes to endpoints for that alone.
            fits = endpoint.get("_connect", False) is bool(account) and endpoint["status"] == "enabled"
            if fits and ("*" in wanted or kind in wanted):
                event["pending_webhooks"] += 1
                self.transaction.sql.execute(
                    "INSERT INTO delivery (event, endpoint, due) VALUES (?, ?, ?)",
                    (event["id"], endpoint["id"], clock.now().timestamp()),
                )
        self.put(event)


def new_id(prefix: str, length: int = 24) -> str:
    """Return a new id of Stripe's form."""
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(length))}"


def public(thing: Any) -> Any:
    """Return what is shown of an object: names that begin with an underscore are the stand-in's own."""
    if isinstance(thing, dict):
        return {name: public(value) for name, value in thing.items() if not name.startswith("_")}
    return [public(item) for item in thing] if isinstance(thing, list) else thing


def listing(call: Call, things: Iterable[dict[str, Any]], *, url: str) -> dict[str, Any]:
    """Return one page of objects, newest first: ``limit``, ``starting_after``, ``ending_before``, ``created``."""
    given = call.given
    found = [thing for thing in things if _made_in(thing, given.get("created"))]
    limit = given.get("limit", _USUAL_LIMIT)
    if not 1 <= limit <= _LARGEST_LIMIT:
        raise invalid("This value must be between 1 and 100.", param="limit", code="parameter_invalid_integer")
    ids = [thing["id"] for thing in found]
    if "ending_before" in given:
        end = _position(ids, given["ending_before"], "ending_before")
        start = max(0, end - limit)
        return _page(found[start:end], more=start > 0, url=url)
    start = _position(ids, given["starting_after"], "starting_after") + 1 if "starting_after" in given else 0
    return _page(found[start : start + limit], more=len(found) > start + limit, url=url)


def since(call: Call) -> int:
    """Return the earliest second that a list asks for, so that it need not read what is older."""
    created = call.given.get("created", 0)
    return created if isinstance(created, int) else created.get("gte", created.get("gt", 0))


def expand(call: Call, thing: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Replace ids by their objects along the paths, ``latest_charge.balance_transaction``."""
    shown = public(thing)
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST:
            message = f"You cannot expand more than 4 levels of a property (property: {path})"
            raise invalid(message, param="expand[0]", code="property_cannot_be_expanded")
        _expand(call, shown, steps, path)
    return shown


def _expand(call: Call, node: Any, steps: list[str], path: str) -> None:
    if not steps or node is None:
        return
    if isinstance(node, list):
        for item in node:
            _expand(call, item, steps, path)
        return
    step = steps[0]
    if step == "data" and node.get("object") == "list":
        _expand(call, node["data"], steps[1:], path)
        return
    if step not in node or step not in _EXPANDABLE:
        message = f"This property cannot be expanded ({path})."
        raise invalid(message, param="expand[0]", code="property_cannot_be_expanded")
    if isinstance(node[step], str):
        kind = _EXPANDABLE[step] or _KINDS.get(node[step].partition("_")[0], "")
        node[step] = public(call.transaction.get(kind, node[step]))
    _expand(call, node[step], steps[1:], path)


def _made_in(thing: dict[str, Any], created: Any) -> bool:
    if created is None:
        return True
    if isinstance(created, int):
        return thing["created"] == created
    bounds = {"gt": lambda at, bound: at > bound, "gte": lambda at, bound: at >= bound}
    bounds |= {"lt": lambda at, bound: at < bound, "lte": lambda at, bound: at <= bound}
    return all(bounds[name](thing["created"], bound) for name, bound in created.items())


def _position(ids: list[str], object_id: str, param: str) -> int:
    if object_id not in ids:
        raise missing("object", object_id, param=param, status=400)
    return ids.index(object_id)


def _page(things: list[dict[str, Any]], *, more: bool, url: str) -> dict[str, Any]:
    return {"object": "list", "data": [public(thing) for thing in things], "has_more": more, "url": url}
