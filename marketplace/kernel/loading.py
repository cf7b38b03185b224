"""Loading the application: nothing that a program is made of is ever garbage, so nobody looks for any there."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

# New objects between two looks for garbage. By default it is 700, fewer than one batch of rows makes: a third of what
# the index is written in, and an eighth of an import, went into looking where next to nothing is ever found.
BETWEEN_LOOKS: Final = 20_000


@contextmanager
def program() -> Generator[None]:
    """Import what stays until the process ends; a third of a start went into searching it for garbage."""
    gc.disable()
    try:
        yield
    finally:
        # Left out of every later search too, which keeps the pages of forked processes shared.
        gc.freeze()
        gc.set_threshold(BETWEEN_LOOKS)
        gc.enable()
