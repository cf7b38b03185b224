"""Where bytes lie: a folder, or an S3-compatible store, by content hash."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from marketplace.files import rules
from marketplace.kernel.errors import NotFound, Unavailable


def open_store(location: Path | str) -> ObjectStore:
    """Open the store at a folder, or at a URL such as ``s3://bucket/prefix``."""
    if isinstance(location, Path):
        return LocalStore(location, mkdir=True)
    return from_url(location)


def folder_of(store: ObjectStore) -> Path | None:
    """Return the folder of a store, None when it is no folder of this machine."""
    return Path(store.prefix) if isinstance(store, LocalStore) and store.prefix else None


def put(store: ObjectStore, content: bytes) -> str:
    """Keep bytes and return their SHA-256; bytes that are there already are not written again."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        obstore.put(store, rules.path_of(sha256), content, mode="create")
    except AlreadyExistsError:
        pass
    except OSError as error:
        raise Unavailable("files", error=type(error).__name__) from None
    return sha256


def read(store: ObjectStore, sha256: str) -> bytes:
    """Return the bytes of a hash; NotFound when they are gone."""
    return b"".join(stream(store, sha256))


def stream(store: ObjectStore, sha256: str) -> Iterator[bytes]:
    """Return the bytes of a hash piece by piece; NotFound, before the first piece, when they are gone."""
    try:
        found = obstore.get(store, rules.path_of(sha256))
    except FileNotFoundError:
        raise NotFound("file") from None
    except OSError as error:
        raise Unavailable("files", error=type(error).__name__) from None
    return (bytes(piece) for piece in found)


def delete(store: ObjectStore, sha256: str) -> None:
    """Delete the bytes of a hash; those that are gone already are no failure."""
    try:
        obstore.delete(store, rules.path_of(sha256))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise Unavailable("files", error=type(error).__name__) from None


def has(store: ObjectStore, sha256: str) -> bool:
    """Tell whether the bytes of a hash are there, without reading them."""
    try:
        obstore.head(store, rules.path_of(sha256))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unavailable("files", error=type(error).__name__) from None
    return True


def is_intact(store: ObjectStore, sha256: str) -> bool:
    """Tell whether the bytes of a hash are there and unchanged."""
    digest = hashlib.sha256()
    try:
        for piece in stream(store, sha256):
            digest.update(piece)
    except NotFound:
        return False
    return digest.hexdigest() == sha256
