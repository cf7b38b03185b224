"""What of an order's papers and pictures a card's bank may be shown, and as what."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import queries as distribution
from marketplace.files import queries as files
from marketplace.files.binding import BOUND
from marketplace.kernel.errors import Refused
from marketplace.orders.arrivals import queries as arrivals
from marketplace.orders.claims import queries as claims
from marketplace.orders.queries import inspections
from marketplace.papers import queries as papers
from marketplace.papers.rules.documents import PaperKind
from marketplace.payments.rules.provider import Paper, Slot

_SHIPPING: Final = (PaperKind.PACKING_LIST, PaperKind.FREIGHT_CONTRACT, PaperKind.INSPECTION_REPORT)
_PAPERS: Final = (
    PaperKind.SALES_CONTRACT,
    PaperKind.COMMERCIAL_INVOICE,
    PaperKind.CREDIT_NOTE,
    PaperKind.DEBIT_NOTE,
)
_SLOTS: Final = {**dict.fromkeys(_PAPERS, Slot.PAPERS), **dict.fromkeys(_SHIPPING, Slot.SHIPPING)}


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that can be shown: a ``document`` by its number, a picture by what it belongs to."""

    slot: Slot
    file_id: UUID
    title: str
    document: PaperKind | None = None

    @property
    def paper(self) -> Paper:
        """The file as it is handed in."""
        return Paper(self.slot, self.file_id)


def of_order(session: Session, *, order_id: UUID, line_ids: Iterable[UUID]) -> tuple[Shown, ...]:
    """Return the documents of the sale in their newest versions, then pictures of inspections, arrival and claims."""
    lines = list(line_ids)
    freight = distribution.contracts_of(session, order_ids=[order_id]).get(order_id, ())
    subjects = (("order", [order_id]), ("order_line", lines), ("freight", [row.id for row in freight]))
    issued = [
        row
        for kind, ids in subjects
        for rows in papers.documents(session, subject_kind=kind, subject_ids=ids).values()
        for row in rows
    ]
    old = papers.superseded(session, document_ids=[one.id for one in issued])
    found = [
        Shown(_SLOTS[one.kind], one.file_id, one.number, one.kind)
        for one in issued
        if one.kind in _SLOTS and one.file_id is not None and one.id not in old
    ]
    for looked in (one for rows in inspections.of_lines(session, line_ids=lines).values() for one in rows):
        photos = inspections.inspection(session, company_id=None, inspection_id=looked.id).photos
        found += [Shown(Slot.PICTURES, file_id, looked.reference) for file_id in photos]
    for came in arrivals.arrivals(session, line_ids=lines).values():
        found += [Shown(Slot.PICTURES, file_id, "") for file_id in came.files]
    for claim in claims.claims(session, company_id=None, line_ids=lines).items:
        shown = claims.claim(session, company_id=None, claim_id=claim.id).evidence
        found += [Shown(Slot.PICTURES, file_id, claim.reference) for file_id in shown]
    rows = files.files(session, ids=[one.file_id for one in found])
    once = {one.file_id: one for one in reversed(found) if one.file_id in rows}
    return tuple(one for one in found if once.get(one.file_id) is one and rows[one.file_id].media_type in BOUND)


def chosen(known: Iterable[Shown], ids: Iterable[UUID]) -> tuple[Paper, ...]:
    """Return the files that were chosen, in the order in which they are shown; Refused for any other."""
    by_id = {one.file_id: one for one in known}
    wanted = set(ids)
    if wanted - by_id.keys():
        raise Refused.field("files", "choice", ", ".join(map(str, by_id)) or "a list")
    return tuple(one.paper for one in by_id.values() if one.file_id in wanted)
