"""Pictures and papers bound into one PDF, for whoever takes a single file and no more than so many bytes."""

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from marketplace.files.rules import PICTURES, MediaType
from marketplace.kernel.errors import TooLarge

# What can be bound.
BOUND: Final = PICTURES | {MediaType.PDF}
# Pictures are narrowed step by step until all fit.
_WIDTHS: Final = (1600, 1000, 640)
_DPI: Final = 150
_AT_WORK: Final = threading.BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture, or a paper of some pages."""

    media_type: str
    content: bytes


def bind(sheets: Sequence[Sheet], *, most: int, pages: int) -> bytes:
    """Return one PDF of at most so many bytes and pages; TooLarge where it cannot be."""
    with _AT_WORK:
        for width in _WIDTHS:
            bound, count = _bind(sheets, width)
            if len(bound) <= most and count <= pages:
                return bound
    raise TooLarge("too_large", accepted=f"at most {most / 1e6:g} MB and {pages} pages")


def _bind(sheets: Sequence[Sheet], width: int) -> tuple[bytes, int]:
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415  most processes never bind anything

    writer = PdfWriter()
    for sheet in sheets:
        content = sheet.content if sheet.media_type == MediaType.PDF else _page(sheet.content, width)
        writer.append(PdfReader(io.BytesIO(content)))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue(), len(writer.pages)


def _page(content: bytes, width: int) -> bytes:
    """Return a picture as one page; it was checked and cleaned when it came in."""
    target = io.BytesIO()
    with Image.open(io.BytesIO(content)) as opened:
        shown = opened.convert("RGBA")
    shown.thumbnail((width, 2 * width))
    paper = Image.new("RGB", shown.size, "white")
    paper.paste(shown, mask=shown.getchannel("A"))
    paper.save(target, "PDF", resolution=_DPI, quality=80)
    return target.getvalue()
