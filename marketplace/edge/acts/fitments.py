"""Bring in, and take along, what the parts of the asker's company fit."""

import io
from collections.abc import Callable

from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.catalog.imports import fitments as files_of
from marketplace.catalog.imports import reader, written
from marketplace.catalog.rules import fitment_rows
from marketplace.catalog.services import fitments
from marketplace.catalog.services.fitments import Put
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.files import store
from marketplace.files.rules import MediaType, Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import reading, snapshot


def read() -> Callable[[Session], Put]:
    """Read the sheet of a multipart request whole; return the act that writes it.

    Refused ``file``, or ``rows.<number>.<column>`` for everything that is wrong: then nothing is written.
    """
    upload = files.received("file", Purpose.WORKBOOK)
    content = store.read(files.bytes_store(), upload.sha256)
    _names, sheet = reader.read_sheet(content, is_csv=upload.media_type == MediaType.CSV, sheet=None)
    rows = fitment_rows.rows_of(sheet.rows)
    actor = require_actor()
    skus = {row.cells["sku"] for row in rows}
    wanted = fitment_rows.judge(rows, files_of.known(reading(), company_id=actor.company, skus=skus))
    return lambda session: fitments.put_all(session, actor=actor, fitments=wanted, now=clock.now())


def list_file(shape: str) -> files.Response:
    """Answer with what all parts of the asker's company fit as a file, as it is at one instant."""
    company_id, content = require_actor().company, io.BytesIO()
    with snapshot() as session:
        files_of.write(session, company_id=company_id, shape=written.Shape(shape), target=content)
    media_type = MediaType.CSV if shape == written.Shape.CSV else MediaType.XLSX
    day = closures.day_of(reading(), company_id=company_id, now=clock.now())
    name = f"fitment-{day:%Y-%m-%d}.{shape}"
    return files.attached(content.getvalue(), media_type=media_type, name=name)
