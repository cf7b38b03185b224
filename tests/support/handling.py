"""What is done to goods at a hub."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from marketplace.kernel import clock


def act(way, kind, minutes=-60, device="phone-1", **said):
    done_at = clock.now() + timedelta(minutes=minutes)
    about = {} if kind in ("seal", "gate_out", "arrived", "stripped") else {"booking": way.booking["id"]}
    return (
        {
            "id": str(uuid4()),
            "kind": kind,
            "departure": way.booking["departure_id"],
            "device": device,
            "done_at": done_at.isoformat(),
        }
        | about
        | said
    )


def taken(way, **said):
    box = {"gross_kg": "12.5", "length_cm": "40", "width_cm": "40", "height_cm": "60"}
    pieces = said.get("pieces", 10)
    figures: dict[str, Any] = {"pieces": pieces} | box | {"gross_kg": str(12.5 * pieces)} | said
    return act(way, "receive", **figures)


def send(way, *acts, trader=None, expect=200):
    answer = way.call(trader or way.operator, "POST", "/handling-acts", json={"acts": acts}, expect=expect)
    return answer["answers"] if expect == 200 else answer


def told(way, *acts, trader=None):
    return [one["answer"] for one in send(way, *acts, trader=trader)]


def work(way, trader=None, expect=200):
    path = f"/departures/{way.booking['departure_id']}/work"
    return way.call(trader or way.operator, "GET", path, expect=expect)


def item(way):
    return work(way)["cargo"][0]
