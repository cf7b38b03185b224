"""Seal on schedule, and carry the chain out of the database."""

from datetime import datetime
from pathlib import Path

from marketplace.audit import queries, rules, services
from marketplace.kernel.db import reading, unit_of_work


def seal_rows(*, now: datetime) -> int:
    """Seal what is not sealed yet; return how many rows."""
    with unit_of_work() as session:
        return services.seal(session, now=now)


def export_chain(path: Path) -> rules.VerifyResult:
    """Write the chain as JSON lines, whole or not at all, and return what a verification of the file says."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(f"{line}\n" for line in queries.chain_lines(reading()))
    partial.replace(path)
    return verify_file(path)


def verify_file(path: Path, *, head: str | None = None) -> rules.VerifyResult:
    """Verify an exported file; no database is needed."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return rules.verify_chain(file, head=head)
