"""Labels of a booth."""

from marketplace.papers.layout import blocks, codes
from marketplace.papers.layout.blocks import Block, Voice
from marketplace.papers.layout.shared import Data


def booth_labels(voice: Voice, data: Data) -> list[Block]:
    """Lay out the labels of a booth: what it is, whose, the code of its address, and where it stands."""
    sheets = [
        {
            "title": voice.texts(label["title"]),
            "about": f"{data['company']} · {label['sku']}",
            "code": codes.drawn(label["address"]),
            "address": label["address"],
            "place": [{**part, "text": f"{part['text']} · {data['booth']}"} for part in voice.texts(data["hall"])],
        }
        for label in data["labels"]
    ]
    return [blocks.labels(data["size"], sheets)]
