"""The pictures that a row names: files of the archive beside the sheet, or addresses to fetch them from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from marketplace.kernel.errors import FieldError
from marketplace.kernel.lifecycle import Lifecycle

MOST: Final = 12
_LONGEST_ALT: Final = 160
_LONGEST: Final = 2_000
_FILE: Final = re.compile(r"[^/\\:*?\"<>|\x00-\x1f]{1,200}\.(?:jpe?g|png|webp)", re.IGNORECASE)
_STEM: Final = re.compile(r"(?P<sku>.+?)(?:_(?P<place>[1-9][0-9]?))?\.(?:jpe?g|png|webp)", re.IGNORECASE)
ACCEPTED: Final = "names such as chain.jpg, or addresses that begin with https://, parted by semicolons"


class PictureState(StrEnum):
    """Where a picture of an import stands."""

    WAITING = "waiting"
    ADDED = "added"
    SAME = "same"
    FAILED = "failed"


PICTURE: Final = Lifecycle(
    "import_picture",
    {
        PictureState.WAITING: {
            "add": PictureState.ADDED,
            "find": PictureState.SAME,
            "fail": PictureState.FAILED,
        },
        PictureState.FAILED: {"retry": PictureState.WAITING},
    },
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a picture comes from, and what it shows in words."""

    text: str
    alt: str = ""

    @property
    def is_address(self) -> bool:
        """Tell whether it is fetched from an address."""
        return "://" in self.text


def sources_of(values: Mapping[str, Any]) -> list[Source]:
    """Return the pictures that a row names, in their order, each once."""
    alts = [alt.strip() for alt in str(values.get("pictures_alt", "")).split(";")]
    texts = [text for part in str(values.get("pictures", "")).split(";") if (text := part.strip())]
    named = {text: alts[place] if place < len(alts) else "" for place, text in enumerate(texts)}
    return [Source(text, alt) for text, alt in named.items()]


def check_sources(values: Mapping[str, Any]) -> list[FieldError]:
    """Return what is wrong with the pictures that a row names; what an address answers is seen when it is fetched."""
    sources = sources_of(values)
    if len(sources) > MOST:
        return [FieldError("pictures", "pictures_many", f"at most {MOST} pictures")]
    errors: list[FieldError] = []
    for source in sources:
        is_wrong = not source.text.startswith("https://") if source.is_address else not _FILE.fullmatch(source.text)
        if is_wrong or len(source.text) > _LONGEST:
            errors.append(FieldError("pictures", "picture_source", ACCEPTED, {"text": source.text[:80]}))
        if len(source.alt) > _LONGEST_ALT:
            errors.append(FieldError("pictures_alt", "too_long", f"at most {_LONGEST_ALT} characters"))
    return errors[:1] if errors else []


def by_article(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the files of an archive by the article that their names begin with: ``A-1.jpg``, ``A-1_2.png``.

    A name may be read in two ways, as article ``A_2`` and as the second picture of ``A``: it stands under both.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        stem = name.rpartition(".")[0]
        found.setdefault(stem, []).append((0, name))
        if (match := _STEM.fullmatch(name)) and match["place"]:
            found.setdefault(match["sku"], []).append((int(match["place"]), name))
    return {sku: [name for _, name in sorted(files)] for sku, files in found.items()}
