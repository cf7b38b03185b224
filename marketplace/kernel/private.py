"""Files that nobody but their owner reads, whatever the process's umask."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def private(path: Path, *, anew: bool = True) -> Generator[BinaryIO]:
    """Write a file, from its beginning on; one that is not begun anew keeps what is not written over."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if anew else 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # it may have been there
        yield file
