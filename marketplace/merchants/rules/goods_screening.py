"""Compare goods with lists that the operator imported: by the beginning of their HS code, by words, or by both.

An entry that names codes and words is found only where one of each fits. Words are found as they stand, whole and in
their order, however they are written; in scripts without blanks anywhere in a text.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.merchants.rules.screening import Likeness

MOST_WORDS: Final = 6  # of one phrase
MOST_OF_ONE: Final = 50  # codes, and phrases, of one entry
_LONGEST_CODE: Final = 10
_CODE: Final = re.compile(r"[0-9]{2,10}", re.ASCII)
_WORD: Final = re.compile(r"\w+")
_MOST_ERRORS: Final = 20


@dataclass(frozen=True, slots=True)
class ListedGoods:
    """An entry: what the list calls the goods, beginnings of HS codes in digits, and phrases."""

    name: str
    hs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Return a hash of all of it: what was cleared comes back only when something of it is another."""
        parts = ("goods", self.name, *sorted(map(digits, self.hs)), "#", *sorted(map(plain, self.words)))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FoundGoods:
    """Why goods are like an entry; ``mark`` names what of the goods it was found by, and changes with that alone."""

    likeness: Likeness
    mark: str


class Goods:
    """Goods as they are compared: their HS code and every text that is read of them."""

    def __init__(self, hs_code: str, texts: Iterable[str]) -> None:
        """Cut the texts once, however many entries they are compared with."""
        self.hs_code = digits(hs_code)
        self._prefixes = {self.hs_code[:length] for length in range(2, len(self.hs_code) + 1)}
        folded = [_folded(text) for text in texts]
        self._phrases = {phrase for text in folded for phrase in _phrases(_WORD.findall(text))}
        self._whole = "\n".join(folded)

    def like(self, entry: ListedGoods) -> FoundGoods | None:
        """Return why these goods are like an entry, None when they are not."""
        codes = [code for code in map(digits, entry.hs) if code in self._prefixes]
        said = [phrase for phrase in map(plain, entry.words) if self._says(phrase)]
        if (entry.hs and not codes) or (entry.words and not said) or not (codes or said):
            return None
        likeness = Likeness.PHRASE if not codes else Likeness.HS if not said else Likeness.HS_PHRASE
        seen = (self.hs_code if codes else "", *sorted(set(said)))
        return FoundGoods(likeness, hashlib.sha256("\x1f".join(seen).encode()).hexdigest())

    def _says(self, phrase: str) -> bool:
        return phrase in self._phrases or (not phrase.isascii() and phrase in self._whole)


def check_goods(entries: Sequence[ListedGoods]) -> None:
    """Refuse entries that nothing could be found by, codes that are none, and phrases of nothing or of too much."""
    errors: list[FieldError] = []
    for index, entry in enumerate(entries):
        if not entry.hs and not entry.words:
            errors.append(FieldError(f"goods.{index}.words", "required", "an HS code or words that can be compared"))
        if not all(_CODE.fullmatch(digits(code)) for code in entry.hs):
            accepted = f"2 to {_LONGEST_CODE} digits of the Harmonized System"
            errors.append(FieldError(f"goods.{index}.hs", "hs_prefix", accepted))
        if not all(1 <= len(_WORD.findall(_folded(phrase))) <= MOST_WORDS for phrase in entry.words):
            errors.append(FieldError(f"goods.{index}.words", "listed_words", f"1 to {MOST_WORDS} words each"))
    if errors:
        raise Refused.fields(*errors[:_MOST_ERRORS])


def digits(code: str) -> str:
    """Return an HS code without its dots and blanks."""
    return re.sub(r"[.\s]", "", unicodedata.normalize("NFKC", code))


def plain(phrase: str) -> str:
    """Return a phrase as it is compared."""
    return " ".join(_WORD.findall(_folded(phrase)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _phrases(words: Sequence[str]) -> Iterable[str]:
    for start in range(len(words)):
        for end in range(start + 1, min(start + MOST_WORDS, len(words)) + 1):
            yield " ".join(words[start:end])
