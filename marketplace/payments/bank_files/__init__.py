"""Bank files of the three forms that banks here give out, read into facts, and the one that they take."""

from typing import Final

from marketplace.files.rules import MediaType, media_type
from marketplace.kernel.errors import Refused, TooLarge
from marketplace.payments.bank_files import camt053, mt940_text, sheet
from marketplace.payments.rules.statement_sheet import Mapping
from marketplace.payments.rules.statements import Statement

LARGEST: Final = 5 * 1024 * 1024
_ACCEPTED: Final = "CAMT.053 (XML), MT940, CSV"


def read(
    content: bytes, *, currency: str, account: str, mapping: Mapping, opening: int | None = None
) -> tuple[Statement, ...]:
    """Return the statements of a file; CSV says nothing of its account, so ``account`` and its ``currency`` do.

    ``opening`` is the balance before the first row of a CSV that has no balances, None where nobody knows. Refused
    ``file`` for what cannot be read, TooLarge beyond five megabytes.
    """
    if len(content) > LARGEST:
        raise TooLarge("statement_large", accepted=f"{LARGEST // 1024 // 1024} MB")
    head = content[:4_000].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    if head.startswith(b"<"):
        found = camt053.read(content)
    elif mt940_text.is_mt940(content):
        found = mt940_text.read(content)
    elif media_type(content) in {None, MediaType.CSV}:
        found = sheet.read(content, account=account, currency=currency, mapping=mapping, opening=opening)
    else:  # a picture, say
        found = ()
    if not found:
        raise Refused.field("file", "statement_file", _ACCEPTED)
    return found


__all__ = ["LARGEST", "read"]
