"""Pictures in a ZIP from a stranger: measured before anything is unpacked, one file in memory at a time."""

import io
import re
import zipfile
import zlib
from typing import Final

from marketplace.files.rules import LIMITS, MEGABYTE, Purpose
from marketplace.kernel.errors import Refused, TooLarge

MOST_FILES: Final = 2_000
_MOST_UNPACKED: Final = 400 * MEGABYTE
# Pictures are packed already: what shrinks further than this is none.
_MOST_RATIO: Final = 50
_SLACK: Final = 64 * 1024
_ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp")
_NESTED: Final = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".jar")


class PictureArchive:
    """The pictures of a ZIP by their names without folders; of two of the same name the first."""

    def __init__(self, content: bytes) -> None:
        """Open and measure an archive; Refused ``file`` for what is none, TooLarge for one beyond the limits."""
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            entries = self._archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise Refused.field("file", "archive_broken", "a ZIP of pictures") from error
        files = [entry for entry in entries if not entry.is_dir()]
        if len(entries) > MOST_FILES or sum(entry.file_size for entry in files) > _MOST_UNPACKED:
            raise _too_large()
        if any(entry.flag_bits & 0x1 for entry in files):
            raise Refused.field("file", "archive_locked", "a ZIP without a password")
        if any(entry.filename.lower().endswith(_NESTED) for entry in files):
            raise Refused.field("file", "archive_nested", "pictures themselves, no archives in the archive")
        if any(entry.file_size > _SLACK + entry.compress_size * _MOST_RATIO for entry in files):
            raise _too_large()
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in files:
            name = plain_name(entry.filename)
            if name.lower().endswith(_ENDINGS) and not name.startswith("."):
                self._entries.setdefault(name.casefold(), entry)
        self.names = tuple(plain_name(entry.filename) for entry in self._entries.values())

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a picture, None when there is none of this name; TooLarge beyond a picture's size."""
        entry = self._entries.get(plain_name(name).casefold())
        if entry is None:
            return None
        most = LIMITS[Purpose.PICTURE].size
        try:
            # What is declared may be a lie: no more is read than a picture may have.
            with self._archive.open(entry) as stream:
                content = stream.read(most + 1)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error) as error:
            raise Refused.field("file", "archive_broken", "a ZIP of pictures") from error
        if len(content) > most:
            raise TooLarge("file_too_large", limit=most, accepted=LIMITS[Purpose.PICTURE].accepted)
        return content


def plain_name(path: str) -> str:
    """Return a file's name without its folders, however they are written."""
    return re.split(r"[\\/]", path)[-1].strip()


def _too_large() -> TooLarge:
    accepted = f"{MOST_FILES} pictures, {_MOST_UNPACKED // MEGABYTE} MB unpacked"
    return TooLarge("archive_large", accepted=accepted)
