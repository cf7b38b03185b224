"""What stands above the command line and is handed down to it by ``__main__``."""

from collections.abc import Callable
from dataclasses import dataclass

import click
from flask import Flask

from marketplace.config import Settings


@dataclass(frozen=True, slots=True)
class City:
    """How to build the application and run its processes."""

    create_app: Callable[[], Flask]
    supervise: Callable[[Settings], None]
    consume: Callable[[Flask], None]


pass_city = click.make_pass_decorator(City)
