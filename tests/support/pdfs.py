"""Small PDF files that a reader opens."""

import io

from pypdf import PdfWriter


def pdf(words: str = "", *, password: str = "") -> bytes:
    """Return a PDF of one blank page with these words as its title, the same bytes for the same words."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": words})
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
