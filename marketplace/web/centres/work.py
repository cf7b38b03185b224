"""What is to be done in the centres that one keeps, each row with the page whose form does it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.centre_work.queries import WorkRow
from marketplace.distribution.centre_work.rules import ORDER, Task
from marketplace.edge.acts import centre_work as acts
from marketplace.edge.acts import centres
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests.centre_work import WorkQuery
from marketplace.kernel import clock
from marketplace.logistics.centres.queries.centres import CentreRow
from marketplace.logistics.centres.rules.lots import days_left
from marketplace.web.centres import shown
from marketplace.web.centres.blueprint import pages
from marketplace.web.shared import goods

# What is done, its symbol, what its moment means, and the page that does it with the name of its id.
_SALE: Final = ("centres.sale", "centre_sale_id")
_ARRIVAL: Final = ("centres.arrival", "arrival_id")
TASKS: Final[dict[Task, tuple[Any, str, Any, tuple[str, str]]]] = {
    Task.RECEIVE: (_("Take in"), "box", _("announced"), _ARRIVAL),
    Task.TRANSFER: (_("Receive from another centre"), "refresh", _("sent"), ("centres.transfer", "lot_transfer_id")),
    Task.HAND_OVER: (_("Hand over"), "arrow-right", _("until"), _SALE),
    Task.DELIVER: (_("Say that it is delivered"), "home", _("handed over"), _SALE),
    Task.RELEASE: (_("To be declared by the broker"), "lock", _("until"), _SALE),
    Task.COUNT: (_("Count"), "edit", _("opened"), ("centres.count", "count_id")),
    Task.BOND: (_("Must leave bond"), "clock", _("last day"), ("centres.lot", "lot_id")),
    Task.COMES: (_("Comes by lorry"), "lorry", _("expected"), _ARRIVAL),
}


@pages.get("/partner/work")
@requires(Permission.PARTNER_CENTRE_KEEP, twin="GET /api/v1/centres/work")
def work() -> str:
    """Show what is to be done in one's centres."""
    asked = parse(WorkQuery, request.args.to_dict())
    mine = acts.own(asked)
    ids = [row.id for row in mine]
    page, counts = acts.many(asked, ids), acts.counts(ids)
    kept: dict[str, Any] = {"centre": asked.centre} if asked.centre else {}
    here: dict[str, Any] = kept | ({"task": asked.task.value} if asked.task else {})
    return render_template(
        "centres/work.html",
        rows=told(page.items, mine),
        tabs=_tabs(counts, asked.task, kept),
        centres=[(str(row.id), shown.place(row)) for row in centres.own_centres()],
        asked=asked,
        next=url_for("centres.work", cursor=page.next, **here) if page.next else None,
        first=url_for("centres.work", **here) if asked.cursor else None,
    )


def told(rows: Sequence[WorkRow], mine: Iterable[CentreRow]) -> list[dict[str, Any]]:
    """Return tasks for a list: what is to be done with which goods, where, and by when."""
    there = {row.id: row for row in mine}
    named = centres.names(row.listing_id for row in rows if row.listing_id is not None)
    owners = centres.companies(row.owner_id for row in rows if row.owner_id is not None)
    now = clock.now()
    return [_told(row, there[row.centre_id], named, owners, now) for row in rows]


def _told(row: WorkRow, centre: CentreRow, named: Any, owners: Any, now: Any) -> dict[str, Any]:
    what, symbol, when, (endpoint, name) = TASKS[row.task]
    one = None if row.listing_id is None else named.get(row.listing_id)
    own_id: dict[str, Any] = {name: row.id}
    left = None if row.day is None else days_left(row.day, centre.today(now))
    return {
        "row": row,
        "what": what,
        "symbol": symbol,
        "tone": _tone(row, left, now),
        "when": when,
        "href": url_for(endpoint, **own_id),
        "title": shown.title(one) if one else None,
        "unit": goods.unit(row.unit) if row.unit else "",
        "owner": owners.get(row.owner_id),
        "centre": shown.place(centre),
        "zone": centre.place.zone,
        "left": left,
    }


def _tone(row: WorkRow, left: int | None, now: Any) -> str:
    """Return how loudly a task is said: what is late is bad, what comes is only told."""
    if row.task is Task.COMES:
        return "info"
    is_due = row.task in (Task.HAND_OVER, Task.RELEASE) and row.at is not None and row.at <= now
    return "bad" if is_due or (left is not None and left < 0) else "warn"


def _tabs(counts: dict[Task, int], task: Task | None, kept: dict[str, Any]) -> list[dict[str, Any]]:
    every = {
        "label": _("Everything"),
        "href": url_for("centres.work", **kept),
        "active": task is None,
        "count": sum(counts.values()),
    }
    return [
        every,
        *(
            {
                "label": TASKS[one][0],
                "href": url_for("centres.work", task=one.value, **kept),
                "active": task is one,
                "count": counts[one],
            }
            for one in ORDER
            if counts[one] or task is one
        ),
    ]
