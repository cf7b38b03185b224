"""References on transfers: a payment's, its creditor reference (ISO 11649) that banks keep, and its subject's."""

import re
from collections.abc import Mapping
from typing import Final

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

PREFIX: Final = "PAY"
# Eight letters of the reference alphabet, at every position: in "PAYPAY7K3M…" the second is the reference.
_OURS: Final = re.compile(r"(?=((PAY|0RD|FRT|0UT|RET)[0-9A-HJKMNP-TV-Z]{8}))", re.ASCII)
_OTHER: Final = re.compile(r"[^0-9A-Z]", re.ASCII)
# What people write for the digits that our alphabet has instead.
_MISREAD: Final = str.maketrans("OIL", "011")
# How the other prefixes read once that is done: of subjects, and of what goes out.
_SUBJECTS: Final = {"0RD": "ORD", "FRT": "FRT"}
_OUTGOING: Final = {"0UT": "OUT", "RET": "RET"}


def creditor_reference(reference: str) -> str:
    """Return ``RF…`` with check digits for ``PAY-7K3M-Q9TX``."""
    body = _OTHER.sub("", reference.upper())
    return iso11649.validate(f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}")


def references_in(text: str) -> tuple[str, ...]:
    """Return every payment reference that a remittance text may contain, as we write them, each once.

    Banks wrap, join and upper-case texts, so only letters and digits count. Behind ``RF`` and check digits that are
    wrong it is none: something in it was mistyped, and it may be another's.
    """
    return _payments(text)[0]


def doubtful_in(text: str) -> tuple[str, ...]:
    """Return every payment reference that a text has only behind ``RF`` and wrong check digits, each once."""
    sound, doubtful = _payments(text)
    return tuple(reference for reference in doubtful if reference not in sound)


def subjects_in(text: str) -> tuple[str, ...]:
    """Return every reference of an order or a freight contract that a remittance text may contain, each once."""
    return _named(text, _SUBJECTS)


def outgoing_in(text: str) -> tuple[str, ...]:
    """Return every reference of a payout or of a return to its sender that a text may contain, each once."""
    return _named(text, _OUTGOING)


def _payments(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the payment references of a text that stand plainly or behind right check digits, and the others."""
    written = _OTHER.sub("", text.upper())
    sound: dict[str, None] = {}
    doubtful: dict[str, None] = {}
    for found in _OURS.finditer(written.translate(_MISREAD)):
        code, prefix, at = found[1], found[2], found.start()
        if prefix != PREFIX:
            continue
        reference = f"{prefix}-{code[3:7]}-{code[7:]}"
        is_checked = written[max(0, at - 4) : at - 2] == "RF" and any(each.isdigit() for each in written[at - 2 : at])
        is_right = written[at - 2 : at].translate(_MISREAD) == creditor_reference(reference)[2:4]
        (doubtful if is_checked and not is_right else sound)[reference] = None
    return tuple(sound), tuple(doubtful)


def _named(text: str, prefixes: Mapping[str, str]) -> tuple[str, ...]:
    letters = _OTHER.sub("", text.upper()).translate(_MISREAD)
    found = dict.fromkeys(_OURS.findall(letters))
    return tuple(f"{prefixes[prefix]}-{code[3:7]}-{code[7:]}" for code, prefix in found if prefix in prefixes)
