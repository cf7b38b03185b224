"""What no text of the city holds."""

import re
from typing import Final

# Control characters but tab and line breaks, which a screen cannot show, and lone surrogates, which no encoding knows.
UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
