"""What is verified beside the database: the bytes of every file and paper."""

from collections.abc import Callable

from obstore.store import ObjectStore
from sqlalchemy.orm import Session

from marketplace.files import queries
from marketplace.files.store import is_intact
from marketplace.kernel.checks import Breach

_EVERY = 50


def check_bytes(
    session: Session, *, store: ObjectStore, report: Callable[[int, int], None] = lambda _done, _total: None
) -> list[Breach]:
    """Read every stored file piece by piece and return those that are gone or no longer have their hash.

    Bytes are stored before the row that names them, so what a snapshot knows lies in the store.
    """
    found: list[Breach] = []
    hashes = sorted(queries.hashes(session))
    for done, sha256 in enumerate(hashes, 1):
        if not is_intact(store, sha256):
            found.append(Breach("2 stored bytes", "file", None, f"the bytes of {sha256} are gone or changed"))
        if done % _EVERY == 0 or done == len(hashes):
            report(done, len(hashes))
    return found
