"""The money of a company: what is due, held and expected, drawn by weeks, and the same as files."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import cash as acts
from marketplace.edge.acts import payouts
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import cash as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.web.cash import words
from marketplace.web.shared import acts as forms
from marketplace.web.shared import charts, choices, goods, payout_words, plans

pages = Blueprint("cash", __name__)
_READ = Permission.TRADE_STATEMENT_READ
_KEPT = ("currency", "side", "state", "from", "to")


@pages.get("/account/cash-flow")
@requires(_READ, twin="GET /api/v1/cash-flow")
def overview() -> Any:
    """Show what is due, held and expected, and what moves in each week."""
    try:
        seen = acts.look(parse(requests.CashFlowPage, request.args.to_dict()))
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _overview(None, **shown))
    return _overview(seen)


@pages.get("/account/cash-flow.csv")
@requires(_READ, twin="GET /api/v1/cash-flow.csv")
def as_csv() -> Any:
    """Give one of its tables as CSV."""
    return acts.as_csv(parse(requests.CashFlowTable, request.args.to_dict()))


@pages.get("/account/cash-flow.xlsx")
@requires(_READ, twin="GET /api/v1/cash-flow.xlsx")
def as_workbook() -> Any:
    """Give it as a workbook."""
    return acts.as_workbook(parse(requests.CashFlow, request.args.to_dict()))


def _overview(seen: acts.Seen | None, **shown: Any) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in _KEPT if request.args.get(name)}
    more = seen.page.next if seen else None
    return render_template(
        "cash/overview.html",
        seen=seen,
        drawn={series.currency: charts.bars(series.weeks, today=seen.picture.today) for series in seen.picture.series}
        if seen
        else {},
        words=words,
        waits=payouts.own_waits(reading()).items,
        reasons=payout_words.WAITS,
        goods=goods,
        plan_words=plans,
        figures=acts.FIGURES,
        kept=kept,
        currencies=choices.currencies(),
        next=url_for("cash.overview", **kept, cursor=more) if more else None,
        first=url_for("cash.overview", **kept) if request.args.get("cursor") else None,
        **{"values": request.args, "errors": {}, "refusal": None, **shown},
    )
