"""What an audit row may say, its canonical form, and the chain that seals rows."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

# Ids, codes, hashes, decimals, dates. No space and no @: prose, names and addresses have no place here.
_CODE: Final = re.compile(r"[A-Za-z0-9_.,:;/+=#%|*-]{0,128}")
GENESIS: Final = "0" * 64
# Made once: ``json.dumps`` would make one for each row.
_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the chain: its code, the seal and the row it concerns."""

    code: str
    seal: int | None = None
    row: str | None = None


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a verification found: ``waiting`` are the ids of rows not sealed yet, ``head`` is the last seal's hash.

    The head is worth keeping somewhere else.
    """

    seals: int
    rows: int
    waiting: tuple[str, ...]
    head: str
    faults: tuple[Fault, ...]

    @property
    def unsealed(self) -> int:
        """Count the rows that no seal names yet."""
        return len(self.waiting)

    @property
    def ok(self) -> bool:
        """Tell whether every seal and every sealed row is as it was written."""
        return not self.faults


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts as JSON values; ValueError for anything that could be prose or personal data."""
    return {_code(key): _plain(value) for key, value in facts.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, str | UUID | Decimal | date):
        return _code(str(value))
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, (Sequence, frozenset, set)) and not isinstance(value, bytes):
        items: list[Any] = [_plain(item) for item in cast("Iterable[Any]", value)]
        return items
    msg = f"audit facts are ids, codes and integers, not {type(value).__name__}"
    raise ValueError(msg)


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        msg = "audit facts are ids and codes: keep texts in the feature's own row and give their hash"
        raise ValueError(msg)
    return text


def stamp(at: datetime) -> str:
    """Write an instant in its one canonical form, microseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def canonical(value: Any) -> str:
    """Write JSON in its one canonical form: sorted keys, no spaces, ASCII only."""
    return _CANONICAL.encode(value)


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical form, in hex."""
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()


def row_content(
    *,
    id: UUID | str,
    at: datetime,
    actor: UUID | str | None,
    company: UUID | str | None,
    action: str,
    subject: str,
    subject_id: UUID | str,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what a row's hash is taken over; ids may come as they are written."""
    return {
        "id": str(id),
        "at": stamp(at),
        "actor": str(actor) if actor else None,
        "company": str(company) if company else None,
        "action": action,
        "subject": subject,
        "subject_id": str(subject_id),
        "facts": dict(facts),
    }


def seal_hash(*, sequence: int, at: datetime | str, previous: str, rows: Sequence[tuple[str, str]]) -> str:
    """Return a seal's hash over its number, instant, predecessor and (row id, row hash) pairs in order."""
    return digest(
        {
            "sequence": sequence,
            "at": at if isinstance(at, str) else stamp(at),
            "previous": previous,
            "rows": [list(pair) for pair in rows],
        }
    )


@dataclass(slots=True)
class _Walk:
    """What has been seen so far on the way along the chain."""

    head: str = GENESIS
    sequence: int = 0
    rows: int = 0
    pending: dict[str, str] = field(default_factory=dict[str, str])
    sealed: set[str] = field(default_factory=set[str])
    faults: list[Fault] = field(default_factory=list[Fault])

    def row(self, content: dict[str, Any], written: object) -> None:
        """Take a row that a following seal should name."""
        row_id = str(content.get("id"))
        found = digest(content)
        if found != written:
            self.faults.append(Fault("row_changed", self.sequence + 1, row_id))
        if row_id in self.pending or row_id in self.sealed:
            self.faults.append(Fault("row_twice", self.sequence + 1, row_id))
        self.pending[row_id] = found
        self.rows += 1

    def seal(self, seal: dict[str, Any]) -> None:
        """Close the rows taken since the seal before."""
        sequence, named = seal.get("sequence"), [str(row_id) for row_id in seal.get("rows") or ()]
        self.sequence += 1
        if sequence != self.sequence or seal.get("previous") != self.head:
            self.faults.append(Fault("seal_missing", self.sequence))
            self.sequence = sequence if isinstance(sequence, int) else self.sequence
        for row_id in named:
            if row_id in self.sealed:
                self.faults.append(Fault("row_twice", self.sequence, row_id))
            elif row_id not in self.pending:
                self.faults.append(Fault("row_missing", self.sequence, row_id))
        for row_id in self.pending.keys() - set(named):
            self.faults.append(Fault("row_added", self.sequence, row_id))
        pairs = [(row_id, self.pending.get(row_id, "")) for row_id in named]
        found = seal_hash(
            sequence=self.sequence, at=str(seal.get("at")), previous=str(seal.get("previous")), rows=pairs
        )
        if found != seal.get("hash"):
            self.faults.append(Fault("seal_broken", self.sequence))
        self.head = str(seal.get("hash"))
        self.sealed.update(named)
        self.pending.clear()


def verify_chain(lines: Iterable[str], *, head: str | None = None) -> VerifyResult:
    """Verify an exported chain, line by line, without a database.

    Each seal's line follows the lines of its rows; rows not sealed yet come last. A chain cut off at its end
    is whole in itself: give the ``head`` kept from an earlier verification to see that this one contains it.
    """
    return verify_entries(map(_read, lines), head=head)


def _read(line: str) -> Any:
    """Return what a line says, nothing where it cannot be read."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def verify_entries(entries: Iterable[Any], *, head: str | None = None) -> VerifyResult:
    """Verify a chain of which each entry says what a line of an exported one does."""
    walk = _Walk()
    heads: set[str] = {GENESIS}
    for number, entry in enumerate(entries, start=1):
        try:
            kind: object = entry["kind"]
            if kind == "row":
                walk.row(entry["row"], entry["hash"])
            elif kind == "seal":
                walk.seal(entry["seal"])
                heads.add(walk.head)
            else:
                raise ValueError(kind)  # noqa: TRY301  one answer for every unreadable line
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            walk.faults.append(Fault("line_unreadable", None, f"line {number}"))
    if head is not None and head not in heads:
        walk.faults.append(Fault("head_missing", None, head))
    return VerifyResult(len(heads) - 1, walk.rows, tuple(walk.pending), walk.head, tuple(walk.faults))
