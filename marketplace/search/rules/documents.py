"""What the index is given and gives back."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from marketplace.search.rules.text import fold
from marketplace.search.rules.tokens import Tokens, tokens_of

# How many hits a query looks at: facets and price order are counted over these.
MOST_HITS: Final = 2_000
_HS_PREFIXES: Final = (4, 6, 8)


@dataclass(frozen=True, slots=True)
class Document:
    """A listing as the index keeps it."""

    listing_id: UUID
    title: Tokens
    body: Tokens


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing that fits, and how well: only comparable within one answer."""

    listing_id: UUID
    score: float

    @property
    def rank(self) -> int:
        """The score as a whole number, for cursors."""
        return math.floor(self.score * 1_000_000)


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of a query, best first; ``is_partial`` when nothing fits all of it and these fit some."""

    hits: tuple[Hit, ...]
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the index can be read, and how many documents it holds."""

    is_readable: bool
    documents: int = 0


def document(listing_id: UUID, *, titles: Iterable[str], texts: Iterable[str], hs_code: str) -> Document:
    """Return the document of a listing: titles count most; an HS code is found by its chapters and headings too."""
    codes = [hs_code[:length] for length in _HS_PREFIXES if len(hs_code) > length]
    return Document(
        listing_id,
        title=tokens_of("\n".join(titles)),
        body=tokens_of("\n".join((*texts, hs_code, *codes))),
    )


def plain_text(texts: Iterable[str]) -> str:
    """Return the folded text that a query is looked up in when the index cannot be read."""
    return fold("\n".join(texts))
