"""Payment references: ours, and the creditor reference (ISO 11649) that banks carry unchanged."""

import re
from typing import Final

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

PREFIX: Final = "PAY"
# Eight letters of the reference alphabet, at every position: in "PAYPAY7K3M…" the second is the reference.
_OURS: Final = re.compile(r"(?=(PAY[0-9A-HJKMNP-TV-Z]{8}))", re.ASCII)
_OTHER: Final = re.compile(r"[^0-9A-Z]", re.ASCII)
# What people write for the digits that our alphabet has instead.
_MISREAD: Final = str.maketrans("OIL", "011")


def creditor_reference(reference: str) -> str:
    """Return ``RF…`` with check digits for ``PAY-7K3M-Q9TX``."""
    body = _OTHER.sub("", reference.upper())
    return iso11649.validate(f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}")


def references_in(text: str) -> tuple[str, ...]:
    """Return every payment reference that a remittance text may contain, as we write them, each once.

    Banks wrap, join and upper-case texts, so only letters and digits count.
    """
    letters = _OTHER.sub("", text.upper()).translate(_MISREAD)
    found = dict.fromkeys(_OURS.findall(letters))
    return tuple(f"{PREFIX}-{code[3:7]}-{code[7:]}" for code in found)
