"""What people send about documents, and why one is not given out or signed."""

import re
from typing import Annotated, Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, blank_is_none
from marketplace.edge.requests.payments import Cursor
from marketplace.kernel.errors import Refused
from marketplace.papers.rules.documents import PaperKind, SignatureKind


def sha256(value: str) -> str:
    """Read a hash as it is printed on the document's page."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value, re.ASCII):
        raise PydanticCustomError("sha256", "64 digits and letters from a to f")
    return value


Hash = Annotated[Line, AfterValidator(sha256)]
KINDS: Final = tuple(PaperKind)


class Signature(Request):
    """The hash of what was read, and a file handed in before: a signed scan, or the picture of the seal."""

    document_sha256: Hash
    file_id: UUID | None = None
    seal_file_id: UUID | None = None

    @property
    def chosen(self) -> tuple[SignatureKind, UUID, str]:
        """What is signed with, its file, and the field that names it; Refused unless there is exactly one."""
        if self.file_id is not None and self.seal_file_id is None:
            return SignatureKind.SCAN, self.file_id, "file_id"
        if self.seal_file_id is not None and self.file_id is None:
            return SignatureKind.SEAL, self.seal_file_id, "seal_file_id"
        raise Refused.field("file_id", "one_of", "file_id or seal_file_id")


class SignatureForm(Request):
    """The same with the file in the form."""

    document_sha256: Hash
    kind: Literal["seal", "scan"]


class DocumentsQuery(Request):
    """Which documents: of one kind or of all; ``cursor`` continues a page."""

    kind: Annotated[PaperKind | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


messages.register(
    errors={
        "document_failed": _("This document could not be set. The operator has been told."),
        "document_hash": _("This is not the document that you read. Open it again and compare its hash."),
        "document_superseded": _("There is a later version of this document. Sign that one."),
        "already_signed": _("Your company has signed this document already, with another file."),
    },
    fields={
        "one_of": _("Give one of these: %(accepted)s."),
        "sha256": _("Copy the hash as it stands beside the document: %(accepted)s."),
    },
)
