"""What a merchant's goods show that ends: certificates, and licences of brands."""

from typing import Any, Final

from flask import render_template, request, url_for

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import ending as queries
from marketplace.catalog.rules.details.ending import End
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.web.catalog.blueprint import pages
from marketplace.web.catalog.details import PARTS

_EDIT: Final = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/ending-papers")
@requires(_EDIT, twin="GET /api/v1/ending-papers")
def ending_papers() -> str:
    """Show what ends within a month or has ended, the first first."""
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    today = clock.now().date()
    page = queries.of_company(reading(), company_id=require_actor().company, today=today, cursor=asked.cursor)
    return render_template(
        "catalog/ending.html",
        rows=[
            {
                "sku": row.sku,
                "kind": PARTS[row.kind],
                "href": url_for("catalog.detail", listing_id=row.listing_id, part=row.kind.value),
                "ends": [_end(end, is_over=end.until < today) for end in row.ends],
            }
            for row in page.items
        ],
        next=url_for("catalog.ending_papers", cursor=page.next) if page.next else None,
        first=url_for("catalog.ending_papers") if asked.cursor else None,
    )


def _end(end: End, *, is_over: bool) -> dict[str, Any]:
    return {"name": end.name, "until": end.until, "is_over": is_over}
