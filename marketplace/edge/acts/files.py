"""Files: taken in from an upload, given out so that no browser runs them."""

from dataclasses import replace
from io import BytesIO
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Response, current_app, request, send_file

from marketplace.edge.identity import require_actor
from marketplace.files import flows, rules, store
from marketplace.files.queries import FileRow
from marketplace.kernel import clock
from marketplace.kernel.errors import Refused


def bytes_store() -> Any:
    """Return the city's store of bytes."""
    return current_app.extensions["city.store"]


def take(field: str = "file", purpose: str = "") -> UUID:
    """Take in the file of a multipart request for the asker's company and return its id."""
    upload = request.files.get(field)
    if upload is None or not upload.filename:
        raise Refused.field(field, "required", "a file, sent as multipart/form-data")
    try:
        kind = rules.Purpose(purpose)
    except ValueError:
        raise Refused.field("purpose", "choice", ", ".join(sorted(rules.HANDED_IN))) from None
    try:
        return flows.upload(
            actor=require_actor(),
            stream=cast("BinaryIO", upload.stream),
            declared_name=upload.filename,
            purpose=kind,
            store=bytes_store(),
            now=clock.now(),
        )
    except Refused as refusal:
        raise Refused.fields(
            *(replace(error, field=field if error.field == "file" else error.field) for error in refusal.errors)
        ) from None


def give(file: FileRow) -> Response:
    """Answer with a file as an attachment: whatever is in it, it is saved and not run."""
    content = BytesIO(store.read(bytes_store(), file.sha256))
    # A header holds ASCII alone: Flask writes a Chinese or Thai name as RFC 5987 asks.
    response = send_file(content, mimetype=file.media_type, as_attachment=True, download_name=file.name)
    response.direct_passthrough = False  # the API's answers are read before they are sent
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"  # a licence or a slip stays in no cache on the way
    return response
