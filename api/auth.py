"""Who is calling: a person by session cookie, or a machine by API key; and whether the route's scope is held."""

import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security, params
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from starlette.responses import Response

from agents.toolbox import Toolbox
from api import machine_keys, sign_in
from api.boundary import LOOPBACK, host_name
from api.door_errors import ForgedRequest, NotSignedIn
from api.scopes import KEY_SCOPES, SCOPES_OF_ROLE, Scope
from api.sign_in import SignedIn
from cases.errors import NotAllowed, NotFound
from cases.ids import CaseId, UserId
from cases.review import UserRole
from runtime.sign_in_store import Session

_COOKIE, _CSRF_COOKIE, CSRF_HEADER = "countersign", "countersign_csrf", "X-CSRF-Token"
IN_VIEW = "smart_patient"
"""The cookie of the patient whom an EHR had in view when it opened the panel."""
_HOST_ONLY = "__Host-"
"""Browsers keep a cookie of this prefix only where it is Secure, of this host alone, and for every path."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_session_cookie = APIKeyCookie(
    name=_COOKIE,
    scheme_name="session",
    auto_error=False,
    description=f"A person's session; over https the cookie is {_HOST_ONLY}{_COOKIE}. Unsafe methods also need "
    f"{CSRF_HEADER}, with the csrf_token that GET /session gives.",
)
_bearer = HTTPBearer(scheme_name="api_key", auto_error=False, description="A machine's API key: csk_ID_SECRET.")


@dataclass(frozen=True)
class Caller:
    """Who is calling; `role` and `session` for persons only. A machine's id is `key:` and the key's id.

    `cases` are the only ones a machine's key opens; None where it is not limited to some.
    """

    id: UserId
    name: str
    scopes: frozenset[Scope]
    role: UserRole | None = None
    session: Session | None = None
    csrf_token: str = ""
    cases: frozenset[CaseId] | None = None

    def must_hold(self, scope: str) -> None:
        """Raises NotAllowed."""
        if scope not in self.scopes:
            raise NotAllowed(f"This needs the scope {scope}.")

    def must_reach(self, case_id: str | None) -> None:
        """Raises NotFound for another case than a limited key's; NotAllowed where no case is named at all."""
        if self.cases is None:
            return
        if case_id is None:
            raise NotAllowed("This key opens certain cases only, and this is about more than those.")
        if case_id not in self.cases:
            raise NotFound(f"There is no case {case_id}.")


def toolbox_of(request: Request) -> Toolbox:
    toolbox: Toolbox = request.app.state.toolbox
    return toolbox


async def _toolbox(request: Request) -> Toolbox:
    return toolbox_of(request)


Box = Annotated[Toolbox, Depends(_toolbox)]


def identify(
    request: Request,
    toolbox: Box,
    _cookie: Annotated[str | None, Security(_session_cookie)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Caller:
    """The caller. Raises NotSignedIn, or ForgedRequest for a change that did not come from our own pages."""
    caller = _by_key(toolbox, bearer) if "authorization" in request.headers else _by_session(request, toolbox)
    if caller is None:
        raise NotSignedIn("Sign in, or give an API key as `Authorization: Bearer`.")
    request.state.caller_id = caller.id
    if caller.session is not None and request.method not in _SAFE:
        _own_page(request, caller.csrf_token)
    return caller


def identify_if_any(request: Request, toolbox: Box) -> Caller | None:
    """The person who is signed in, where there is one, for routes that are open anyway."""
    return _by_session(request, toolbox)


Me = Annotated[Caller, Depends(identify)]


def _permit(scopes: SecurityScopes, caller: Me, request: Request) -> None:
    _permit_within(scopes, caller)
    caller.must_reach(request.path_params.get("case_id"))


def _permit_within(scopes: SecurityScopes, caller: Me) -> None:
    for scope in scopes.scopes:
        caller.must_hold(scope)


def needs(scope: Scope, *, within: bool = False) -> params.Depends:
    """The dependency of a route that asks for a scope. It stands first, so that nothing is read for a stranger.

    A key that is limited to some cases opens only routes that name one of them, and those that keep `within` its
    cases by themselves.
    """
    permit: params.Depends = Security(_permit_within if within else _permit, scopes=[scope.value])
    return permit


def _by_key(toolbox: Toolbox, bearer: HTTPAuthorizationCredentials | None) -> Caller | None:
    key = None if bearer is None else machine_keys.key_of(toolbox, bearer.credentials)
    if key is None:
        return None
    scopes = KEY_SCOPES & {scope for scope in Scope if scope in key.scopes}
    return Caller(UserId(f"key:{key.id}"), key.name, scopes, cases=None if key.cases is None else frozenset(key.cases))


def by_bearer(toolbox: Toolbox, header: str) -> Caller | None:
    """The machine whose key an Authorization header holds; None for anything else."""
    scheme, _, credentials = header.partition(" ")
    fits = scheme.lower() == "bearer" and credentials.strip()
    return _by_key(toolbox, HTTPAuthorizationCredentials(scheme=scheme, credentials=credentials)) if fits else None


def _by_session(request: Request, toolbox: Toolbox) -> Caller | None:
    token = request.cookies.get(_prefix(request) + _COOKIE, "")
    found = sign_in.session_of(toolbox, token) if token else None
    if found is None:
        return None
    session, user = found
    return Caller(user.id, user.name, SCOPES_OF_ROLE[user.role], user.role, session, csrf_token(token))


def csrf_token(session_token: str) -> str:
    """Bound to the session: whoever cannot read the cookie cannot make it."""
    return hmac.digest(session_token.encode(), b"csrf", "sha256").hex()


def _own_page(request: Request, expected: str) -> None:
    same_origin(request)
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise ForgedRequest(f"Send {CSRF_HEADER} with the csrf_token that GET /session gives.")


def same_origin(request: Request) -> None:
    """Raises ForgedRequest where the browser says that another site's page sent this."""
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    if foreign or request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise ForgedRequest("Another site's page sent this.")


def _is_secure(request: Request) -> bool:
    """Cookies are Secure but for plain http on this very machine."""
    return request.url.scheme == "https" or host_name(request.headers.get("host", "")) not in LOOPBACK


def _prefix(request: Request) -> str:
    return _HOST_ONLY if _is_secure(request) else ""


def cookie_name(request: Request, name: str) -> str:
    """The name under which a cookie of ours is kept: bound to the host wherever there is https."""
    return _prefix(request) + name


def set_cookie(
    request: Request, response: Response, name: str, value: str, seconds: int, *, hidden: bool = True
) -> None:
    """Set a cookie of ours; where an EHR may show our pages in its frame, it goes along there, kept apart by site."""
    framed = _is_secure(request) and bool(toolbox_of(request).settings.smart_ehrs)
    response.set_cookie(
        cookie_name(request, name), value, max_age=seconds, path="/", secure=_is_secure(request), httponly=hidden,
        samesite="none" if framed else "lax",
    )  # fmt: skip
    if framed:
        name_of, last = response.raw_headers[-1]
        response.raw_headers[-1] = (name_of, last + b"; Partitioned")


def give_cookies(request: Request, response: Response, signed_in: SignedIn) -> None:
    """The session cookie, which scripts cannot read, and the CSRF token, which ours can."""
    seconds = int((signed_in.session.expires_at - signed_in.session.opened_at).total_seconds())
    set_cookie(request, response, _COOKIE, signed_in.token, seconds)
    set_cookie(request, response, _CSRF_COOKIE, csrf_token(signed_in.token), seconds, hidden=False)


def take_cookies(request: Request, response: Response) -> None:
    """Have the browser forget both cookies, and which patient an EHR had in view."""
    for name in (_COOKIE, _CSRF_COOKIE, IN_VIEW):
        set_cookie(request, response, name, "", 0)
