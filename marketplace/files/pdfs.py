"""PDF files are opened before they are kept: a reviewer must be able to read what was handed in."""

import io
import logging
import threading
from typing import Final

from marketplace.kernel.errors import Refused

_END: Final = b"%%EOF"
_TAIL: Final = 1024  # readers look for the mark of the end so far back
# The page tree of a large file takes memory, so few are in work at once in one process.
_AT_WORK: Final = threading.BoundedSemaphore(2)

# What it would say about a stranger's broken file is answered to the stranger.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def check(content: bytes, *, accepted: str, field: str = "file") -> None:
    """Refuse a PDF that is cut off, has no page to show, or opens by a password only."""
    try:
        with _AT_WORK:
            code = _fault(content)
    except Exception:  # noqa: BLE001  a broken file is met with errors of almost any class
        code = "pdf_broken"
    if code:
        raise Refused.field(field, code, accepted)


def _fault(content: bytes) -> str:
    """Return what is wrong with a PDF, empty when it opens."""
    if _END not in content[-_TAIL:]:
        return "pdf_broken"
    from pypdf import PdfReader  # noqa: PLC0415  most processes never see a PDF come in

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        return "pdf_locked"
    is_shown = bool(reader.pages) and reader.pages[0].mediabox.width > 0
    return "" if is_shown else "pdf_broken"
