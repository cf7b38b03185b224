"""The port: what the city asks of a full-text index, whichever it is."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol
from uuid import UUID

from marketplace.search.rules.documents import Answer, Document, Health
from marketplace.search.rules.tokens import Term


class IndexBroken(Exception):
    """The index cannot be read or written as it is; a rebuild mends it."""


class SearchIndex(Protocol):
    """Keeps documents and finds them by tokens; every method raises IndexBroken and nothing else."""

    def find(self, terms: Sequence[Term], *, limit: int) -> Answer:
        """Return the documents that have every term, else those that have some, best first."""
        ...

    def turn(self) -> AbstractContextManager[None]:
        """Be the only one, of all processes, who compares the index with the database and changes it."""
        ...

    def apply(self, *, put: Sequence[Document], drop: Sequence[UUID]) -> None:
        """Add or replace documents and take others out, all or nothing."""
        ...

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Replace everything; readers see the old documents until the end. Return how many there are now.

        ``documents`` are read while no other writer is at work, so that no change falls between.
        """
        ...

    def health(self) -> Health:
        """Tell how the index is; never raises."""
        ...
