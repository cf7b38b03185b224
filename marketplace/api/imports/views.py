"""Bring workbooks in over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.imports import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.api.shared.uploads import PicturesForm, RetryForm, WorkbookForm
from marketplace.catalog.imports import queries, services
from marketplace.edge.acts import imports as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.requests import imports as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work

api = Blueprint("api_imports", __name__)

_RUN = Permission.CATALOG_IMPORT_RUN


@api.post("/imports")
@operation(answers={202: Created}, tag="imports", permission=_RUN, form=WorkbookForm, query=requests.UploadQuery)
def begin(query: requests.UploadQuery) -> tuple[int, Created]:
    """Hand in a workbook: multipart with ``file``, and ``mapping`` and ``sheet`` if needed; ``?dry_run=1`` previews.

    ``submit=0`` leaves new listings as drafts.
    """
    given = {**query.model_dump(exclude_unset=True), **request.form.to_dict()}
    return 202, Created(id=acts.begin(parse(requests.Upload, given), locale=acts.language_of_asker()))


@api.get("/imports")
@operation(answers={200: Items[answers.Summary]}, tag="imports", permission=_RUN, query=requests.Paged)
def imports(query: requests.Paged) -> tuple[int, Items[answers.Summary]]:
    """List the company's imports, the newest first."""
    page = queries.imports(reading(), company_id=require_actor().company, cursor=query.cursor)
    return 200, Items[answers.Summary](items=[answers.Summary.of(view) for view in page.items], next=page.next)


@api.get("/imports/template")
@operation(answers={200: None}, tag="imports", permission=_RUN)
def template() -> tuple[int, Any]:
    """Give the workbook to begin with: every column with an example, in English and in Chinese."""
    return 200, acts.template_file(acts.language_of_asker())


@api.get("/listings.csv")
@operation(answers={200: None}, tag="imports", permission=_RUN)
def list_csv() -> tuple[int, Any]:
    """Give all listings of one's company as CSV, in the columns of the import: brought in again it changes nothing."""
    return 200, acts.list_file("csv")


@api.get("/listings.xlsx")
@operation(answers={200: None}, tag="imports", permission=_RUN)
def list_workbook() -> tuple[int, Any]:
    """Give all listings of one's company as a workbook, in the columns of the import."""
    return 200, acts.list_file("xlsx")


@api.post("/imports/<uuid:import_id>/mapping")
@operation(answers={202: Created}, tag="imports", permission=_RUN, body=requests.Columns, idempotent=True)
def read_anew(import_id: UUID, body: requests.Columns, session: Session) -> tuple[int, Created]:
    """Preview the same workbook again with more of its columns named, and cancel the preview there was."""
    return 202, Created(id=acts.read_anew(session, import_id, body))


@api.get("/imports/<uuid:import_id>")
@operation(answers={200: answers.Import}, tag="imports", permission=_RUN, query=requests.Rows)
def show(import_id: UUID, query: requests.Rows) -> tuple[int, answers.Import]:
    """Show how far an import is and a page of its rows; ``?outcome=error`` shows the bad ones."""
    return 200, _import(import_id, query)


@api.get("/imports/<uuid:import_id>/errors")
@operation(answers={200: None}, tag="imports", permission=_RUN)
def errors(import_id: UUID) -> tuple[int, Any]:
    """Give the bad rows back as a workbook with their reasons."""
    return 200, acts.errors_file(import_id)


@api.post("/imports/<uuid:import_id>/retry")
@operation(answers={202: Created}, tag="imports", permission=_RUN, form=RetryForm, query=requests.Retry)
def retry(import_id: UUID, query: requests.Retry) -> tuple[int, Created]:
    """Hand the file of bad rows in again, mended: these rows are run, each once; ``?dry_run=1`` previews."""
    return 202, Created(id=acts.retry(import_id, dry_run=query.dry_run, locale=acts.language_of_asker()))


@api.get("/imports/<uuid:import_id>/pictures")
@operation(answers={200: Items[answers.Picture]}, tag="imports", permission=_RUN, query=requests.Paged)
def pictures(import_id: UUID, query: requests.Paged) -> tuple[int, Items[answers.Picture]]:
    """List the pictures that an import's rows named, in the order of the sheet, with what became of each."""
    view = queries.get_import(reading(), company_id=require_actor().company, import_id=import_id)
    page = queries.pictures(reading(), import_id=view.id, cursor=query.cursor)
    return 200, Items[answers.Picture](items=[answers.Picture.of(row) for row in page.items], next=page.next)


@api.post("/imports/<uuid:import_id>/pictures")
@operation(answers={202: answers.Import}, tag="imports", permission=_RUN, form=PicturesForm)
def retry_pictures(import_id: UUID) -> tuple[int, answers.Import]:
    """Try the pictures again that failed, with another ZIP beside them if one is sent."""
    acts.retry_pictures(import_id)
    return 202, _import(import_id, requests.Rows())


@api.post("/imports/<uuid:import_id>/rows")
@operation(answers={202: Created}, tag="imports", permission=_RUN, body=requests.Mended)
def mend(import_id: UUID, body: requests.Mended) -> tuple[int, Created]:
    """Run bad rows again with some of their cells changed: rows by their number, cells by our columns."""
    return 202, Created(id=acts.mend(import_id, body, locale=acts.language_of_asker()))


@api.post("/imports/<uuid:import_id>/commit")
@operation(answers={202: answers.Import}, tag="imports", permission=_RUN, idempotent=True)
def commit(import_id: UUID, session: Session) -> tuple[int, answers.Import]:
    """Write the good rows of a previewed import."""
    services.commit(session, actor=require_actor(), import_id=import_id, now=clock.now())
    return 202, _import(import_id, requests.Rows())


@api.post("/imports/<uuid:import_id>/cancellation")
@operation(answers={200: answers.Import}, tag="imports", permission=_RUN)
def cancel(import_id: UUID) -> tuple[int, answers.Import]:
    """Stop an import; what it wrote stays."""
    with unit_of_work() as session:
        services.cancel(session, actor=require_actor(), import_id=import_id, now=clock.now())
    return 200, _import(import_id, requests.Rows())


def _import(import_id: UUID, query: requests.Rows) -> answers.Import:
    session = reading()
    view = queries.get_import(session, company_id=require_actor().company, import_id=import_id)
    page = queries.rows(session, import_id=view.id, outcome=query.outcome, cursor=query.cursor)
    return answers.Import.with_rows(view, page)
