"""Centres and lots as templates want them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from flask import flash
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from marketplace.distribution.centres.queries import Named
from marketplace.edge.acts import centres as acts
from marketplace.edge.acts.centres import LotSeen
from marketplace.edge.requests.borders import WEEKDAYS, clock_text
from marketplace.edge.requests.centres import PROOFS, REASONS, STATUSES
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.logistics.centres.queries.centres import CentreRow
from marketplace.logistics.centres.queries.lots import LotRow
from marketplace.logistics.centres.queries.papers import ArrivalRow, CountRow, TransferRow
from marketplace.logistics.centres.rules.centres import Figures, takes_bonded
from marketplace.logistics.centres.rules.counts import Reason
from marketplace.logistics.centres.rules.lots import Move, Status, stage_of
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods, locale

BLANK: Final[dict[str, Any]] = {"values": {}, "errors": {}, "refusal": None}
MOVES: Final = {
    Move.IN: _("Taken in"),
    Move.OUT: _("Handed out"),
    Move.SENT: _("Sent to another centre"),
    Move.ARRIVED: _("Came from another centre"),
    Move.RELEASED: _("Released from bond"),
    Move.CLEARED: _("Cleared by import declaration"),
    Move.COUNTED: _("Count difference"),
    Move.DAMAGED: _("Written off as broken"),
    Move.REEXPORTED: _("Sent out of the country again"),
    Move.PROMISED: _("Promised to an order"),
    Move.FREED: _("Promised no more"),
}
DAYS: Final = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def done(work: Callable[[Session], str], said: str, show: Callable[..., Any]) -> Any:
    """Do a form's work once, or show it again with what was refused."""
    try:
        answer = forms.once(work)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return answer


def title(named: Named) -> str:
    """Return what goods are called in the reader's language."""
    return goods.text(named.titles, named.source_locale)


def place(row: CentreRow) -> str:
    """Return what a centre's place is called in the reader's language."""
    return row.place.called(locale.current())


def hours(figures: Figures) -> str:
    """Return when a centre is open."""
    days = ", ".join(str(DAYS[bit]) for bit in range(len(WEEKDAYS)) if figures.days >> bit & 1)
    return f"{days} {clock_text(figures.opens)}–{clock_text(figures.closes)}"


def centre(row: CentreRow, keepers: dict[UUID, str]) -> dict[str, Any]:
    """Return a centre for a list."""
    return {
        "row": row,
        "name": place(row),
        "keeper": keepers[row.company_id],
        "hours": hours(row.figures),
        "is_bonded": takes_bonded(row.figures.licence_until, row.today(clock.now())),
    }


def centres(rows: Sequence[CentreRow]) -> list[dict[str, Any]]:
    """Return centres for a list."""
    keepers = acts.companies(row.company_id for row in rows)
    return [centre(row, keepers) for row in rows]


def lots(rows: Sequence[LotRow]) -> list[dict[str, Any]]:
    """Return lots for a list: what, whose, where, under which status, and how long still."""
    named, there = acts.names(row.listing_id for row in rows), acts.places(row.centre_id for row in rows)
    owners = acts.companies(row.company_id for row in rows)
    now = clock.now()
    return [_lot(row, named[row.listing_id], there[row.centre_id], owners[row.company_id], now) for row in rows]


def _lot(row: LotRow, named: Named, there: CentreRow, owner: str, now: Any) -> dict[str, Any]:
    return {
        "row": row,
        "title": title(named),
        "sku": named.sku,
        "unit": goods.unit(row.unit),
        "centre": place(there),
        "owner": owner,
        "status": STATUSES[row.status],
        "kg": acts.weight(row),
        **bond(row, there.today(now)),
    }


def bond(row: LotRow, today: Any) -> dict[str, Any]:
    """Return how long goods may stay in bond, and how loudly to say so."""
    left = row.days_left(today)
    stage = None if row.bonded_until is None else stage_of(row.bonded_until, today)
    tone = "bad" if stage in (0, 1) else "warn" if stage is not None else "info"
    return {"left": left, "tone": tone, "is_over": left is not None and left < 0}


def lot(seen: LotSeen) -> dict[str, Any]:
    """Return one lot for its page."""
    shown = lots((seen.row,))[0]
    return {**shown, "moves": [{"row": row, "kind": MOVES[row.kind]} for row in seen.movements], "reasons": REASONS}


def arrivals(rows: Sequence[ArrivalRow]) -> list[dict[str, Any]]:
    """Return announced goods for a list."""
    named, there = acts.names(row.listing_id for row in rows), acts.places(row.centre_id for row in rows)
    owners = acts.companies(row.company_id for row in rows)
    return [
        {
            "row": row,
            "title": title(named[row.listing_id]),
            "sku": named[row.listing_id].sku,
            "unit": goods.unit(row.unit),
            "centre": place(there[row.centre_id]),
            "owner": owners[row.company_id],
        }
        for row in rows
    ]


def transfers(rows: Sequence[TransferRow], own: Iterable[UUID]) -> list[dict[str, Any]]:
    """Return what is on its way between centres, and whether it comes to one of one's own."""
    named = acts.names(row.listing_id for row in rows)
    there = acts.places(each for row in rows for each in (row.from_centre_id, row.to_centre_id))
    mine = set(own)
    return [
        {
            "row": row,
            "title": title(named[row.listing_id]),
            "unit": goods.unit(row.unit),
            "start": place(there[row.from_centre_id]),
            "end": place(there[row.to_centre_id]),
            "comes": row.to_centre_id in mine,
        }
        for row in rows
    ]


def count(row: CountRow) -> dict[str, Any]:
    """Return a count sheet for its page."""
    named = acts.names(line.listing_id for line in row.lines)
    owners = acts.companies(line.company_id for line in row.lines)
    return {
        "row": row,
        "lines": [
            {
                "row": line,
                "title": title(named[line.listing_id]),
                "unit": goods.unit(line.unit),
                "owner": owners[line.company_id],
            }
            for line in row.lines
        ],
    }


def reasons() -> list[tuple[str, Any]]:
    """Return why a shelf may differ from the books, as choices."""
    return [(str(reason), REASONS[reason]) for reason in Reason]


def statuses() -> list[tuple[str, Any]]:
    """Return both statuses as choices."""
    return [(str(status), STATUSES[status]) for status in Status]


def proof_kinds() -> list[tuple[str, Any]]:
    """Return the kinds of origin proofs as choices."""
    return [(str(kind), word) for kind, word in PROOFS.items()]
