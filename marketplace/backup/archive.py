"""The folder of a target: parts are written beside their place and moved there when they are whole."""

import fcntl
import gzip
import hashlib
import os
import shutil
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from marketplace.backup import rules
from marketplace.files.rules import path_of
from marketplace.kernel.private import private

PARTIAL: Final = ".partial"
_GONE: Final = ".gone-"
_FILES: Final = "files"
_PIECE: Final = 1024 * 1024


class _Hashed:
    """A file that is hashed while it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.digest.update(piece)
        return self._file.write(piece)

    def flush(self) -> None:
        self._file.flush()


def expect_apart(target: Path, *, data: Path, store: Path | None) -> None:
    """Refuse a target that is part of the city: files lie in both alike, and ``prune`` would delete the city's own."""
    place, kept, home = target.resolve(), (target / _FILES).resolve(), data.resolve()
    is_inside = place == home or home.is_relative_to(kept)
    if store is not None:
        own = store.resolve()
        is_inside |= own.is_relative_to(kept) or kept.is_relative_to(own) or place.is_relative_to(own)
    if is_inside:
        raise rules.Unusable(f"{target} is part of the city itself: give a folder of its own to backups")


@contextmanager
def begin(target: Path) -> Generator[Path]:
    """Open a fresh folder for the parts of one backup; another backup into the same target waits for its end.

    What one that was cut off left here is thrown away, and what a deletion left; but for the bytes of files, which have
    their final names.
    """
    folder(target)
    with (target / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        partial = target / PARTIAL
        for left in (partial, *target.glob(f"{_GONE}*")):
            shutil.rmtree(left, ignore_errors=True)
        folder(partial / "tables")
        yield partial


def finish(target: Path, manifest: rules.Manifest) -> Path:
    """Write the manifest and give the backup its name, in one step that is on the disk when this returns."""
    partial = target / PARTIAL
    with private(partial / rules.MANIFEST) as file:
        file.write(rules.written(manifest).encode("utf-8"))
    os.sync()  # every part before the name: a power cut leaves a whole backup or none
    whole = target / rules.name_of(manifest.made_at, taken=[path.name for path in target.iterdir()])
    partial.rename(whole)
    os.sync()
    return whole


def find(source: Path) -> tuple[Path, rules.Manifest]:
    """Return the newest whole backup of a target, or the backup at this folder, with its manifest."""
    source = source.resolve()  # the files lie beside it, also where it is "." or a link to it
    if not (source / rules.MANIFEST).exists():
        names = whole(source)
        if not names:
            raise rules.Unusable(f"{source} holds no whole backup")
        source /= names[-1]
    return source, rules.read((source / rules.MANIFEST).read_text("utf-8", errors="replace"))


def whole(target: Path) -> list[str]:
    """Return the names of a target's whole backups, the oldest first."""
    paths = target.iterdir() if target.is_dir() else ()
    return rules.in_time(path.name for path in paths if rules.is_name(path.name) and (path / rules.MANIFEST).exists())


def prune(target: Path, *, keep: int) -> list[str]:
    """Delete all but the newest backups, and the files that none of those left needs; only inside ``begin``.

    Unusable, and nothing is deleted, when one of those left does not say which files it needs.
    """
    names = whole(target)
    old, left = names[:-keep], names[-keep:]
    needed = {sha256 for name in left for sha256 in _needed(target / name)}
    for name in old:
        gone = (target / name).rename(target / f"{_GONE}{name}")  # a backup deleted by half is none
        shutil.rmtree(gone)
    for path in (target / _FILES).glob("??/*"):
        if path.name not in needed:
            path.unlink()
    return old


def write_lines(path: Path, lines: Iterable[str]) -> tuple[int, str]:
    """Write lines packed, and return how many there were and the hash of the file."""
    count = 0
    with private(path) as file:
        hashed = _Hashed(file)
        # No time and no name inside: the same rows make the same bytes.
        with gzip.GzipFile("", "wb", 6, cast("BinaryIO", hashed), mtime=0) as packed:
            for line in lines:
                packed.write(f"{line}\n".encode("ascii"))
                count += 1
    return count, hashed.digest.hexdigest()


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a packed file."""
    with gzip.open(path, "rt", encoding="ascii") as file:
        yield from file


def listed(backup: Path) -> Iterator[tuple[str, int]]:
    """Yield hash and size of each file that a backup needs."""
    for line in read_lines(backup / rules.FILE_LIST):
        sha256, _, size = line.strip().partition(" ")
        yield sha256, int(size)


def _needed(backup: Path) -> list[str]:
    try:
        return [sha256 for sha256, _ in listed(backup)]
    except (OSError, EOFError, ValueError, zlib.error):
        path = backup / rules.FILE_LIST
        raise rules.Unusable(f"{path} cannot be read: the new backup is whole, nothing older was deleted") from None


def place_of(target: Path, sha256: str) -> Path:
    """Return where the bytes of a file lie in a target."""
    return target / _FILES / path_of(sha256)


def keep(target: Path, sha256: str, pieces: Iterable[bytes]) -> bool:
    """Keep the bytes of a file under their hash; False when they are not what the hash says."""
    path = place_of(target, sha256)
    folder(path.parent)
    partial = target / PARTIAL / "file"
    with private(partial) as file:
        hashed = _Hashed(file)
        for piece in pieces:
            hashed.write(piece)
    if hashed.digest.hexdigest() != sha256:
        partial.unlink()
        return False
    partial.rename(path)
    return True


def digest(path: Path) -> str | None:
    """Return the hash of a file's bytes, None when it is gone."""
    try:
        with path.open("rb") as file:
            found = hashlib.sha256()
            while piece := file.read(_PIECE):
                found.update(piece)
            return found.hexdigest()
    except OSError:
        return None


def folder(path: Path) -> None:
    """Make a folder that nobody but its owner enters."""
    for missing in reversed([part for part in (path, *path.parents) if not part.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
