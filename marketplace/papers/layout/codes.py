"""QR codes as drawings that a template sets."""

import io

import segno


def drawn(text: str) -> str:
    """Draw a text as a QR code, in SVG."""
    picture = io.BytesIO()
    segno.make(text, micro=False, error="m").save(picture, kind="svg", xmldecl=False, scale=4)
    return picture.getvalue().decode("ascii").strip()
