"""Files: taken in from an upload, given out so that no browser runs them."""

from dataclasses import replace
from io import BytesIO
from typing import IO, Any, BinaryIO, Final, cast
from uuid import UUID

from flask import Response, current_app, request, send_file
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.identity import require_actor
from marketplace.files import flows, queries, rules, services, store
from marketplace.files.archives import PictureArchive
from marketplace.files.queries import FileRow
from marketplace.files.rules import Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Refused

# A file is read by who may read what it shows. One handed in before it is known what for may become a bank slip or a
# licence, so colleagues read it only there, by the right of what it was attached to.
READ_BY: Final[dict[Purpose, Permission]] = {
    Purpose.ANY: Permission.COMPANY_PROFILE_EDIT,
    Purpose.PICTURE: Permission.CATALOG_LISTING_EDIT,
    Purpose.LICENCE: Permission.MERCHANT_APPLICATION_READ,
    Purpose.SLIP: Permission.TRADE_PAYMENT_READ,
    Purpose.SCAN: Permission.TRADE_DOCUMENT_READ,
    Purpose.SEAL: Permission.TRADE_DOCUMENT_SIGN,
    Purpose.EVIDENCE: Permission.TRADE_CLAIM_READ,
    Purpose.OFFICIAL_INVOICE: Permission.TRADE_INVOICE_RECORD,
    Purpose.WORKBOOK: Permission.CATALOG_IMPORT_RUN,
    Purpose.PICTURES: Permission.CATALOG_IMPORT_RUN,
    Purpose.DOCUMENT: Permission.TRADE_DOCUMENT_READ,
    Purpose.EXPORT: Permission.CATALOG_IMPORT_RUN,
}


def bytes_store() -> Any:
    """Return the city's store of bytes."""
    return current_app.extensions["city.store"]


def take(field: str = "file", purpose: str = "") -> UUID:
    """Take in the file of a multipart request for the asker's company and return its id."""
    found = received(field, purpose)
    return in_unit_of_work(lambda session: keep(session, found))


def keep(session: Session, upload: Upload) -> UUID:
    """Write down a file that was received; beside the act it comes with, a refused act keeps no file."""
    return services.keep(session, actor=require_actor(), upload=upload, now=clock.now())


def received(field: str = "file", purpose: str = "") -> Upload:
    """Read and check the file of a multipart request; it is written down by ``keep``."""
    upload = request.files.get(field)
    if upload is None or not upload.filename:
        raise Refused.field(field, "required", "a file, sent as multipart/form-data")
    kind = next((each for each in rules.HANDED_IN if each == purpose), None)
    if kind is None:
        raise Refused.field("purpose", "choice", ", ".join(sorted(rules.HANDED_IN)))
    return _checked(upload, field, kind)


def all_received(field: str, purpose: Purpose) -> list[Upload]:
    """Read and check every file that a multipart request has under a name, none where none was chosen."""
    return [_checked(each, field, purpose) for each in request.files.getlist(field) if each.filename]


def _checked(upload: FileStorage, field: str, kind: Purpose) -> Upload:
    try:
        return flows.take(
            stream=cast("BinaryIO", upload.stream),
            declared_name=upload.filename or "",
            purpose=kind,
            store=bytes_store(),
        )
    except Refused as refusal:
        raise Refused.fields(
            *(replace(error, field=field if error.field == "file" else error.field) for error in refusal.errors)
        ) from None


def archive(field: str) -> Upload | None:
    """Read and check the ZIP of pictures of a multipart request, None where none is sent."""
    upload = request.files.get(field)
    if upload is None or not upload.filename:
        return None
    stream = cast("BinaryIO", upload.stream)
    try:
        taken = flows.take(stream=stream, declared_name=upload.filename, purpose=Purpose.PICTURES, store=bytes_store())
        PictureArchive(store.read(bytes_store(), taken.sha256))
    except Refused as refusal:
        raise Refused.fields(*(replace(error, field=field) for error in refusal.errors)) from None
    return taken


def own(file_id: UUID) -> FileRow:
    """Return a file of the asker's company that he handed in himself or that his role reads."""
    actor = require_actor()
    file = queries.get_file(reading(), company_id=actor.company, file_id=file_id)
    if file.handed_in_by is None or file.handed_in_by != actor.person_id:
        actor.must(READ_BY[file.purpose])
    return file


def give(file: FileRow) -> Response:
    """Answer with a file as an attachment: whatever is in it, it is saved and not run."""
    return attached(store.read(bytes_store(), file.sha256), media_type=file.media_type, name=file.name)


def attached(content: bytes, *, media_type: str, name: str) -> Response:
    """Answer with bytes as an attachment."""
    response = streamed(BytesIO(content), media_type=media_type, name=name)
    response.direct_passthrough = False  # the API's answers are read before they are sent
    return response


def streamed(content: IO[bytes], *, media_type: str, name: str) -> Response:
    """Answer with an open file as an attachment, sent piece by piece."""
    # A header holds ASCII alone: Flask writes a Chinese or Thai name as RFC 5987 asks.
    response = send_file(cast("BinaryIO", content), mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"  # a licence or a slip stays in no cache on the way
    return response
