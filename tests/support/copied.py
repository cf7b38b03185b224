"""``city serve`` by copies of a process that has loaded the application: what starts often costs no import each time.

The supervisor, the web server with its processes and the consumer are what they are when they are started; only that
each of the programs begins as a copy instead of by loading all that it is made of.
"""

import os
import runpy
import signal
import sys
import time

from marketplace.config import Settings
from marketplace.worker import supervisor


def serve(environment: dict[str, str]) -> None:
    """Serve a city in a session of its own, silently; to be called in a process that was just made for it."""
    os.setsid()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    os.environ.clear()
    os.environ.update(environment)
    supervisor.Child.start = _start
    supervisor.supervise(Settings())


def _start(child: supervisor.Child, environment: dict[str, str]) -> None:
    child.started = time.monotonic()
    child.process = _Copy(child.command, environment)


class _Copy:
    """A copy of the supervisor that becomes another program; the supervisor looks after it as after any other."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._status: int | None = None
        self.pid = os.fork()
        if not self.pid:
            try:
                _become(command, environment)
            finally:
                os._exit(1)

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        if self._status is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if ended else None
        return self._status


def _become(command: list[str], environment: dict[str, str]) -> None:
    """Run what ``python -m …`` would run."""
    _python, _flag, module, *arguments = command
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
