"""What countries ask of goods, over the API."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Created, FieldProblem, Items
from marketplace.api.shared.operations import operation
from marketplace.api.shared.uploads import SheetForm
from marketplace.customs import queries, services
from marketplace.customs.queries import RestrictionRow
from marketplace.customs.rules.sheet import Judged, Outcome
from marketplace.edge.acts import restrictions as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.messages import field_sentence
from marketplace.edge.requests import customs as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_customs", __name__)

_EDIT = Permission.OPERATOR_CUSTOMS_EDIT


class Restriction(Answer):
    """A measure of a country for goods under an HS prefix, with its source and the day it was last compared."""

    id: UUID
    country: str
    hs_prefix: str
    measure: str
    texts: dict[str, str]
    source: str
    source_url: str
    valid_from: date
    valid_to: date | None
    checked_on: date

    @classmethod
    def of(cls, row: RestrictionRow) -> "Restriction":
        """Write a restriction."""
        names = cls.model_fields.keys() - {"id", "texts"}
        return cls(id=row.id, texts=dict(row.rule.texts), **{name: getattr(row.rule, name) for name in names})


class RowChange(Answer):
    """What a row changes of a rule: a column, its text before and after."""

    column: str
    before: str
    after: str


class SheetRow(Answer):
    """What a row does: ``new``, ``changed`` or ``unchanged``; ``wrong`` rows say why, and write nothing."""

    row: int
    outcome: str
    errors: list[FieldProblem]
    changes: list[RowChange]

    @classmethod
    def of(cls, each: Judged) -> "SheetRow":
        """Write a row."""
        return cls(
            row=each.row.number,
            outcome=each.outcome.value,
            errors=[
                FieldProblem(field=error.field, code=error.code, message=field_sentence(error), accepted=error.accepted)
                for error in each.row.errors
            ],
            changes=[RowChange.model_validate(change) for change in each.changes],
        )


class RestrictionSheet(Answer):
    """How many rows of a sheet do what, and those that do something or are wrong; ``written`` unless only looked at."""

    written: bool
    counts: dict[str, int]
    rows: list[SheetRow]


@api.get("/restrictions")
@operation(
    answers={200: Items[Restriction]},
    tag="customs",
    public_because="whoever sells or buys knows beforehand what a country asks",
    query=requests.Restrictions,
)
def restrictions(query: requests.Restrictions) -> tuple[int, Items[Restriction]]:
    """List what countries ask of goods, the latest first."""
    page = queries.restrictions(reading(), country=query.country, cursor=query.cursor)
    return 200, Items[Restriction](items=[Restriction.of(row) for row in page.items], next=page.next)


@api.post("/restrictions")
@operation(answers={201: Created}, tag="customs", permission=_EDIT, body=requests.Restriction)
def make(body: requests.Restriction) -> tuple[int, Created]:
    """Write a restriction: prohibited goods cannot be ordered to there from its first day on."""
    actor, now = require_actor(), clock.now()
    rule = body.rule(now.date())
    made = in_unit_of_work(lambda session: services.put_restriction(session, actor=actor, rule=rule, now=now))
    return 201, Created(id=made)


@api.post("/restrictions/sheet")
@operation(answers={200: RestrictionSheet}, tag="customs", permission=_EDIT, form=SheetForm, query=requests.SheetQuery)
def bring_in(query: requests.SheetQuery) -> tuple[int, RestrictionSheet]:
    """Take in a sheet of restrictions, a row each: the columns of ``GET /restrictions.csv``; ``?dry_run=1`` previews.

    Right rows are written together; wrong ones are named with their reasons. A rule that the sheet lacks stays. The
    same sheet again changes nothing.
    """
    _upload, rows = acts.received()
    found = acts.judged(rows)
    if not query.dry_run:
        in_unit_of_work(lambda session: acts.put(session, rows))
    counts = {outcome.value: count for outcome, count in acts.counted(found).items()}
    shown = [SheetRow.of(each) for each in found if each.outcome is not Outcome.UNCHANGED]
    return 200, RestrictionSheet(written=not query.dry_run, counts=counts, rows=shown)


@api.get("/restrictions.csv")
@operation(answers={200: None}, tag="customs", permission=_EDIT, query=requests.RestrictionsFile)
def list_csv(query: requests.RestrictionsFile) -> tuple[int, Any]:
    """Give the restrictions as CSV, of one ``country`` if it is named: brought in again it changes nothing."""
    return 200, acts.list_file(query.country)


@api.put("/restrictions/<uuid:restriction_id>")
@operation(answers={204: None}, tag="customs", permission=_EDIT, body=requests.Restriction)
def change(restriction_id: UUID, body: requests.Restriction) -> tuple[int, None]:
    """Let a restriction say something else, or end."""
    actor, now = require_actor(), clock.now()
    rule = body.rule(now.date())
    in_unit_of_work(
        lambda session: services.put_restriction(
            session, actor=actor, rule=rule, restriction_id=restriction_id, now=now
        )
    )
    return 204, None
