"""Whether the words of a query are a merchant's name: then his goods are what is asked for."""

from functools import lru_cache
from typing import Final

from marketplace.search.rules.text import fold

# More than any rank that words alone can give.
NAMED: Final = 10**12
_FEWEST_WORDS: Final = 2
_FEWEST_SIGNS: Final = 4  # of a script that writes without blanks


def names_merchant(words: str, name: str) -> bool:
    """Tell whether folded words are a merchant's whole name, or so much of its beginning that it is no common word."""
    known = _folded(name)
    if words == known:
        return True
    is_long = len(words.split()) >= _FEWEST_WORDS or (not words.isascii() and len(words) >= _FEWEST_SIGNS)
    return is_long and known.startswith(words)


@lru_cache(maxsize=4_096)
def _folded(name: str) -> str:
    return fold(name).strip()
