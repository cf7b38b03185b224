"""Shipping marks, word for word the same on carton labels and on every paper that names them."""

from collections.abc import Iterator, Sequence

from babel import Locale

from marketplace.papers.layout import blocks, shared
from marketplace.papers.layout.blocks import Block, Voice
from marketplace.papers.layout.shared import Data


def written(mark: Data, carton: int | None = None) -> list[str]:
    """Return the marks of a line's cartons: read at every border, so in Latin letters and English as the trade does.

    Of ``carton`` alone they name its own lot, else every lot with the numbers of its cartons.
    """
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
        *_lots(mark.get("lots") or (), carton),
        *mark.get("own", "").splitlines(),
    ]
    return [row for row in rows if row.strip()]


def _lots(lots: Sequence[Data], carton: int | None) -> Iterator[str]:
    for lot in lots:
        if carton is None or int(lot["first"]) <= carton <= int(lot["last"]):
            where = "" if carton else f"   C/NO. {lot['first']}–{lot['last']}"
            until = f"   BEST BEFORE {lot['best_before']}" if "best_before" in lot else ""
            certificate = f"   CERT. {lot['certificate']}" if "certificate" in lot else ""
            yield f"LOT {lot['number']}{where}{until}{certificate}"


def block(voice: Voice, data: Data) -> list[Block]:
    """Return the marks of a paper; nothing on papers issued before they stood there."""
    found = data.get("marks") or ()
    return [blocks.marks(voice.word("marks"), [written(mark) for mark in found])] if found else []
