"""Files over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Created
from marketplace.api.shared.operations import operation
from marketplace.api.shared.uploads import FileForm
from marketplace.edge.acts import files as acts
from marketplace.files.rules import Purpose

api = Blueprint("api_files", __name__)


@api.post("/files")
@operation(answers={201: Created}, tag="files", permission=Permission.FILES_FILE_UPLOAD, form=FileForm)
def upload() -> tuple[int, Created]:
    """Hand in a file: multipart/form-data with ``file`` and, where known, ``purpose``; other calls name its id.

    Purposes: any (where left out), picture, licence, slip, scan, seal, evidence, official_invoice, workbook; each has
    its own kinds and size, which a refusal names.
    """
    return 201, Created(id=acts.take(purpose=request.form.get("purpose", Purpose.ANY)))


@api.get("/files/<uuid:file_id>")
@operation(answers={200: None}, tag="files", permission=Permission.FILES_FILE_READ)
def download(file_id: UUID) -> tuple[int, Any]:
    """Give back a file of the asker's company, to who handed it in or may read what it shows."""
    return 200, acts.give(acts.own(file_id))
