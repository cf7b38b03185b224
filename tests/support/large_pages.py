"""What a worker of a run keeps in memory, in large pages: looking small ones up took a tenth of its time.

Python asks for its memory a megabyte at a time, and Linux gives large pages only to those that ask for them by
themselves; in a virtual machine each small page that the processor has forgotten is looked up twice over.
"""

import ctypes
import mmap
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_SIZE: Final = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
_MAPS: Final = Path("/proc/self/maps")
_COLLAPSE: Final = 25  # MADV_COLLAPSE of linux/mman.h, since Linux 6.1: at once, not when the kernel comes by
_BETWEEN: Final = 10.0  # seconds
_libc: Final = ctypes.CDLL(None)
_last = -_BETWEEN


def gather(*_when: object) -> None:
    """Move what lies in small pages together, now and then; where the kernel cannot, all stays as it is.

    To be called when garbage was looked for: that is where memory is asked for, and between two tests or within one.
    """
    global _last  # noqa: PLW0603  once for the process is the point
    now = time.monotonic()
    if now - _last < _BETWEEN:
        return
    _last = now
    with suppress(FileNotFoundError):
        size = int(_SIZE.read_text())
        for start, end in _own(_MAPS.read_text()):
            whole, over = -(-start // size) * size, end // size * size
            if whole < over:
                _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_HUGEPAGE)
                _libc.madvise(ctypes.c_void_p(whole), ctypes.c_size_t(over - whole), _COLLAPSE)


def _own(maps: str) -> Iterator[tuple[int, int]]:
    """Return where memory begins and ends that is written to and no file's: proc_pid_maps(5)."""
    for line in maps.splitlines():
        place, rights, _offset, _device, inode, *name = line.split(maxsplit=5)
        if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            start, _, end = place.partition("-")
            yield int(start, 16), int(end, 16)
