"""One tokenizer for every language of the corridor.

ICU's dictionaries cut Chinese, Thai, Lao, Khmer and Burmese into words, but cut the same word differently in another
neighbourhood; so these scripts are indexed by n-grams too, and a query may match by either.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from icu4py.breakers import CharacterBreaker, WordBreaker

from marketplace.search.rules.text import fold, stem

LONGEST_QUERY: Final = 200
MOST_TERMS: Final = 12
MOST_GRAMS: Final = 24  # of one term; a longer run of Chinese is found by its beginning
LONGEST_TEXT: Final = 20_000  # of one document
_LONGEST_TOKEN: Final = 64

_HAN: Final = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_SIGNS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f"
_RUN: Final = re.compile(f"(?P<han>[{_HAN}]+)|(?P<signs>[{_SIGNS}]+)|(?P<other>[^{_HAN}{_SIGNS}]+)")
_IN_NUMBER: Final = re.compile(r"(?<=\d)[.,'’](?=\d)")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a text and the n-grams of its parts without spaces, as often as they occur."""

    words: tuple[str, ...] = ()
    grams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: found where all its words are, or all its n-grams (if it has any)."""

    words: tuple[str, ...]
    grams: tuple[str, ...] = ()


def tokens_of(text: str) -> Tokens:
    """Return the tokens of a document's text."""
    words: list[str] = []
    grams: list[str] = []
    for kind, run in _runs(fold(text[:LONGEST_TEXT])):
        words += _words(run)
        if kind != "other":
            letters = _letters(kind, run)
            for length in (1, 2) if kind == "han" else (2, 3):
                grams += _grams(letters, length)
    return Tokens(tuple(words), tuple(grams))


def terms_of(query: str) -> tuple[Term, ...]:
    """Return what a query asks for, every character literal: at most 12 terms of its first 200 characters."""
    terms: list[Term] = []
    # Folding may lengthen a text, so it is cut before and after.
    for kind, run in _runs(fold(query[:LONGEST_QUERY])[:LONGEST_QUERY]):
        if kind == "other":
            terms += (Term((word,)) for word in _words(run))
        elif words := tuple(_words(run)):
            terms.append(Term(words[:MOST_GRAMS], _asked_grams(kind, run)))
    return tuple(dict.fromkeys(terms))[:MOST_TERMS]


def _asked_grams(kind: str, run: str) -> tuple[str, ...]:
    letters = _letters(kind, run)
    length = min(len(letters), 2 if kind == "han" else 3)
    if kind == "signs" and length < 2:
        return ()
    return tuple(dict.fromkeys(_grams(letters, length)))[:MOST_GRAMS]


def _runs(folded: str) -> Iterator[tuple[str, str]]:
    for match in _RUN.finditer(folded):
        yield str(match.lastgroup), match.group()


def _words(run: str) -> Iterator[str]:
    for piece in WordBreaker(_IN_NUMBER.sub("", run), "en"):
        word = str(piece).strip()
        if any(letter.isalnum() for letter in word):
            yield stem(word[:_LONGEST_TOKEN])


def _letters(kind: str, run: str) -> list[str]:
    if kind == "han":
        return list(run)
    return [cluster for cluster in map(str, CharacterBreaker(run, "en")) if any(map(str.isalnum, cluster))]


def _grams(letters: list[str], length: int) -> Iterable[str]:
    return ("".join(letters[start : start + length]) for start in range(len(letters) - length + 1))
