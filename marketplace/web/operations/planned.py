"""Plans of lorries as templates want them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from marketplace.edge.acts.planning import Board, Filled
from marketplace.edge.acts.running import Cargo
from marketplace.kernel.money import Money
from marketplace.logistics.planning.queries.plans import PlanHead, PlannedRow
from marketplace.logistics.planning.rules.obstacles import Why
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.reference.queries import PlaceRow
from marketplace.web.operations import shown
from marketplace.web.shared import goods, locale, render


def run(head: PlanHead, places: Mapping[str, PlaceRow]) -> dict[str, Any]:
    """Return a run for its list and the head of its board."""
    hub = places.get(head.hub_code)
    return {
        "id": head.id,
        "version": head.version,
        "hub": head.hub_code if hub is None else hub.called(locale.current()),
        "zone": "UTC" if hub is None else hub.zone,
        "line": head.line_code or _("All lines"),
        "state": head.state,
        "made_at": head.made_at,
        "until": head.until,
        "gap": render.percent(head.gap_permyriad),
        "objective": head.objective,
        "bound": head.bound,
        "solver": f"{head.solver} {head.solver_version}".strip(),
        "seconds": f"{head.milliseconds / 1000:.1f} s",
        "killed": head.killed,
        "input": head.input_sha256,
    }


def choice(row: DepartureRow) -> str:
    """Return a departure as a choice."""
    return f"{row.reference} · {render.datetime_in(row.departs_at, shown.hub_zone(row))}"


def filled(one: Filled, cargo: Mapping[UUID, Cargo], places: Mapping[str, PlaceRow]) -> dict[str, Any]:
    """Return a departure with its meters and rows."""
    return {
        "id": one.departure.id,
        "reference": one.departure.reference,
        "line": one.departure.line_names.get(locale.current(), one.departure.line_name),
        "at": one.departure.departs_at,
        "cutoff": one.departure.cutoff_cargo_at,
        "zone": shown.hub_zone(one.departure),
        "meters": shown.loads(one.used, one.departure.capacity),
        "rows": [row(each, cargo, places) for each in one.rows],
    }


def row(one: PlannedRow, cargo: Mapping[UUID, Cargo], places: Mapping[str, PlaceRow]) -> dict[str, Any]:
    """Return a booking of a plan."""
    carried = cargo.get(one.subject)
    place = places.get(one.to_place)
    return {
        "id": one.booking_id,
        "reference": one.reference,
        "goods": goods.text(carried.goods.titles, carried.goods.source_locale) if carried else "",
        "to": one.to_place if place is None else place.called(locale.current()),
        "load": one.load,
        "value": one.value,
        "moved": one.departure_id not in (None, one.before_id),
        "pinned": one.pinned_to is not None,
        "marks": _marks(one),
        "outcome": _outcome(one.outcome),
    }


def why(one: PlannedRow, board: Board) -> dict[str, Any]:
    """Return why a booking stays behind, and what would free it, as sentences."""
    if one.reason is None:
        return {"why": _("Left behind by hand."), "free": ""}
    facts = one.facts
    there = board.named.get(facts.get("lorry") or "", "")
    return {"why": _sentence(one.reason, facts, there, board), "free": _freed(one.reason, facts, there, board)}


def _sentence(reason: Why, facts: Mapping[str, Any], there: str, board: Board) -> str:
    if reason is Why.DUE:
        return _("No departure reaches the place before it is due; the nearest is %(departure)s.", departure=there)
    if reason is Why.READY:
        return _("Ready after the cut-off; the nearest is %(departure)s.", departure=there)
    if reason in (Why.ROOM, Why.TOO_LARGE):
        return _("Over by %(over)s on %(departure)s.", over=_over(facts["over"]), departure=there)
    if reason is Why.STANDS_WITH:
        others = ", ".join(board.named.get(key, key) for key in facts["with"])
        return _("Would stand with %(others)s on %(departure)s.", others=others, departure=there)
    if reason is Why.FLOOR:
        stand = {"placed": facts["placed"], "total": facts["total"]}
        return _("Does not fit on the floor of %(departure)s: %(placed)s of %(total)s.", departure=there, **stand)
    plain = {
        Why.NO_DEPARTURE: _("No departure of its carrier goes there."),
        Why.PAPERS: _("Its papers would come too late for %(departure)s.", departure=there),
        Why.TEMPERATURE: _("No departure keeps its temperature."),
        Why.LANE: _("The lane does not take such goods."),
        Why.PIN: _("It is set on a departure that does not take it."),
        Why.VALUE: _("There is room on %(departure)s.", departure=there),
    }
    return plain[reason]


def _freed(reason: Why, facts: Mapping[str, Any], there: str, board: Board) -> str:
    gain = render.money(Money(facts["gain"], board.plan.head.bound.currency))
    if reason in (Why.ROOM, Why.TOO_LARGE):
        over = _over(facts["over"])
        if facts.get("cost"):
            cost = render.money(Money(facts["cost"], board.plan.head.bound.currency))
            return _("%(over)s more room brings %(gain)s; it is worth %(cost)s there.", over=over, gain=gain, cost=cost)
        return _("%(over)s more room brings %(gain)s.", over=over, gain=gain)
    if reason is Why.READY:
        return _("Ready until %(moment)s it rides on %(departure)s.", moment=_moment(facts["cutoff"]), departure=there)
    if reason is Why.DUE:
        arrives = _moment(facts["arrives"])
        return _("With %(moment)s as its due it rides on %(departure)s.", moment=arrives, departure=there)
    plain = {
        Why.STANDS_WITH: _("It rides once the others are moved."),
        Why.FLOOR: _("It rides once a new floor plan has a place for it, or on another lorry."),
    }
    return plain.get(reason, "")


def _outcome(code: str | None) -> str | None:
    """Return why applying did not move a booking, None where it did or nothing was to move."""
    words = {
        "capacity": _("no room"),
        "segregation": _("it would stand with goods that it must not stand with"),
        "gone": _("booking or departure is no longer part of the plan"),
    }
    return None if code in (None, "moved") else words.get(code, _("Could not be moved any more."))


def _moment(seconds: int) -> str:
    return render.datetime_in(datetime.fromtimestamp(seconds, UTC), "UTC")


def _over(over: Mapping[str, int]) -> str:
    return ", ".join(str(render.room(amount, name)) for name, amount in over.items())


def _marks(one: PlannedRow) -> str:
    nature = one.nature
    if nature is None:
        return ""
    words = [f"UN {nature.un_number}" if nature.un_number else "", *nature.labels, _("Food") if nature.food else ""]
    if nature.temp_min is not None or nature.temp_max is not None:
        words.append(" – ".join(f"{each / 10:g} °C" for each in (nature.temp_min, nature.temp_max) if each is not None))
    return " · ".join(word for word in words if word)
