"""Index what changed, and rebuild: the index is written first, the database says so after it.

Killed anywhere, a flow starts again with the same changes: what is indexed twice is indexed once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.search import services
from marketplace.search.index import IndexBroken, SearchIndex
from marketplace.search.queries import sources
from marketplace.search.queries.sources import Source
from marketplace.search.rules.documents import Document, document

Report = Callable[[int, int], None]
_PIECE: Final = 1_000  # listings that are kept in one transaction


def index_changes(*, index: SearchIndex, now: datetime) -> int:
    """Index every change that waits, in batches; return how many listings. A broken index is rebuilt."""
    done = 0
    while True:
        with index.turn():
            count = _index_some(index, now)
        if not count:
            return done
        done += count


def _index_some(index: SearchIndex, now: datetime) -> int:
    """Index the oldest changes; return of how many listings they are."""
    session = reading()
    session.rollback()
    batch = sources.waiting(session)
    if not batch.ids:
        return 0
    live = sources.sources(session, listing_ids=batch.listing_ids)
    known = sources.given(session, listing_ids=batch.listing_ids)
    session.rollback()  # no transaction stays open while the index is written
    gone = set(batch.listing_ids) - {source.listing_id for source in live}
    marks = {source.listing_id: source.mark for source in live}
    # Prices and stock are not in the index: most changes leave its documents as they are.
    new = [source for source in live if known.get(source.listing_id) != marks[source.listing_id]]
    if doubtful := known.keys() & {*gone, *(source.listing_id for source in new)}:
        in_unit_of_work(lambda session: services.doubt(session, listing_ids=doubtful))
    try:
        if new or gone:
            index.apply(put=[_document(source) for source in new], drop=sorted(gone))
    except IndexBroken:
        _rebuild(index, now, lambda _done, _total: None)
        marks = {}
    _keep(batch.listing_ids, now, read=live, given=marks, settled=batch.ids)
    return len(batch.listing_ids)


def rebuild(*, index: SearchIndex, now: datetime, report: Report = lambda _done, _total: None) -> int:
    """Write the whole index anew from what is live; return how many listings it holds.

    The old index is searched until the end, so that one that is cut off changes nothing.
    """
    with index.turn():
        return _rebuild(index, now, report)


def _rebuild(index: SearchIndex, now: datetime, report: Report) -> int:
    count = index.rebuild(_everything(now, report))
    in_unit_of_work(services.sweep)
    return count


def ask_for_rebuild(*, now: datetime) -> None:
    """Have a broken index rebuilt, on behalf of a query that found it broken."""
    in_unit_of_work(lambda session: services.ask_for_rebuild(session, now=now))


def _everything(now: datetime, report: Report) -> Iterator[Document]:
    after: UUID | None = None
    done, total = 0, sources.count(reading())
    while True:
        session = reading()
        session.rollback()  # each batch sees what is committed now
        batch = sources.sources_after(session, after=after)
        session.rollback()
        if not batch:
            return
        _keep([source.listing_id for source in batch], now, read=batch)
        yield from map(_document, batch)
        done += len(batch)
        report(done, max(done, total))
        after = batch[-1].listing_id


def _keep(
    listing_ids: Collection[UUID],
    now: datetime,
    *,
    read: Collection[Source],
    given: Mapping[UUID, str] | None = None,
    settled: Collection[UUID] = (),
) -> None:
    """Keep what is counted of listings, in pieces: others want to write, too. What was cut off is not settled."""
    ids = list(listing_ids)
    for begin in range(0, len(ids), _PIECE):

        def write(session: Session, piece: Collection[UUID] = ids[begin : begin + _PIECE]) -> None:
            services.keep(session, listing_ids=piece, now=now, given=given, read=read)

        in_unit_of_work(write)
    if settled:
        in_unit_of_work(lambda session: services.settle(session, ids=settled))


def _document(source: Source) -> Document:
    return document(source.listing_id, titles=source.titles, texts=source.texts, hs_code=source.hs_code)
