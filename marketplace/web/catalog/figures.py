"""Goods by how often they were looked at, put into carts and ordered."""

from typing import Any, Final

from flask import render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.rules.texts import in_language
from marketplace.edge.acts import figures as acts
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests.figures import Sight
from marketplace.reports.queries.figures import PERIODS
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import figures as drawn
from marketplace.web.shared import locale

_FIELDS: Final = tuple(Sight.model_fields)


@pages.get("/merchant/figures")
@requires(Permission.CATALOG_LISTING_EDIT, twin="GET /api/v1/figures/listings")
def figures() -> str:
    """List one's own goods by a number of some days, and show those of all goods together."""
    asked = parse(Sight, {name: request.args[name] for name in _FIELDS if name in request.args})
    page = acts.goods(asked)
    kept: dict[str, Any] = {"days": asked.days, "sort": asked.sort, "order": asked.order}
    return render_template(
        "catalog/figures.html",
        figures=drawn.shown(acts.company()),
        periods=[
            {
                "days": days,
                "href": url_for("catalog.figures", **(kept | {"days": days})),
                "active": days == asked.days,
            }
            for days in PERIODS
        ],
        columns=_columns(asked),
        rows=[
            {
                "row": row,
                "title": in_language(row.titles, locale.current(), row.source_locale),
                "href": url_for("catalog.edit", listing_id=row.listing_id),
            }
            for row in page.items
        ],
        next=url_for("catalog.figures", **kept, cursor=page.next) if page.next else None,
        first=url_for("catalog.figures", **kept) if asked.cursor else None,
    )


def _columns(asked: Sight) -> list[dict[str, Any]]:
    """Return the columns; a second click on one turns its order round."""

    def column(sort: str, label: str, *, numeric: bool = True) -> dict[str, Any]:
        is_sorted = sort == asked.sort
        order = ("desc" if asked.ascending else "asc") if is_sorted else None
        return {
            "label": label,
            "numeric": numeric,
            "sort": url_for("catalog.figures", days=asked.days, sort=sort, order=order),
            "sorted": ("ascending" if asked.ascending else "descending") if is_sorted else None,
        }

    return [
        column("sku", _("Article"), numeric=False),
        {"label": _("State")},
        column("views", _("Views")),
        column("carts", _("Put into carts")),
        column("orders", _("Orders")),
        column("conversion", _("Orders per view")),
    ]
