"""What countries ask of goods, over the API."""

from datetime import date
from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Created, Items
from marketplace.api.shared.operations import operation
from marketplace.customs import queries, services
from marketplace.customs.queries import RestrictionRow
from marketplace.edge.identity import require_actor
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
