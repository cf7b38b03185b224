"""Pages of whole lorries."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.hires.rules.sharing import Why
from marketplace.edge.acts import hires as acts
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import hires as requests
from marketplace.web.hires import words
from marketplace.web.shared import goods

pages = Blueprint("hires", __name__)
_MINE = Permission.TRADE_PAYMENT_READ
_READ = Permission.OPERATOR_COST_READ


@pages.get("/whole-lorries")
@requires(_MINE, twin="GET /api/v1/whole-lorries")
def mine() -> str:
    """Show the whole lorries that one's company hired or lets."""
    return _many("hires.mine", "hires.one", acts.mine)


@pages.get("/whole-lorries/<uuid:hire_id>")
@requires(_MINE, twin="GET /api/v1/whole-lorries/{id}")
def one(hire_id: UUID) -> str:
    """Show a whole lorry of one's company."""
    return _one(acts.one(hire_id), "hires.mine")


@pages.get("/operator/whole-lorries")
@requires(_READ, twin="GET /api/v1/whole-lorry-desk")
def desk() -> str:
    """Show all whole lorries."""
    return _many("hires.desk", "hires.looked_at", acts.desk)


@pages.get("/operator/whole-lorries/<uuid:hire_id>")
@requires(_READ, twin="GET /api/v1/whole-lorry-desk/{id}")
def looked_at(hire_id: UUID) -> str:
    """Show any whole lorry."""
    return _one(acts.looked_at(hire_id), "hires.desk")


def _many(here: str, there: str, find: acts.Find) -> str:
    page = find(parse(requests.HiresQuery, request.args.to_dict()))
    return render_template(
        "hires/many.html",
        page=page,
        there=there,
        names=acts.names(page.items),
        next=url_for(here, cursor=page.next) if page.next else None,
    )


def _one(found: acts.Hire, back: str) -> str:
    return render_template(
        "hires/one.html",
        hire=found.row,
        rounds=found.rounds,
        waits=found.waits,
        waiting_fee=found.waiting_fee,
        sees_orders=found.sees_orders,
        names=acts.names([found.row], found.rounds),
        place_names={code: goods.place_of(row) for code, row in acts.places(found.rounds).items()},
        is_given_back=bool(found.rounds) and found.rounds[0].why is Why.UNDONE,
        words=words,
        is_own=back == "hires.mine",
        back=url_for(back),
    )
