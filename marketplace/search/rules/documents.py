"""What the index is given and gives back."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from marketplace.search.rules.text import fold
from marketplace.search.rules.tokens import LONGEST_TEXT, Tokens, tokens_of

# How many hits a query looks at: facets and price order are counted over these.
MOST_HITS: Final = 2_000
_HS_PREFIXES: Final = (4, 6, 8)
_REMEMBERED: Final = 200  # characters of a text whose tokens are kept for the next document


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
    return Document(listing_id, title=_together(titles), body=_together((*texts, hs_code, *codes)))


def _together(texts: Iterable[str]) -> Tokens:
    """Return the tokens of several texts; nothing reads across from one into the next."""
    words: list[str] = []
    grams: list[str] = []
    left = LONGEST_TEXT
    for text in texts:
        part = text[: max(left, 0)]
        left -= len(part) + 1
        tokens = _known(part) if len(part) <= _REMEMBERED else tokens_of(part)
        words += tokens.words
        grams += tokens.grams
    return Tokens(tuple(words), tuple(grams))


# Company, category and commodity names come back with every listing of a price list.
_known: Final = lru_cache(maxsize=4_096)(tokens_of)


def plain_text(texts: Iterable[str]) -> str:
    """Return the folded text that a query is looked up in when the index cannot be read."""
    return fold("\n".join(texts))
