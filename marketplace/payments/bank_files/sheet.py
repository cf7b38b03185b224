"""A bank's table as CSV: whatever its letters and its delimiter."""

import csv
import io
from typing import Final

from marketplace.kernel.cells import as_it_was
from marketplace.kernel.errors import Refused
from marketplace.kernel.texts import UNSTORABLE
from marketplace.payments.rules.statement_sheet import Mapping, read_table
from marketplace.payments.rules.statements import MOST_ENTRIES, Statement

_DELIMITERS: Final = ",;\t|"
_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read(
    content: bytes, *, account: str, currency: str, mapping: Mapping, opening: int | None
) -> tuple[Statement, ...]:
    """Return the table as a statement; Refused ``file`` for what is no table or has cells that cannot be read."""
    text = _decoded(content)
    sample = text[:8_000]
    delimiter = max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in sample.splitlines()))
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            rows.append([as_it_was(cell) for cell in row])
            if len(rows) > MOST_ENTRIES + 100:
                raise Refused.field("file", "statement_rows", str(MOST_ENTRIES))
    except csv.Error:
        raise Refused.field("file", "csv_broken", "CSV (RFC 4180)") from None
    return read_table(rows, account=account, currency=currency, mapping=mapping, opening=opening)


def _decoded(content: bytes) -> str:
    for encoding in (_MARKS.get(content[:2], "utf-8-sig"), "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not UNSTORABLE.search(text):
            return text
    raise Refused.field("file", "csv_encoding", "UTF-8, GB 18030, UTF-16")
