"""What no text of the city holds, and what a reader sees of one."""

import re
import unicodedata
from typing import Final

# Control characters but tab and line breaks, which a screen cannot show, and lone surrogates, which no encoding knows.
UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# Letters and symbols by their category that every font draws as nothing: Hangul fillers and the empty Braille cell.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_visible(text: str) -> bool:
    """Tell whether a reader sees anything of a text: a letter, digit, sign or symbol that is drawn."""
    return any(unicodedata.category(one)[0] in "LNPS" and one not in _BLANK for one in text)
