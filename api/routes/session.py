"""Signing in, out, and who am I, for programs and for the panel's scripts; the pages for people are in sign_in_page."""

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field, JsonValue

from api import sign_in
from api.auth import Box, Me, csrf_token, give_cookies, same_origin, take_cookies
from api.error_pages import problems
from api.scopes import SCOPES_OF_ROLE, Scope
from api.sign_in import SignedIn
from cases.errors import InputError
from cases.frozen import Frozen
from cases.ids import UserId
from cases.review import UserRole

router = APIRouter(tags=["session"])
_WHO: dict[str, JsonValue] = {
    "id": "lee", "name": "Dana Lee", "role": "reviewer", "csrf_token": "9f2c…",
    "scopes": ["cases:read", "documents:write", "events:write", "metrics:read", "review:decide", "review:edit"],
    "expires_at": "2026-11-24T03:00:00Z",
}  # fmt: skip


class SignIn(Frozen):
    """A user with password, or the token of a one-time link."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"user": "lee", "password": "correct horse battery"}, {"link": "q8V…"}]}
    )

    user: UserId = Field(default=UserId(""), max_length=128)
    password: str = Field(default="", max_length=256)
    link: str = Field(default="", max_length=128)


class Who(Frozen):
    """Who is calling and what they may do; role, CSRF token and end of the session for persons only."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WHO]})

    id: UserId
    name: str
    scopes: tuple[Scope, ...]
    role: UserRole | None = None
    csrf_token: str = ""
    expires_at: AwareDatetime | None = None


@router.post("/session", status_code=201, summary="Sign in", responses=problems(400, 401, 403, 413, 422, 429))
def open_session(toolbox: Box, request: Request, response: Response, body: SignIn) -> Who:
    """Open a session; the cookie is in the answer. Too many wrong passwords make one wait."""
    same_origin(request)
    signed_in = _signed_in(toolbox, request, body)
    give_cookies(request, response, signed_in)
    user = signed_in.user
    return Who(
        id=user.id,
        name=user.name,
        role=user.role,
        scopes=_sorted(SCOPES_OF_ROLE[user.role]),
        csrf_token=csrf_token(signed_in.token),
        expires_at=signed_in.session.expires_at,
    )


@router.get("/session", summary="Who am I", responses=problems(401))
def who_am_i(caller: Me) -> Who:
    """The caller's name and rights."""
    return Who(
        id=caller.id,
        name=caller.name,
        role=caller.role,
        scopes=_sorted(caller.scopes),
        csrf_token=caller.csrf_token,
        expires_at=caller.session.expires_at if caller.session else None,
    )


@router.delete("/session", status_code=204, summary="Sign out", responses=problems(401, 403))
def close_session(toolbox: Box, request: Request, caller: Me) -> Response:
    """End the session here; a machine's key has none to end."""
    response = Response(status_code=204)
    if caller.session is not None:
        sign_in.sign_out(toolbox, caller.session)
        take_cookies(request, response)
    return response


def _signed_in(toolbox: Box, request: Request, body: SignIn) -> SignedIn:
    if body.link:
        return sign_in.with_link(toolbox, body.link)
    if not (body.user and body.password):
        raise InputError("body: give user and password, or link")
    return sign_in.with_password(toolbox, body.user, body.password, address_of(request))


def address_of(request: Request) -> str:
    """Where the request came from; behind a proxy only what COUNTERSIGN_TRUSTED_PROXIES lets through."""
    return request.client.host if request.client else ""


def _sorted(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    return tuple(sorted(scopes))
