"""Enquiries over the API."""

from uuid import UUID

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.api.showroom.blueprint import api
from marketplace.edge.acts import enquiries as acts
from marketplace.edge.requests import enquiries as requests
from marketplace.exchange.queries import enquiries as queries
from marketplace.exchange.queries.enquiries import EnquiryRow
from marketplace.exchange.rules.enquiries import EnquiryState
from marketplace.kernel.db import in_unit_of_work, reading

_RUN = Permission.OPERATOR_SHOWROOM_RUN


class Enquiry(Answer):
    """A question to the city; what tells of its sender is empty once it was erased."""

    id: UUID
    reference: str
    kind: str
    state: str
    owner_id: UUID | None
    came_at: Instant
    due_at: Instant | None
    escalated_at: Instant | None
    name: str
    email: str
    company: str
    country: str

    @classmethod
    def of(cls, row: EnquiryRow) -> "Enquiry":
        """Write an enquiry."""
        return cls(
            id=row.id,
            reference=row.reference,
            kind=row.kind,
            state=row.state,
            owner_id=row.owner_id,
            came_at=row.came_at,
            due_at=row.due_at,
            escalated_at=row.escalated_at,
            name=row.name,
            email=row.email,
            company=row.company,
            country=row.country,
        )


class Words(Answer):
    """What was asked, answered, or said when it was closed."""

    action: str
    text: str
    person_id: UUID | None
    at: Instant


class EnquiryWithWords(Enquiry):
    """An enquiry and what was written about it, the question first."""

    texts: list[Words]


@api.post("/enquiries")
@operation(
    answers={201: Created},
    tag="showroom",
    public_because="whoever wants to exhibit or invest has no account yet",
    body=requests.QuestionBody,
)
def ask(body: requests.QuestionBody) -> tuple[int, Created]:
    """Ask the city; the answer comes by e-mail."""
    return 201, Created(id=acts.ask(body, locale="en"))


@api.get("/enquiries")
@operation(answers={200: Items[Enquiry]}, tag="showroom", permission=_RUN, query=requests.EnquiriesQuery)
def enquiries(query: requests.EnquiriesQuery) -> tuple[int, Items[Enquiry]]:
    """List enquiries, those that wait unless another state is asked for, who came first first."""
    page = queries.enquiries(reading(), state=query.state or EnquiryState.OPEN, cursor=query.cursor)
    return 200, Items[Enquiry](items=[Enquiry.of(row) for row in page.items], next=page.next)


@api.get("/enquiries/<uuid:enquiry_id>")
@operation(answers={200: EnquiryWithWords}, tag="showroom", permission=_RUN)
def enquiry(enquiry_id: UUID) -> tuple[int, EnquiryWithWords]:
    """Show an enquiry and what was written about it."""
    return 200, _enquiry(enquiry_id)


@api.post("/enquiries/<uuid:enquiry_id>/taking")
@operation(answers={200: EnquiryWithWords}, tag="showroom", permission=_RUN)
def take_enquiry(enquiry_id: UUID) -> tuple[int, EnquiryWithWords]:
    """Take an enquiry; ``enquiry_taken`` for whoever comes second."""
    in_unit_of_work(lambda session: acts.take(session, enquiry_id))
    return 200, _enquiry(enquiry_id)


@api.put("/enquiries/<uuid:enquiry_id>/owner")
@operation(answers={200: EnquiryWithWords}, tag="showroom", permission=_RUN, body=requests.EnquiryOwner)
def assign_enquiry(enquiry_id: UUID, body: requests.EnquiryOwner) -> tuple[int, EnquiryWithWords]:
    """Give an enquiry to a colleague who answers enquiries."""
    in_unit_of_work(lambda session: acts.assign(session, enquiry_id, body))
    return 200, _enquiry(enquiry_id)


@api.post("/enquiries/<uuid:enquiry_id>/acts")
@operation(answers={200: EnquiryWithWords}, tag="showroom", permission=_RUN, body=requests.EnquiryAct)
def act_on_enquiry(enquiry_id: UUID, body: requests.EnquiryAct) -> tuple[int, EnquiryWithWords]:
    """Answer, which sends the letter, or close and say why."""
    in_unit_of_work(lambda session: acts.act(session, enquiry_id, body))
    return 200, _enquiry(enquiry_id)


@api.post("/enquiries/<uuid:enquiry_id>/erasure")
@operation(answers={204: None}, tag="showroom", permission=_RUN)
def erase_enquiry(enquiry_id: UUID) -> tuple[int, None]:
    """Delete who asked and what was written, because the asker wants it so."""
    in_unit_of_work(lambda session: acts.erase(session, enquiry_id))
    return 204, None


def _enquiry(enquiry_id: UUID) -> EnquiryWithWords:
    session = reading()
    row = queries.enquiry(session, enquiry_id=enquiry_id)
    found = queries.texts(session, enquiry_id=enquiry_id)
    texts = [Words(action=each.action, text=each.body, person_id=each.person_id, at=each.at) for each in found]
    return EnquiryWithWords(**Enquiry.of(row).model_dump(), texts=texts)
