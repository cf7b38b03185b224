"""The operator's board: what of the money does not add up yet, whose move it is, and by when."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import reconciliation as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import reconciliation as requests
from marketplace.kernel.db import reading
from marketplace.web.reconciliation import words

pages = Blueprint("reconciliation", __name__)
_READ = Permission.OPERATOR_PAYOUT_READ


@pages.get("/operator/reconciliation")
@requires(_READ, twin="GET /api/v1/reconciliation")
def board() -> str:
    """Show the board."""
    query = parse(requests.BoardPage, request.args.to_dict())
    seen = acts.look(query)
    kept: dict[str, Any] = {name: request.args[name] for name in ("kind", "late") if request.args.get(name)}
    more = seen.board.page.next
    return render_template(
        "reconciliation/board.html",
        seen=seen,
        query=query,
        words=words,
        kept=kept,
        zone=house_clock(reading()),
        next=url_for("reconciliation.board", **kept, cursor=more) if more else None,
        first=url_for("reconciliation.board", **kept) if query.cursor else None,
    )


@pages.get("/operator/reconciliation.csv")
@requires(_READ, twin="GET /api/v1/reconciliation.csv")
def as_csv() -> Any:
    """Give the board as CSV."""
    return acts.as_csv(parse(requests.Board, request.args.to_dict()))


@pages.get("/operator/reconciliation.xlsx")
@requires(_READ, twin="GET /api/v1/reconciliation.xlsx")
def as_workbook() -> Any:
    """Give the board as a workbook."""
    return acts.as_workbook(parse(requests.Board, request.args.to_dict()))
