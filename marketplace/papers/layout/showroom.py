"""Labels of a booth."""

import io

import segno

from marketplace.papers.layout import blocks
from marketplace.papers.layout.blocks import Block, Voice
from marketplace.papers.layout.shared import Data


def booth_labels(voice: Voice, data: Data) -> list[Block]:
    """Lay out the labels of a booth: what it is, whose, the code of its address, and where it stands."""
    sheets = [
        {
            "title": voice.texts(label["title"]),
            "about": f"{data['company']} · {label['sku']}",
            "code": _drawn(label["address"]),
            "address": label["address"],
            "place": [{**part, "text": f"{part['text']} · {data['booth']}"} for part in voice.texts(data["hall"])],
        }
        for label in data["labels"]
    ]
    return [blocks.labels(data["size"], sheets)]


def _drawn(address: str) -> str:
    """Draw an address as a QR code, in SVG."""
    drawn = io.BytesIO()
    segno.make(address, micro=False, error="m").save(drawn, kind="svg", xmldecl=False, scale=4)
    return drawn.getvalue().decode("ascii").strip()
