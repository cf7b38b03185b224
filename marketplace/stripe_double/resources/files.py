"""Files: what is handed in beside words. Source: https://docs.stripe.com/file-upload (limits by purpose)"""

from typing import Any, Final

from marketplace.stripe_double.calls import Call, listing, new_id, since
from marketplace.stripe_double.errors import invalid, missing
from marketplace.stripe_double.uploads import Upload

EVIDENCE: Final = "dispute_evidence"
# The largest file of this purpose, and what all files of one dispute may weigh together.
# Source: https://docs.stripe.com/disputes/responding#evidence-limits
_MOST: Final = 5 * 1024 * 1024
_TOGETHER: Final = 4_500_000
_KINDS: Final = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


def create(call: Call) -> dict[str, Any]:
    """Take a file: told by its bytes, within the size of its purpose."""
    upload, purpose = call.given["file"], call.given["purpose"]
    if not isinstance(upload, Upload):
        raise invalid("Invalid file: it must be uploaded as multipart/form-data.", param="file")
    if purpose != EVIDENCE:
        raise invalid(f"The demo provider takes no {purpose}", param="purpose", code="double_unsupported")
    kind = next((kind for mark, kind in _KINDS.items() if upload.content.startswith(mark)), None)
    if kind is None:
        raise invalid("Invalid file type: dispute_evidence takes PDF, JPEG and PNG.", param="file")
    if len(upload.content) > _MOST:
        raise invalid("The file is too large: dispute_evidence takes at most 5 MB.", param="file")
    file_id = new_id("file")
    return call.put(
        {
            "id": file_id,
            "object": "file",
            "created": call.now,
            "expires_at": None,
            "filename": upload.name,
            "links": {"object": "list", "data": [], "has_more": False, "url": f"/v1/file_links?file={file_id}"},
            "purpose": purpose,
            "size": len(upload.content),
            "title": None,
            "type": kind,
            "url": f"https://files.stripe.com/v1/files/{file_id}/contents",
            "_sha256": upload.sha256,
        }
    )


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("file", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them, all or of one purpose."""
    found = call.transaction.all("file", since=since(call))
    if "purpose" in call.given:
        found = [one for one in found if one["purpose"] == call.given["purpose"]]
    return listing(call, found, url="/v1/files")


def check_evidence(call: Call, evidence: dict[str, Any], fields: frozenset[str]) -> None:
    """Refuse evidence that names no file, one that is for something else, or more than banks take."""
    together = 0
    for name in sorted(fields & evidence.keys()):
        where = f"evidence[{name}]"
        found = call.transaction.get("file", evidence[name])
        if found is None:
            raise missing("file upload", evidence[name], param=where, status=400)
        if found["purpose"] != EVIDENCE:
            raise invalid(f"The file's purpose must be {EVIDENCE}.", param=where)
        together += found["size"]
    if together > _TOGETHER:
        raise invalid("The files of a dispute may have at most 4.5 MB together.", param="evidence")
