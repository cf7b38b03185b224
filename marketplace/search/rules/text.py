"""One written form for texts that read alike: width, case, accents, invisible letters, plurals."""

import re
import unicodedata
from typing import Final

# Latin, Greek and Cyrillic accents only: the vowel signs of Thai, Lao, Khmer and Burmese are letters, not accents.
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")
_LETTERS: Final = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
# Khmer and Thai texts are full of zero-width spaces that some keyboards set and others do not.
_UNSEEN: Final = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
# NFKC takes these letters apart, and the dictionaries of words know them whole.
_WHOLE: Final = (
    (re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32"), "\\1\u0e33"),  # Thai sara am
    (re.compile("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2"), "\\1\u0eb3"),  # Lao am
    (re.compile("\u0eab\u0e99"), "\u0edc"),  # Lao ho no
    (re.compile("\u0eab\u0ea1"), "\u0edd"),  # Lao ho mo
)
_SHORTEST_PLURAL: Final = 4


def fold(text: str) -> str:
    """Return the text as it is indexed and searched: ``Đắk Lắk`` and ``DAK LAK`` are both ``dak lak``."""
    sound = text.encode("utf-8", "ignore").decode()  # halves of surrogate pairs are no letters
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", sound)).casefold()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", plain)).translate(_LETTERS)
    plain = unicodedata.normalize("NFC", plain)
    for taken_apart, whole in _WHOLE:
        plain = taken_apart.sub(whole, plain)
    return plain


def stem(word: str) -> str:
    """Take the plural off an English word; words of other languages lose an s on both sides alike."""
    if len(word) < _SHORTEST_PLURAL or not word.isascii() or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]
