"""An import as its pages show it: how far it is, what is said of its rows, and what they change."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from flask_babel import lazy_gettext

from marketplace.catalog.imports import queries
from marketplace.catalog.queries import goods
from marketplace.catalog.rules.headers import DETAILS, LWH, NAMES, VARIANTS
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.picture_sources import PictureState
from marketplace.catalog.rules.sheet_details import ATTRIBUTE
from marketplace.edge.labels import label_of
from marketplace.edge.messages import field_sentence
from marketplace.kernel.db import reading
from marketplace.web.shared import goods as shown_goods

OUTCOMES: Final[dict[Outcome, tuple[Any, str]]] = {
    Outcome.CREATE: (lazy_gettext("new"), "good"),
    Outcome.UPDATE: (lazy_gettext("changed"), "info"),
    Outcome.UNCHANGED: (lazy_gettext("unchanged"), "calm"),
    Outcome.ERROR: (lazy_gettext("needs mending"), "bad"),
}
PICTURES: Final[dict[PictureState, tuple[Any, str]]] = {
    PictureState.WAITING: (lazy_gettext("waiting"), "calm"),
    PictureState.ADDED: (lazy_gettext("taken in"), "good"),
    PictureState.SAME: (lazy_gettext("there already"), "calm"),
    PictureState.FAILED: (lazy_gettext("failed"), "bad"),
}
_RUNNING: Final = frozenset({ImportState.READING, ImportState.COMMITTING})
# How the design system's progress calls the states.
_SHOWN_AS: Final = {
    ImportState.QUEUED: "queued",
    ImportState.PREVIEWED: "done",
    ImportState.DONE: "done",
    ImportState.FAILED: "failed",
    ImportState.CANCELLED: "failed",
}


def job(view: queries.ImportView) -> dict[str, Any]:
    """Return what the progress of an import is drawn from."""
    return {
        "id": view.id,
        "title": view.sheet or lazy_gettext("Price list"),
        # A preview is finished, though none of its rows is written.
        "done": view.total if view.state is ImportState.PREVIEWED else view.done,
        "total": view.total,
        "state": "running" if view.state in _RUNNING else _SHOWN_AS[view.state],
    }


def labels(view: queries.ImportView, rows: Sequence[queries.RowView | queries.MendRow]) -> Callable[[str], str]:
    """Return what says how people call a column: what a category asks for by the name that the city gave it."""
    named = (
        *view.columns,
        *(error.field for row in rows for error in row.errors),
        *(change.column for row in rows if isinstance(row, queries.RowView) for change in row.changes),
    )
    codes = {found[1] for name in named if (found := ATTRIBUTE.fullmatch(name))}
    names = goods.attribute_names(reading(), codes=codes) if codes else {}

    def label(name: str) -> str:
        found = ATTRIBUTE.fullmatch(name)
        return shown_goods.text(names[found[1]]) if found and found[1] in names else label_of(name)

    return label


def said(row: queries.RowView, view: queries.ImportView, label: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return what is said of a row: where in the sheet, the sentence, and whether it keeps the row out."""
    kept_out = [(error, True) for error in row.errors]
    return [
        {
            "field": error.field,
            "label": label(error.field),
            "header": view.spot(error.field).header,
            "cell": view.spot(error.field).cell(row.line),
            "text": field_sentence(error),
            "bad": bad,
        }
        for error, bad in (*kept_out, *((error, False) for error in row.warnings))
    ]


def changed(row: queries.RowView, label: Callable[[str], str]) -> list[dict[str, str]]:
    """Return what a row changes, by what people call the columns; a further price basis is named before its price."""
    found: list[dict[str, str]] = []
    for each in row.changes:
        basis, _blank, name = each.column.rpartition(" ")
        called = " ".join(part for part in (basis, label(name)) if part)
        found.append({"label": called, "before": each.before, "after": each.after})
    return found


def ours(view: queries.ImportView) -> list[tuple[str, str]]:
    """Return our columns that the sheet has not been found to have, as the options of a select."""
    names = (
        *(name for name in NAMES if name != LWH),
        *(f"title_{language}" for language in ("en", "zh", "vi")),
        *VARIANTS,
        *DETAILS,
    )
    return [(name, f"{label_of(name)} ({name})") for name in names if name not in view.columns]
