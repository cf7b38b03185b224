"""The sales contract: the order's facts under versioned clauses that the signatures cover."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.money import Money
from marketplace.papers.rules import clauses, promised
from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Account, Basis, Conformity, Extra, GoodsLine, Party, SampleMark, Stage, Texts
from marketplace.papers.rules.promised import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesContract:
    """Parties, goods, price basis, payment plan and payee; ``law`` and ``arbitration`` fill the last clauses."""

    number: str
    order: str
    issued_on: date
    seller: Party
    buyer: Party
    importer: Party | None  # None: a sale inside one country
    consignee: Party | None
    exporter: Party
    notify: Party
    costs: Mapping[str, str]  # orders.rules.Costs: which side pays freight, insurance, duty
    basis: Basis
    lines: tuple[GoodsLine, ...]
    total: Money
    plan: str  # payments.rules.Plan
    mode: str  # payments.rules.Mode
    stages: tuple[Stage, ...]
    payee: Account | None
    promises: tuple[Promise, ...]  # of each line, in the order of the lines
    late_days: int  # working days
    law: Texts | None = None  # the clauses' own when None
    arbitration: Texts | None = None
    clauses_version: str = clauses.LATEST
    purchase_order_number: str = ""
    consignor: Party | None = None  # whose goods they are, where a trading company sells them
    cost_centre: str | None = None  # where the buyer lets it be printed
    extras: tuple[Extra, ...] | None = None
    sample: SampleMark | None = None
    conforms_to: tuple[Conformity, ...] | None = None

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, the clauses in every language they exist in, as text-only JSON."""
        facts: dict[str, Texts] = {
            "rule": dict.fromkeys(clauses.LOCALES, self.basis.rule),
            "place": self.basis.place,
            "windows": promised.windows(self.promises),
            "hidden": promised.hidden(self.promises),
            "delay": promised.delay(self.promises),
            "kept_at": promised.kept_at(self.promises),
            "warranties": promised.warranties(self.promises),
            "late_days": dict.fromkeys(clauses.LOCALES, str(self.late_days)),
            "importer": dict.fromkeys(clauses.LOCALES, self.importer.name if self.importer else ""),
            "law": self.law or clauses.LAW,
            "arbitration": self.arbitration or clauses.ARBITRATION,
        }
        return plain(self) | {
            "clauses": clauses.filled(
                self.clauses_version, mode=self.mode, facts=facts, without=() if self.importer else ("duty",)
            )
        }
