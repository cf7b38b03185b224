"""Many files as one ZIP with a manifest of their hashes: written piece by piece, bounded, and hashed as a whole."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from obstore.store import ObjectStore

from marketplace.files import store as bytes_store
from marketplace.files.rules import MEGABYTE
from marketplace.kernel.errors import TooLarge

MOST_BYTES: Final = 400 * MEGABYTE
MANIFEST: Final = "manifest.json"
_LAID_OUT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file to pack: its path in the bundle, a title for people, and its bytes or their hash in the store."""

    path: str
    title: str
    content: bytes = b""
    stored: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it was packed."""

    path: str
    title: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """A finished bundle: the SHA-256 and number of its bytes, and how many files it holds beside its manifest."""

    sha256: str
    size: int
    files: int


def pack(
    target: IO[bytes],
    *,
    store: ObjectStore,
    pieces: Sequence[Piece],
    index: Callable[[Sequence[Packed]], Piece],
    about: Mapping[str, Any],
    at: datetime,
) -> Bundle:
    """Write a ZIP of pieces, of an index for people made from what was packed, and of a manifest; leave it rewound.

    Each entry of the manifest has path, title, SHA-256 and size. TooLarge ``bundle_large`` beyond what is carried.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        packed: list[Packed] = []
        for piece in pieces:
            packed.append(_add(archive, piece, store, at, room=MOST_BYTES - sum(one.size for one in packed)))
        packed.append(_add(archive, index(packed), store, at, room=MOST_BYTES))
        listed = [{"path": one.path, "title": one.title, "sha256": one.sha256, "size": one.size} for one in packed]
        manifest = json.dumps({**about, "files": listed}, ensure_ascii=False, indent=_LAID_OUT).encode()
        _add(archive, Piece(path=MANIFEST, title=MANIFEST, content=manifest), store, at, room=MOST_BYTES)
    size = target.tell()
    target.seek(0)
    sha256 = hashlib.file_digest(target, "sha256").hexdigest()  # type: ignore[arg-type]
    target.seek(0)
    return Bundle(sha256, size, len(packed))


def _add(archive: zipfile.ZipFile, piece: Piece, store: ObjectStore, at: datetime, *, room: int) -> Packed:
    entry = zipfile.ZipInfo(piece.path, at.timetuple()[:6])
    # What comes from the store is packed already: pictures, recordings, papers.
    entry.compress_type = zipfile.ZIP_STORED if piece.stored else zipfile.ZIP_DEFLATED
    digest, size = hashlib.sha256(), 0
    with archive.open(entry, "w") as file:
        for part in _parts(piece, store):
            size += len(part)
            if size > room:
                raise TooLarge("bundle_large", accepted=f"at most {MOST_BYTES // MEGABYTE} MB")
            digest.update(part)
            file.write(part)
    return Packed(piece.path, piece.title, digest.hexdigest(), size)


def _parts(piece: Piece, store: ObjectStore) -> Iterator[bytes]:
    return bytes_store.stream(store, piece.stored) if piece.stored else iter((piece.content,))
