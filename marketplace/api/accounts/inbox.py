"""The inbox that the members of a company share, over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Instant
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import accounts as account_acts
from marketplace.edge.acts import inbox as acts
from marketplace.edge.requests import inbox as requests

api = Blueprint("api_inbox", __name__)

# Every role has this right; whose matter it is, the matter's own news says.
_MEMBER = Permission.FILES_FILE_READ


class MatterAnswer(Answer):
    """Something the company was told: which news, in the words of Accept-Language, the page, and who has it in hand."""

    id: UUID
    news: str
    subject: str
    path: str
    state: str
    person_id: UUID | None
    at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, matter: acts.Matter) -> "MatterAnswer":
        """Write a matter."""
        row = matter.row
        return cls(
            id=row.id,
            news=row.news.value,
            subject=matter.subject,
            path=matter.path,
            state=row.state.value,
            person_id=row.person_id,
            at=row.at,
            changed_at=row.changed_at,
        )


class InboxAnswer(Answer):
    """A page of the inbox, and how much came since one last looked."""

    items: list[MatterAnswer]
    next: str | None
    unread: int


@api.get("/inbox")
@operation(answers={200: InboxAnswer}, tag="accounts", permission=_MEMBER, query=requests.InboxSearch)
def inbox(query: requests.InboxSearch) -> tuple[int, InboxAnswer]:
    """List what came for one's company and is for one's role, newest first; of a state, or what one has in hand."""
    page = acts.many(query, locale=account_acts.language_asked())
    items = [MatterAnswer.of(matter) for matter in page.items]
    return 200, InboxAnswer(items=items, next=page.next, unread=acts.unread())


@api.post("/inbox/look")
@operation(answers={204: None}, tag="accounts", permission=_MEMBER, body=requests.Looked)
def look(body: requests.Looked) -> tuple[int, None]:
    """Note up to which matter one has looked: what came by then is not new any more."""
    acts.look(body)
    return 204, None


@api.post("/inbox/<uuid:matter_id>/taking")
@operation(answers={204: None}, tag="accounts", permission=_MEMBER)
def take(matter_id: UUID) -> tuple[int, None]:
    """Take a matter in hand; 409 ``matter_taken`` when a colleague has it."""
    acts.act(matter_id, "take")
    return 204, None


@api.post("/inbox/<uuid:matter_id>/giving")
@operation(answers={204: None}, tag="accounts", permission=_MEMBER, body=requests.Given)
def give(matter_id: UUID, body: requests.Given) -> tuple[int, None]:
    """Give a matter to a colleague whose role it is: an open one or one's own; any, for who changes members."""
    acts.give(matter_id, body)
    return 204, None


@api.post("/inbox/<uuid:matter_id>/release")
@operation(answers={204: None}, tag="accounts", permission=_MEMBER)
def release(matter_id: UUID) -> tuple[int, None]:
    """Put a matter back for anybody to take."""
    acts.act(matter_id, "release")
    return 204, None


@api.post("/inbox/<uuid:matter_id>/completion")
@operation(answers={204: None}, tag="accounts", permission=_MEMBER)
def finish(matter_id: UUID) -> tuple[int, None]:
    """Mark a matter done."""
    acts.act(matter_id, "finish")
    return 204, None


@api.post("/inbox/<uuid:matter_id>/reopening")
@operation(answers={204: None}, tag="accounts", permission=_MEMBER)
def reopen(matter_id: UUID) -> tuple[int, None]:
    """Open a matter again that was done."""
    acts.act(matter_id, "reopen")
    return 204, None
