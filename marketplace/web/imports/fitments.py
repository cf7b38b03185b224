"""What all of a merchant's parts fit, as a sheet: brought in, and taken along."""

from typing import Any, Final

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.rules.fitment_rows import COLUMNS, NAMES
from marketplace.edge.acts import fitments as acts
from marketplace.edge.answers import problem, status_of
from marketplace.edge.permissions import requires
from marketplace.kernel.errors import Conflict, Refused, TooLarge
from marketplace.web.shared import acts as forms
from marketplace.web.shared.details import IN_A_ROW

pages = Blueprint("fitments", __name__)

_RUN: Final = Permission.CATALOG_IMPORT_RUN
_SHOWN: Final = 100  # rows that need another look
WORDS: Final[dict[str, Any]] = {"sku": lazy_gettext("Article number"), **IN_A_ROW}


@pages.get("/merchant/fitment")
@requires(_RUN)
def overview() -> str:
    """Show how a sheet of vehicles is brought in, and give the present one."""
    return _overview()


@pages.get("/merchant/fitment.csv")
@requires(_RUN, twin="GET /api/v1/fitment.csv")
def list_csv() -> Any:
    """Give what all parts fit as a table of text."""
    return acts.list_file("csv")


@pages.get("/merchant/fitment.xlsx")
@requires(_RUN, twin="GET /api/v1/fitment.xlsx")
def list_workbook() -> Any:
    """Give what all parts fit as a workbook."""
    return acts.list_file("xlsx")


@pages.post("/merchant/fitment")
@requires(_RUN, twin="POST /api/v1/fitment")
def bring_in() -> Any:
    """Take in a sheet of vehicles, whole or not at all."""
    said: list[str] = []
    try:
        write = acts.read()

        def work(session: Session) -> str:
            done = write(session)
            said.append(ngettext("%(num)s article is changed.", "%(num)s articles are changed.", done.changed))
            if done.waiting:
                said.append(_("What belongs to listings that are up waits for review."))
            return url_for("fitments.overview")

        answer = forms.once(work)
    except (Refused, Conflict, TooLarge) as refusal:
        return _refused(refusal)
    flash(" ".join(said) if said else _("Saved."), "good")
    return answer


def _refused(refusal: Refused | Conflict | TooLarge) -> Any:
    """Show every row that needs another look with its reason."""
    document = problem(refusal)
    bad = [
        {"number": place[1], "column": WORDS[place[2]], "message": item["message"]}
        for item in document["errors"]
        if (place := item["field"].split("."))[0] == "rows"
    ]
    errors = {item["field"]: item["message"] for item in document["errors"] if not item["field"].startswith("rows.")}
    if bad:
        errors["file"] = ngettext(
            "One cell of this sheet needs another look; nothing was written.",
            "%(num)s cells of this sheet need another look; nothing was written.",
            len(bad),
        )
    more = max(0, len(bad) - _SHOWN)
    return _overview(bad=bad[:_SHOWN], more=more, errors=errors, refusal=document), status_of(refusal)


def _overview(**shown: Any) -> str:
    return render_template(
        "imports/fitment.html",
        columns=[(name, WORDS[name], NAMES[name][1]) for name in COLUMNS],
        **{"bad": [], "more": 0, "values": {}, "errors": {}, "refusal": None, **shown},
    )
