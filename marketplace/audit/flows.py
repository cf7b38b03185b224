"""Seal on schedule, and carry the chain out of the database."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from marketplace.audit import queries, rules, services
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.lines import write


def seal_rows(*, now: datetime) -> int:
    """Seal what is not sealed yet; return how many rows."""
    with unit_of_work() as session:
        return services.seal(session, now=now)


def export_chain(path: Path, *, report: Callable[[int, int], None] = lambda _done, _total: None) -> rules.VerifyResult:
    """Write the chain as JSON lines, whole or not at all, and return what a verification of the file says.

    Cut off, it goes on behind the last seal that was written.
    """
    session = reading()
    total = queries.chain_length(session)

    def portions(cursor: Any) -> Iterator[tuple[Any, list[str]]]:
        after, done = cursor or (0, 0)
        for sequence, entries in queries.chain_portions(session, after=after):
            done += len(entries) if sequence is None else len(entries) - 1
            yield None if sequence is None else (sequence, done), [f"{rules.canonical(entry)}\n" for entry in entries]
            report(min(done, total), total)

    write(path, portions, of="audit trail")
    return verify_file(path)


def verify_file(path: Path, *, head: str | None = None) -> rules.VerifyResult:
    """Verify an exported file; no database is needed."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return rules.verify_chain(file, head=head)
