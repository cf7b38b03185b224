"""Processes of their own for races, forked from one that has imported the application: a start costs no import."""

import multiprocessing
from typing import Final

FORKED: Final = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.support.loaded"])
