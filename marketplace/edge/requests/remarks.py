"""What people send about goods for everybody to read: questions, answers, and moderators' words about them."""

from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, Tick, blank_is_none
from marketplace.exchange.rules.questions import QuestionState

OptionalLine = Annotated[Line | None, BeforeValidator(blank_is_none)]


class Question(Request):
    """A question; without a language it is in the one that its letters show, else in the asker's own."""

    text: Text
    language: OptionalLine = None
    private: Tick = False


class Answer(Request):
    """An answer, its language as of a question."""

    text: Text
    language: OptionalLine = None


class Owed(Request):
    """Which of a merchant's questions are wanted."""

    state: QuestionState = QuestionState.WAITING
    cursor: OptionalLine = None


class Hiding(Request):
    """Why a remark is hidden, in words that its author reads."""

    reason: Text


class Remarks(Request):
    """Which remarks are wanted: the hidden ones, those that are shown, or both."""

    hidden: Annotated[Tick | None, BeforeValidator(blank_is_none)] = None
    cursor: OptionalLine = None


messages.register(
    errors={
        "own_remark": _("Nobody judges what a company of their own said."),
        "questions_waiting": _(
            "%(most)s questions of your company about these goods wait for an answer. Ask on when one is answered."
        ),
        "too_many_questions": _(
            "Your company asked %(most)s questions within a day. Ask on in %(retry_after)s seconds."
        ),
    },
    fields={
        "contact_data": _(
            "“%(found)s” looks like an address or a number. What everybody reads names no e-mail, phone or web address."
        ),
        "names_author": _("Leave out “%(company)s”: everybody reads this, and nobody shall learn who asks or buys."),
    },
)
