"""What the API says of the papers of consignments."""

from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.distribution.waybills.queries import Papers, StatementRow
from marketplace.edge.acts import waybills as acts
from marketplace.papers.rules import carriage_terms


class TermsClause(Answer):
    """A clause by language."""

    code: str
    heading: dict[str, str]
    text: dict[str, str]


class CarriageTerms(Answer):
    """A version of the carrier's terms; ``sha256`` is what is accepted at checkout and frozen with the freight."""

    version: str
    sha256: str
    clauses: list[TermsClause]

    @classmethod
    def of(cls, version: str) -> "CarriageTerms":
        """Write a version."""
        return cls(
            version=version,
            sha256=carriage_terms.digest(version),
            clauses=[
                TermsClause(code=clause.code, heading=dict(clause.heading), text=dict(clause.text))
                for clause in carriage_terms.clauses(version)
            ],
        )


class Statement(Answer):
    """What is stated of a consignment; ``wood`` null where nobody said."""

    marks: str
    wood: str | None
    wood_marks: list[str]
    shipping_name: str
    stated_at: Instant | None

    @classmethod
    def of(cls, row: StatementRow) -> "Statement":
        """Write what is stated."""
        return cls(
            marks=row.marks,
            wood=row.wood.value if row.wood else None,
            wood_marks=list(row.wood_marks),
            shipping_name=row.shipping_name,
            stated_at=row.stated_at,
        )


class Check(Answer):
    """A paper that is needed before the lorry is sealed: whether it is there, and who makes it."""

    paper: str
    ready: bool
    maker: str


class Consignment(Answer):
    """What a consignment needs and has: so many of so many papers are ready."""

    booking_id: UUID
    booking: str
    house_waybill: str
    order: str
    line_id: UUID
    ready: int
    needed: int
    papers: list[Check]
    terms_version: str | None
    terms_sha256: str | None

    @classmethod
    def of(cls, row: Papers) -> "Consignment":
        """Write a consignment."""
        one = row.consigned
        terms = one.terms or {}
        return cls(
            booking_id=one.booking.id,
            booking=one.booking.reference,
            house_waybill=one.cargo.house_waybill,
            order=one.order.reference,
            line_id=one.line.id,
            ready=row.ready,
            needed=len(row.checks),
            papers=[Check(paper=check.need.value, ready=check.ready, maker=check.maker.value) for check in row.checks],
            terms_version=terms.get("version"),
            terms_sha256=terms.get("sha256"),
        )


class LinePapers(Answer):
    """The papers of an order line: what is stated, the marks word for word, what its consignment needs and has."""

    line_id: UUID
    statement: Statement
    marks: list[str]
    consignment: Consignment | None

    @classmethod
    def of(cls, seen: acts.LineSeen) -> "LinePapers":
        """Write the papers of a line."""
        return cls(
            line_id=seen.line.id,
            statement=Statement.of(seen.statement),
            marks=list(seen.marks),
            consignment=Consignment.of(seen.papers) if seen.papers else None,
        )


class Label(Answer):
    """A carton's label."""

    number: int
    of: int
    sscc: str
    marks: list[str]
