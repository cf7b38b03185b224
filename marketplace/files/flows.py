"""Take a file in: read and decode it, put the bytes into the store, then write it down."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO, Final
from uuid import UUID

from obstore.store import ObjectStore

from marketplace.files import pdfs, pictures, queries, rules, services
from marketplace.files import store as bytes_store
from marketplace.files.rules import MediaType, Purpose
from marketplace.files.services import StoredRendition, Upload
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Refused

_PIECE: Final = 256 * 1024


def upload(
    *, actor: Actor, stream: BinaryIO, declared_name: str, purpose: Purpose, store: ObjectStore, now: datetime
) -> UUID:
    """Take in a file of the actor's company and return its id; TooLarge or Refused name what is accepted."""
    if purpose not in rules.HANDED_IN:
        accepted = ", ".join(sorted(rules.HANDED_IN))
        raise Refused.field("purpose", "choice", accepted)
    taken = take(stream=stream, declared_name=declared_name, purpose=purpose, store=store)
    with unit_of_work() as session:
        return services.keep(session, actor=actor, upload=taken, now=now)


def take(*, stream: BinaryIO, declared_name: str, purpose: Purpose, store: ObjectStore) -> Upload:
    """Check a file and put its bytes into the store, outside any transaction.

    Should nothing be written down afterwards, the bytes lie unused: harmless, and found again by their hash.
    """
    content = _read(stream, purpose)
    kind = rules.check(purpose, content)
    rules.check_name(declared_name, kind, content, purpose=purpose)
    name = rules.shown_name(declared_name, kind)
    if kind is MediaType.PDF and purpose in rules.HANDED_IN:
        pdfs.check(content, accepted=rules.LIMITS[purpose].accepted)
    if kind not in rules.PICTURES:
        return Upload(purpose, name, kind, bytes_store.put(store, content), len(content))
    picture = pictures.clean(content, kind)
    renditions = tuple(
        StoredRendition(made.width, bytes_store.put(store, made.content), len(made.content))
        for made in picture.renditions
    )
    sha256 = bytes_store.put(store, picture.content)
    return Upload(purpose, name, kind, sha256, len(picture.content), picture.width, picture.height, renditions)


def forget(*, hashes: Iterable[str], store: ObjectStore) -> None:
    """Delete bytes whose file was deleted, unless another file is made of the same."""
    for sha256 in hashes:
        if not queries.is_kept(reading(), sha256=sha256):
            bytes_store.delete(store, sha256)


def _read(stream: BinaryIO, purpose: Purpose) -> bytes:
    """Read no more than the purpose takes."""
    limit = rules.LIMITS[purpose].size
    content = bytearray()
    while piece := stream.read(_PIECE):
        content += piece
        if len(content) > limit:
            raise rules.too_large(purpose)
    return bytes(content)
