"""Vehicles and drivers with their papers."""

from datetime import timedelta

from marketplace.kernel import clock

LONG = (clock.now().date() + timedelta(days=400)).isoformat()
SOON = (clock.now().date() + timedelta(days=2)).isoformat()


def paper(call, who, path, kind, until=LONG, **more):
    return call(who, "POST", f"{path}/papers", {"kind": kind, "valid_until": until, **more}, expect=201)["id"]


def vehicle(call, who, plates, **facts):
    made = call(who, "POST", "/fleet/vehicles", {"kind": "tractor", "plates": plates, **facts}, expect=201)["id"]
    for kind in ("inspection", "insurance", "gms_permit"):
        paper(call, who, f"/fleet/vehicles/{made}", kind, number="N-1")
    return made


def driver(call, who, name="Nguyen Van Binh"):
    made = call(who, "POST", "/fleet/drivers", {"name": name, "country": "VN"}, expect=201)["id"]
    for kind in ("driving_licence", "passport"):
        paper(call, who, f"/fleet/drivers/{made}", kind)
    return made
