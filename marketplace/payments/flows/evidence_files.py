"""The files that a card's bank is shown: bound by what they are handed in as, handed over, and named afterwards.

Each is handed over under a key of its own before the evidence names it. A crash between the two leaves the ids that
were written down, and what was not is handed over once more: under its key the provider answers with the same file.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import cast

from obstore.store import ObjectStore

from marketplace.files import queries as files
from marketplace.files import store as bytes_store
from marketplace.files.binding import Sheet, bind
from marketplace.kernel.db import extension, in_unit_of_work, reading
from marketplace.kernel.errors import Refused, TooLarge
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.queries.disputes import DisputeRow
from marketplace.payments.rules.cards import call_key
from marketplace.payments.rules.disputes import MOST_BYTES, MOST_PAGES
from marketplace.payments.rules.provider import Paper, Slot
from marketplace.payments.services import disputes as services


def check(papers: Sequence[Paper]) -> None:
    """Bind the files as they will be; Refused where banks would not take them."""
    try:
        _bound(papers, skip=())
    except TooLarge:
        accepted = f"at most {MOST_BYTES / 1e6:g} MB and {MOST_PAGES} pages"
        raise Refused.field("files", "files_too_heavy", accepted) from None


def hand_over(dispute: DisputeRow) -> Mapping[Slot, str]:
    """Hand over what is not known to be, and return how the provider calls each file."""
    named = dict(dispute.handed_over)
    for slot, content in _bound(dispute.papers, skip=tuple(named)).items():
        # Bound anew a PDF is not the same to the byte: then it is another file, and has another key.
        mark = hashlib.sha256(content).hexdigest()[:16]
        provider_id = calls.provider().upload_evidence(
            content, name=f"{dispute.reference}-{slot}.pdf", key=call_key(dispute.id, f"{slot}:{mark}", dispute.attempt)
        )
        row = in_unit_of_work(
            lambda session, slot=slot, provider_id=provider_id: services.note_file(
                session, dispute_id=dispute.id, slot=slot, provider_id=provider_id
            )
        )
        named = dict(row.handed_over)
    return named


def _bound(papers: Sequence[Paper], *, skip: Sequence[Slot]) -> dict[Slot, bytes]:
    """Bind each slot's files; one that was erased since it was chosen is passed over."""
    if not papers:
        return {}
    session = reading()
    session.rollback()
    found = files.files(session, ids=[paper.file_id for paper in papers])
    session.rollback()
    store = cast("ObjectStore", extension("city.store"))
    sheets: dict[Slot, list[Sheet]] = {}
    for paper in papers:
        if paper.file_id in found and paper.slot not in skip:
            file = found[paper.file_id]
            sheets.setdefault(paper.slot, []).append(Sheet(file.media_type, bytes_store.read(store, file.sha256)))
    slots = len({paper.slot for paper in papers})
    return {slot: bind(mine, most=MOST_BYTES // slots, pages=MOST_PAGES // slots) for slot, mine in sheets.items()}
