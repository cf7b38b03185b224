"""Shipping marks, word for word the same on carton labels and on every paper that names them."""

from babel import Locale

from marketplace.papers.layout import blocks, shared
from marketplace.papers.layout.blocks import Block, Voice
from marketplace.papers.layout.shared import Data


def written(mark: Data) -> list[str]:
    """Return the marks of a line's cartons: read at every border, so in Latin letters and English as the trade does."""
    place = mark["destination"].get("en") or next(iter(mark["destination"].values()), "")
    origin = Locale("en").territories.get(mark["origin"], mark["origin"])
    gross, net = (shared.kilograms(mark[name], "en") for name in ("gross_g", "net_g"))
    rows = [
        mark["consignee"],
        f"{mark['order']} / {mark['position']}",
        place.upper(),
        f"C/NO. 1–{mark['cartons']}",
        f"G.W. {gross} KG   N.W. {net} KG   PER CARTON",
        f"MADE IN {origin.upper()}",
        *mark.get("own", "").splitlines(),
    ]
    return [row for row in rows if row.strip()]


def block(voice: Voice, data: Data) -> list[Block]:
    """Return the marks of a paper; nothing on papers issued before they stood there."""
    found = data.get("marks") or ()
    return [blocks.marks(voice.word("marks"), [written(mark) for mark in found])] if found else []
