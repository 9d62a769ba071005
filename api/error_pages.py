"""The one place that turns an error into an HTTP answer: RFC 9457 problem details, without PHI and without a stack.

`type` is stable for each error code; `instance` is the request's id, as in the X-Request-Id header.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api import door_errors as door
from cases import errors
from cases.errors import CountersignError, GateRefused, StoreUnavailable
from cases.frozen import Frozen

PROBLEM_JSON = "application/problem+json"
_TYPE = "urn:countersign:problem:"
_RETRY_SECONDS = 5

_STATUS: dict[type[CountersignError], tuple[int, str]] = {
    CountersignError: (500, "Something failed inside; nothing further was done"),
    errors.InputError: (422, "What was sent cannot be used"),
    errors.NotFound: (404, "Not found"),
    errors.Conflict: (409, "It does not fit the present state"),
    errors.NotAllowed: (403, "Not allowed"),
    errors.GateRefused: (409, "The gate holds this back"),
    errors.PayerError: (503, "The payer cannot be reached now"),
    errors.ModelUnavailable: (503, "The model cannot be reached now"),
    errors.StoreUnavailable: (503, "The database cannot be used now; try again"),
    errors.StoreDamaged: (500, "Something stored does not verify; run `countersign audit verify`"),
    door.NotSignedIn: (401, "Sign in first"),
    door.SignInRefused: (401, "The sign-in was refused"),
    door.ForgedRequest: (403, "The request did not come from our own pages"),
    door.StaleView: (412, "It changed since you looked at it"),
    door.TooLarge: (413, "Too large"),
    door.TypeNotTaken: (415, "This type is not taken"),
    door.KeyReused: (422, "The idempotency key was used for another request"),
    door.PreconditionMissing: (428, "If-Match is needed"),
    door.RequestInFlight: (409, "The same request is being worked on"),
    door.TooManyAttempts: (429, "Too many attempts"),
    door.WrongHost: (400, "This host name is not ours"),
}

_PLAIN_STATUS: dict[int, tuple[str, str]] = {
    400: ("malformed_request", "The request cannot be read"),
    404: ("no_such_route", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not take that method"),
    413: ("too_large", "Too large"),
}

_OWN_WORDS = frozenset(
    {
        "missing", "enum", "literal_error", "string_type", "string_too_short", "string_too_long", "int_type",
        "string_pattern_mismatch", "int_parsing", "bool_type", "bool_parsing", "greater_than_equal",
        "less_than_equal", "list_type", "too_short", "too_long", "json_invalid", "date_from_datetime_parsing",
    }
)  # fmt: skip
"""Kinds of validation error whose words pydantic makes from our schema alone, never from what was sent."""


class FieldProblem(Frozen):
    """A field that cannot be used: where it is, and what would mend it. Never what stood in it."""

    field: str
    fix: str


class Problem(Frozen):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: tuple[FieldProblem, ...] = ()
    reasons: tuple[str, ...] = ()


def request_id_of(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


def problem_of(error: Exception, instance: str) -> Problem:
    """The problem an error is shown as; of a fault of ours only that it happened."""
    known = error if isinstance(error, CountersignError) else CountersignError("")
    status, title = next(_STATUS[kind] for kind in type(known).__mro__ if kind in _STATUS)
    return Problem(
        type=_TYPE + known.code,
        title=title,
        status=status,
        detail=known.message if status < 500 else "",
        instance=instance,
        reasons=known.reasons if isinstance(known, GateRefused) else (),
    )


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The response that carries a problem."""
    body = problem.model_dump_json(exclude_defaults=True)
    return Response(body, status_code=problem.status, media_type=PROBLEM_JSON, headers=dict(headers or {}))


def register(app: FastAPI) -> None:
    """Answer every error of ours, of validation and of routing by a problem; the rest is the boundary's."""
    app.add_exception_handler(CountersignError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_error(request: Request, error: Exception) -> Response:
    problem = problem_of(error, request_id_of(request))
    headers: dict[str, str] = {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="countersign"'
    if isinstance(error, door.TooManyAttempts):
        headers["Retry-After"] = str(error.seconds)
    if isinstance(error, StoreUnavailable):
        headers["Retry-After"] = str(_RETRY_SECONDS)
    return answer(problem, headers)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = tuple(_field_problem(one) for one in error.errors())
    malformed = any(one["type"] == "json_invalid" for one in error.errors())
    return answer(
        Problem(
            type=_TYPE + ("malformed_request" if malformed else "invalid_fields"),
            title="The request cannot be read" if malformed else "Some fields cannot be used",
            status=400 if malformed else 422,
            detail="; ".join(f"{one.field}: {one.fix}" for one in found[:5]),
            instance=request_id_of(request),
            errors=found,
        )
    )


def _field_problem(found: Mapping[str, Any]) -> FieldProblem:
    kind, place = str(found["type"]), [str(part) for part in found["loc"]]
    if kind == "extra_forbidden":
        return FieldProblem(field=_named(place[:-1]), fix="leave out the field that is not known here")
    fix = str(found["msg"]) if kind in _OWN_WORDS else "give a value of the documented form"
    return FieldProblem(field=_named(place[:1] if kind == "json_invalid" else place), fix=fix)


def _named(place: Sequence[str]) -> str:
    return ".".join(place) or "body"


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, title = _PLAIN_STATUS.get(error.status_code, ("refused", "The request was refused"))
    problem = Problem(type=_TYPE + code, title=title, status=error.status_code, instance=request_id_of(request))
    return answer(problem, error.headers)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: problem details for each of these statuses, with an example."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    titles = {number: (kind.code, title) for kind, (number, title) in reversed(_STATUS.items())}
    code, title = {**titles, 422: ("invalid_fields", "Some fields cannot be used")}.get(
        status, _PLAIN_STATUS.get(status, ("refused", "The request was refused"))
    )
    example = Problem(
        type=_TYPE + code, title=title, status=status, instance="urn:uuid:6f1b3c52-0c7e-4d0e-9a58-1d5b2f8a7c11"
    )
    shown = {"example": example.model_dump(mode="json", exclude_defaults=True)}
    return {"model": Problem, "description": title, "content": {PROBLEM_JSON: shown}}
