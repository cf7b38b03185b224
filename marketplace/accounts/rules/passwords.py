"""Which passwords are good enough: long, not the first a guesser tries, not about their owner."""

import itertools
import unicodedata
from collections.abc import Iterable
from typing import Final

from marketplace.accounts.rules.common_passwords import COMMON
from marketplace.kernel.errors import Refused

SHORTEST: Final = 10
LONGEST: Final = 256  # hashing is dear on purpose; a book is refused before it is hashed
FEWEST_LETTERS: Final = 5
_SHORTEST_PART: Final = 4
_ENOUGH_BESIDES: Final = 8
_LOOKALIKES: Final = str.maketrans("0134578@$!", "oleastbasi")
_ENDS: Final = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "
_WORDS: Final = COMMON | {word.strip(_ENDS) for word in COMMON}


def normalized(password: str) -> str:
    """Return the one form that is hashed: keyboards differ in how they compose the same letters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, about: Iterable[str] = (), field: str = "password") -> None:
    """Refuse the field when short, too long, monotonous, common, or made of ``about`` (login, company)."""
    text = normalized(password)
    if len(text) < SHORTEST:
        raise Refused.field(field, "too_short", f"at least {SHORTEST} characters")
    if len(text) > LONGEST:
        raise Refused.field(field, "too_long", f"at most {LONGEST} characters")
    if len(set(text)) < FEWEST_LETTERS or _is_a_run(text):
        raise Refused.field(field, "password_monotonous", str(FEWEST_LETTERS))
    if is_common(text):
        raise Refused.field(field, "password_common")
    if _is_about(text, about):
        raise Refused.field(field, "password_personal")


def is_common(password: str) -> bool:
    """Tell whether a guesser tries this first: a common word, also between digits, twice, or in l33t."""
    text = normalized(password).casefold()
    bare = text.strip(_ENDS)
    plain = text.translate(_LOOKALIKES)
    forms = {text, bare, plain, plain.strip(_ENDS), bare.translate(_LOOKALIKES)}
    return any(form in _WORDS or _once(form) in _WORDS for form in forms)


def _once(text: str) -> str:
    """Return what a text repeats: ``dragon`` for ``dragondragon``, itself when nothing."""
    if not text:
        return text
    return text[: (text + text).index(text, 1)]


def _is_a_run(text: str) -> bool:
    """Tell whether every letter follows the one before, up or down: ``abcdefghij``, ``1234567890``."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def _is_about(text: str, about: Iterable[str]) -> bool:
    """Tell whether nothing much is left once the owner's own words are taken out."""
    rest = text.casefold()
    for part in sorted({part for words in about for part in _parts(words)}, key=len, reverse=True):
        rest = rest.replace(part, "")
    return rest != text.casefold() and len(rest) < _ENOUGH_BESIDES


def _parts(words: str) -> set[str]:
    """Return the words of a login or name that say who it is, whole and separately."""
    text = normalized(words).casefold()
    split = "".join(letter if letter.isalnum() else " " for letter in text).split()
    return {part for part in (text, "".join(split), *split) if len(part) >= _SHORTEST_PART}
