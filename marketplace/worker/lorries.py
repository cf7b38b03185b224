"""The jobs about lorries: room, timetable, fleet, plans, costs, goods in bond and events of the journey."""

from typing import Any
from uuid import UUID

from flask import current_app

from marketplace.distribution import flows as distribution
from marketplace.distribution.centre_sales import flows as centre_sales
from marketplace.distribution.costs import flows as costs
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.logistics import flows as lorries
from marketplace.logistics.centres import flows as centres
from marketplace.logistics.fleet import flows as fleets
from marketplace.logistics.floor import flows as floors
from marketplace.logistics.planning import flows as plans
from marketplace.logistics.services import timetable
from marketplace.logistics.tracing import flows as tracing
from marketplace.logistics.tracing.posting import Poster


def expire_bookings(_args: dict[str, Any]) -> None:
    """Give back room on lorries whose claim is over; whoever wants it meanwhile takes it without waiting for this."""
    lorries.expire_holds(now=clock.now())


def keep_timetable(_args: dict[str, Any]) -> None:
    """Close departures at their cut-off and settle those whose cargo is delivered."""
    lorries.close_due(now=clock.now())
    lorries.settle_due(now=clock.now())


def roll_timetable(_args: dict[str, Any]) -> None:
    """Make the departures of the coming weeks."""
    with unit_of_work() as session:
        timetable.roll(session, now=clock.now())


def watch_fleet_papers(_args: dict[str, Any]) -> None:
    """Tell carriers of papers of vehicles and drivers that end soon."""
    fleets.watch(now=clock.now())


def watch_bonds(_args: dict[str, Any]) -> None:
    """Tell owners of goods that must leave bond soon."""
    centres.watch(now=clock.now())


def watch_centre_sales(_args: dict[str, Any]) -> None:
    """Tell of goods that were ordered in a centre and not fetched in time."""
    centre_sales.watch(now=clock.now())


def pack_floor(args: dict[str, Any]) -> None:
    """Draw the floor plan of a lorry."""
    floors.pack(UUID(args["plan"]))


def plan_lorries(_args: dict[str, Any]) -> None:
    """Plan anew what rides on which departure where something changed since."""
    plans.plan_due(now=clock.now())


def plan_costs(_args: dict[str, Any]) -> None:
    """Plan what departures cost that take no more bookings, and match the invoices that waited for it."""
    costs.plan_due(now=clock.now())


def receive_by_default(_args: dict[str, Any]) -> None:
    """Count as received what arrived and nobody counted in time."""
    distribution.receive_by_default(now=clock.now())


def deliver_tracking(args: dict[str, Any]) -> None:
    """Send an event of the journey to an address of a company."""
    extensions = current_app.extensions
    poster = Poster(inside=not extensions["city.settings"].is_production)
    tracing.deliver(UUID(args["delivery"]), poster=poster, vault=extensions["city.vault"])
