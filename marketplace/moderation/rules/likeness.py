"""What makes two pictures, or two texts, alike - and the bands by which likeness is found without comparing all.

Pictures: a difference hash of 64 bits; two are alike when at most `PICTURE_BITS` differ. The bits are dealt out over
one band more than that, so at least one band of two alike pictures is equal (pigeonhole) and an index finds it. Bits
are dealt like cards, since neighbouring ones are equal on any picture with a plain background.

Texts: shingles of five letters without spaces, which needs no words and so works for Chinese and Thai. A minhash of
one permutation makes 64 numbers of them, 16 bands of four; of texts that share 80 % of their shingles, 999 in 1,000
share a band, and what shares one is compared in full.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

PICTURE_BITS: Final = 5
PICTURE_BANDS: Final = PICTURE_BITS + 1
TEXT_PERCENT: Final = 80
TEXT_BANDS: Final = 16
_HASH_BITS: Final = 64
_ROWS: Final = 4
_MINS: Final = TEXT_BANDS * _ROWS
_LETTERS: Final = 5
# A name of goods alone is alike for everybody who sells them.
_LEAST_SHINGLES: Final = 40
_MOST_LETTERS: Final = 8_000
_STEP: Final = 0x9E37_79B9_7F4A_7C15
_MASK: Final = (1 << 64) - 1
_POSITIVE: Final = (1 << 63) - 1


class Likeness(StrEnum):
    """By what two listings are alike."""

    PICTURE = "picture"
    TEXT = "text"


def distance(one: int, other: int) -> int:
    """Return how many bits of two picture hashes differ."""
    return ((one ^ other) & _MASK).bit_count()


def picture_bands(bits: int) -> tuple[int, ...]:
    """Return the bands of a picture's hash, by position."""
    bands = [0] * PICTURE_BANDS
    for position in range(_HASH_BITS):
        band, place = position % PICTURE_BANDS, position // PICTURE_BANDS
        bands[band] |= (bits >> position & 1) << place
    return tuple(bands)


def picture_nearness(bits: int) -> int:
    """Return in per cent how alike two pictures are of which so many bits differ."""
    return 100 - 100 * bits // _HASH_BITS


def signed(bits: int) -> int:
    """Return a hash of 64 bits as the signed number that a database keeps."""
    return bits - (1 << 64) if bits > _POSITIVE else bits


def said(titles: Mapping[str, str], descriptions: Mapping[str, str], locale: str) -> str:
    """Return what a listing says in the language its merchant writes."""
    return f"{titles.get(locale, '')}\n{descriptions.get(locale, '')}"


def shingles(text: str) -> frozenset[str]:
    """Return the shingles of a text; none for one too short to be anybody's own."""
    letters = "".join(unicodedata.normalize("NFKC", text[:_MOST_LETTERS]).casefold().split())
    found = frozenset(letters[start : start + _LETTERS] for start in range(len(letters) - _LETTERS + 1))
    return found if len(found) >= _LEAST_SHINGLES else frozenset()


def text_bands(parts: frozenset[str]) -> tuple[int, ...]:
    """Return the bands of a text's shingles, by position; none for none."""
    if not parts:
        return ()
    mins: list[int | None] = [None] * _MINS
    for part in parts:
        value = int.from_bytes(hashlib.blake2b(part.encode(), digest_size=8).digest())
        place = value % _MINS
        found = mins[place]
        if found is None or value < found:
            mins[place] = value
    filled = _filled(mins)
    return tuple(_number(filled[start : start + _ROWS]) for start in range(0, _MINS, _ROWS))


def text_nearness(one: frozenset[str], other: frozenset[str]) -> int:
    """Return in per cent how much of two texts' shingles they share."""
    return 100 * len(one & other) // len(one | other) if one and other else 0


def _filled(mins: list[int | None]) -> list[int]:
    """Fill empty places from the next that is filled, marked by how far off it is."""
    filled: list[int] = []
    for place in range(len(mins)):
        steps = 0
        while (value := mins[(place + steps) % len(mins)]) is None:
            steps += 1
        filled.append((value + steps * _STEP) & _MASK)
    return filled


def _number(row: list[int]) -> int:
    content = b"".join(value.to_bytes(8) for value in row)
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest()) & _POSITIVE
