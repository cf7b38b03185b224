"""Bring in a workbook, by whoever asks."""

import io
import json
from typing import Any, Final, cast
from uuid import UUID

from flask import request
from flask_babel import force_locale
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.catalog.imports import flows, gallery_flows, queries, services, template, written
from marketplace.catalog.rules.import_states import RESTING, ImportState
from marketplace.catalog.rules.mapping import read_mapping
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.edge.labels import label_of
from marketplace.edge.messages import field_sentence
from marketplace.edge.requests import imports as requests
from marketplace.files import flows as file_flows
from marketplace.files import queries as stored
from marketplace.files.rules import MediaType, Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading, snapshot
from marketplace.kernel.errors import Conflict, FieldError, Refused

# People choose a language, catalogues are in a script.
_CATALOGUES: Final = {"zh": "zh_Hans"}


def begin(body: requests.Upload, *, locale: str) -> UUID:
    """Take in the workbook of a multipart request, and the pictures beside it, and let a job read it."""
    options = services.Options(
        sheet=body.sheet,
        mapping=mapping_of(body.mapping),
        locale=locale,
        dry_run=body.dry_run,
        submit=body.submit,
    )
    read_mapping(options.mapping or {})
    # An archive of pictures alone, in either place, goes to the articles that its files are named after.
    is_alone = _named("file").lower().endswith(".zip") or not _named("file")
    archive = files.archive("file" if _named("file") and is_alone else "pictures")
    sheet = None if archive is not None and is_alone else files.received("file", Purpose.WORKBOOK)

    def work(session: Session) -> UUID:
        pictures_id = files.keep(session, archive) if archive is not None else None
        file_id = files.keep(session, sheet) if sheet is not None else pictures_id
        return services.begin(
            session,
            actor=require_actor(),
            file_id=cast("UUID", file_id),
            options=options,
            pictures_id=pictures_id,
            now=clock.now(),
        )

    return in_unit_of_work(work)


def retry_pictures(import_id: UUID) -> None:
    """Try an import's failed pictures again, with the archive of a multipart request if there is one."""
    queries.get_import(reading(), company_id=require_actor().company, import_id=import_id)
    archive = files.archive("pictures")
    names: tuple[str, ...] = ()
    if archive is not None:
        names = gallery_flows.open_archive(files.bytes_store(), archive.sha256).names

    def work(session: Session) -> None:
        services.retry_pictures(
            session,
            actor=require_actor(),
            import_id=import_id,
            pictures_id=files.keep(session, archive) if archive is not None else None,
            names=names,
            now=clock.now(),
        )

    in_unit_of_work(work)


def _named(field: str) -> str:
    upload = request.files.get(field)
    return (upload.filename or "") if upload is not None else ""


def retry(import_id: UUID, *, dry_run: bool, locale: str) -> UUID:
    """Take in the mended file of an import's bad rows and let a job read it."""
    queries.get_import(reading(), company_id=require_actor().company, import_id=import_id)
    return _retry(import_id, files.received("file", Purpose.WORKBOOK), dry_run=dry_run, locale=locale)


def mend(import_id: UUID, body: requests.Mended, *, locale: str) -> UUID:
    """Let bad rows of an import be read again with some of their cells changed."""
    session = reading()
    found = queries.get_import(session, company_id=require_actor().company, import_id=import_id)
    content = flows.mended(
        session, import_id=found.retries_id or found.id, changes={row.row: row.cells for row in body.rows}
    )
    taken = file_flows.take(
        stream=io.BytesIO(content), declared_name="rows.xlsx", purpose=Purpose.WORKBOOK, store=files.bytes_store()
    )
    return _retry(import_id, taken, dry_run=body.dry_run, locale=locale)


def _retry(import_id: UUID, taken: Upload, *, dry_run: bool, locale: str) -> UUID:
    def work(session: Session) -> UUID:
        return services.retry(
            session,
            actor=require_actor(),
            import_id=import_id,
            file_id=files.keep(session, taken),
            dry_run=dry_run,
            locale=locale,
            now=clock.now(),
        )

    return in_unit_of_work(work)


def mapping_of(text: str | None) -> dict[str, Any] | None:
    """Read a mapping as JSON; the part of a multipart request may be a field or a file."""
    if text is None and "mapping" in request.files:
        text = request.files["mapping"].stream.read(20_001).decode("utf-8", "replace")
    if text is None or not text.strip():
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused.field("mapping", "mapping", "a JSON object: our column to the header of yours")
    return found


def errors_file(import_id: UUID) -> Any:
    """Answer with the bad rows of an import and their reasons, as a workbook."""
    found = queries.get_import(reading(), company_id=require_actor().company, import_id=import_id)
    if found.state not in RESTING:
        raise Conflict("state", possible=())
    if found.state is ImportState.FAILED:
        raise Conflict("import_failed")
    if found.errors_file_id is None:
        raise Conflict("import_clean")
    return files.give(stored.get_any(reading(), file_id=found.errors_file_id))


def template_file(language: str) -> Any:
    """Answer with the workbook that a merchant may begin with."""
    return files.attached(template.template(language), media_type=MediaType.XLSX, name=template.NAME)


def list_file(shape: str) -> Any:
    """Answer with all listings of the asker's company as a file, as they are at one instant."""
    company_id, content = require_actor().company, io.BytesIO()
    with snapshot() as session:
        day = closures.day_of(session, company_id=company_id, now=clock.now())
        written.write(session, company_id=company_id, shape=written.Shape(shape), target=content)
    media_type = MediaType.CSV if shape == written.Shape.CSV else MediaType.XLSX
    name = f"listings-{day:%Y-%m-%d}.{shape}"
    return files.attached(content.getvalue(), media_type=media_type, name=name)


def read_anew(session: Session, import_id: UUID, body: requests.Columns) -> UUID:
    """Preview the asker's workbook again with more of its columns named."""
    return services.read_anew(
        session, actor=require_actor(), import_id=import_id, mapping=body.mapping, now=clock.now()
    )


def language_of_asker() -> str:
    """Return the language of whoever asks, in which bad rows are explained."""
    return accounts.get_person(reading(), person_id=require_actor().person).locale


def called(field: str, language: str) -> str:
    """Return what a column is called in a merchant's language, also outside a request."""
    with force_locale(_CATALOGUES.get(language, language)):
        return label_of(field)


def explain(error: FieldError, language: str) -> str:
    """Word a refusal in a merchant's language, also outside a request."""
    with force_locale(_CATALOGUES.get(language, language)):
        return field_sentence(error)
