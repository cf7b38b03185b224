"""How long goods lie between two departures."""

from typing import Final

# Between two departures a load is unloaded, counted and stored anew, and must be there before the next cargo cut-off.
CHANGE_MINUTES: Final = 4 * 60
