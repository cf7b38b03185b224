"""Labels of cartons."""

from marketplace.papers.layout import blocks, codes, formats, marks
from marketplace.papers.layout.blocks import Block, Voice
from marketplace.papers.layout.shared import Data


def carton_labels(voice: Voice, data: Data) -> list[Block]:
    """Lay out the labels of cartons: marks, which carton of how many, its code drawn and in digits."""
    (mark,) = data["marks"]
    sheets = [
        {
            "marks": [formats.shown(row) for row in marks.written(mark, int(label["number"]))],
            "number": f"C/NO. {label['number']} / {mark['cartons']}",
            "code": codes.drawn(label["sscc"]),
            "sscc": f"SSCC {label['sscc']}",
        }
        for label in data["labels"]
    ]
    return [blocks.labels("a6", sheets), {"block": "void", "text": voice.word("labels_void")}]
