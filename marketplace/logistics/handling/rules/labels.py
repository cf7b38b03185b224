"""What a scanner read: the code of a label, whatever was printed or read around it."""

import re
from typing import Final

_DIGITS: Final = 18
_PREFIX: Final = 12  # extension digit, company prefix and block: the same on all cartons of a line
_NUMBER: Final = slice(_PREFIX, _DIGITS - 1)


def code_of(read: str) -> str | None:
    """Return the serial shipping container code in what was read or typed; None where there is none.

    Spaces and brackets are left out, and GS1's identifier; of an address or a text around it the last such number
    counts.
    """
    tight = re.sub(r"[\s()\-.]", "", read)
    found = re.findall(r"(?<![0-9])(?:00)?([0-9]{18})(?![0-9])", tight)
    return found[-1] if found else None


def number_in(code: str, *, first_label: str, last_label: str) -> int | None:
    """Return the number of the carton that has this label among those from first to last; None for others."""
    if code[:_PREFIX] != first_label[:_PREFIX] or not first_label[_NUMBER] <= code[_NUMBER] <= last_label[_NUMBER]:
        return None
    return int(code[_NUMBER]) - int(first_label[_NUMBER]) + 1
