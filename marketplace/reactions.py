"""Who cares about what: every event and its handlers, in order, on one screen."""

from typing import Final

from marketplace.kernel.events import Event, Handler

TABLE: Final[dict[type[Event], tuple[Handler, ...]]] = {}
