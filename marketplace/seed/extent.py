"""How much of a city is made."""

from enum import StrEnum


class Extent(StrEnum):
    """How much of a demo city is made."""

    START = "start"  # the demo accounts and the first goods of two merchants, nothing traded yet
    SMALL = "small"  # every country, every state, few goods: for tests
    FULL = "full"
