"""The embedded index: Whoosh 2.7.4, the only module that knows it.

What it taught (docs/adr/0020-whoosh-and-icu4py.md): ``Searcher.refresh()`` shows deleted documents, so it is never
called; a searcher is kept for one generation of the index; a reader may be closed under a query, so that is tried
again once; index files are unpickled, so the folder is the city's own. Each rebuild goes to a folder of its own, and a
pointer file, replaced in one step, names the one in use.
"""

import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from whoosh import index as whoosh_index
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.query import And, Or
from whoosh.query import Term as Token
from whoosh.reading import SegmentReader
from whoosh.searching import Searcher
from whoosh.writing import SegmentWriter

from marketplace.kernel.ids import new_id
from marketplace.search.index import IndexBroken
from marketplace.search.rules.documents import Answer, Document, Health, Hit
from marketplace.search.rules.tokens import Term

Result = TypeVar("Result")

_WORDS: Final = (("title", 4.0), ("body", 1.0))
_GRAMS: Final = (("title_grams", 1.4), ("body_grams", 0.35))
_POINTER: Final = "current"
_MEMORY: Final = 64  # megabytes of postings before a writer sorts them on disk
_ALIKE: Final = 8  # segments of one size, before they become one of the next
_LENGTHS: Final = 200_000  # numbers
_REMEMBERED: Final = 64  # answers of up to 2,000 hits each, a process


def _schema() -> Schema:
    tokens = TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False, stored=False)
    return Schema(id=ID(unique=True, stored=True), title=tokens, body=tokens, title_grams=tokens, body_grams=tokens)


@dataclass(frozen=True, slots=True)
class _Open:
    """A searcher, the process, folder and generation it was opened for, and its latest answers.

    The answers of one generation never change, and pages and filters ask the same words again.
    """

    place: tuple[int, str]
    index: Any
    generation: int
    searcher: Searcher
    answers: dict[tuple[tuple[Term, ...], int], Answer] = field(default_factory=dict[Any, Answer])

    def find(self, terms: tuple[Term, ...], limit: int) -> Answer:
        """Return what fits, from memory if it was asked before."""
        key = (terms, limit)
        found = self.answers.pop(key, None) or _find(self.searcher, terms, limit)
        self.answers[key] = found
        if len(self.answers) > _REMEMBERED:
            del self.answers[next(iter(self.answers))]
        return found


class WhooshIndex:
    """A folder of index files; many processes read it, one at a time writes."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is opened before it is asked for."""
        self.folder = folder
        # Whoosh is pure Python: threads that search at once would only take turns at the interpreter.
        self._turn = threading.Lock()
        self._open: _Open | None = None

    def find(self, terms: Sequence[Term], *, limit: int) -> Answer:
        """Return the documents that have every term, else those that have some."""
        if not terms:
            return Answer(())
        with self._turn:
            return self._reading(lambda opened: opened.find(tuple(terms), limit))

    def turn(self) -> AbstractContextManager[None]:
        """Queue those who index, each with all that it compares and writes."""
        return self._locked("turn.lock")

    def apply(self, *, put: Sequence[Document], drop: Sequence[UUID]) -> None:
        """Add or replace documents and take others out in one commit."""
        with self._writing(), _broken_if_it_fails():
            writer = _writer(whoosh_index.open_dir(str(self._current())))
            try:
                _take_out(writer, [*drop, *(document.listing_id for document in put)])
                for document in put:
                    writer.add_document(**_fields(document))
                writer.commit(mergetype=_merge_alike)
            except BaseException:
                writer.cancel()
                raise

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Write a new folder, point to it, then take the old ones away."""
        with self._writing():
            name = new_id().hex
            fresh = self.folder / name
            fresh.mkdir()
            with _broken_if_it_fails():
                writer = _writer(whoosh_index.create_in(str(fresh), _schema()))
            count = 0
            try:
                for document in documents:
                    writer.add_document(**_fields(document))
                    count += 1
                writer.commit()
            except BaseException:
                writer.cancel()
                shutil.rmtree(fresh, ignore_errors=True)
                raise
            pointer = self.folder / f"{_POINTER}.{name}"
            pointer.write_text(name, encoding="ascii")
            pointer.replace(self.folder / _POINTER)
            self._clear_away(name)
            return count

    def health(self) -> Health:
        """Tell whether the index can be read."""
        try:
            with self._turn:
                return Health(True, self._reading(lambda opened: int(opened.searcher.doc_count())))
        except IndexBroken:
            return Health(False)

    def _current(self) -> Path:
        return self.folder / (self.folder / _POINTER).read_text(encoding="ascii").strip()

    def _reading(self, work: Callable[[_Open], Result]) -> Result:
        """Read with the searcher of the present generation, once more with a new one if it fails."""
        try:
            return work(self._newest())
        except Exception:  # noqa: BLE001  ReaderClosed, missing segments, unpickling: all mean "open it anew"
            self._open = None
        with _broken_if_it_fails():
            return work(self._newest())

    def _newest(self) -> _Open:
        current = self._current()
        place = (os.getpid(), current.name)
        opened = self._open
        # The index object is stateless; asking it for the newest generation is one look at the folder.
        index = opened.index if opened and opened.place == place else whoosh_index.open_dir(str(current))
        generation = int(index.latest_generation())
        if generation < 0:
            raise IndexBroken("gone")
        if opened is None or opened.index is not index or opened.generation != generation:
            # The old searcher is left to its last user; the interpreter closes it after that.
            self._open = opened = _Open(place, index, generation, index.searcher())
        return opened

    def _writing(self) -> AbstractContextManager[None]:
        """Queue writers of all processes and threads."""
        return self._locked("writer.lock")

    @contextmanager
    def _locked(self, name: str) -> Generator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / name).open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _clear_away(self, kept: str) -> None:
        for path in self.folder.iterdir():
            if path.is_dir() and path.name != kept:
                shutil.rmtree(path, ignore_errors=True)


class _Lengths:
    """How long the fields of a segment's documents are, each read once: the library asks anew for every token."""

    def __init__(self, reader: Any) -> None:
        """Ask this reader."""
        self.close = reader.close
        self.doc_field_length = lru_cache(maxsize=_LENGTHS)(reader.doc_field_length)


def _writer(index: Any) -> SegmentWriter:
    writer = index.writer(limitmb=_MEMORY)
    reader = writer.per_document_reader
    writer.per_document_reader = lambda: _Lengths(reader())
    return writer


def _take_out(writer: SegmentWriter, listing_ids: Collection[UUID]) -> None:
    """Delete the documents of these listings, all looked up in one reader: the writer's own way opens one for each."""
    with writer.reader() as reader:
        for listing_id in listing_ids:
            # A term stays in its segment after its document is deleted, and it is in every segment of an older version.
            for segment, base in reader.leaf_readers():
                if ("id", listing_id.hex) in segment:
                    found = segment.postings("id", listing_id.hex)
                    while found.is_active():
                        writer.delete_document(base + found.id())
                        found.next()


def _merge_alike(writer: SegmentWriter, segments: Sequence[Any]) -> list[Any]:
    """Write segments of like size as one when there are many, and those that are mostly deleted; return the others.

    A document is written again once for each eightfold growth of the index. The library's own policy writes small
    segments again at every commit.
    """
    sizes: dict[int, list[Any]] = {}
    for segment in segments:
        living = segment.doc_count()
        is_sparse = living * 2 < segment.doc_count_all()
        # log base 8: three bits a size
        size = -1 if is_sparse else living.bit_length() // 3
        sizes.setdefault(size, []).append(segment)
    kept: list[Any] = []
    for size, alike in sizes.items():
        if size >= 0 and len(alike) < _ALIKE:
            kept += alike
            continue
        for segment in alike:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return kept


@contextmanager
def _broken_if_it_fails() -> Generator[None]:
    try:
        yield
    except Exception as error:
        raise IndexBroken(type(error).__name__) from error


def _fields(document: Document) -> dict[str, Any]:
    """Return the tokens of a document by field; the library takes them as they are where they come as a list."""
    return {
        "id": document.listing_id.hex,
        "title": document.title.words,
        "body": document.body.words,
        "title_grams": document.title.grams,
        "body_grams": document.body.grams,
    }


def _find(searcher: Searcher, terms: Sequence[Term], limit: int) -> Answer:
    every = And([_strictly(term) for term in terms])
    hits = _hits(searcher, every, limit)
    if hits or (len(terms) == 1 and len(terms[0].words) + len(terms[0].grams) == 1):
        return Answer(hits)
    some = Or([_loosely(term) for term in terms])
    return Answer(_hits(searcher, some, limit), is_partial=True)


def _hits(searcher: Searcher, query: Any, limit: int) -> tuple[Hit, ...]:
    results = searcher.search(query, limit=limit)
    return tuple(Hit(UUID(hex=hit["id"]), float(hit.score or 0)) for hit in results)


def _strictly(term: Term) -> Any:
    words = And([_anywhere(word, _WORDS) for word in term.words])
    if not term.grams:
        return words
    return Or([words, And([_anywhere(gram, _GRAMS) for gram in term.grams])])


def _loosely(term: Term) -> Any:
    words = [_anywhere(word, _WORDS) for word in term.words]
    return Or(words + [_anywhere(gram, _GRAMS) for gram in term.grams])


def _anywhere(token: str, fields: Sequence[tuple[str, float]]) -> Any:
    """Ask for a token by value: nothing in it is read as query syntax."""
    return Or([Token(field, token, boost=boost) for field, boost in fields])
