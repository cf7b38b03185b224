"""Loading the application: nothing that a program is made of is ever garbage, so nobody looks for any."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def program() -> Generator[None]:
    """Import what stays until the process ends; a third of a start went into searching it for garbage."""
    gc.disable()
    try:
        yield
    finally:
        # Left out of every later search too, which keeps the pages of forked processes shared.
        gc.freeze()
        gc.enable()
