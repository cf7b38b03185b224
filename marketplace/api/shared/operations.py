"""One decorator for an API view: permission, parsed body and query, documentation, idempotent replay.

A view returns ``(status, answer model | None)``. With ``idempotent`` it is handed an open unit of work as ``session``
and its answer is stored beside its effect; a view that calls a flow uses ``idempotent_flow`` and opens none.
"""

import functools
import inspect
import json
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import jsonify, request
from pydantic import BaseModel, Field
from spectree import Response, SpecTree
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Problem
from marketplace.edge import replay
from marketplace.edge.answers import PROBLEM
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import public, requires
from marketplace.kernel.errors import Malformed


class Description(SpecTree):
    """Describes each model once, when the document is asked for: no process pays for that by starting."""

    def __init__(self, backend: str, **options: Any) -> None:
        """Begin with no model."""
        self._waiting: dict[str, tuple[Any, Any]] = {}
        self._turn = threading.Lock()
        super().__init__(backend, **options)

    def _add_model(self, model: Any, mode: Any = "validation") -> str:
        key = self.naming_strategy(model)
        self._waiting[key] = (model, mode)
        return key

    def _generate_spec(self) -> dict[str, Any]:
        # SpecTree takes the models apart while it writes, so that two requests may not share them.
        with self._turn:
            for model, mode in self._waiting.values():
                super()._add_model(model, mode)
            found = super()._generate_spec()
        for operation in (each for path in found["paths"].values() for each in path.values()):
            for status, answer in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    answer["content"] = {PROBLEM: answer["content"].pop("application/json")}
        return found


spec = Description(
    "flask",
    title="ASEAN Commodity City",
    version="v1",
    mode="strict",
    annotations=False,
    page_templates={},  # the bundled pages load scripts from elsewhere
    security_schemes=[{"name": "bearer", "data": {"type": "http", "scheme": "bearer", "bearerFormat": "acc_…"}}],
    security={"bearer": []},
    validation_error_model=Problem,
)


class Keyed(BaseModel):
    """What an act of money, stock or capacity is sent with: two calls under one key are one act."""

    key: Annotated[str, Field(alias="Idempotency-Key", min_length=1, max_length=255)]


# Words in an address that may name nothing there is, beside ids.
_NAMES = frozenset({"category", "code", "country", "key", "language", "mode", "plan_code", "slug", "ticket", "token"})

View = Callable[..., tuple[int, Any]]


def operation(
    *,
    answers: Mapping[int, type[BaseModel] | None],
    tag: str,
    permission: Permission | None = None,
    public_because: str = "",
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    idempotent: bool = False,
    idempotent_flow: bool = False,
    form: type[BaseModel] | None = None,
) -> Callable[[View], Callable[..., Any]]:
    """Make a function an API operation; exactly one of ``permission`` and ``public_because`` is given.

    ``form`` describes a multipart body, which the view reads itself.
    """
    guard = requires(permission) if permission else public(public_because)

    def decorate(view: View) -> Callable[..., Any]:
        @functools.wraps(view)
        def operate(**ids: UUID | str) -> Any:
            given: dict[str, Any] = dict(ids)
            if body is not None:
                given["body"] = parse(body, json_body())
            if query is not None:
                given["query"] = parse(query, request.args.to_dict())
            if idempotent or idempotent_flow:
                return _replayable(view, given, flow=idempotent_flow)
            return _respond(*view(**given))

        documented = spec.validate(
            json=body,
            form=form,
            query=query,
            headers=Keyed if idempotent or idempotent_flow else None,
            resp=Response(
                **{f"HTTP_{status}": model for status, model in answers.items()},
                **{f"HTTP_{status}": Problem for status in _refusals(view, permission, body or form, answers)},
            ),
            tags=[tag],
            security=None if permission else [],
            skip_validation=True,
        )
        return documented(guard(operate))

    return decorate


def _refusals(
    view: View, permission: Permission | None, body: type[BaseModel] | None, answers: Mapping[int, object]
) -> list[int]:
    """Return the statuses of the problems that an operation may answer."""
    acts = body is not None or 200 not in answers
    may_answer = {
        400: acts,
        401: permission is not None,
        403: permission is not None,
        404: any(name.endswith("_id") or name in _NAMES for name in inspect.signature(view).parameters),
        409: acts,
        413: acts,
        415: acts,
        422: True,
        429: True,
        503: True,
    }
    return [status for status, is_possible in may_answer.items() if is_possible and status not in answers]


def _replayable(view: View, given: dict[str, Any], *, flow: bool) -> Any:
    actor = require_actor()
    is_form = request.mimetype == "multipart/form-data"
    claim = replay.Claim.of_request(actor, replay.form_sent() if is_form else request.get_data(cache=True))

    def work(**extra: Any) -> replay.Stored:
        status, answer = view(**given, **extra)
        return replay.Stored(status, answer.model_dump(mode="json") if answer else None)

    stored = replay.once_in_flow(claim, work) if flow else replay.once(claim, work)
    response = jsonify(stored.body) if stored.body is not None else jsonify()
    if stored.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response, stored.status


def json_body() -> dict[str, Any]:
    """Return the object that a request brings, empty where it brings nothing; Malformed for anything else."""
    if not request.get_data(cache=True):
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        found = json.loads(request.get_data(), parse_constant=_no_constants)
    except (ValueError, RecursionError, BadRequest):
        raise Malformed("body") from None
    if not isinstance(found, dict):
        raise Malformed("body")
    return found


def _no_constants(name: str) -> None:
    """Refuse NaN and infinities, which JSON does not have and Python's reader takes."""
    raise ValueError(name)


def _respond(status: int, answer: BaseModel | FlaskResponse | None) -> Any:
    if answer is None:
        return "", status
    if isinstance(answer, FlaskResponse):
        return answer, status
    return jsonify(answer.model_dump(mode="json")), status
