"""Bring a workbook in: hand it over, look at what it would do, let it be written, mend the bad rows."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.imports import queries, services
from marketplace.catalog.rules.headers import DETAILS, LWH, NAMES, VARIANTS
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.mapping import kept
from marketplace.catalog.rules.picture_sources import PictureState
from marketplace.edge.acts import imports as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.messages import field_sentence
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import imports as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused, TooLarge
from marketplace.web.imports import drawn
from marketplace.web.shared import acts as forms
from marketplace.web.shared import locale

pages = Blueprint("imports", __name__)

_RUN = Permission.CATALOG_IMPORT_RUN
_GUARDS = frozenset({"csrf_token", "idempotency_key"})


@pages.get("/merchant/imports")
@requires(_RUN)
def overview() -> str:
    """Show earlier imports and the form for a new one."""
    return _overview()


@pages.get("/merchant/listings.csv")
@requires(_RUN, twin="GET /api/v1/listings.csv")
def list_csv() -> Any:
    """Give the company's whole list as a table of text."""
    return acts.list_file("csv")


@pages.get("/merchant/listings.xlsx")
@requires(_RUN, twin="GET /api/v1/listings.xlsx")
def list_workbook() -> Any:
    """Give the company's whole list as a workbook."""
    return acts.list_file("xlsx")


@pages.post("/merchant/imports")
@requires(_RUN, twin="POST /api/v1/imports")
def begin() -> Any:
    """Take a workbook in."""
    try:
        return forms.once(lambda key: _begun(), flow=True)  # noqa: ARG005  the flow resumes by nothing
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, _overview)


def _begun() -> str:
    given = {name: value for name, value in request.form.items() if name not in _GUARDS}
    # A box that is not ticked is not sent.
    body = parse(requests.Upload, {"submit": "", **given})
    return url_for("imports.show", import_id=acts.begin(body, locale=locale.current()))


def _overview(**shown: Any) -> str:
    session, company_id = reading(), require_actor().company
    asked = parse(requests.Paged, {"cursor": request.args["cursor"]} if "cursor" in request.args else {})
    page = queries.imports(session, company_id=company_id, cursor=asked.cursor)
    mapping = queries.last_mapping(session, company_id=company_id)
    values = {
        "mapping": json.dumps(kept(mapping), ensure_ascii=False, indent=1) if mapping else "",
        "dry_run": "1",
        "submit": "1",
    }
    return render_template(
        "imports/overview.html",
        rows=page.items,
        columns=[(name, names[0]) for name, names in NAMES.items() if name != LWH],
        variants=[(name, names[0]) for name, names in VARIANTS.items()],
        beside=[(name, names[0]) for name, names in DETAILS.items()],
        next=url_for("imports.overview", cursor=page.next) if page.next else None,
        first=url_for("imports.overview") if asked.cursor else None,
        **{"values": values, "errors": {}, "refusal": None, **shown},
    )


@pages.get("/merchant/imports/template.xlsx")
@requires(_RUN)
def template() -> Any:
    """Give the workbook to begin with."""
    return acts.template_file(locale.current())


@pages.get("/merchant/imports/<uuid:import_id>")
@requires(_RUN)
def show(import_id: UUID) -> str:
    """Show what an import does or did, row by row."""
    return _show(import_id)


def _show(import_id: UUID, **shown: Any) -> str:
    names = ("outcome", "cursor")
    asked = parse(requests.Rows, {name: request.args[name] for name in names if name in request.args})
    session = reading()
    view = queries.get_import(session, company_id=require_actor().company, import_id=import_id)
    page = queries.rows(session, import_id=view.id, outcome=asked.outcome, cursor=asked.cursor)
    label = drawn.labels(view, page.items)
    pictured = queries.picture_counts(session, import_id=view.id)
    here: dict[str, Any] = {"import_id": import_id, **({"outcome": asked.outcome} if asked.outcome else {})}
    return render_template(
        "imports/show.html",
        view=view,
        job=drawn.job(view),
        rows=[
            {"row": row, "said": drawn.said(row, view, label), "changed": drawn.changed(row, label)}
            for row in page.items
        ],
        matched=[(name, label(name), source) for name, source in view.columns.items()],
        ignored=[(f"column.{view.headers.index(text)}", text) for text in view.ignored],
        ours=drawn.ours(view),
        outcomes=drawn.OUTCOMES,
        outcome=asked.outcome,
        warnings=[field_sentence(error) for error in view.warnings],
        failure=field_sentence(view.failure) if view.failure else None,
        previewed=ImportState.PREVIEWED,
        pictures=sum(pictured.values()),
        pictured=[(drawn.PICTURES[state][0], count) for state, count in pictured.items() if count],
        failed_pictures=pictured[PictureState.FAILED],
        can_retry=view.state is ImportState.DONE and view.counts[Outcome.ERROR] > 0,
        retries=queries.retries(session, import_id=view.id),
        values=shown.get("values", {}),
        next=url_for("imports.show", **here, cursor=page.next) if page.next else None,
        first=url_for("imports.show", **here) if asked.cursor else None,
        **{"refusal": None, "errors": {}, **{k: v for k, v in shown.items() if k != "values"}},
    )


@pages.get("/merchant/imports/<uuid:import_id>/progress")
@requires(_RUN)
def progress(import_id: UUID) -> Any:
    """Show how far an import is; the page is loaded again once it rests."""
    view = queries.get_import(reading(), company_id=require_actor().company, import_id=import_id)
    page = render_template("imports/_progress.html", view=view, job=drawn.job(view))
    return page, 200, {"HX-Refresh": "true"} if view.is_resting else {}


@pages.get("/merchant/imports/<uuid:import_id>/errors")
@requires(_RUN)
def errors(import_id: UUID) -> Any:
    """Give the bad rows back as a workbook with their reasons."""
    return acts.errors_file(import_id)


@pages.get("/merchant/imports/<uuid:import_id>/retry")
@requires(_RUN)
def retry_form(import_id: UUID) -> Any:
    """Ask for the mended file of bad rows; before its end an import has none."""
    return _retry(import_id) if _view_of(import_id).state is ImportState.DONE else _to(import_id)


@pages.post("/merchant/imports/<uuid:import_id>/retry")
@requires(_RUN, twin="POST /api/v1/imports/{id}/retry")
def retry(import_id: UUID) -> Any:
    """Run the bad rows of an import again from a mended file."""

    def work(key: str) -> str:  # noqa: ARG001  the flow resumes by nothing
        asked = parse(requests.Retry, {"dry_run": request.form.get("dry_run", "")})
        made = acts.retry(import_id, dry_run=asked.dry_run, locale=locale.current())
        return url_for("imports.show", import_id=made)

    try:
        return forms.once(work, flow=True)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, lambda **shown: _retry(import_id, **shown))


def _view_of(import_id: UUID) -> queries.ImportView:
    return queries.get_import(reading(), company_id=require_actor().company, import_id=import_id)


def _to(import_id: UUID) -> Any:
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _retry(import_id: UUID, **shown: Any) -> str:
    view = _view_of(import_id)
    return render_template("imports/retry.html", view=view, **{"values": {}, "errors": {}, "refusal": None, **shown})


@pages.get("/merchant/imports/<uuid:import_id>/pictures")
@requires(_RUN)
def pictures(import_id: UUID) -> str:
    """Show what became of the pictures that rows named."""
    return _pictures(import_id)


@pages.post("/merchant/imports/<uuid:import_id>/pictures")
@requires(_RUN, twin="POST /api/v1/imports/{id}/pictures")
def retry_pictures(import_id: UUID) -> Any:
    """Try the pictures again that failed, with another archive if one is handed in."""

    def work(key: str) -> str:  # noqa: ARG001  the flow resumes by nothing
        acts.retry_pictures(import_id)
        return url_for("imports.pictures", import_id=import_id)

    try:
        return forms.once(work, flow=True)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, lambda **shown: _pictures(import_id, **shown))


def _pictures(import_id: UUID, **shown: Any) -> str:
    view, session = _view_of(import_id), reading()
    asked = parse(requests.Paged, {"cursor": request.args["cursor"]} if "cursor" in request.args else {})
    page = queries.pictures(session, import_id=view.id, cursor=asked.cursor)
    counts = queries.picture_counts(session, import_id=view.id)
    return render_template(
        "imports/pictures.html",
        view=view,
        rows=[
            {"row": row, "said": field_sentence(row.error) if row.error else "", "state": drawn.PICTURES[row.state]}
            for row in page.items
        ],
        counts=counts,
        failed=counts[PictureState.FAILED],
        next=url_for("imports.pictures", import_id=view.id, cursor=page.next) if page.next else None,
        first=url_for("imports.pictures", import_id=view.id) if asked.cursor else None,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.get("/merchant/imports/<uuid:import_id>/rows")
@requires(_RUN)
def mend_form(import_id: UUID) -> Any:
    """Show the cells that are at fault, to be written anew; before its end an import has none."""
    return _mend(import_id) if _view_of(import_id).state is ImportState.DONE else _to(import_id)


@pages.post("/merchant/imports/<uuid:import_id>/rows")
@requires(_RUN, twin="POST /api/v1/imports/{id}/rows")
def mend(import_id: UUID) -> Any:
    """Run bad rows again with the cells that were written anew."""

    def work(key: str) -> str:  # noqa: ARG001  the flow resumes by nothing
        made = acts.mend(import_id, _mended(), locale=locale.current())
        return url_for("imports.show", import_id=made)

    try:
        return forms.once(work, flow=True)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, lambda **shown: _mend(import_id, **shown))


def _mended() -> requests.Mended:
    rows: dict[str, dict[str, str]] = {}
    for name, text in request.form.items():
        part, _, rest = name.partition(".")
        line, _, column = rest.partition(".")
        if part == "cell" and column:
            rows.setdefault(line, {})[column] = text
        elif part == "row":
            rows.setdefault(rest, {})
    return parse(requests.Mended, {"rows": [{"row": line, "cells": cells} for line, cells in rows.items()]})


def _mend(import_id: UUID, **shown: Any) -> str:
    session = reading()
    view = queries.get_import(session, company_id=require_actor().company, import_id=import_id)
    if view.retries_id is not None:
        view = queries.get_import(session, company_id=require_actor().company, import_id=view.retries_id)
    asked = parse(requests.Paged, {"cursor": request.args["cursor"]} if "cursor" in request.args else {})
    page = queries.bad_rows(session, view=view, cursor=asked.cursor)
    typed, label = shown.pop("values", {}), drawn.labels(view, page.items)
    return render_template(
        "imports/mend.html",
        view=view,
        rows=[
            {
                "row": row,
                "said": [(label(error.field), field_sentence(error)) for error in row.errors],
                "cells": [
                    (name, label(name), typed.get(f"cell.{row.line}.{name}", text)) for name, text in row.cells.items()
                ],
            }
            for row in page.items
        ],
        next=url_for("imports.mend_form", import_id=view.id, cursor=page.next) if page.next else None,
        first=url_for("imports.mend_form", import_id=view.id) if asked.cursor else None,
        **{"errors": {}, "refusal": None, **shown},
    )


@pages.post("/merchant/imports/<uuid:import_id>/commit")
@requires(_RUN, twin="POST /api/v1/imports/{id}/commit")
def commit(import_id: UUID) -> Any:
    """Let the good rows be written."""
    return _act(import_id, services.commit)


@pages.post("/merchant/imports/<uuid:import_id>/mapping")
@requires(_RUN, twin="POST /api/v1/imports/{id}/mapping")
def read_anew(import_id: UUID) -> Any:
    """Name columns that were ignored, and preview the workbook again."""

    def work(session: Any) -> str:
        view = queries.get_import(session, company_id=require_actor().company, import_id=import_id)
        chosen = {f"column.{place}": header for place, header in enumerate(view.headers)}
        mapping = {request.form[name]: header for name, header in chosen.items() if request.form.get(name)}
        body = parse(requests.Columns, {"mapping": mapping})
        return url_for("imports.show", import_id=acts.read_anew(session, import_id, body))

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _show(import_id, **shown))


@pages.post("/merchant/imports/<uuid:import_id>/cancellation")
@requires(_RUN, twin="POST /api/v1/imports/{id}/cancellation")
def cancel(import_id: UUID) -> Any:
    """Stop an import."""
    return _act(import_id, services.cancel)


def _act(import_id: UUID, service: Any) -> Any:
    def work(session: Any) -> str:
        service(session, actor=require_actor(), import_id=import_id, now=clock.now())
        return url_for("imports.show", import_id=import_id)

    try:
        return forms.once(work)
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **shown: _show(import_id, **shown))
